//! `lazd tx sign`, `validate-signatures`, `broadcast`, `encode`, `decode`, `simulate`: transactions in files.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clap::{ArgMatches, Args as _, Command, FromArgMatches};
use client::{
    sign::{self, Mode, Place},
    signers,
};
use prost::{Message, Name};
use proto::{cosmos::tx::v1beta1::Tx, strict};
use serde_json::{Value, json};

use super::{
    flags::{FileFlags, TxFlags},
    multi, send,
};
use crate::{
    context::{Context, runtime},
    node::{
        home::Home,
        home::{Existing, write_file},
    },
    output::{Format, json_of},
};

/// The largest file that is read: more than a block holds.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The commands that this module and `multi` run.
pub(super) fn commands() -> Vec<Command> {
    let tx = |command: Command| TxFlags::augment_args(command);
    let out = |command: Command| FileFlags::augment_args(command);
    let mut all = vec![
        tx(out(SignArgs::augment_args(Command::new("sign"))))
            .about("Sign a transaction generated offline")
            .after_help("Example:\n  lazd tx bank send laz1... laz1... 5ulaz --generate-only > tx.json\n  lazd tx sign tx.json --from alice > signed.json\n  lazd tx broadcast signed.json"),
        tx(out(BatchArgs::augment_args(Command::new("sign-batch"))))
            .about("Sign transaction batch files: one transaction a line"),
        tx(FileArgs::augment_args(Command::new("validate-signatures")))
            .about("Validate transactions signatures"),
        tx(FileArgs::augment_args(Command::new("broadcast"))).about("Broadcast transactions generated offline"),
        tx(FileArgs::augment_args(Command::new("encode"))).about("Encode transactions generated offline"),
        tx(DecodeArgs::augment_args(Command::new("decode"))).about("Decode a binary encoded transaction string"),
        tx(FileArgs::augment_args(Command::new("simulate"))).about("Simulate the gas usage of a transaction"),
    ];
    all.extend(multi::commands());
    all
}

#[derive(clap::Args)]
struct FileArgs {
    /// A transaction in JSON; - for stdin
    file: PathBuf,
}

#[derive(clap::Args)]
struct SignArgs {
    /// A transaction in JSON; - for stdin
    file: PathBuf,
    /// Address or key name of the multisig account on behalf of which the transaction shall be signed
    #[arg(long)]
    multisig: Option<String>,
    /// Print only the signatures
    #[arg(long)]
    signature_only: bool,
    /// Overwrite existing signatures with a new one
    #[arg(long)]
    overwrite: bool,
}

#[derive(clap::Args)]
struct BatchArgs {
    /// Files of transactions in JSON, one a line
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Address or key name of the multisig account on behalf of which the transactions shall be signed
    #[arg(long)]
    multisig: Option<String>,
}

#[derive(clap::Args)]
struct DecodeArgs {
    /// The transaction in base64, or in hexadecimal with --hex
    text: String,
    /// Treat input as hexadecimal instead of base64
    #[arg(short = 'x', long)]
    hex: bool,
}

/// Runs one of them.
pub(super) fn run(home: &Home, name: &str, matches: &ArgMatches) -> Result<()> {
    let flags = TxFlags::from_arg_matches(matches)?;
    let context = super::context(home, &flags)?;
    let file = || FileArgs::from_arg_matches(matches).map(|args| args.file);
    match name {
        "sign" => sign_one(&context, &flags, matches),
        "sign-batch" => sign_batch(&context, &flags, matches),
        "validate-signatures" => validate(&context, &flags, &read_tx(&file()?)?),
        "broadcast" => send::broadcast(&context, &flags, &sign::encode(&read_tx(&file()?)?)),
        "encode" => {
            println!("{}", BASE64.encode(sign::encode(&read_tx(&file()?)?)));
            Ok(())
        }
        "decode" => decode(&DecodeArgs::from_arg_matches(matches)?),
        "simulate" => simulate(&context, &flags, &read_tx(&file()?)?),
        _ => multi::run(&context, &flags, name, matches),
    }
}

/// A file's text; `-` is stdin.
pub(super) fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = match path.as_os_str() == "-" {
        true => std::io::stdin().lock().take(MAX_FILE).read_to_string(&mut text),
        false => std::fs::File::open(path)
            .with_context(|| format!("cannot read {}", path.display()))?
            .take(MAX_FILE)
            .read_to_string(&mut text),
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

/// A transaction from its JSON.
pub(super) fn read_tx(path: &Path) -> Result<Tx> {
    parse_tx(&read_text(path)?).with_context(|| format!("{} is not a transaction", path.display()))
}

pub(super) fn parse_tx(text: &str) -> Result<Tx> {
    let value: Value = serde_json::from_str(text)?;
    let bytes = proto::json::from_json(&Tx::full_name(), &value)?;
    Ok(Tx::decode(bytes.as_slice())?)
}

/// Prints, or writes to `--output-document`.
pub(super) fn deliver(flags: &FileFlags, text: &str) -> Result<()> {
    match &flags.output_document {
        Some(path) => write_file(path, format!("{text}\n").as_bytes(), 0o644, Existing::Replace),
        None => {
            println!("{text}");
            Ok(())
        }
    }
}

fn sign_one(context: &Context, flags: &TxFlags, matches: &ArgMatches) -> Result<()> {
    let args = SignArgs::from_arg_matches(matches)?;
    let out = FileFlags::from_arg_matches(matches)?;
    let mut tx = read_tx(&args.file)?;
    if let Some(multisig) = &args.multisig {
        return deliver(&out, &multi::member(context, flags, multisig)?.signature(&tx, 0)?);
    }
    sign_in_place(context, flags, &mut tx, args.overwrite)?;
    match args.signature_only {
        true => deliver(&out, &multi::signatures_json(&tx)?.to_string()),
        false => deliver(&out, &json_of(&tx)?.to_string()),
    }
}

fn sign_in_place(context: &Context, flags: &TxFlags, tx: &mut Tx, overwrite: bool) -> Result<()> {
    let from = send::from(context, flags, None)?;
    let record = from.record.as_ref().ok_or_else(|| anyhow!("{}: key not found", from.address))?;
    let all = signers::of_tx(tx)?;
    if overwrite {
        tx.signatures.clear();
        if let Some(auth) = &mut tx.auth_info {
            auth.signer_infos.clear();
        }
    }
    let mode = flags.mode().unwrap_or(if all.len() > 1 { Mode::AminoJson } else { Mode::Direct });
    let account = send::account(context, flags, &from.address)?;
    let secret = context.unlock(&context.keyring(), record)?;
    Ok(sign::add_signature(tx, &secret, account.place(), mode)?)
}

fn sign_batch(context: &Context, flags: &TxFlags, matches: &ArgMatches) -> Result<()> {
    let args = BatchArgs::from_arg_matches(matches)?;
    let out = FileFlags::from_arg_matches(matches)?;
    if let Some(multisig) = &args.multisig {
        let member = multi::member(context, flags, multisig)?;
        let all = batch(&args.files)?;
        let signatures = all.iter().zip(0..).map(|(tx, follows)| member.signature(tx, follows));
        return deliver(&out, &signatures.collect::<Result<Vec<_>>>()?.join("\n"));
    }
    let from = send::from(context, flags, None)?;
    let record = from.record.as_ref().ok_or_else(|| anyhow!("{}: key not found", from.address))?;
    let account = send::account(context, flags, &from.address)?;
    let secret = context.unlock(&context.keyring(), record)?;
    let mode = flags.mode().unwrap_or(Mode::Direct);
    let (mut signed, mut place) = (Vec::new(), account.place());
    for mut tx in batch(&args.files)? {
        sign::add_signature(&mut tx, &secret, place, mode)?;
        signed.push(json_of(&tx)?.to_string());
        place = Place { sequence: place.sequence + 1, ..place };
    }
    deliver(&out, &signed.join("\n"))
}

/// The transactions of files that have one a line.
fn batch(files: &[PathBuf]) -> Result<Vec<Tx>> {
    let mut all = Vec::new();
    for file in files {
        for line in read_text(file)?.lines().filter(|line| !line.trim().is_empty()) {
            all.push(parse_tx(line).with_context(|| format!("{}", file.display()))?);
        }
    }
    Ok(all)
}

fn validate(context: &Context, flags: &TxFlags, tx: &Tx) -> Result<()> {
    let all = signers::of_tx(tx)?;
    println!("Signers:");
    for (at, signer) in all.iter().enumerate() {
        println!("  {at}: {signer}");
    }
    println!("\nSignatures:");
    let infos = tx.auth_info.as_ref().map(|auth| auth.signer_infos.as_slice()).unwrap_or_default();
    let mut good = infos.len() == all.len();
    for (at, signer) in all.iter().enumerate() {
        let account = send::account(context, flags, signer)?;
        // A signature says itself for which sequence it is.
        let sequence = infos.get(at).map_or(account.place().sequence, |info| info.sequence);
        let place = Place { sequence, ..account.place() };
        match sign::verify(tx, at, place) {
            Ok(()) => println!("  {at}: {signer}\t\t\t[OK]"),
            Err(error) => {
                good = false;
                println!("  {at}: {signer}\t\t\t[ERROR: {error}]");
            }
        }
    }
    if good { Ok(()) } else { bail!("signatures validation failed") }
}

fn decode(args: &DecodeArgs) -> Result<()> {
    let bytes = match args.hex {
        true => hex::decode(args.text.trim()).context("this is not hexadecimal")?,
        false => BASE64.decode(args.text.trim()).context("this is not base64")?,
    };
    let tx: Tx = strict::decode(&bytes)?;
    Format::Json.print(&json_of(&tx)?)
}

fn simulate(context: &Context, flags: &TxFlags, tx: &Tx) -> Result<()> {
    let first = signers::of_tx(tx)?.first().map(ToString::to_string);
    let named = TxFlags { dry_run: true, ..flags.clone() };
    let from = send::from(context, &named, first.as_deref().filter(|_| flags.from.is_none()))?;
    let (ring, chain) = (context.keyring(), context.chain()?);
    let used = runtime()?.block_on(send::simulate(&chain, &ring, &from, tx, flags.sequence))?;
    context.format().print(&json!({ "gas_info": { "gas_used": used.to_string() } }))
}

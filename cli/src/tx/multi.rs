//! `lazd tx multi-sign` and `multisign-batch`: signatures of a threshold key's members, one file each, become one.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{ArgMatches, Args as _, Command, FromArgMatches};
use client::{
    Secret,
    multisig::{self, Part},
    sign::{self, Place},
};
use prost::{Message, Name};
use proto::{
    cosmos::tx::{
        signing::v1beta1::{
            SignMode, SignatureDescriptor, SignatureDescriptors,
            signature_descriptor::{Data, data},
        },
        v1beta1::{Tx, mode_info},
    },
    pubkey::PubKey,
};
use serde_json::Value;

use super::{
    files::{deliver, parse_tx, read_text, read_tx},
    flags::{FileFlags, TxFlags},
    send::{self, SignsAs},
};
use crate::{context::Context, output::json_of};

#[derive(clap::Args)]
struct MultiSignArgs {
    /// The transaction in JSON
    file: PathBuf,
    /// Name or address of the multisig key
    name: String,
    /// Files written by `tx sign --multisig`
    #[arg(required = true)]
    signatures: Vec<PathBuf>,
    /// Print only the generated signature, then exit
    #[arg(long)]
    signature_only: bool,
}

#[derive(clap::Args)]
struct BatchArgs {
    /// Transactions in JSON, one a line
    file: PathBuf,
    /// Name or address of the multisig key
    name: String,
    /// Files written by `tx sign-batch --multisig`: line by line the signatures of the same transactions
    #[arg(required = true)]
    signatures: Vec<PathBuf>,
}

pub(super) fn commands() -> Vec<Command> {
    let batch = BatchArgs::augment_args(Command::new("multisign-batch"));
    let command = MultiSignArgs::augment_args(Command::new("multi-sign"));
    vec![
        TxFlags::augment_args(FileFlags::augment_args(command))
            .visible_alias("multisign")
            .about("Generate multisig signatures for transactions generated offline")
            .after_help("Example:\n  lazd tx sign tx.json --multisig both --from alice > alice.json\n  lazd tx sign tx.json --multisig both --from bob > bob.json\n  lazd tx multi-sign tx.json both alice.json bob.json > signed.json"),
        TxFlags::augment_args(FileFlags::augment_args(batch))
            .visible_alias("multi-sign-batch")
            .about("Assemble multisig transactions in batch from batch signatures")
            .after_help("Example:\n  lazd tx sign-batch txs.json --multisig both --from alice > alice.json\n  lazd tx sign-batch txs.json --multisig both --from bob > bob.json\n  lazd tx multisign-batch txs.json both alice.json bob.json > signed.json"),
    ]
}

pub(super) fn run(context: &Context, flags: &TxFlags, name: &str, matches: &ArgMatches) -> Result<()> {
    match name {
        "multi-sign" => {}
        "multisign-batch" => return run_batch(context, flags, matches),
        _ => bail!("unknown command \"{name}\" for \"lazd tx\""),
    }
    let args = MultiSignArgs::from_arg_matches(matches)?;
    let mut tx = read_tx(&args.file)?;
    let key = context.keyring().get(&args.name)?.key;
    let account = send::account(context, flags, &key.address())?;
    let mut parts = Vec::new();
    for file in &args.signatures {
        parts.extend(read_parts(&read_text(file)?).with_context(|| format!("{}", file.display()))?);
    }
    multisig::combine(&mut tx, &key, &parts, account.place())?;
    let text = match args.signature_only {
        true => signatures_json(&tx)?,
        false => json_of(&tx)?,
    };
    deliver(&FileFlags::from_arg_matches(matches)?, &text.to_string())
}

/// Each transaction takes the sequence after the one before it.
fn run_batch(context: &Context, flags: &TxFlags, matches: &ArgMatches) -> Result<()> {
    let args = BatchArgs::from_arg_matches(matches)?;
    let key = context.keyring().get(&args.name)?.key;
    let account = send::account(context, flags, &key.address())?;
    let txs = lines(&args.file)?;
    let files = args.signatures.iter().map(|file| Ok((file.display(), lines(file)?)));
    let files = files.collect::<Result<Vec<_>>>()?;
    if let Some((file, given)) = files.iter().find(|(_, given)| given.len() != txs.len()) {
        bail!("{file} has signatures of {} transactions, expected {}", given.len(), txs.len());
    }
    let (mut signed, mut place) = (Vec::new(), account.place());
    for (at, text) in txs.iter().enumerate() {
        let line = || format!("transaction {}", at + 1);
        let mut tx = parse_tx(text).with_context(line)?;
        let mut parts = Vec::new();
        for (file, given) in &files {
            parts.extend(read_parts(&given[at]).with_context(|| format!("{file}, line {}", at + 1))?);
        }
        multisig::combine(&mut tx, &key, &parts, place).with_context(line)?;
        signed.push(json_of(&tx)?.to_string());
        place = Place { sequence: place.sequence + 1, ..place };
    }
    deliver(&FileFlags::from_arg_matches(matches)?, &signed.join("\n"))
}

/// The lines of a file that are not empty.
fn lines(path: &Path) -> Result<Vec<String>> {
    let text = read_text(path)?;
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
}

/// One key of a multisig, unlocked.
pub(super) struct Member {
    key: PubKey,
    secret: Secret,
    account: SignsAs,
}

/// The key of `--from`, to sign for a multisig.
pub(super) fn member(context: &Context, flags: &TxFlags, multisig: &str) -> Result<Member> {
    let from = send::from(context, flags, None)?;
    let record = from.record.ok_or_else(|| anyhow!("{}: key not found", from.address))?;
    let address = context.address(multisig)?;
    if let Some(PubKey::Multisig { keys, .. }) =
        context.keyring().by_address(&address)?.map(|found| found.key)
        && !keys.iter().any(|key| PubKey::Secp256k1(*key) == record.key)
    {
        bail!("{} is not a member of the multisig {multisig}", record.name);
    }
    let account = send::account(context, flags, &address)?;
    let secret = context.unlock(&context.keyring(), &record)?;
    Ok(Member { key: record.key, secret, account })
}

impl Member {
    /// The signature of a transaction that follows so many others of the same account, for a file.
    pub(super) fn signature(&self, tx: &Tx, follows: u64) -> Result<String> {
        let first = self.account.place();
        let place = Place { sequence: first.sequence + follows, ..first };
        let signature = sign::sign_as_member(tx, &self.secret, place)?;
        let single = data::Single { mode: SignMode::LegacyAminoJson.into(), signature };
        let descriptor = SignatureDescriptor {
            public_key: Some(self.key.wire()),
            data: Some(Data { sum: Some(data::Sum::Single(single)) }),
            sequence: place.sequence,
        };
        Ok(json_of(&SignatureDescriptors { signatures: vec![descriptor] })?.to_string())
    }
}

/// A transaction's single signatures alone.
pub(super) fn signatures_json(tx: &Tx) -> Result<Value> {
    let infos = tx.auth_info.as_ref().map(|auth| auth.signer_infos.as_slice()).unwrap_or_default();
    let mut signatures = Vec::new();
    for (info, signature) in infos.iter().zip(&tx.signatures) {
        let sum = match info.mode_info.as_ref().and_then(|info| info.sum.as_ref()) {
            Some(mode_info::Sum::Single(single)) => {
                data::Sum::Single(data::Single { mode: single.mode, signature: signature.clone() })
            }
            Some(mode_info::Sum::Multi(multi)) => {
                let inner =
                    proto::cosmos::crypto::multisig::v1beta1::MultiSignature::decode(signature.as_slice())?;
                let single = |signature: Vec<u8>| Data {
                    sum: Some(data::Sum::Single(data::Single {
                        mode: SignMode::LegacyAminoJson.into(),
                        signature,
                    })),
                };
                data::Sum::Multi(data::Multi {
                    bitarray: multi.bitarray.clone(),
                    signatures: inner.signatures.into_iter().map(single).collect(),
                })
            }
            None => continue,
        };
        signatures.push(SignatureDescriptor {
            public_key: info.public_key.clone(),
            data: Some(Data { sum: Some(sum) }),
            sequence: info.sequence,
        });
    }
    json_of(&SignatureDescriptors { signatures })
}

fn read_parts(text: &str) -> Result<Vec<Part>> {
    let value: Value = serde_json::from_str(text)?;
    let bytes = proto::json::from_json(&SignatureDescriptors::full_name(), &value)?;
    let all = SignatureDescriptors::decode(bytes.as_slice())?;
    let mut parts = Vec::new();
    for one in all.signatures {
        let key = one.public_key.as_ref().map(PubKey::parse).transpose()?;
        match (key, one.data.and_then(|data| data.sum)) {
            (Some(PubKey::Secp256k1(key)), Some(data::Sum::Single(single))) => {
                parts.push((key, single.signature))
            }
            _ => bail!("a signature of a single key is expected"),
        }
    }
    Ok(parts)
}

//! `lazd keys`: the keyring on the command line.

mod add;
mod show;
mod transfer;

use anyhow::{Result, bail};
use client::keyring::Record;
use prost::Message;
use serde_json::{Value, json};

use crate::{
    context::{Context, KeyringFlags, OutputFlag},
    node::home::Home,
    prompt,
};

/// Manage your application's keys
#[derive(clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:
  lazd keys add alice --keyring-backend test
  lazd keys show alice -a
  lazd keys add both --multisig alice,bob --multisig-threshold 2
  lazd keys export alice > alice.key && lazd keys import alice2 alice.key"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Keys,
    #[command(flatten)]
    keyring: KeyringFlags,
}

#[derive(clap::Subcommand)]
enum Keys {
    Add(Box<add::Args>),
    List(show::ListArgs),
    Show(show::ShowArgs),
    Delete(DeleteArgs),
    Rename(RenameArgs),
    Export(transfer::ExportArgs),
    Import(transfer::ImportArgs),
    ImportHex(transfer::ImportHexArgs),
    Mnemonic(add::MnemonicArgs),
    Parse(show::ParseArgs),
    /// List all key types
    ListKeyTypes(OutputFlag),
}

/// Delete the given keys
#[derive(clap::Args)]
struct DeleteArgs {
    /// Names of the keys
    #[arg(required = true)]
    names: Vec<String>,
    /// Skip confirmation prompt when deleting offline or ledger key references
    #[arg(short, long)]
    yes: bool,
    /// Remove the key unconditionally without asking for confirmation
    #[arg(short, long)]
    force: bool,
    #[command(flatten)]
    output: OutputFlag,
}

/// Rename an existing key
#[derive(clap::Args)]
struct RenameArgs {
    old_name: String,
    new_name: String,
    /// Skip confirmation prompt
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    output: OutputFlag,
}

/// Runs a `lazd keys` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = |output: &OutputFlag| -> Result<Context> {
        Ok(Context::new(home, output.clone())?.with_keyring(args.keyring.clone()))
    };
    match &args.command {
        Keys::Add(add) => add::run(&context(&add.output)?, add),
        Keys::Mnemonic(mnemonic) => add::mnemonic(mnemonic),
        Keys::List(list) => show::list(&context(&list.output)?, list),
        Keys::Show(show) => show::show(&context(&show.output)?, show),
        Keys::Parse(parse) => show::parse(&context(&parse.output)?, parse),
        Keys::Delete(delete) => remove(&context(&delete.output)?, delete),
        Keys::Rename(rename) => give_name(&context(&rename.output)?, rename),
        Keys::Export(export) => transfer::export(&context(&export.output)?, export),
        Keys::Import(import) => transfer::import(&context(&import.output)?, import),
        Keys::ImportHex(import) => transfer::import_hex(&context(&import.output)?, import),
        Keys::ListKeyTypes(_) => {
            println!("secp256k1");
            Ok(())
        }
    }
}

/// How the SDK shows a key.
fn view(record: &Record, address: String) -> Result<Value> {
    let key = proto::json::to_json("google.protobuf.Any", &record.key.wire().encode_to_vec())?;
    Ok(json!({
        "name": record.name,
        "type": record.kind.name(),
        "address": address,
        "pubkey": key.to_string(),
    }))
}

fn remove(context: &Context, args: &DeleteArgs) -> Result<()> {
    let ring = context.keyring();
    for name in &args.names {
        let record = ring.get(name)?;
        if !args.yes && !args.force && !prompt::confirm("Key reference will be deleted. Continue?")? {
            bail!("aborted");
        }
        ring.delete(&record.name)?;
        eprintln!("Key deleted forever (uh oh!): {}", record.name);
    }
    Ok(())
}

fn give_name(context: &Context, args: &RenameArgs) -> Result<()> {
    let ring = context.keyring();
    let record = ring.get(&args.old_name)?;
    let question =
        format!("Key reference will be renamed from {} to {}. Continue?", args.old_name, args.new_name);
    if !args.yes && !prompt::confirm(&question)? {
        bail!("aborted");
    }
    ring.rename(&record.name, &args.new_name)?;
    eprintln!("Key was successfully renamed from {} to {}", args.old_name, args.new_name);
    Ok(())
}

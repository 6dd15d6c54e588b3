//! `lazd tx`: the SDK's commands for every message, from one table, and those that work on transaction files.

mod build;
mod files;
mod flags;
mod multi;
mod protocol;
mod send;
pub(crate) mod special;
mod table;

use anyhow::Result;
use clap::{Arg, ArgMatches, Args as _, Command, FromArgMatches};

use build::Making;
pub(crate) use build::value;
use flags::TxFlags;
use table::{Row, modules, rows};

use crate::{context::Context, node::home::Home, output::Format};

/// The command with all its words, whatever they are.
pub(crate) struct Args(ArgMatches);

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let command = command
            .about("Transactions subcommands")
            .subcommand_required(true)
            .subcommands(files::commands())
            .subcommand(any_message());
        modules().fold(command, |command, (name, about)| command.subcommand(module(name, about)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Args::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Args, clap::Error> {
        Ok(Args(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Args::from_arg_matches(matches)?;
        Ok(())
    }
}

fn module(name: &'static str, about: &'static str) -> Command {
    let rows = rows().filter(|row| row.module == name);
    let command = rows.fold(Command::new(name).about(about).subcommand_required(true), |command, row| {
        command.subcommand(TxFlags::augment_args(build::command(row)))
    });
    match name {
        "gov" => command.subcommand(
            Command::new("draft-proposal")
                .about("Print a proposal to fill in, for `lazd tx gov submit-proposal`"),
        ),
        _ => command,
    }
}

/// For messages that have no command of their own.
fn any_message() -> Command {
    let command = Command::new("message")
        .about("Send any messages, each as JSON with its \"@type\" or a file of it")
        .arg(Arg::new("json-or-file").required(true).num_args(1..))
        .after_help(
            "Example:\n  lazd tx message '{\"@type\":\"/cosmos.bank.v1beta1.MsgSend\",\"from_address\":\"laz1...\",\
             \"to_address\":\"laz1...\",\"amount\":[{\"denom\":\"ulaz\",\"amount\":\"1\"}]}' --from alice",
        );
    TxFlags::augment_args(command)
}

/// Runs a `lazd tx` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let Some((name, matches)) = args.0.subcommand() else { return Ok(()) };
    if name == "message" {
        return arbitrary(home, matches);
    }
    if !modules().any(|(module, _)| *module == name) {
        return files::run(home, name, matches);
    }
    let Some((word, matches)) = matches.subcommand() else { return Ok(()) };
    match rows().find(|row| row.module == name && row.name() == word) {
        Some(row) => message(home, row, matches),
        None => Format::Json.print(&special::draft_proposal()),
    }
}

fn context(home: &Home, flags: &TxFlags) -> Result<Context> {
    let context = Context::new(home, flags.output.clone())?;
    Ok(context.with_keyring(flags.keyring.clone()).with_node(flags.node.clone()))
}

fn message(home: &Home, row: &Row, matches: &ArgMatches) -> Result<()> {
    let flags = TxFlags::from_arg_matches(matches)?;
    let context = context(home, &flags)?;
    let from = send::from(&context, &flags, build::signer_argument(row, matches))?;
    let making = Making { context: &context, matches, from: from.address };
    let messages = build::messages(row, &making)?;
    send::run(&context, &flags, &from, messages)
}

fn arbitrary(home: &Home, matches: &ArgMatches) -> Result<()> {
    let flags = TxFlags::from_arg_matches(matches)?;
    let context = context(home, &flags)?;
    let from = send::from(&context, &flags, None)?;
    let texts = matches.get_many::<String>("json-or-file").into_iter().flatten();
    let messages = texts.map(|text| build::any_of(text)).collect::<Result<_>>()?;
    send::run(&context, &flags, &from, messages)
}

#[cfg(test)]
mod tests;

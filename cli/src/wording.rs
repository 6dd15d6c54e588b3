//! Mistakes on the command line in the words of cobra, because scripts of the Cosmos world look for them.

use std::process::ExitCode;

use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};

/// Prints what clap found, and gives the exit code: help is a success, a mistake is 1.
pub(crate) fn explain(error: &clap::Error, root: Command, arguments: Vec<String>) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let (path, command, _) = descend(root, &arguments);
            println!("{}", command.bin_name(path).render_help());
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let (path, command, rest) = descend(root, &arguments);
    eprintln!("Error: {}", sentence(error, &path, &command, &rest));
    eprintln!("Run '{path} --help' for usage.");
    ExitCode::FAILURE
}

/// Follows the arguments to the command they name; returns its full name, itself, and what was left.
fn descend(root: Command, arguments: &[String]) -> (String, Command, Vec<String>) {
    let (mut path, mut command, mut rest) = (root.get_name().to_owned(), root, Vec::new());
    let mut skip = false;
    for argument in arguments.iter().skip(1) {
        if std::mem::take(&mut skip) {
            continue;
        }
        if argument.starts_with('-') {
            skip = takes_value(&command, argument);
        } else if let (true, Some(inner)) = (rest.is_empty(), command.find_subcommand(argument)) {
            path = format!("{path} {}", inner.get_name());
            command = inner.clone();
        } else {
            rest.push(argument.clone());
        }
    }
    (path, command, rest)
}

/// Does the next argument belong to this flag?
fn takes_value(command: &Command, flag: &str) -> bool {
    let named = |arg: &clap::Arg| match flag.strip_prefix("--") {
        Some(long) => {
            arg.get_long() == Some(long) || arg.get_all_aliases().is_some_and(|all| all.contains(&long))
        }
        None => flag.len() == 2 && arg.get_short() == flag.chars().nth(1),
    };
    let global = ["--home", "--log_level", "--log_format"].contains(&flag);
    let valued = |arg: &clap::Arg| arg.get_action().takes_values() && !arg.is_require_equals_set();
    global || command.get_arguments().any(|arg| named(arg) && valued(arg))
}

fn sentence(error: &clap::Error, path: &str, command: &Command, rest: &[String]) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("unknown command \"{}\" for \"{path}\"", text(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument if argument.starts_with("--") => format!("unknown flag: {argument}"),
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            format!("unknown shorthand flag: '{}' in {argument}", argument.chars().nth(1).unwrap_or('-'))
        }
        ErrorKind::UnknownArgument if command.has_subcommands() => {
            format!("unknown command \"{argument}\" for \"{path}\"")
        }
        ErrorKind::UnknownArgument => accepts(command, rest.len()),
        ErrorKind::MissingRequiredArgument => {
            let flags: Vec<String> = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::Strings(all)) => all.iter().filter_map(|arg| flag_name(arg)).collect(),
                _ => Vec::new(),
            };
            if flags.is_empty() {
                return accepts(command, rest.len());
            }
            format!("required flag(s) {} not set", flags.join(", "))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = text(ContextKind::InvalidValue);
            let allowed = text(ContextKind::ValidValue);
            let why = std::error::Error::source(error).map(ToString::to_string);
            let why = why.unwrap_or_else(|| format!("must be one of {allowed}"));
            let flag = argument.split_whitespace().next().unwrap_or_default();
            if value.is_empty() && flag.starts_with('-') {
                return format!("flag needs an argument: {flag}");
            }
            format!("invalid argument \"{value}\" for \"{flag}\" flag: {why}")
        }
        _ => {
            let shown = error.render().to_string();
            shown.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    }
}

/// `--chain-id <CHAIN_ID>` as `"chain-id"`.
fn flag_name(argument: &str) -> Option<String> {
    argument.strip_prefix("--").map(|flag| format!("\"{}\"", flag.split([' ', '=']).next().unwrap_or(flag)))
}

fn accepts(command: &Command, received: usize) -> String {
    let all = command.get_positionals().count();
    let required = command.get_positionals().filter(|arg| arg.is_required_set()).count();
    let open =
        command.get_positionals().any(|arg| arg.get_num_args().is_some_and(|range| range.max_values() > 1));
    match (open, required == all) {
        (true, _) => format!("requires at least {required} arg(s), only received {received}"),
        (false, true) => format!("accepts {all} arg(s), received {received}"),
        (false, false) => format!("accepts between {required} and {all} arg(s), received {received}"),
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    fn root() -> Command {
        let add = Command::new("add")
            .arg(Arg::new("name").required(true))
            .arg(Arg::new("id").long("chain-id").required(true))
            .arg(Arg::new("to").long("to").value_parser(["a", "b"]))
            .arg(Arg::new("loud").long("loud").action(ArgAction::SetTrue));
        let keys = Command::new("keys").subcommand_required(true).subcommand(add);
        Command::new("lazd").subcommand_required(true).subcommand(keys)
    }

    fn said(line: &str) -> String {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let error = root().try_get_matches_from(&arguments).unwrap_err();
        let (path, command, rest) = descend(root(), &arguments);
        sentence(&error, &path, &command, &rest)
    }

    #[test]
    fn mistakes_are_told_as_cobra_tells_them() {
        assert_eq!(said("lazd frob"), "unknown command \"frob\" for \"lazd\"");
        assert_eq!(said("lazd keys frob"), "unknown command \"frob\" for \"lazd keys\"");
        assert_eq!(said("lazd keys add x --chain-id 1 --nope"), "unknown flag: --nope");
        assert_eq!(said("lazd keys add x --chain-id 1 -x"), "unknown shorthand flag: 'x' in -x");
        assert_eq!(said("lazd keys add --chain-id 1"), "accepts 1 arg(s), received 0");
        assert_eq!(said("lazd keys add x y --chain-id 1"), "accepts 1 arg(s), received 2");
        assert_eq!(said("lazd keys add x"), "required flag(s) \"chain-id\" not set");
        assert_eq!(
            said("lazd keys add x --chain-id 1 --to c"),
            "invalid argument \"c\" for \"--to\" flag: must be one of a, b"
        );
        assert_eq!(said("lazd keys add x --chain-id"), "flag needs an argument: --chain-id");
    }
}

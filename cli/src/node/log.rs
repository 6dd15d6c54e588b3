//! Logs: structured, on stderr, at the level that `--log_level` or `config.toml` names in CometBFT's words.

use std::{backtrace::Backtrace, io::IsTerminal, panic};

use tracing_subscriber::EnvFilter;

use super::{
    home::Home,
    settings::{COMET, Flags, look_up},
};

/// Global flags about logs.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The logging level (trace|debug|info|warn|error) or '<module>:<level>,*:<level>'
    #[arg(long = "log_level", alias = "log-level", global = true, env = "LAZD_LOG_LEVEL")]
    log_level: Option<String>,
    /// The logging format (json|plain)
    #[arg(long = "log_format", alias = "log-format", global = true, env = "LAZD_LOG_FORMAT",
          value_parser = ["json", "plain"])]
    log_format: Option<String>,
    /// Disable colored logs
    #[arg(long = "log_no_color", alias = "log-no-color", global = true)]
    log_no_color: bool,
    /// Print each cause of an error on a line of its own, and the stack of a panic
    #[arg(long, global = true)]
    pub(crate) trace: bool,
}

/// Logs of a node, at the level of its `config.toml` if no flag names one.
pub(crate) fn init_node(home: &Home, args: &Args) {
    let table = COMET.table(&home.config_toml(), &Flags::new(), |_| None).unwrap_or_default();
    let text = |key| look_up(&table, key).and_then(|value| value.as_str()).unwrap_or("info").to_owned();
    init(args, &text("log_level"), &text("log_format"));
}

/// Logs of a command that ends by itself: warnings only.
pub(crate) fn init_command(args: &Args) {
    init(args, "warn", "plain");
}

/// Logs of a command that runs until it is stopped.
pub(crate) fn init_daemon(args: &Args) {
    init(args, "info", "plain");
}

fn init(args: &Args, level: &str, format: &str) {
    if args.trace {
        let plain = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            plain(info);
            eprintln!("{}", Backtrace::force_capture());
        }));
    }
    let filter = filter(args.log_level.as_deref().unwrap_or(level));
    let colour = std::io::stderr().is_terminal() && !args.log_no_color;
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    // A second initialisation can only come from a test, where the first one serves.
    let _ = match args.log_format.as_deref().unwrap_or(format) {
        "json" => lines.json().try_init(),
        _ => lines.try_init(),
    };
}

/// `consensus:debug,*:error` of CometBFT as directives of ours; what makes no sense is `info`.
fn filter(level: &str) -> EnvFilter {
    let parts = level.split(',').map(|part| match part.trim().split_once(':') {
        Some(("*", level)) => level.to_owned(),
        Some((module, level)) => format!("{module}={level}"),
        None => part.trim().to_owned(),
    });
    let parts: Vec<String> = parts.map(|part| part.replace("none", "off")).collect();
    EnvFilter::try_new(parts.join(",")).unwrap_or_else(|_| EnvFilter::new("info"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_cometbft_are_understood() {
        assert_eq!(filter("info").to_string(), "info");
        assert_eq!(filter("consensus:debug,*:error").to_string(), "consensus=debug,error");
        assert_eq!(filter("=,=").to_string(), "info");
    }
}

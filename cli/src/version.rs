//! `lazd version`

use anyhow::Result;
use app::doors::{COMET_LEVEL, SDK_LEVEL};
use serde_json::json;

/// The commit this was built from, if the build said so.
pub(crate) const fn commit() -> &'static str {
    match option_env!("LAZD_COMMIT") {
        Some(commit) => commit,
        None => "",
    }
}

/// The compiler this was built with.
pub(crate) const fn compiler() -> &'static str {
    match option_env!("LAZD_RUSTC") {
        Some(compiler) => compiler,
        None => concat!("rust ", env!("CARGO_PKG_RUST_VERSION")),
    }
}

/// Print the application binary version information
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print long version information
    #[arg(long)]
    long: bool,
    /// Output format (text|json)
    #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

/// Runs `lazd version`.
pub(crate) fn run(args: &Args) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    if !args.long && args.output == "text" {
        println!("{version}");
        return Ok(());
    }
    let (commit, rust) = (commit(), compiler());
    let all = json!({
        "name": "lazchain",
        "server_name": "lazd",
        "version": version,
        "commit": commit,
        "build_tags": "",
        "rust": rust,
        "build_deps": [
            format!("github.com/cosmos/cosmos-sdk@{SDK_LEVEL}"),
            format!("github.com/cometbft/cometbft@{COMET_LEVEL}"),
        ],
        "cosmos_sdk_version": SDK_LEVEL,
    });
    if args.output == "json" {
        println!("{}", serde_json::to_string(&all)?);
        return Ok(());
    }
    println!("build_deps:");
    println!("- github.com/cosmos/cosmos-sdk@{SDK_LEVEL}");
    println!("- github.com/cometbft/cometbft@{COMET_LEVEL}");
    println!("build_tags: \"\"\ncommit: \"{commit}\"\ncosmos_sdk_version: {SDK_LEVEL}");
    println!("name: lazchain\nrust: {rust}\nserver_name: lazd\nversion: {version}");
    Ok(())
}

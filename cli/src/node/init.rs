//! `lazd init`: a home folder with keys, configuration and a genesis file.

use std::{
    io::{BufRead, IsTerminal},
    path::Path,
};

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};

use super::{
    home::{Existing, Home, write_file},
    keys::{self, Key},
    settings::{APP, CLIENT, COMET},
};

/// The chain of `lazd init` without `--chain-id`.
pub(crate) const LOCAL_CHAIN: &str = "lazchain-local-1";
const MAX_CHAIN_ID_BYTES: usize = 50;
const MAX_MONIKER_BYTES: usize = 70;

/// Make a home: keys, configuration files and a genesis file
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  lazd init my-node\n  lazd init my-node --chain-id lazchain-1 --home /var/lib/lazd"
)]
pub(crate) struct Args {
    /// Name of this node among its peers [default: the host's name]
    moniker: Option<String>,
    /// Genesis file chain-id
    #[arg(long, default_value = LOCAL_CHAIN)]
    chain_id: String,
    /// Overwrite the genesis and configuration files (keys are never overwritten)
    #[arg(short, long)]
    overwrite: bool,
    /// Provide seed phrase to recover existing key instead of creating; it is asked for
    #[arg(long)]
    recover: bool,
    /// Specify the initial block height at genesis
    #[arg(long, default_value_t = 1)]
    initial_height: i64,
}

/// Runs `lazd init` and says on stderr what it made, as the SDK does.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let moniker = args.moniker.clone().unwrap_or_else(host_name);
    check(&moniker, args)?;
    home.make()?;
    let _held = home.lock()?;
    for path in [home.genesis(), home.app_toml(), home.config_toml(), home.client_toml()] {
        if path.exists() && !args.overwrite {
            bail!("{} already exists; --overwrite replaces it", path.display());
        }
    }
    if args.recover && home.validator_key().exists() {
        bail!("{} already exists and is never replaced; move it away first", home.validator_key().display());
    }
    let recovered = args.recover.then(ask_mnemonic).transpose()?;
    let (node, genesis) = write(home, &moniker, args, recovered)?;
    let made = json!({
        "moniker": moniker,
        "chain_id": args.chain_id,
        "node_id": node.node_id(),
        "gentxs_dir": home.gentxs(),
        "app_message": genesis["app_state"],
    });
    eprintln!("{}", serde_json::to_string(&made)?);
    Ok(())
}

/// Makes a home where there is none; returns the node's key.
pub(crate) fn make(home: &Home, moniker: &str, chain_id: &str) -> Result<Key> {
    let args = Args {
        moniker: None,
        chain_id: chain_id.to_owned(),
        overwrite: false,
        recover: false,
        initial_height: 1,
    };
    check(moniker, &args)?;
    if home.genesis().exists() {
        bail!("{} already exists", home.genesis().display());
    }
    home.make()?;
    Ok(write(home, moniker, &args, None)?.0)
}

fn write(home: &Home, moniker: &str, args: &Args, recovered: Option<Key>) -> Result<(Key, Json)> {
    let validator = keep_or_make(
        &home.validator_key(),
        recovered,
        || keys::validator(home),
        |key| keys::write_validator(home, key),
    )?;
    let node = keep_or_make(&home.node_key(), None, || keys::node(home), |key| keys::write_node(home, key))?;
    if !home.validator_state().exists() {
        write_file(&home.validator_state(), keys::NOTHING_SIGNED.as_bytes(), 0o600, Existing::Refuse)?;
    }
    let write = |path: &Path, text: String| write_file(path, text.as_bytes(), 0o644, Existing::Replace);
    write(&home.config_toml(), COMET.render(&[("moniker", moniker)]))?;
    write(&home.app_toml(), APP.render(&[]))?;
    write(&home.client_toml(), CLIENT.render(&[("chain-id", &args.chain_id)]))?;
    let genesis = genesis(args, moniker, &validator)?;
    write(&home.genesis(), serde_json::to_string_pretty(&genesis)?)?;
    Ok((node, genesis))
}

fn check(moniker: &str, args: &Args) -> Result<()> {
    if moniker.trim().is_empty() || moniker.len() > MAX_MONIKER_BYTES || moniker.contains(char::is_control) {
        bail!("the moniker must have 1 to {MAX_MONIKER_BYTES} bytes and no control characters");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if args.chain_id.is_empty()
        || args.chain_id.len() > MAX_CHAIN_ID_BYTES
        || !args.chain_id.chars().all(plain)
    {
        bail!("--chain-id must have 1 to {MAX_CHAIN_ID_BYTES} letters, digits, dots, dashes or underscores");
    }
    if args.initial_height < 1 {
        bail!("--initial-height must be at least 1");
    }
    Ok(())
}

fn keep_or_make(
    path: &Path,
    recovered: Option<Key>,
    load: impl Fn() -> Result<Key>,
    write: impl Fn(&Key) -> Result<()>,
) -> Result<Key> {
    if path.exists() {
        return load();
    }
    let key = recovered.unwrap_or_else(Key::generate);
    write(&key)?;
    Ok(key)
}

fn ask_mnemonic() -> Result<Key> {
    let text = if std::io::stdin().is_terminal() {
        rpassword::prompt_password("Enter your bip39 mnemonic: ").context("cannot read the mnemonic")?
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("cannot read the mnemonic")?;
        line
    };
    Ok(Key::from_mnemonic(client::mnemonic::Words::parse(&text)?.expose()))
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    if name.trim().is_empty() { "lazd".into() } else { name.trim().to_owned() }
}

/// CometBFT's genesis document, every module with its defaults. Until `lazd genesis` names validators this node alone makes
/// the blocks, so that `lazd init x && lazd start` runs.
fn genesis(args: &Args, moniker: &str, validator: &Key) -> Result<Json> {
    let app_state = app::genesis::default_state().map_err(|error| anyhow!("the default genesis: {error}"))?;
    Ok(json!({
        "genesis_time": rfc3339(seconds_now()),
        "chain_id": args.chain_id,
        "initial_height": args.initial_height.to_string(),
        "consensus_params": {
            "block": { "max_bytes": "22020096", "max_gas": "-1" },
            "evidence": {
                "max_age_num_blocks": "100000",
                "max_age_duration": "172800000000000",
                "max_bytes": "1048576",
            },
            "validator": { "pub_key_types": ["ed25519"] },
            "version": { "app": "0" },
            "abci": { "vote_extensions_enable_height": "0" },
        },
        "validators": [{
            "address": hex::encode_upper(validator.address()),
            "pub_key": { "type": "tendermint/PubKeyEd25519", "value": STANDARD.encode(validator.public()) },
            "power": "10",
            "name": moniker,
        }],
        "app_hash": "",
        "app_state": app_state,
    }))
}

fn seconds_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Seconds since 1970 as RFC 3339.
fn rfc3339(seconds: u64) -> String {
    let (day, rest) = (seconds / 86_400, seconds % 86_400);
    // Civil date from days since 1970-01-01, in eras of 400 years that begin on a first of March.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn init(home: &Home, overwrite: bool) -> Result<()> {
        let args = Args {
            moniker: Some("ada".into()),
            chain_id: "lazchain-7".into(),
            overwrite,
            recover: false,
            initial_height: 1,
        };
        run(home, &args)
    }

    #[test]
    fn init_twice_refuses_and_overwrite_keeps_keys_and_what_was_signed() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path().join("home"));
        init(&home, false).unwrap();
        let keys = |home: &Home| {
            [home.node_key(), home.validator_key(), home.validator_state()]
                .map(|path| fs::read(path).unwrap())
        };
        let signed = "{\"height\": \"9\", \"round\": 0, \"step\": 3}";
        fs::write(home.validator_state(), signed).unwrap();
        let before = keys(&home);
        let error = init(&home, false).unwrap_err().to_string();
        assert!(error.contains("already exists") && error.contains("--overwrite"), "{error}");
        fs::write(home.genesis(), "{}").unwrap();
        init(&home, true).unwrap();
        assert_eq!(keys(&home), before);
        let genesis: Json = serde_json::from_slice(&fs::read(home.genesis()).unwrap()).unwrap();
        assert_eq!(genesis["chain_id"], "lazchain-7");
        assert_eq!(genesis["validators"][0]["name"], "ada");
        assert!(fs::read_to_string(home.client_toml()).unwrap().contains("chain-id = \"lazchain-7\""));
        assert!(fs::read_to_string(home.config_toml()).unwrap().contains("moniker = \"ada\""));
    }

    #[test]
    fn names_that_would_break_files_are_refused() {
        let args = |chain_id: &str| Args {
            moniker: None,
            chain_id: chain_id.into(),
            overwrite: false,
            recover: false,
            initial_height: 1,
        };
        for bad in ["", "a b", "a\nb", &"x".repeat(51)] {
            assert!(check("ada", &args(bad)).is_err(), "{bad:?}");
        }
        assert!(check("", &args("lazchain-1")).is_err() && check("a\nb", &args("lazchain-1")).is_err());
        assert!(check("ada", &args("lazchain-1")).is_ok());
    }

    #[test]
    fn times_are_civil() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_798_761_599), "2026-12-31T23:59:59Z");
    }
}

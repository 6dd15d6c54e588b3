//! Flags that every transaction command has.

use std::{path::PathBuf, time::SystemTime};

use anyhow::{Context as _, Result, bail};
use client::{Broadcast, sign::Mode};
use prost_types::Timestamp;
use proto::{
    coin::{Coins, DecCoin},
    dec::Dec,
};

use crate::context::{KeyringFlags, NodeFlags, OutputFlag, seconds};

/// The SDK's gas limit where none is given.
const DEFAULT_GAS: u64 = 200_000;
/// Longest wait for a block.
const MAX_WAIT: u64 = 3600;
/// The end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Transaction")]
pub(crate) struct TxFlags {
    /// Name or address of private key with which to sign
    #[arg(long)]
    pub(super) from: Option<String>,
    /// The account number of the signing account (offline mode only)
    #[arg(short, long)]
    pub(super) account_number: Option<u64>,
    /// The sequence number of the signing account (offline mode only)
    #[arg(short, long)]
    pub(super) sequence: Option<u64>,
    /// Note to add a description to the transaction (previously --memo)
    #[arg(long, alias = "memo", default_value = "", hide_default_value = true)]
    pub(super) note: String,
    /// Fees to pay along with transaction; eg: 500ulaz
    #[arg(long)]
    pub(super) fees: Option<String>,
    /// Gas prices in decimal format to determine the transaction fee (e.g. 0.0025ulaz)
    #[arg(long, conflicts_with = "fees")]
    pub(super) gas_prices: Option<String>,
    /// Gas limit to set per-transaction; set to "auto" to calculate sufficient gas automatically, at the node's minimum
    /// price unless --fees or --gas-prices is given
    #[arg(long, default_value_t = DEFAULT_GAS.to_string())]
    pub(super) gas: String,
    /// Factor to be multiplied against the estimate of the simulation, which is exact here
    #[arg(long, default_value = "1.0")]
    pub(super) gas_adjustment: Dec,
    /// Transaction broadcasting mode (sync|async)
    #[arg(short, long, value_parser = ["sync", "async"])]
    pub(super) broadcast_mode: Option<String>,
    /// Ignore the --gas flag and perform a simulation of a transaction, but don't broadcast it
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Build an unsigned transaction and write it to STDOUT
    #[arg(long)]
    pub(super) generate_only: bool,
    /// Offline mode (does not allow any online functionality)
    #[arg(long)]
    pub(super) offline: bool,
    /// Skip tx broadcasting prompt confirmation
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Choose sign mode (direct|amino-json), this is an advanced feature
    #[arg(long, value_parser = ["direct", "amino-json"])]
    pub(super) sign_mode: Option<String>,
    /// Set a block timeout height to prevent the tx from being committed past a certain height
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    pub(super) timeout_height: u64,
    /// Set a time from now, such as 10m, after which the transaction is committed no more
    #[arg(long, value_name = "DURATION", value_parser = seconds, conflicts_with = "timeout_timestamp")]
    pub(super) timeout_duration: Option<u64>,
    /// Set a block time, in seconds since 1970 or like 2026-01-31T12:00:00Z, after which the transaction is committed no more
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) timeout_timestamp: Option<Timestamp>,
    /// Fee payer pays fees for the transaction instead of deducting from the signer
    #[arg(long)]
    pub(super) fee_payer: Option<String>,
    /// Fee granter grants fees for the transaction
    #[arg(long)]
    pub(super) fee_granter: Option<String>,
    /// Wait until the transaction is in a block, at most so many seconds, and print its result
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "30",
          value_parser = clap::value_parser!(u64).range(1..=MAX_WAIT))]
    pub(super) wait: Option<u64>,
    #[command(flatten)]
    pub(super) output: OutputFlag,
    #[command(flatten)]
    pub(super) node: NodeFlags,
    #[command(flatten)]
    pub(super) keyring: KeyringFlags,
}

/// A moment: seconds since 1970, or RFC 3339.
fn moment(text: &str) -> Result<Timestamp> {
    let seconds = text.parse().map(|seconds| Timestamp { seconds, nanos: 0 });
    let moment = seconds.or_else(|_| text.parse()).ok();
    // what JSON cannot say, nobody could sign or read
    moment.filter(|moment| (1..=LAST_SECOND).contains(&moment.seconds)).with_context(|| {
        format!("{text:?} is no time such as 2026-01-31T12:00:00Z, and no number of seconds since 1970")
    })
}

/// What `--gas` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gas {
    Auto,
    Limit(u64),
}

impl TxFlags {
    pub(super) fn gas(&self) -> Result<Gas> {
        if self.gas == "auto" {
            return Ok(Gas::Auto);
        }
        let limit = self.gas.parse().ok().filter(|limit| *limit > 0);
        let limit =
            limit.with_context(|| format!("--gas {:?} must be \"auto\" or a positive number", self.gas))?;
        Ok(Gas::Limit(limit))
    }

    /// The mode, or the one that this key can sign with.
    pub(super) fn mode(&self) -> Option<Mode> {
        match self.sign_mode.as_deref()? {
            "amino-json" => Some(Mode::AminoJson),
            _ => Some(Mode::Direct),
        }
    }

    /// The block time after which the transaction is void.
    pub(super) fn timeout(&self) -> Result<Option<Timestamp>> {
        let Some(seconds) = self.timeout_duration else { return Ok(self.timeout_timestamp) };
        let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs().checked_add(seconds);
        let end = end.context("--timeout-duration ends too far away")?;
        moment(&end.to_string()).map(Some)
    }

    /// Whether the user says what is paid.
    pub(super) fn states_fee(&self) -> bool {
        self.fees.is_some() || self.gas_prices.is_some()
    }

    /// What is paid for this much gas; `price` is what a unit costs where the user says nothing.
    pub(super) fn fee(&self, gas: u64, price: Option<&str>) -> Result<Coins> {
        if let Some(fees) = &self.fees {
            return fees.parse().with_context(|| format!("--fees {fees:?}"));
        }
        let mut coins = Vec::new();
        for price in self.gas_prices.as_deref().or(price).iter().flat_map(|prices| prices.split(',')) {
            let price: DecCoin = price.parse().with_context(|| format!("--gas-prices {price:?}"))?;
            let amount = price.amount.times_amount(proto::amount::Amount::new(gas.into()))?.ceil()?;
            coins.push(proto::coin::Coin::new(price.denom, amount));
        }
        Ok(Coins::sum(coins)?)
    }

    pub(super) fn broadcast(&self, configured: &str) -> Broadcast {
        match self.broadcast_mode.as_deref().unwrap_or(configured) {
            "async" => Broadcast::Async,
            _ => Broadcast::Sync,
        }
    }

    /// Refuses flags that contradict each other.
    pub(super) fn check(&self) -> Result<()> {
        if self.offline && self.dry_run {
            bail!("cannot use offline mode with --dry-run: a simulation needs a node");
        }
        if self.offline && self.gas()? == Gas::Auto {
            bail!("cannot estimate gas in offline mode; give a number with --gas");
        }
        Ok(())
    }
}

// Flags of the commands that work on transaction files. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct FileFlags {
    /// The document will be written to the given file instead of STDOUT
    #[arg(long)]
    pub(super) output_document: Option<PathBuf>,
}

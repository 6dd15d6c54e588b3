//! `lazd voucher`: a consumer's channel keys and vouchers.

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain::{Use, channel, voucher};
use proto::{
    amount::Amount,
    lazchain::{dat::v1::Purpose, usage::v1::Terms},
};
use serde_json::json;

use super::{SignFlags, digest, id, word};
use crate::{context::NodeFlags, node::home::Home, output::json_of};

/// Keys and vouchers of a consumer's channels
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the key that `tx usage open-channel` names; use another --number for each channel
    #[command(after_help = "Example:\n  lazd voucher key --from dan --number 1")]
    Key {
        #[command(flatten)]
        sign: SignFlags,
    },
    /// Sign a voucher for all that was used of a channel so far
    #[command(after_help = "Each voucher replaces the one before, and pays units x price.

Examples:
  lazd voucher sign channel-5 --sequence 2 --units 1000001 --price 3 --purpose infer --as-of 2026-11-25T12:00:00Z \\
      --from dan --number 1 > voucher.json
  lazd tx usage redeem-vouchers voucher.json --from provider")]
    Sign(Box<Sign>),
}

// What vouchers say besides the purpose. No doc comment: it would become the help of the command that has them.
#[derive(clap::Args)]
pub(crate) struct TermsFlags {
    /// Fields that were used, where the policy names fields
    #[arg(long = "field")]
    fields: Vec<String>,
    /// SHA-256 of the code that ran, where the policy names code
    #[arg(long)]
    code_digest: Option<String>,
}

impl TermsFlags {
    /// Nothing if none was given. Fields are sorted, as the chain wants them.
    pub(crate) fn read(&self) -> Result<Option<Terms>> {
        let code_digest = self.code_digest.as_deref().map(digest).transpose()?;
        let mut fields = self.fields.clone();
        fields.sort_unstable();
        let named = !fields.is_empty() || code_digest.is_some();
        let code_digest = code_digest.map(Vec::from).unwrap_or_default();
        Ok(named.then_some(Terms { fields, code_digest }))
    }
}

#[derive(clap::Args)]
struct Sign {
    /// The channel: 5 or channel-5
    channel: String,
    /// Grows with every voucher
    #[arg(long)]
    sequence: u64,
    /// All units used so far
    #[arg(long)]
    units: u64,
    /// Of one unit, in the channel's denomination; 0 for prepaid use
    #[arg(long)]
    price: Amount,
    /// What for: infer, train, fine-tune, evaluate, redistribute or derive
    #[arg(long)]
    purpose: String,
    /// Block time of the last work, as 2026-11-25T12:00:00Z
    #[arg(long)]
    as_of: String,
    #[command(flatten)]
    terms: TermsFlags,
    /// Merkle root of the single receipts
    #[arg(long)]
    receipts_root: Option<String>,
    #[command(flatten)]
    sign: SignFlags,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs a `lazd voucher` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Command::Key { sign } => {
            let context = sign.context(home)?;
            let (_, secret) = sign.unlock(&context)?;
            let key = channel(&secret, sign.number).public();
            context.format().print(&json!({ "channel_key": BASE64.encode(key), "number": sign.number }))
        }
        Command::Sign(args) => {
            let context = args.sign.context(home)?.with_node(args.node.clone());
            let used = Use {
                channel: id("channel", &args.channel)?,
                sequence: args.sequence,
                as_of: args.as_of.parse().with_context(|| format!("{:?} is no time", args.as_of))?,
                purpose: word::<Purpose>("lazchain.dat.v1.Purpose", &args.purpose)?,
                terms: args.terms.read()?,
                units: args.units,
                price: args.price,
                receipts_root: args.receipts_root.as_deref().map(digest).transpose()?,
            };
            let (_, secret) = args.sign.unlock(&context)?;
            let key = channel(&secret, args.sign.number);
            context.format().print(&json_of(&voucher(context.offline_chain_id()?, &used, &key)?)?)
        }
    }
}

//! `lazd why allowed`

use anyhow::Result;
use app::why::{AllowedAsk, Finding, allowed};
use proto::lazchain::dat::v1 as pb;

use super::{Context, Flags, Node, id};
use crate::offchain::word;

/// Why an account may use an asset for a purpose, or may not
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why allowed asset-12 ada infer
  lazd why allowed 12 laz1... fine_tune --policy-version 2")]
pub(super) struct Args {
    /// The asset: 12 or asset-12
    asset: String,
    /// Who wants to use it: a key's name or an address
    account: String,
    /// What for: infer, train, fine_tune, evaluate, redistribute or derive
    purpose: String,
    /// Under which licence; unless given the newest, or one under which the account holds a grant
    #[arg(long)]
    policy_version: Option<u64>,
    #[command(flatten)]
    pub(super) flags: Flags,
}

pub(super) fn find(context: &Context, node: &Node, args: &Args) -> Result<Finding> {
    let ask = AllowedAsk {
        asset: id("asset", &args.asset)?,
        account: context.address(&args.account)?,
        purpose: word("lazchain.dat.v1.Purpose", &args.purpose)?,
        policy_version: args.policy_version.filter(|version| *version > 0),
    };
    let request = pb::QueryAllowedRequest {
        asset: ask.asset,
        account: ask.account.to_string(),
        purpose: ask.purpose.into(),
        policy_version: ask.policy_version.unwrap_or(0),
    };
    let answer: pb::QueryAllowedResponse = node.ask("/lazchain.dat.v1.Query/Allowed", &request)?;
    Ok(allowed(&ask, &answer)?)
}

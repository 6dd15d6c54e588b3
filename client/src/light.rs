//! Headers that a light client accepts: signed by the validators that a trusted header leads to.

use std::time::{Duration, SystemTime};

use serde_json::json;
use tendermint::{
    Hash, Time,
    block::{self, Height},
    node, validator,
};
use tendermint_light_client_verifier::{
    ProdVerifier, Verdict, Verifier,
    options::Options,
    types::{LightBlock, TrustThreshold},
};
use tendermint_rpc::{Client, Paging};

use crate::{
    error::{Error, Result},
    rpc::{Method, Rpc, number},
};

/// Headers looked at on the way from the trusted one: halving any distance takes no more.
const MAX_STEPS: usize = 128;
/// How far the clocks of validators may be ahead of ours.
const CLOCK_DRIFT: Duration = Duration::from_secs(10);
/// How long a block that is being made is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(200);

/// A header known from elsewhere than this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Its height.
    pub height: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// How long validators are trusted: less than the chain's unbonding time.
    pub period: Duration,
}

/// Checks the header of a height, which states the state after the block before it.
///
/// Without trust it is only checked that the header is signed by the validators that it names itself, which a lying node
/// could make up.
pub(crate) async fn header(rpc: &Rpc, height: u64, trust: Option<&Trust>) -> Result<block::Header> {
    await_height(rpc, height).await?;
    let target = block(rpc, height).await?;
    match trust {
        Some(trust) => follow(rpc, trust, &target).await?,
        None => {
            let verifier = ProdVerifier::default();
            let state = target.as_untrusted_state();
            accept(verifier.verify_validator_sets(&state))?;
            accept(verifier.verify_commit(&state))?;
        }
    }
    Ok(target.signed_header.header)
}

/// Goes from the trusted header to the target, halfway first where too many validators have changed.
async fn follow(rpc: &Rpc, trust: &Trust, target: &LightBlock) -> Result<()> {
    let mut trusted = block(rpc, trust.height).await?;
    if trusted.signed_header.header.hash() != Hash::Sha256(trust.hash) {
        return Err(Error::Unproved(format!("the header at {} has not the trusted hash", trust.height)));
    }
    let mut waiting: Vec<LightBlock> = vec![target.clone()];
    for _ in 0..MAX_STEPS {
        let Some(next) = waiting.last() else { return Ok(()) };
        if next.height() <= trusted.height() {
            let same = next.height() == trusted.height()
                && next.signed_header.header.hash() == trusted.signed_header.header.hash();
            return if same {
                Ok(())
            } else {
                Err(Error::Unproved("the trusted height must not be above".into()))
            };
        }
        match check(&trusted, next, trust.period)? {
            Verdict::Success => trusted = waiting.pop().unwrap_or(trusted),
            Verdict::NotEnoughTrust(_) => {
                let (low, high) = (trusted.height().value(), next.height().value());
                let half = block(rpc, low + (high - low) / 2).await?;
                waiting.push(half);
            }
            Verdict::Invalid(why) => return Err(Error::Unproved(why.to_string())),
        }
    }
    if waiting.is_empty() { Ok(()) } else { Err(Error::Unproved("too many headers on the way".into())) }
}

fn check(trusted: &LightBlock, next: &LightBlock, period: Duration) -> Result<Verdict> {
    let options = Options {
        trust_threshold: TrustThreshold::ONE_THIRD,
        trusting_period: period,
        clock_drift: CLOCK_DRIFT,
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let now = Time::from_unix_timestamp(seconds, now.subsec_nanos())
        .map_err(|error| Error::Unproved(format!("this machine's clock: {error}")))?;
    let (next, trusted) = (next.as_untrusted_state(), trusted.as_trusted_state());
    Ok(ProdVerifier::default().verify_update_header(next, trusted, &options, now))
}

pub(crate) fn accept(verdict: Verdict) -> Result<()> {
    match verdict {
        Verdict::Success => Ok(()),
        Verdict::NotEnoughTrust(tally) => Err(Error::Unproved(format!("too few signatures: {tally}"))),
        Verdict::Invalid(why) => Err(Error::Unproved(why.to_string())),
    }
}

/// The node's latest height.
pub async fn latest(rpc: &Rpc) -> Result<u64> {
    let status = rpc.call(Method::Status, json!({})).await?;
    number(&status["sync_info"]["latest_block_height"])
}

async fn await_height(rpc: &Rpc, height: u64) -> Result<()> {
    let mut left = PATIENCE;
    while latest(rpc).await? < height {
        left = left.checked_sub(POLL).ok_or_else(|| {
            Error::Unproved(format!("the node has no header {height}, which the proof is checked against"))
        })?;
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// A header with its commit and validators.
pub(crate) async fn block(rpc: &Rpc, height: u64) -> Result<LightBlock> {
    let at = |height: u64| Height::try_from(height).map_err(|error| Error::Answer(error.to_string()));
    let (here, after) = (at(height)?, at(height + 1)?);
    let http = rpc.http();
    let commit = http.commit(here).await.map_err(|error| rpc.explain("commit", &error))?;
    let header = commit.signed_header;
    let set = http.validators(here, Paging::All).await.map_err(|error| rpc.explain("validators", &error))?;
    let next =
        http.validators(after, Paging::All).await.map_err(|error| rpc.explain("validators", &error))?;
    let proposer = header.header.proposer_address;
    let validators = validator::Set::with_proposer(set.validators, proposer)
        .map_err(|error| Error::Unproved(error.to_string()))?;
    let next_validators = validator::Set::without_proposer(next.validators);
    Ok(LightBlock::new(header, validators, next_validators, node::Id::new([0; 20])))
}

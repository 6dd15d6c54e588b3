//! Chains, and what they are folded into.

use proto::{address::ValAddress, lazchain::beacon::v1 as pb};
use sha2::{Digest, Sha256};
use state::{Pb, Read};

use super::{
    errors::Error,
    events,
    keys::{CHAINS, PARAMS, RECENT, VALUE},
    types::{folded, live},
};
use crate::{ctx::Ctx, error::Result, modules::scheduler, stored};

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// The beacon as it stands.
pub(crate) fn value(state: &dyn Read) -> Result<[u8; 32]> {
    Ok(VALUE.get(state)?.unwrap_or_default())
}

/// A validator's record, with a chain that came into force in its place.
pub(crate) fn chain(state: &dyn Read, operator: &ValAddress) -> Result<Option<pb::Chain>> {
    let Some(Pb(mut chain)) = CHAINS.get(state, operator)? else { return Ok(None) };
    if !chain.next_tip.is_empty() && scheduler::epoch(state)? >= chain.next_epoch {
        chain.tip = std::mem::take(&mut chain.next_tip);
        (chain.given, chain.next_epoch) = (0, 0);
    }
    Ok(Some(chain))
}

/// A validator's chain, if one is in force: its tip, and how many of its links were given.
pub(crate) fn chain_in_force(state: &dyn Read, operator: &ValAddress) -> Result<Option<([u8; 32], u64)>> {
    match chain(state, operator)?.filter(|chain| !chain.tip.is_empty()) {
        Some(chain) => Ok(Some((stored::digest(&chain.tip)?, chain.given))),
        None => Ok(None),
    }
}

/// Whether enough different validators have given a preimage in blocks after `since`.
pub(crate) fn ready(state: &dyn Read, since: u64) -> Result<bool> {
    let givers = params(state)?.givers;
    let recent = RECENT.page_back(state, &(), None, givers)?;
    let enough = u32::try_from(recent.len()).is_ok_and(|count| count >= givers);
    Ok(enough && recent.iter().all(|((height, _), ())| *height > since))
}

/// Folds a proposer's preimage in.
pub(crate) fn give(ctx: &mut Ctx, operator: &ValAddress, preimage: &[u8; 32]) -> Result<()> {
    let chain = chain(&ctx.state, operator)?.filter(|chain| !chain.tip.is_empty());
    let mut chain = chain.ok_or(Error::NoChain(*operator))?;
    if chain.tip != Sha256::digest(preimage).as_slice() {
        return Err(Error::WrongPreimage(*operator).into());
    }
    let height = ctx.block.height;
    if chain.last_height > 0 {
        RECENT.remove(&mut ctx.state, &(chain.last_height, *operator));
    }
    RECENT.set(&mut ctx.state, &(height, *operator), &());
    chain.tip = preimage.to_vec();
    chain.given = chain.given.saturating_add(1);
    chain.last_height = height;
    CHAINS.set(&mut ctx.state, operator, &Pb(chain));
    let value = folded(&value(&ctx.state)?, height, preimage);
    VALUE.set(&mut ctx.state, &value);
    ctx.emit(events::Given { validator: *operator, value });
    Ok(())
}

/// Counts that a proposer with a chain gave nothing of use.
pub(crate) fn withheld(ctx: &mut Ctx, operator: &ValAddress) -> Result<bool> {
    let chain = chain(&ctx.state, operator)?.filter(|chain| !chain.tip.is_empty());
    let Some(mut chain) = chain else { return Ok(false) };
    chain.withheld = chain.withheld.saturating_add(1);
    CHAINS.set(&mut ctx.state, operator, &Pb(chain));
    ctx.emit(events::Withheld(*operator));
    Ok(true)
}

/// Registers a chain for the next epoch; returns that epoch.
pub(crate) fn register(ctx: &mut Ctx, operator: &ValAddress, tip: &[u8; 32]) -> Result<u64> {
    let mut chain = chain(&ctx.state, operator)?.unwrap_or_default();
    if chain.tip == tip || chain.next_tip == tip {
        return Err(Error::SameTip.into());
    }
    let epoch = scheduler::epoch(&ctx.state)?.saturating_add(1);
    chain.validator = operator.to_string();
    (chain.next_tip, chain.next_epoch) = (tip.to_vec(), epoch);
    CHAINS.set(&mut ctx.state, operator, &Pb(chain));
    ctx.emit(events::Registered { validator: *operator, epoch });
    Ok(epoch)
}

//! Work that waits: royalties at the epoch, held income of providers, ends of time.

use state::Pb;

use super::{
    keys::POTS,
    logic::{self, Expiry, Flow},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::scheduler::Step,
    time::{Span, Time},
};

/// How long money of an expired token waits before it asks again for a settled version, in seconds.
const ASK_AGAIN_SECS: u64 = 3_600;

/// Moves what a pot owes its ancestors.
pub(crate) fn royalties(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    let (asset, version, denom) = logic::entry(entry)?;
    Ok(match logic::flow(ctx, asset, version, &denom, budget)? {
        Flow::More(used) => Step::More(used),
        Flow::Waits(used) => Step::Later(logic::next_epoch(&ctx.state)?, used),
        Flow::Done(used) => {
            let key = (asset, version, denom);
            if let Some(Pb(mut pot)) = POTS.get(&ctx.state, &key)? {
                pot.queued = false;
                POTS.set(&mut ctx.state, &key, &Pb(pot));
            }
            Step::Done(used)
        }
    })
}

/// Pays providers of a settled version what was held.
pub(crate) fn releases(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    let (asset, version) = logic::released(entry)?;
    let (used, all) = logic::release_held(ctx, asset, version, budget)?;
    Ok(if all { Step::Done(used) } else { Step::More(used) })
}

/// Ends prepaid use whose time is up.
pub(crate) fn expiries(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    let (asset, serial) = logic::expiring(entry)?;
    Ok(match logic::expire(ctx, asset, serial)? {
        Expiry::Done | Expiry::Gone => Step::Done(1),
        Expiry::NotYet(until) => Step::Later(until.nanos(), 1),
        Expiry::Waits => Step::Later(later(ctx.block.time), 1),
    })
}

fn later(now: Time) -> u64 {
    now.plus(Span::from_secs(ASK_AGAIN_SECS)).nanos()
}

/// Ends requests that nobody answered.
pub(crate) fn unanswered(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    logic::forget_request(ctx, entry)?;
    Ok(Step::Done(1))
}

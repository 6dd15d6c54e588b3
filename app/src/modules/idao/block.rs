//! Work of the queues. An entry that no longer fits the record it names does nothing.

use proto::lazchain::idao::v1::ProposalStatus as Status;
use state::{Fault, Pb};

use super::{
    errors::Error,
    keys::PROPOSALS,
    logic::{freezes, joining, votes, winding_up},
    waiting::End,
};
use crate::{
    ctx::Ctx,
    error::{Coded, Result, split},
    modules::scheduler::Step,
    stored,
};

/// Units that deciding a vote takes.
const DECIDE_UNITS: u32 = 4;

/// A vote's time may be up.
pub(crate) fn close_vote(ctx: &mut Ctx, entry: &[u8], _budget: u32) -> Result<Step> {
    let id = entry.try_into().map_err(|error| Fault::corrupt("idao/closings", error))?;
    let id = u64::from_be_bytes(id);
    let Some(proposal) = running(ctx, id)? else { return Ok(Step::Done(1)) };
    if proposal.status() != Status::Voting || ctx.block.time < stored::time(proposal.closes.as_ref()) {
        return Ok(Step::Done(1));
    }
    votes::decide(ctx, proposal)?;
    Ok(Step::Done(DECIDE_UNITS))
}

/// Something may have come to its end.
pub(crate) fn end(ctx: &mut Ctx, entry: &[u8], _budget: u32) -> Result<Step> {
    match End::decode(entry)? {
        End::Lapse(id) => lapse(ctx, id)?,
        End::Invitation(id, who) => joining::expire(ctx, id, &who)?,
        End::Thaw(id, kind, subject) => {
            if let Some(later) = freezes::thaw(ctx, id, kind, subject)? {
                return Ok(Step::Later(later, 1));
            }
        }
    }
    Ok(Step::Done(2))
}

/// Something is removed, in pages.
pub(crate) fn clear(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    winding_up::work(ctx, entry, budget)
}

fn lapse(ctx: &mut Ctx, id: u64) -> Result<()> {
    let Some(mut proposal) = running(ctx, id)? else { return Ok(()) };
    let over = stored::time(proposal.executable_until.as_ref()) <= ctx.block.time;
    if proposal.status() != Status::Passed || !over {
        return Ok(());
    }
    proposal.set_status(Status::Lapsed);
    votes::finish(ctx, &proposal)
}

/// The proposal, if it is there and not frozen; the end of a freeze brings its own entries.
fn running(ctx: &mut Ctx, id: u64) -> Result<Option<proto::lazchain::idao::v1::Proposal>> {
    let Some(Pb(_)) = PROPOSALS.get(&ctx.state, &id)? else { return Ok(None) };
    match split(freezes::running(ctx, id))? {
        Ok(proposal) => Ok(Some(proposal)),
        Err(reject) if (reject.space, reject.code) == (Error::SPACE, Error::Frozen(id).code()) => Ok(None),
        Err(reject) => Err(reject.into()),
    }
}

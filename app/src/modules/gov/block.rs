//! What happens to proposals when their time is up.

use proto::cosmos::gov::v1::ProposalStatus as Status;

use super::{
    events,
    keys::{DEPOSIT_QUEUE, LEFTOVER, MOVED, PROPOSALS, RUNNING, VOTES, VOTING_QUEUE},
    logic, proposable,
    tally::{Count, Outcome, Running},
    types::Proposal,
};
use crate::{
    ctx::Ctx,
    error::{Reject, Result},
    node::panicked,
};

/// Most proposals of each queue that one block closes; the rest waits for the next.
const MAX_CLOSED: u32 = 16;
/// Most votes and delegations of voters that one block counts or removes.
const MAX_WORK: u32 = 20_000;
/// Entries removed at a time.
const CHUNK: u32 = 500;

/// Closes what is due. An error here stops the chain; a proposal's own failure is its result.
pub(crate) fn end_block(ctx: &mut Ctx) -> Result<()> {
    let mut work = MAX_WORK;
    drop_unfunded(ctx)?;
    remove_leftover(ctx, &mut work)?;
    count_ended(ctx, &mut work)
}

/// Everything due by now is strictly before this key.
fn due(ctx: &Ctx) -> (u64, u64) {
    (ctx.block.time.nanos().saturating_add(1), 0)
}

/// Proposals that did not get enough deposits are removed.
fn drop_unfunded(ctx: &mut Ctx) -> Result<()> {
    for ((_, id), ()) in DEPOSIT_QUEUE.range(&ctx.state, None, &due(ctx), MAX_CLOSED)? {
        let proposal = logic::proposal(&ctx.state, id)?;
        logic::remove(ctx, id, &proposal);
        if logic::params(&ctx.state)?.burn_proposal_deposit_prevote {
            logic::burn(ctx, id)?;
        } else {
            logic::refund(ctx, id)?;
        }
        ctx.emit(events::Dropped(id));
    }
    Ok(())
}

/// Votes of cancelled proposals are removed.
fn remove_leftover(ctx: &mut Ctx, work: &mut u32) -> Result<()> {
    while *work > 0
        && let Some((id, ())) = LEFTOVER.page(&ctx.state, &(), None, 1)?.pop()
    {
        let limit = CHUNK.min(*work);
        let removed = logic::remove_votes(ctx, id, limit)?;
        *work = work.saturating_sub(removed.saturating_add(1));
        if removed < limit {
            LEFTOVER.remove(&mut ctx.state, &id);
        }
    }
    Ok(())
}

/// Proposals whose vote ended are counted, one after the other; the last may have to go on in the next block.
pub(crate) fn count_ended(ctx: &mut Ctx, work: &mut u32) -> Result<()> {
    for _ in 0..MAX_CLOSED {
        let running = RUNNING.get(&ctx.state)?;
        let Running { proposal: id, mut count } = match running {
            Some(running) => running,
            None => match VOTING_QUEUE.range(&ctx.state, None, &due(ctx), 1)?.pop() {
                Some(((_, id), ())) => Running { proposal: id, count: Count::begin(&ctx.state)? },
                None => return Ok(()),
            },
        };
        let done = count.advance(&ctx.state, id, work)?;
        remove_counted(ctx, id, &count)?;
        if !done {
            RUNNING.set(&mut ctx.state, &Running { proposal: id, count });
            return Ok(());
        }
        RUNNING.remove(&mut ctx.state);
        forget_moves(ctx)?;
        let proposal = logic::proposal(&ctx.state, id)?;
        let outcome = count.finish(&logic::params(&ctx.state)?, proposal.expedited)?;
        conclude(ctx, id, proposal, outcome)?;
    }
    Ok(())
}

/// A counted vote is used up: who wants to vote again on an expedited proposal that failed does so.
fn remove_counted(ctx: &mut Ctx, id: u64, count: &Count) -> Result<()> {
    let Some(last) = count.last() else { return Ok(()) };
    loop {
        let votes = VOTES.page(&ctx.state, &id, None, CHUNK)?;
        let counted: Vec<_> =
            votes.iter().map(|(key, _)| *key).take_while(|(_, voter)| *voter <= last).collect();
        counted.iter().for_each(|key| VOTES.remove(&mut ctx.state, key));
        if counted.is_empty() {
            return Ok(());
        }
    }
}

/// As many as delegations changed while the count was running.
fn forget_moves(ctx: &mut Ctx) -> Result<()> {
    loop {
        let moves = MOVED.page(&ctx.state, &(), None, CHUNK)?;
        moves.iter().for_each(|(key, _)| MOVED.remove(&mut ctx.state, key));
        if moves.is_empty() {
            return Ok(());
        }
    }
}

fn conclude(ctx: &mut Ctx, id: u64, mut proposal: Proposal, outcome: Outcome) -> Result<()> {
    let again = proposal.expedited && !outcome.passes;
    if !again && outcome.burns {
        logic::burn(ctx, id)?;
    } else if !again {
        logic::refund(ctx, id)?;
    }
    if let Some(voting) = proposal.voting {
        VOTING_QUEUE.remove(&mut ctx.state, &(voting.end.nanos(), id));
    }
    proposal.counts = outcome.counts;
    let (result, log) = if outcome.passes {
        execute(ctx, &mut proposal)?
    } else if again {
        extend(ctx, id, &mut proposal)?;
        ("expedited_proposal_rejected", "expedited proposal converted to regular".into())
    } else {
        proposal.status = Status::Rejected;
        proposal.failed_reason = "proposal did not get enough votes to pass".into();
        ("proposal_rejected", "rejected".into())
    };
    PROPOSALS.set(&mut ctx.state, &id, &proposal);
    ctx.emit(events::Counted { id, result, log });
    Ok(())
}

/// An expedited proposal that failed is voted on as an ordinary one, for the rest of the ordinary time.
fn extend(ctx: &mut Ctx, id: u64, proposal: &mut Proposal) -> Result<()> {
    let period = logic::params(&ctx.state)?.voting_period;
    proposal.expedited = false;
    if let Some(voting) = &mut proposal.voting {
        voting.end = voting.start.plus(period);
        VOTING_QUEUE.set(&mut ctx.state, &(voting.end.nanos(), id), &());
    }
    Ok(())
}

/// Runs all messages or none. The state keeps only which message failed with which code: texts are for people and may
/// change with the program, so they go to the event.
fn execute(ctx: &mut Ctx, proposal: &mut Proposal) -> Result<(&'static str, String)> {
    let mut at = 0_usize;
    let outcome = ctx.attempt_caught(
        |ctx| {
            for (index, message) in proposable::parse(&proposal.messages)?.iter().enumerate() {
                at = index;
                message.action.apply(ctx)?;
            }
            #[cfg(test)]
            crate::gauntlet::trip(&proposal.title, "a proposal");
            Ok(())
        },
        panicked,
    )?;
    Ok(match outcome {
        Ok(()) => {
            proposal.status = Status::Passed;
            ("proposal_passed", "passed".into())
        }
        Err(Reject { space, code, text, .. }) => {
            let url = proposal.messages.get(at).map_or("", |any| &any.type_url);
            proposal.status = Status::Failed;
            proposal.failed_reason = format!("message {at} ({url}): codespace {space}, code {code}");
            ("proposal_failed", format!("passed, but msg {at} ({url}) failed on execution: {text}"))
        }
    })
}

//! Waiting, and working what is due.

use std::collections::VecDeque;

use proto::lazchain::scheduler::v1 as pb;
use state::{Pb, Read};

use super::{
    events,
    keys::{DEPTHS, DUE, EPOCH, NEXT_SEQUENCE, PARAMS, SET_ASIDE, TIME},
    types::{Queue, Step, Ticket, Work, live},
};
use crate::{ctx::Ctx, error::Result, time::Time};

/// Entries of a queue that are read at once.
const READ_AHEAD: u32 = 64;

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// The epoch that the chain is in, as it is kept.
pub(crate) fn current(state: &dyn Read) -> Result<pb::Epoch> {
    Ok(EPOCH.get(state)?.map_or(pb::Epoch { number: 1, start_height: 1 }, |Pb(epoch)| epoch))
}

/// The number of the epoch that the chain is in, from 1.
pub(crate) fn epoch(state: &dyn Read) -> Result<u64> {
    Ok(current(state)?.number)
}

/// The height at which the next epoch begins.
pub(crate) fn next_start(state: &dyn Read) -> Result<u64> {
    Ok(current(state)?.start_height.saturating_add(params(state)?.epoch_blocks))
}

/// The time of the block that a state is of: for queries, which have no block.
pub(crate) fn now(state: &dyn Read) -> Result<Time> {
    Ok(TIME.get(state)?.map_or(Time::EPOCH, Time::from_nanos))
}

/// Lets an entry wait until `due`.
pub(crate) fn push(ctx: &mut Ctx, queue: &Queue, due: u64, entry: &[u8]) -> Result<()> {
    let sequence = NEXT_SEQUENCE.get(&ctx.state)?.unwrap_or(1);
    NEXT_SEQUENCE.set(&mut ctx.state, &sequence.saturating_add(1));
    put(ctx, queue.name, Ticket { due, sequence }, entry)
}

pub(crate) fn put(ctx: &mut Ctx, queue: &str, ticket: Ticket, entry: &[u8]) -> Result<()> {
    DUE.set(&mut ctx.state, &(queue.to_owned(), ticket.due, ticket.sequence), &entry.to_vec());
    count(ctx, queue, 1)
}

fn take(ctx: &mut Ctx, queue: &str, ticket: Ticket) -> Result<()> {
    DUE.remove(&mut ctx.state, &(queue.to_owned(), ticket.due, ticket.sequence));
    count(ctx, queue, -1)
}

fn count(ctx: &mut Ctx, queue: &str, change: i64) -> Result<()> {
    let name = queue.to_owned();
    let depth = DEPTHS.get(&ctx.state, &name)?.unwrap_or(0).saturating_add_signed(change);
    if depth == 0 {
        DEPTHS.remove(&mut ctx.state, &name);
    } else {
        DEPTHS.set(&mut ctx.state, &name, &depth);
    }
    Ok(())
}

/// Works what is due in `queues` with `budget` units: each queue its sixteenth, then whatever has waited longest.
pub(crate) fn work(ctx: &mut Ctx, queues: &[(&Queue, Work)], budget: u32) -> Result<()> {
    let mut lines: Vec<Line<'_>> = queues.iter().map(|(queue, work)| Line::of(queue, *work)).collect();
    let sure = budget.div_euclid(16).max(1);
    let mut left = budget;
    for line in &mut lines {
        let mut part = sure.min(left);
        while part > 0 && line.head(ctx)?.is_some() {
            let used = line.step(ctx, part)?;
            part = part.saturating_sub(used);
            left = left.saturating_sub(used);
        }
    }
    while left > 0 {
        // the head pushed first: heights and times cannot be compared, the order of pushing can
        let mut first: Option<(u64, usize)> = None;
        for (place, line) in lines.iter_mut().enumerate() {
            let Some(ticket) = line.head(ctx)? else { continue };
            first = Some(first.map_or((ticket.sequence, place), |first| first.min((ticket.sequence, place))));
        }
        let Some(line) = first.and_then(|(_, place)| lines.get_mut(place)) else { break };
        left = left.saturating_sub(line.step(ctx, left)?);
    }
    Ok(())
}

/// What of a queue is due, read ahead. What is pushed while a block works, due or not, waits at least for the next one
/// if it would come before what was read already.
struct Line<'a> {
    queue: &'a Queue,
    work: Work,
    ahead: VecDeque<(Ticket, Vec<u8>)>,
    read_to: Option<(String, u64, u64)>,
    ended: bool,
}

impl<'a> Line<'a> {
    fn of(queue: &'a Queue, work: Work) -> Line<'a> {
        Line { queue, work, ahead: VecDeque::new(), read_to: None, ended: false }
    }

    /// The first entry that is due.
    fn head(&mut self, ctx: &Ctx) -> Result<Option<Ticket>> {
        loop {
            if let Some((ticket, _)) = self.ahead.front() {
                return Ok(Some(*ticket));
            }
            if self.ended {
                return Ok(None);
            }
            let (name, now) = (self.queue.name.to_owned(), self.queue.now(ctx));
            let page = DUE.page(&ctx.state, &name, self.read_to.as_ref(), READ_AHEAD)?;
            let full = u32::try_from(page.len()).is_ok_and(|rows| rows == READ_AHEAD);
            self.read_to = page.last().map(|(key, _)| key.clone());
            let due = page.into_iter().take_while(|((_, due, _), _)| *due <= now);
            self.ahead.extend(due.map(|((_, due, sequence), entry)| (Ticket { due, sequence }, entry)));
            self.ended = !full || self.ahead.is_empty();
        }
    }

    /// Works the head; what it used, at least one unit.
    fn step(&mut self, ctx: &mut Ctx, budget: u32) -> Result<u32> {
        let Some((ticket, entry)) = self.ahead.pop_front() else { return Ok(1) };
        let used = step(ctx, self.queue, self.work, (ticket, &entry), budget)?;
        if DUE.has(&ctx.state, &(self.queue.name.to_owned(), ticket.due, ticket.sequence))? {
            self.ahead.push_front((ticket, entry)); // there is more of it
        }
        Ok(used)
    }
}

/// Works one entry; what it used, at least one unit.
fn step(
    ctx: &mut Ctx,
    queue: &Queue,
    work: Work,
    (ticket, entry): (Ticket, &[u8]),
    budget: u32,
) -> Result<u32> {
    match ctx.attempt(|ctx| work(ctx, entry, budget))? {
        Ok(Step::Done(used)) => {
            take(ctx, queue.name, ticket)?;
            Ok(used.max(1))
        }
        Ok(Step::More(used)) => Ok(used.max(1)),
        Ok(Step::Later(due, used)) => {
            take(ctx, queue.name, ticket)?;
            // never due again in this block, or one entry could spin until the budget is gone
            push(ctx, queue, due.max(queue.now(ctx).saturating_add(1)), entry)?;
            Ok(used.max(1))
        }
        Err(reject) => {
            take(ctx, queue.name, ticket)?;
            ctx.emit(events::SetAside { queue: queue.name, sequence: ticket.sequence, reason: &reject.text });
            let (queue, entry) = (queue.name.to_owned(), entry.to_vec());
            let due = pb::Due { queue, due: ticket.due, sequence: ticket.sequence, entry };
            let record = pb::SetAside {
                due: Some(due),
                height: ctx.block.height,
                codespace: reject.space.to_owned(),
                code: reject.code,
            };
            SET_ASIDE.set(&mut ctx.state, &ticket.sequence, &Pb(record));
            Ok(1)
        }
    }
}

/// Whether the block is the last of its epoch; then the next one has begun.
pub(crate) fn turn(ctx: &mut Ctx) -> Result<Option<u64>> {
    let (epoch, params) = (current(&ctx.state)?, params(&ctx.state)?);
    let next = ctx.block.height.saturating_add(1);
    if next < epoch.start_height.saturating_add(params.epoch_blocks) {
        return Ok(None);
    }
    let number = epoch.number.saturating_add(1);
    EPOCH.set(&mut ctx.state, &Pb(pb::Epoch { number, start_height: next }));
    ctx.emit(events::EpochBegan(number));
    Ok(Some(number))
}

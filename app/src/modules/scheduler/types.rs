//! Queues, their work, and the parameters.

use proto::lazchain::scheduler::v1 as pb;

use crate::{ctx::Ctx, error::Result, given::within};

/// What a queue counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Nanoseconds since 1970.
    Time,
    /// Heights.
    Height,
}

/// A queue, declared by its module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Queue {
    /// `vsc/tallies`.
    pub name: &'static str,
    pub clock: Clock,
}

impl Queue {
    /// One whose entries are due at a block time.
    pub(crate) const fn by_time(name: &'static str) -> Queue {
        Queue { name, clock: Clock::Time }
    }

    /// One whose entries are due at a height.
    pub(crate) const fn by_height(name: &'static str) -> Queue {
        Queue { name, clock: Clock::Height }
    }

    /// What is due now has at most this.
    pub(crate) fn now(&self, ctx: &Ctx) -> u64 {
        match self.clock {
            Clock::Time => ctx.block.time.nanos(),
            Clock::Height => ctx.block.height,
        }
    }
}

/// Where an entry waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub due: u64,
    pub sequence: u64,
}

/// What became of an entry that was worked, and how many units that took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Finished.
    Done(u32),
    /// There is more of it: it keeps its place and goes on.
    More(u32),
    /// It waits again until then, behind what is due then already.
    Later(u64, u32),
}

/// The work on one entry, with at most so many units. Nothing it wrote stays if it is refused.
pub(crate) type Work = fn(&mut Ctx, &[u8], u32) -> Result<Step>;

/// What a new chain starts with.
pub(crate) const fn live() -> pb::Params {
    pb::Params { budget: 1_000, epoch_blocks: 1_000 }
}

/// What a local network starts with.
pub(crate) const fn local() -> pb::Params {
    pb::Params { budget: 1_000, epoch_blocks: 20 }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    within("budget", params.budget.into(), 100..=100_000)?;
    within("epoch_blocks", params.epoch_blocks, 2..=1_000_000)?;
    Ok(())
}

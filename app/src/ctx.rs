//! What a handler works with: the block, the state, and where events go.

use proto::address::ConsAddress;
use state::{Fault, Overlay};

use crate::{
    error::{Reject, Result, split},
    event::{Announced, Emitted, Event, Later, spelled},
    modules::{audit, dat},
    time::Time,
};

/// The block being built. Its time is the only clock there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Height, from 1.
    pub height: u64,
    /// Time of the block.
    pub time: Time,
    /// The chain's id.
    pub chain_id: String,
    /// Who proposed it; nobody at genesis.
    pub proposer: Option<ConsAddress>,
}

/// One block's work in progress.
pub struct Ctx {
    /// The block.
    pub block: Block,
    /// Its state: the last committed one under everything written so far.
    pub state: Overlay,
    /// SHA-256 of the transaction being executed; nothing in block work.
    pub tx: Option<[u8; 32]>,
    /// What lineages bring, as the block found it.
    pub(crate) burdens: dat::Burdens,
    events: Vec<Announced>,
    trail: Vec<audit::Kept>,
}

impl Ctx {
    /// A block on a state.
    pub fn new(block: Block, state: Overlay) -> Ctx {
        Ctx {
            block,
            state,
            tx: None,
            burdens: dat::Burdens::default(),
            events: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// Announces something. Dropped if the attempt it is part of fails.
    pub fn emit<E: Event>(&mut self, event: E) {
        self.events.push(Announced::now(&event));
    }

    /// As [`Ctx::emit`], for what every transaction announces: it is spelled on another core.
    pub(crate) fn emit_later(&mut self, events: impl Later) {
        self.events.push(Announced::later(events));
    }

    /// Runs a message of a transaction: what it announces is known to be its own.
    pub(crate) fn as_message<T>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut Ctx) -> Result<T>,
    ) -> Result<T> {
        let begin = self.events.len();
        let done = work(self)?;
        self.events.iter_mut().skip(begin).for_each(|event| event.message = Some(index));
        Ok(done)
    }

    /// Takes all events announced so far.
    pub fn take_events(&mut self) -> Vec<Emitted> {
        spelled(self.take_announced())
    }

    /// Takes all events announced so far, as they are.
    pub(crate) fn take_announced(&mut self) -> Vec<Announced> {
        std::mem::take(&mut self.events)
    }

    /// Adds an entry to what the node keeps of trails beside the state. Dropped if the attempt it is part of fails.
    pub(crate) fn keep_trail(&mut self, kept: audit::Kept) {
        self.trail.push(kept);
    }

    /// Takes all trail entries so far.
    pub(crate) fn take_trail(&mut self) -> Vec<audit::Kept> {
        std::mem::take(&mut self.trail)
    }

    /// Runs `work`; keeps its writes and events only if it succeeds. The only way to survive a refusal; faults pass
    /// through.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Ctx) -> Result<T>,
    ) -> Result<Result<T, Reject>, Fault> {
        self.state.checkpoint();
        let (events, trail) = (self.events.len(), self.trail.len());
        let outcome = split(work(self));
        if matches!(outcome, Ok(Ok(_))) {
            self.state.keep();
        } else {
            self.state.rollback();
            self.events.truncate(events);
            self.trail.truncate(trail);
        }
        outcome
    }

    /// As [`Ctx::attempt`], and a panic inside `work` is a refusal too, made by `on_panic`. This is a transaction's
    /// border: no other panic in the chain is survived.
    pub fn attempt_caught<T>(
        &mut self,
        work: impl FnOnce(&mut Ctx) -> Result<T>,
        on_panic: impl FnOnce(String) -> Reject,
    ) -> Result<Result<T, Reject>, Fault> {
        let depth = self.state.depth();
        let (events, trail) = (self.events.len(), self.trail.len());
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.attempt(work)));
        caught.unwrap_or_else(|panic| {
            while self.state.depth() > depth {
                self.state.rollback();
            }
            self.events.truncate(events);
            self.trail.truncate(trail);
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Ok(Err(on_panic(text.unwrap_or_default())))
        })
    }
}

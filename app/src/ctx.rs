//! What a handler works with: the block, the state, and where events go.

use std::{collections::VecDeque, sync::Arc};

use proto::address::{Address, ConsAddress};
use state::{Fault, Overlay};

use crate::{
    error::{Reject, Result, split},
    event::{Event, Events, Journal, Origin},
    modules::{audit, dat},
    time::Time,
};

/// Addresses in text that are at hand, besides the newest.
const MOST_SPELLINGS: usize = 7;

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
    events: Journal,
    /// Where events come from now.
    origin: Origin,
    /// Whether nobody will read them.
    quiet: bool,
    /// The addresses last spelled, the newest in front.
    spellings: VecDeque<(Address, Arc<str>)>,
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
            events: Journal::default(),
            origin: Origin::default(),
            quiet: false,
            spellings: VecDeque::new(),
            trail: Vec::new(),
        }
    }

    /// Announces something. Dropped if the attempt it is part of fails.
    pub fn emit<E: Event>(&mut self, event: E) {
        if !self.quiet {
            self.events.add(&event, self.origin);
        }
    }

    /// Does work of which nobody reads what it announces, so that it is not put into words.
    pub(crate) fn quietly<T>(&mut self, work: impl FnOnce(&mut Ctx) -> T) -> T {
        let before = std::mem::replace(&mut self.quiet, true);
        let done = work(self);
        self.quiet = before;
        done
    }

    /// Does work whose events say that they come from there.
    pub(crate) fn within<T>(&mut self, origin: Origin, work: impl FnOnce(&mut Ctx) -> T) -> T {
        let before = std::mem::replace(&mut self.origin, origin);
        let done = work(self);
        self.origin = before;
        done
    }

    /// An address in text, for events: those of a transaction name the same few accounts again and again.
    pub(crate) fn spelled(&mut self, who: &Address) -> Arc<str> {
        if self.quiet {
            return Arc::default();
        }
        if let Some((_, text)) = self.spellings.iter().find(|(known, _)| known == who) {
            return Arc::clone(text);
        }
        let text: Arc<str> = who.to_string().into();
        self.spellings.truncate(MOST_SPELLINGS);
        self.spellings.push_front((*who, Arc::clone(&text)));
        text
    }

    /// Takes all events announced so far.
    pub fn take_events(&mut self) -> Events {
        self.events.take()
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
        let (events, trail) = (self.events.place(), self.trail.len());
        let outcome = split(work(self));
        if matches!(outcome, Ok(Ok(_))) {
            self.state.keep();
        } else {
            self.state.rollback();
            self.events.back_to(events);
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
        let (events, origin, trail) = (self.events.place(), self.origin, self.trail.len());
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.attempt(work)));
        caught.unwrap_or_else(|panic| {
            while self.state.depth() > depth {
                self.state.rollback();
            }
            self.events.back_to(events);
            self.origin = origin;
            self.trail.truncate(trail);
            let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Ok(Err(on_panic(text.unwrap_or_default())))
        })
    }
}

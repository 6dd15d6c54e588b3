//! A block that never ends, for scenarios that reach into modules: messages are parsed and applied without signatures or
//! fees, and what other modules would call is called. After each step every invariant is run.

use prost::{Message, Name};
use serde_json::Value as Json;
use state::Snapshot;

use super::{CHAIN_ID, any, init_chain};
use crate::{
    ctx::{Block, Ctx},
    error::{Reject, Result},
    genesis, invariant, modules, msg,
    time::{Span, Time},
};

/// A chain's state, worked on directly.
pub(crate) struct World {
    pub(crate) ctx: Ctx,
}

impl World {
    /// At height 1, from any genesis.
    pub(crate) fn new(app_state: Json) -> World {
        let init = init_chain(app_state, Vec::new());
        let (state, _) = genesis::build(Snapshot::empty(), &init).expect("a good genesis");
        let block = Block { height: 1, time: init.time, chain_id: CHAIN_ID.into(), proposer: None };
        World { ctx: Ctx::new(block, state) }
    }

    /// Sends a message as its signer.
    pub(crate) fn send<M: Message + Name, R: Message + Default>(&mut self, message: &M) -> Result<R, Reject> {
        let routed = msg::route(&any(message)).map_err(|error| error.reject().expect("no fault"))?;
        let response = self.act(|ctx| routed.action.apply(ctx))?;
        Ok(R::decode(response.value.as_slice()).expect("a response"))
    }

    /// Does something that a module would do.
    pub(crate) fn act<T>(&mut self, work: impl FnOnce(&mut Ctx) -> Result<T>) -> Result<T, Reject> {
        let outcome = self.ctx.attempt(work).expect("no fault");
        self.check();
        outcome
    }

    /// The next block comes so many seconds later: its queues are worked, and the epoch turns if it is time.
    pub(crate) fn pass(&mut self, secs: u64) {
        self.ctx.block.time = self.ctx.block.time.plus(Span::from_secs(secs));
        self.ctx.block.height += 1;
        modules::end_block(&mut self.ctx).expect("no trouble");
        self.check();
    }

    /// Now.
    pub(crate) fn now(&self) -> Time {
        self.ctx.block.time
    }

    /// Kinds and attributes of what was announced since the last time.
    pub(crate) fn events(&mut self, kind: &str) -> Vec<Vec<(String, String)>> {
        let events = self.ctx.take_events();
        let named = |event: crate::event::Emitted<'_>| {
            event.attributes().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        events.iter().filter(|event| event.kind() == kind).map(named).collect()
    }

    /// The state as a genesis would have it.
    pub(crate) fn export(&self) -> Json {
        genesis::export(&self.ctx.state).expect("exports")
    }

    fn check(&self) {
        assert_eq!(invariant::broken(&self.ctx.state).expect("reads"), Vec::<String>::new());
    }
}

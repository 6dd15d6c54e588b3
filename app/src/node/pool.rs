//! The pool's view: the last committed state with the pending transactions on top.

use state::{Beneath, Fault, Overlay, Snapshot};

use super::{ExecTxResult, Node, block_gas, execute, must_read, verify};
use crate::{
    checks::{self, Purpose},
    ctx::{Block, Ctx},
    event::Events,
    time::Time,
};

pub(crate) struct Pool {
    ctx: Ctx,
}

impl Pool {
    /// An empty pool on a committed state; `time` is what timeouts are held against, the last block's.
    pub(crate) fn on(latest: &Snapshot, chain_id: String, time: Time) -> Pool {
        let block = Block { height: latest.height().saturating_add(1), time, chain_id, proposer: None };
        Pool { ctx: Ctx::new(block, Overlay::new(latest.clone())) }
    }

    /// The block that the pool's transactions hope for.
    pub(crate) fn block(&self) -> Block {
        self.ctx.block.clone()
    }

    /// Drops it.
    pub(crate) fn discard(self) {
        self.ctx.state.discard();
    }

    /// The state without the pending transactions, and the chain's id.
    fn beneath(&self) -> (Beneath, String) {
        (self.ctx.state.beneath(), self.ctx.block.chain_id.clone())
    }
}

impl Node {
    /// Whether a transaction may stay in the pool. Takes microseconds: it is known, and what it would announce nobody
    /// reads a second time.
    pub fn recheck(&self, bytes: &[u8]) -> Result<ExecTxResult, Fault> {
        Ok(ExecTxResult { events: Events::default(), ..self.check(bytes)? })
    }

    /// Whether a transaction may enter the pool.
    pub fn check(&self, bytes: &[u8]) -> Result<ExecTxResult, Fault> {
        let (beneath, chain_id) = self.pool().beneath();
        let prepared = verify::one(&beneath, &chain_id, bytes, &self.known)?;
        let tx = match &prepared.tx {
            Ok(tx) => tx,
            Err(reject) => return Ok(execute::refused(reject, 0, 0)),
        };
        let (wanted, used) = (tx.fee.gas_limit, tx.cost().0);
        let block_gas = block_gas(&beneath).map_err(must_read)?;
        let mut pool = self.pool();
        let ctx = &mut pool.ctx;
        let right_for = prepared.right_for.as_deref();
        let purpose = Purpose::Check { prices: &self.config.prices, block_gas, right_for };
        let outcome = ctx.attempt_caught(|ctx| checks::run(ctx, tx, &purpose), execute::panicked)?;
        let events = ctx.take_events();
        drop(pool);
        Ok(match outcome {
            Ok(()) => ExecTxResult {
                gas_wanted: execute::signed(wanted),
                gas_used: execute::signed(used),
                events,
                ..Default::default()
            },
            Err(reject) => execute::refused(&reject, wanted, used),
        })
    }
}

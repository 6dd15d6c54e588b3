//! The pool's view: the last committed state with the pending transactions on top.

use std::sync::Arc;

use state::{Beneath, Fault, Overlay, Snapshot};

use super::{ExecTxResult, Node, block_gas, execute, must_read, verify};
use crate::{
    checks::{self, Purpose},
    ctx::{Block, Ctx},
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
        self.judge(bytes, true)
    }

    /// Whether a transaction may enter the pool.
    pub fn check(&self, bytes: &[u8]) -> Result<ExecTxResult, Fault> {
        self.judge(bytes, false)
    }

    fn judge(&self, bytes: &[u8], quiet: bool) -> Result<ExecTxResult, Fault> {
        let (beneath, chain_id) = self.pool().beneath();
        let parsed = verify::parse(bytes, &self.known)?;
        let tx = match &parsed.tx {
            Ok(tx) => Arc::clone(tx),
            Err(reject) => return Ok(execute::refused(reject, 0, 0)),
        };
        let prices = &self.config.prices;
        // who does not offer the price is refused for that, below, and gets no signature looked at
        let right_for = match checks::price(&tx, prices) {
            Ok(()) => verify::one(&beneath, &chain_id, parsed, &self.known)?.right_for,
            Err(_) => None,
        };
        let (wanted, used) = (tx.fee.gas_limit, tx.cost().0);
        let block_gas = block_gas(&beneath).map_err(must_read)?;
        let mut pool = self.pool();
        let ctx = &mut pool.ctx;
        let purpose = Purpose::Check { prices, block_gas, right_for: right_for.as_deref() };
        let run =
            |ctx: &mut Ctx| ctx.attempt_caught(|ctx| checks::run(ctx, &tx, &purpose), execute::panicked);
        let outcome = if quiet { ctx.quietly(run) } else { run(ctx) }?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Odd, TestChain, send};

    #[test]
    fn nobody_has_signatures_judged_for_what_is_refused_anyway() {
        let chain = TestChain::with_balances(&[("ada", 1_000_000), ("bob", 5)]);
        let judged = |odd: &Odd| {
            let tx = chain.sign("ada", vec![send("ada", "bob", 1)], odd);
            let code = chain.check(&tx).code;
            let known = verify::parse(&tx, &chain.node.known).expect("no fault");
            (code, known.right_for.is_some())
        };
        assert_eq!(judged(&Odd { fee: Some(("ulaz", 9)), ..Odd::default() }), (13, false));
        assert_eq!(judged(&Odd { memo: "m".repeat(257), ..Odd::default() }), (12, false));
        assert_eq!(judged(&Odd { gas: Some(20_000), ..Odd::default() }), (11, false));
        assert_eq!(judged(&Odd::default()), (0, true));
    }
}

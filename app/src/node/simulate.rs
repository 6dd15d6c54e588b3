//! What a transaction would do now.

use state::Overlay;

use super::{Node, execute};
use crate::{
    checks::{self, Purpose},
    ctx::Ctx,
    error::Result,
    event::Events,
    modules::auth,
    tx::Tx,
};

/// The outcome of a simulation.
pub struct Simulated {
    /// What the transaction will cost when it is sent; exact.
    pub gas_used: u64,
    /// The encoded `TxMsgData`.
    pub data: Vec<u8>,
    /// What would be announced.
    pub events: Events,
}

impl Node {
    /// Runs a transaction, signed or not, on the last committed state and forgets it.
    pub fn simulate(&self, bytes: &[u8]) -> Result<Simulated> {
        let mut tx = Tx::parse_unsigned(bytes)?;
        let latest = self.store.latest();
        // a key that is left out costs as when it is stated
        for signer in tx.signers.iter_mut().filter(|signer| signer.key.is_none()) {
            signer.key = auth::find_account(&latest, &signer.address)?.and_then(|account| account.key);
        }
        let mut block = self.pool().block();
        block.height = latest.height().saturating_add(1);
        let mut ctx = Ctx::new(block, Overlay::new(latest));
        ctx.attempt_caught(|ctx| checks::run(ctx, &tx, &Purpose::Simulate), execute::panicked)??;
        let data = ctx.attempt_caught(|ctx| execute::messages(ctx, &tx), execute::panicked)??;
        Ok(Simulated { gas_used: tx.cost().0, data, events: ctx.take_events() })
    }
}

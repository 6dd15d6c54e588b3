//! Proposals: what goes into ours, and what we accept of others.
//!
//! Only what cannot be parsed, or more gas than a block may use, makes a proposal bad; everything else fails by its
//! code. What we prepare is therefore always accepted by the others.

use state::{Fault, Read};

use super::{Node, Seen, block_gas, execute, must_read, verify};
use crate::{
    checks::{self, Purpose},
    ctx::Ctx,
    error::{Error, Reject, Result},
    modules::{self, beacon, staking},
};

impl Node {
    /// The candidates, in their order, that pass their checks one after the other and fit.
    pub fn prepare(&self, txs: Vec<Vec<u8>>, max_bytes: u64) -> Result<Vec<Vec<u8>>, Fault> {
        let chain = self.chain();
        let latest = self.store.latest();
        let mut overlay = chain.overlay(&latest);
        let prepared = verify::prepare(&mut overlay, &chain.chain_id, &txs, &self.known)?;
        let mut block = self.pool().block();
        block.chain_id.clone_from(&chain.chain_id);
        let mut ctx = Ctx::new(block, overlay);
        let most_gas = block_gas(&ctx.state).map_err(must_read)?.unwrap_or(u64::MAX);
        let mut kept: Vec<Vec<u8>> = self.throw(&ctx.state)?.into_iter().collect();
        let (mut bytes, mut gas) = (kept.iter().map(|item| framed(item)).sum::<u64>(), 0_u64);
        let mut fits = |(raw, prepared): &(Vec<u8>, verify::Prepared)| -> Result<bool, Fault> {
            let Ok(tx) = &prepared.tx else { return Ok(false) };
            let (size, more_gas) = (bytes.saturating_add(framed(raw)), gas.saturating_add(tx.fee.gas_limit));
            if size > max_bytes || more_gas > most_gas {
                return Ok(false);
            }
            let purpose = Purpose::Deliver { right_for: prepared.right_for.as_deref() };
            let run =
                |ctx: &mut Ctx| ctx.attempt_caught(|ctx| checks::run(ctx, tx, &purpose), execute::panicked);
            let passes = ctx.quietly(run)?.is_ok();
            if passes {
                (bytes, gas) = (size, more_gas);
            }
            Ok(passes)
        };
        // ballots first: their rounds do not wait; one that follows another transaction of its carrier comes after that
        let (ballots, others): (Vec<_>, Vec<_>) =
            txs.into_iter().zip(prepared).partition(|(_, prepared)| is_ballots(prepared));
        let mut missed = Vec::new();
        for one in ballots {
            if fits(&one)? {
                kept.push(one.0);
            } else {
                missed.push(one);
            }
        }
        for one in others.into_iter().chain(missed) {
            if fits(&one)? {
                kept.push(one.0);
            }
        }
        Ok(kept)
    }

    /// This validator's next preimage for the beacon, if its chain is registered.
    fn throw(&self, state: &dyn Read) -> Result<Option<Vec<u8>>, Fault> {
        let Some(own) = &self.config.beacon else { return Ok(None) };
        let next = || -> Result<Option<[u8; 32]>> {
            let Some(validator) = staking::validator_by_cons(state, &own.validator)? else { return Ok(None) };
            let chain = beacon::chain_in_force(state, &validator.operator)?;
            Ok(chain.and_then(|(tip, given)| own.next(given, &tip)))
        };
        Ok(next().map_err(must_read)?.map(|preimage| beacon::item(&preimage)))
    }

    /// Accepts or refuses a proposal; an accepted one begins to be executed at once.
    pub fn process(&self, seen: Seen) -> Result<Result<(), Reject>, Fault> {
        let mut chain = self.chain();
        let base = match self.base(&chain, seen.height) {
            Ok(base) => base,
            Err(Error::Fault(fault)) => return Err(fault),
            Err(Error::Reject(reject)) => return Ok(Err(reject)),
        };
        let most_gas = block_gas(&base.overlay).map_err(must_read)?.unwrap_or(u64::MAX);
        let parsed = verify::parse_all(seen.rest(), &self.known)?;
        let mut gas = 0_u64;
        for prepared in &parsed {
            match &prepared.tx {
                Ok(tx) => gas = gas.saturating_add(tx.fee.gas_limit),
                Err(reject) => return Ok(Err(reject.clone())),
            }
        }
        if gas > most_gas {
            return Ok(Err(execute::gas_over(most_gas, gas)));
        }
        if !chain.ahead.as_ref().is_some_and(|ahead| ahead.is(&seen.hash)) {
            if let Some(old) = chain.ahead.take() {
                drop(old.join()); // one at a time, so that many rounds need no more memory than one
            }
            chain.ahead = Some(execute::Ahead::start(base, seen, parsed, self.tools())?);
        }
        Ok(Ok(()))
    }
}

/// Whether a transaction carries ballots and nothing else.
fn is_ballots(prepared: &verify::Prepared) -> bool {
    let carries = |url: &str| modules::BALLOTS.contains(&url);
    prepared.tx.as_ref().is_ok_and(|tx| tx.messages.iter().all(|message| carries(&message.type_url)))
}

/// Bytes of a transaction inside a block: field tag, length, content.
fn framed(raw: &[u8]) -> u64 {
    let length = raw.len();
    let framed = length.saturating_add(1).saturating_add(prost::encoding::encoded_len_varint(length as u64));
    u64::try_from(framed).unwrap_or(u64::MAX)
}

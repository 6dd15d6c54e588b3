//! Transactions of the pool, parsed and with their signatures judged, remembered, so that a block does neither again.

use std::sync::{Arc, Mutex, MutexGuard};

use rayon::prelude::*;
use state::{Beneath, Fault, Overlay, Read};

use crate::{
    checks,
    error::{Error, Reject, Result},
    generations::Generations,
    node::execute,
    tx::Tx,
};

/// Bytes of the transactions known, in each of two generations. Parsed they take about eight times as much.
const MOST_BYTES: usize = 8 << 20;

/// Transactions that came to the pool, by hash.
#[derive(Clone)]
pub(crate) struct Known(Arc<Mutex<Generations<32, Prepared>>>);

impl Default for Known {
    fn default() -> Known {
        Known(Arc::new(Mutex::new(Generations::new(MOST_BYTES))))
    }
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, Generations<32, Prepared>> {
        self.0.lock().expect("no panic happens with this lock held")
    }

    /// Remembers a transaction whose signatures are right.
    fn remember(&self, prepared: &Prepared) {
        let Prepared { tx: Ok(tx), right_for: Some(_) } = prepared else { return };
        let size = tx.body_bytes.len().saturating_add(tx.auth_bytes.len());
        self.lock().insert(tx.hash, prepared.clone(), size);
    }

    /// Forgets transactions that a block had.
    pub(crate) fn forget(&self, done: Vec<Prepared>) {
        let mut known = self.lock();
        let txs = done.iter().filter_map(|prepared| prepared.tx.as_deref().ok());
        txs.for_each(|tx| known.remove(&tx.hash));
    }

    /// Ages what is known: what was not asked for in 128 to 256 heights is forgotten.
    pub(crate) fn turn(&self, height: u64) {
        if height.is_multiple_of(128) {
            self.lock().turn();
        }
    }
}

/// A transaction of a block, parsed, with its signatures judged ahead if that was possible.
#[derive(Clone)]
pub(crate) struct Prepared {
    /// Parsed, or why not.
    pub tx: Result<Arc<Tx>, Reject>,
    /// Account numbers its signatures are right for, as far as they were judged.
    pub right_for: Option<Arc<[u64]>>,
}

/// Transactions that go through the steps of a block together.
const TOGETHER: usize = 256;

/// Transactions that were parsed, on their way to be executed.
pub(crate) struct Portions {
    parsed: std::vec::IntoIter<Prepared>,
    /// How many portions were taken.
    taken: usize,
    /// The state before the block.
    state: Beneath,
    chain_id: String,
}

impl Portions {
    /// In the order of the transactions, on top of this state, to which it is said what each portion will read.
    pub(crate) fn of(parsed: Vec<Prepared>, state: &mut Overlay, chain_id: &str) -> Portions {
        let keys = parsed.par_chunks(TOGETHER).enumerate().map(|(place, portion)| {
            let mut keys = if place == 0 { checks::reads_always() } else { Vec::new() };
            portion.iter().flat_map(|prepared| &prepared.tx).for_each(|tx| checks::reads(tx, &mut keys));
            keys
        });
        state.will_read(keys.collect());
        Portions {
            parsed: parsed.into_iter(),
            taken: 0,
            state: state.beneath(),
            chain_id: chain_id.to_owned(),
        }
    }

    /// The next ones, for which the state is read ahead, and which are verified, on all cores; none after the last.
    pub(crate) fn next(&mut self) -> Result<Vec<Prepared>, Fault> {
        self.state.read_ahead(self.taken)?;
        self.taken = self.taken.saturating_add(1);
        let parsed: Vec<Prepared> = self.parsed.by_ref().take(TOGETHER).collect();
        // in small pieces: whoever has nothing else to do takes some
        let parsed = parsed.into_par_iter().with_min_len(8).with_max_len(8);
        parsed.map(|parsed| judge(&self.state, &self.chain_id, parsed)).collect()
    }
}

/// Parses what is not known, on all cores.
pub(crate) fn parse_all(txs: &[Vec<u8>], known: &Known) -> Result<Vec<Prepared>, Fault> {
    txs.par_iter().with_min_len(8).map(|bytes| parse(bytes, known)).collect()
}

/// Parses, reads ahead and verifies on all cores.
pub(crate) fn prepare(
    state: &mut Overlay,
    chain_id: &str,
    txs: &[Vec<u8>],
    known: &Known,
) -> Result<Vec<Prepared>, Fault> {
    let mut portions = Portions::of(parse_all(txs, known)?, state, chain_id);
    let mut prepared = Vec::with_capacity(txs.len());
    while prepared.len() < txs.len() {
        prepared.extend(portions.next()?);
    }
    prepared.iter().for_each(|prepared| known.remember(prepared));
    Ok(prepared)
}

/// Verifies one, and remembers it.
pub(crate) fn one(
    state: &(dyn Read + Sync),
    chain_id: &str,
    parsed: Prepared,
    known: &Known,
) -> Result<Prepared, Fault> {
    let prepared = judge(state, chain_id, parsed)?;
    known.remember(&prepared);
    Ok(prepared)
}

fn judge(state: &(dyn Read + Sync), chain_id: &str, parsed: Prepared) -> Result<Prepared, Fault> {
    let Prepared { tx: Ok(tx), right_for: None } = parsed else { return Ok(parsed) };
    let verify = || {
        #[cfg(test)]
        crate::gauntlet::trip(&tx.body.memo, "verification");
        checks::preverify(state, &tx, chain_id)
    };
    // a panic in it is the transaction's: it comes again when the transaction is checked, and is caught there
    let right_for = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(verify)) {
        Ok(Ok(verified)) => verified.map(Into::into),
        Ok(Err(Error::Fault(fault))) => return Err(fault),
        Ok(Err(Error::Reject(_))) | Err(_) => None,
    };
    Ok(Prepared { tx: Ok(tx), right_for })
}

/// Parsing is part of a transaction, so a panic in it is the transaction's.
pub(crate) fn parse(bytes: &[u8], known: &Known) -> Result<Prepared, Fault> {
    let hash = execute::hash(bytes);
    if let Some(prepared) = known.lock().find(&hash) {
        return Ok(prepared);
    }
    let caught = std::panic::catch_unwind(|| Tx::parse_hashed(bytes, hash));
    let tx = match caught.unwrap_or_else(|_| Err(execute::panicked("while it was parsed".into()).into())) {
        Ok(tx) => Ok(Arc::new(tx)),
        Err(error) => Err(error.reject()?),
    };
    Ok(Prepared { tx, right_for: None })
}

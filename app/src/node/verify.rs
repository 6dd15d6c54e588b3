//! Signatures that were found right, remembered, so that a block does not check again what the pool has checked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use rayon::prelude::*;
use state::{Fault, Overlay, Read};

use crate::{
    checks,
    error::{Error, Reject, Result},
    tx::Tx,
};

/// Verdicts kept at most, in two generations.
const MOST: usize = 200_000;

/// Transaction hash -> account numbers that its signatures are right for.
#[derive(Clone, Default)]
pub(crate) struct Verdicts(Arc<Mutex<Generations>>);

#[derive(Default)]
struct Generations {
    young: BTreeMap<[u8; 32], Vec<u64>>,
    old: BTreeMap<[u8; 32], Vec<u64>>,
}

impl Verdicts {
    /// What is known of a transaction.
    pub(crate) fn find(&self, hash: &[u8; 32]) -> Option<Vec<u64>> {
        let known = self.0.lock().expect("no panic happens with this lock held");
        known.young.get(hash).or_else(|| known.old.get(hash)).cloned()
    }

    /// Remembers a verdict.
    pub(crate) fn remember(&self, hash: [u8; 32], numbers: Vec<u64>) {
        let mut known = self.0.lock().expect("no panic happens with this lock held");
        known.young.insert(hash, numbers);
        if known.young.len() > MOST.div_ceil(2) {
            known.old = std::mem::take(&mut known.young);
        }
    }

    /// Ages the verdicts: one that no block used in 128 to 256 heights is forgotten.
    pub(crate) fn turn(&self, height: u64) {
        if height.is_multiple_of(128) {
            let mut known = self.0.lock().expect("no panic happens with this lock held");
            known.old = std::mem::take(&mut known.young);
        }
    }
}

/// A transaction of a block, parsed, with its signatures judged ahead if that was possible.
pub(crate) struct Prepared {
    /// Parsed, or why not.
    pub tx: Result<Tx, Reject>,
    /// Account numbers its signatures are right for.
    pub right_for: Option<Vec<u64>>,
}

/// Parses, reads ahead and verifies on all cores.
pub(crate) fn prepare(
    state: &Overlay,
    chain_id: &str,
    txs: &[Vec<u8>],
    verdicts: &Verdicts,
) -> Result<Vec<Prepared>, Fault> {
    let parsed: Vec<Result<Tx>> = txs.par_iter().with_min_len(8).map(|bytes| parse(bytes)).collect();
    let mut keys = Vec::new();
    parsed.iter().flatten().for_each(|tx| checks::reads(tx, &mut keys));
    state.read_ahead(keys)?;
    let judged = parsed.into_par_iter().with_min_len(8);
    judged.map(|parsed| judge(state, chain_id, parsed, verdicts)).collect()
}

/// Parses and verifies one.
pub(crate) fn one(
    state: &(dyn Read + Sync),
    chain_id: &str,
    bytes: &[u8],
    verdicts: &Verdicts,
) -> Result<Prepared, Fault> {
    judge(state, chain_id, parse(bytes), verdicts)
}

fn judge(
    state: &(dyn Read + Sync),
    chain_id: &str,
    parsed: Result<Tx>,
    verdicts: &Verdicts,
) -> Result<Prepared, Fault> {
    let tx = match parsed {
        Ok(tx) => tx,
        Err(error) => return Ok(Prepared { tx: Err(error.reject()?), right_for: None }),
    };
    if let Some(numbers) = verdicts.find(&tx.hash) {
        return Ok(Prepared { tx: Ok(tx), right_for: Some(numbers) });
    }
    let verify = || {
        #[cfg(test)]
        crate::gauntlet::trip(&tx.body.memo, "verification");
        checks::preverify(state, &tx, chain_id)
    };
    // a panic in it is the transaction's: it comes again when the transaction is checked, and is caught there
    let right_for = match std::panic::catch_unwind(std::panic::AssertUnwindSafe(verify)) {
        Ok(Ok(verified)) => verified,
        Ok(Err(Error::Fault(fault))) => return Err(fault),
        Ok(Err(Error::Reject(_))) | Err(_) => None,
    };
    if let Some(numbers) = &right_for {
        verdicts.remember(tx.hash, numbers.clone());
    }
    Ok(Prepared { tx: Ok(tx), right_for })
}

/// Parsing is part of a transaction, so a panic in it is the transaction's.
pub(crate) fn parse(bytes: &[u8]) -> Result<Tx> {
    let caught = std::panic::catch_unwind(|| Tx::parse(bytes));
    caught.unwrap_or_else(|_| Err(crate::node::execute::panicked("while it was parsed".into()).into()))
}

//! What is true after every block.

use std::collections::BTreeMap;

use proto::{amount::Amount, lazchain::rewards::v1 as pb};
use state::{Pb, Read};

use super::{
    emission::sunk_by_all,
    keys::{EMISSIONS, TALLIES},
    logic,
};
use crate::{error::Result, invariant::Invariant, page, stored};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("rewards/totals-are-those-of-tallies", totals_are_those_of_tallies),
    ("rewards/account-is-empty", account_is_empty),
];

/// What the tallies of one epoch and part sum to.
type Sums = BTreeMap<(u64, i32), (Amount, u64)>;

fn totals_are_those_of_tallies(state: &dyn Read) -> Result<Option<String>> {
    let mut sums = Sums::new();
    page::every(state, &TALLIES, &(), |_, Pb(tally)| {
        let (sunk, parties) = sums.entry((tally.epoch, tally.part)).or_default();
        *sunk = sunk.plus(stored::amount(&tally.sunk)?)?;
        *parties = parties.saturating_add(1);
        Ok(())
    })?;
    let running = logic::running(state)?;
    let mut wrong = Vec::new();
    let parts = [running.quorums, running.idaos, running.providers];
    compare(&mut sums, &mut wrong, running.epoch, parts, true)?;
    page::every(state, &EMISSIONS, &(), |epoch, Pb(emission)| {
        let parts = [emission.quorums, emission.idaos, emission.providers];
        compare(&mut sums, &mut wrong, epoch, parts, false)
    })?;
    wrong.extend(sums.into_keys());
    Ok((!wrong.is_empty()).then(|| format!("epochs and parts {wrong:?} do not add up")))
}

/// Of the running epoch the sums are equal; of a past one those of tallies that are left are at most the total.
fn compare(
    sums: &mut Sums,
    wrong: &mut Vec<(u64, i32)>,
    epoch: u64,
    parts: [Option<pb::Sum>; 3],
    is_running: bool,
) -> Result<()> {
    let names = [pb::Part::Quorums, pb::Part::Idaos, pb::Part::Providers];
    for (part, sum) in names.into_iter().zip(parts) {
        let key = (epoch, i32::from(part));
        let (sunk, parties) = sums.remove(&key).unwrap_or_default();
        let all = sunk_by_all(sum.as_ref())?;
        let fits = if is_running { sunk == all } else { sunk <= all };
        if !fits || sum.map_or(0, |sum| sum.parties) != parties {
            wrong.push(key);
        }
    }
    Ok(())
}

fn account_is_empty(state: &dyn Read) -> Result<Option<String>> {
    let left = logic::balances(state)?;
    Ok((!left.is_empty()).then(|| format!("{left} stayed on the account of emission")))
}

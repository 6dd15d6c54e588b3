//! True after every block.

use state::{Pb, Read};

use super::keys::{CHAINS, RECENT};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] = &[("beacon/recent-is-of-the-chains", recent_is_of_the_chains)];

fn recent_is_of_the_chains(state: &dyn Read) -> Result<Option<String>> {
    let (mut wrong, mut gave, mut recent) = (None, 0_u64, 0_u64);
    page::every(state, &CHAINS, &(), |operator, Pb(chain)| {
        if chain.last_height > 0 {
            gave = gave.saturating_add(1);
            if !RECENT.has(state, &(chain.last_height, operator))? {
                wrong = Some(format!("{operator} gave at {} and is not among the recent", chain.last_height));
            }
        }
        Ok(())
    })?;
    page::every(state, &RECENT, &(), |_, ()| {
        recent = recent.saturating_add(1);
        Ok(())
    })?;
    Ok(wrong.or_else(|| (gave != recent).then(|| format!("{gave} validators gave, {recent} are recent"))))
}

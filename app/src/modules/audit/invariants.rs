//! True after every block.

use state::{Pb, Read};

use super::{keys::TRAILS, logic};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] = &[("audit/frontiers-fit-their-counts", frontiers_fit)];

fn frontiers_fit(state: &dyn Read) -> Result<Option<String>> {
    let mut wrong = None;
    page::every(state, &TRAILS, &(), |subject, Pb(trail)| {
        if trail.count == 0 || logic::frontier(&trail).is_err() {
            wrong = Some(format!("the trail of {subject} has {} entries", trail.count));
        }
        Ok(())
    })?;
    Ok(wrong)
}

//! What is true after every block.

use state::Read;

use super::keys::{ACCOUNTS, NEXT_NUMBER, NUMBERS};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] = &[("auth/numbers-mirror-accounts", numbers_mirror_accounts)];

fn numbers_mirror_accounts(state: &dyn Read) -> Result<Option<String>> {
    let (mut accounts, mut numbers) = (Vec::new(), Vec::new());
    page::every(state, &ACCOUNTS, &(), |who, account| {
        accounts.push((account.number, who));
        Ok(())
    })?;
    page::every(state, &NUMBERS, &(), |number, who| {
        numbers.push((number, who));
        Ok(())
    })?;
    accounts.sort();
    let next = NEXT_NUMBER.get(state)?.unwrap_or(0);
    let below = numbers.last().is_none_or(|(last, _)| *last < next);
    Ok((accounts != numbers || !below)
        .then(|| format!("{} accounts, {} numbers", accounts.len(), numbers.len())))
}

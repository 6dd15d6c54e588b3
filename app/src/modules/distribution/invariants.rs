//! What is true after every block.

use std::collections::BTreeMap;

use proto::address::{Address, ValAddress};
use state::Read;

use super::{
    ACCOUNT, accrual,
    dec_coins::DecCoins,
    keys::{COMMISSION, ENDED, OUTSTANDING, RUNNING, SLASHES, STARTS},
    logic,
};
use crate::{error::Result, invariant::Invariant, modules::bank, page};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("distribution/account-holds-what-is-owed", account_holds_what_is_owed),
    ("distribution/references-are-counted", references_are_counted),
    ("distribution/everybody-can-withdraw", everybody_can_withdraw),
];

fn account_holds_what_is_owed(state: &dyn Read) -> Result<Option<String>> {
    let mut owed = logic::community_pool(state)?;
    page::every(state, &OUTSTANDING, &(), |_, rewards| {
        owed = owed.plus(&rewards)?;
        Ok(())
    })?;
    let (whole, _) = owed.split()?;
    let have = bank::balances(state, &Address::module(ACCOUNT))?;
    Ok((have != whole).then(|| format!("{owed} is owed, the account has {have}")))
}

/// Each ended period is referred to by the running one, delegations and slashes, and by as many as it says.
fn references_are_counted(state: &dyn Read) -> Result<Option<String>> {
    let mut expected: BTreeMap<(ValAddress, u64), u32> = BTreeMap::new();
    let mut refer = |key: (ValAddress, u64)| {
        let count = expected.entry(key).or_default();
        *count = count.saturating_add(1);
        Ok(())
    };
    page::every(state, &RUNNING, &(), |who, running| refer((who, running.last())))?;
    page::every(state, &STARTS, &(), |(who, _), start| refer((who, start.period)))?;
    page::every(state, &SLASHES, &(), |key, _| refer(key))?;
    let mut counted = BTreeMap::new();
    page::every(state, &ENDED, &(), |key, ended| {
        counted.insert(key, ended.references);
        Ok(())
    })?;
    Ok((expected != counted).then(|| format!("references are {expected:?}, counted are {counted:?}")))
}

/// Of each validator, commission and what its delegations earned are within what is outstanding.
fn everybody_can_withdraw(state: &dyn Read) -> Result<Option<String>> {
    let mut left: BTreeMap<ValAddress, DecCoins> = BTreeMap::new();
    page::every(state, &OUTSTANDING, &(), |who, rewards| {
        left.insert(who, rewards);
        Ok(())
    })?;
    let mut broken = Vec::new();
    let mut take = |who: ValAddress, amount: &DecCoins| {
        let outstanding = left.entry(who).or_default();
        match outstanding.minus(amount) {
            Some(rest) => *outstanding = rest,
            None => broken.push(format!("{who} has {outstanding} outstanding, {amount} is claimed")),
        }
    };
    page::every(state, &COMMISSION, &(), |who, commission| {
        take(who, &commission);
        Ok(())
    })?;
    page::every(state, &STARTS, &(), |(who, delegator), _| {
        take(who, &accrual::earned_now(state, &who, &delegator)?);
        Ok(())
    })?;
    Ok((!broken.is_empty()).then(|| broken.join("; ")))
}

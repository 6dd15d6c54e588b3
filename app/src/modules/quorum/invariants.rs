//! What is true after every block.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    address::ValAddress,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::quorum::v1 as pb,
};
use state::{Pb, Read};

use super::{
    keys::{
        ALLOCATED, BOUND, BOUND_OF, LIVE, MEASUREMENTS, MEMBERS, MEMBERS_POOLS, MEMBERSHIPS, POOLS, QUORUMS,
        REFERENCES, SLASHES,
    },
    logic::{purse, seats::counted},
};
use crate::{
    error::Result,
    fixed::{BPS, product},
    invariant::Invariant,
    modules::{bank, staking},
    page, stored,
};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("quorum/account-holds-what-is-owed", account_holds_what_is_owed),
    ("quorum/allocations-sum-up", allocations_sum_up),
    ("quorum/indexes-mirror-records", indexes_mirror_records),
    ("quorum/powers-keep-the-cap", powers_keep_the_cap),
    ("quorum/slashes-stay-within-pledges", slashes_stay_within_pledges),
    ("quorum/stake-is-held-for-slashes", stake_is_held_for_slashes),
];

fn account_holds_what_is_owed(state: &dyn Read) -> Result<Option<String>> {
    let denom = staking::bond_denom(state)?;
    let mut owed: Vec<Coin> = Vec::new();
    let mut add = |denom: &Denom, text: &str| -> Result<()> {
        owed.push(Coin::new(denom.clone(), stored::amount(text)?));
        Ok(())
    };
    page::every(state, &QUORUMS, &(), |_, Pb(quorum)| add(&denom, &quorum.deposit))?;
    page::every(state, &POOLS, &(), |_, Pb(pools)| {
        add(&denom, &pools.insurance)?;
        add(&denom, &pools.audit)
    })?;
    page::every(state, &SLASHES, &(), |_, Pb(slash)| {
        if slash.stage < staking::LEVIED { add(&denom, &slash.own) } else { Ok(()) }
    })?;
    page::every(state, &MEMBERS_POOLS, &(), |(_, denom), Pb(pool)| {
        let left = stored::amount(&pool.received)?.minus_or_zero(stored::amount(&pool.claimed)?);
        add(&denom, &left.to_string())
    })?;
    let owed = Coins::sum(owed.into_iter().filter(|coin| !coin.amount.is_zero()))?;
    let have = bank::balances(state, &purse())?;
    Ok((owed != have).then(|| format!("{owed} are owed, the account has {have}")))
}

fn allocations_sum_up(state: &dyn Read) -> Result<Option<String>> {
    let (mut sums, mut stored): (BTreeMap<ValAddress, u32>, BTreeMap<ValAddress, u32>) = Default::default();
    page::every(state, &MEMBERS, &(), |(_, who), Pb(member)| {
        let sum = sums.entry(who).or_default();
        *sum = sum.saturating_add(counted(&member));
        Ok(())
    })?;
    page::every(state, &BOUND, &(), |(_, _, who), bps| {
        let sum = sums.entry(who).or_default();
        *sum = sum.saturating_add(bps);
        Ok(())
    })?;
    sums.retain(|_, sum| *sum > 0);
    page::every(state, &ALLOCATED, &(), |who, bps| {
        stored.insert(who, bps);
        Ok(())
    })?;
    let broken = sums != stored || sums.values().any(|sum| *sum > BPS);
    Ok(broken.then(|| format!("allocations sum to {sums:?}, stored are {stored:?}")))
}

fn indexes_mirror_records(state: &dyn Read) -> Result<Option<String>> {
    let (mut members, mut memberships) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &MEMBERS, &(), |(id, who), Pb(member)| {
        if member.quorum == id && member.validator == who.to_string() {
            members.insert((who, id));
        }
        Ok(())
    })?;
    page::every(state, &MEMBERSHIPS, &(), |key, ()| {
        memberships.insert(key);
        Ok(())
    })?;
    let (mut bound, mut bound_of) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &BOUND, &(), |(id, epoch, who), _| {
        bound.insert((who, id, epoch));
        Ok(())
    })?;
    page::every(state, &BOUND_OF, &(), |key, ()| {
        bound_of.insert(key);
        Ok(())
    })?;
    let (mut open, mut live) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &QUORUMS, &(), |id, Pb(quorum)| {
        if quorum.status() != pb::Status::Closed {
            open.insert(id);
        }
        Ok(())
    })?;
    page::every(state, &LIVE, &(), |id, ()| {
        live.insert(id);
        Ok(())
    })?;
    let mut missing = 0_usize;
    page::every(state, &REFERENCES, &(), |key, count| {
        let lost = count == 0 || !MEASUREMENTS.has(state, &key)?;
        missing = missing.saturating_add(usize::from(lost));
        Ok(())
    })?;
    let mirrored = members == memberships && bound == bound_of && open == live && missing == 0;
    Ok((!mirrored).then(|| {
        format!("{members:?} {memberships:?}; {bound:?} {bound_of:?}; {open:?} {live:?}; {missing} missing")
    }))
}

fn powers_keep_the_cap(state: &dyn Read) -> Result<Option<String>> {
    let mut broken = None;
    page::every(state, &MEASUREMENTS, &(), |key, Pb(measurement)| {
        let (mut sum, total) = (Amount::ZERO, stored::amount(&measurement.total)?);
        for row in &measurement.members {
            let (power, pledge) = (stored::amount(&row.power)?, stored::amount(&row.pledge)?);
            sum = sum.plus(power)?;
            let above =
                product(power.units(), BPS.into()) > product(total.units(), measurement.cap_bps.into());
            if power > pledge || above {
                broken = Some(format!("{key:?}: {row:?} of {total}"));
            }
        }
        if sum != total {
            broken = Some(format!("{key:?}: powers sum to {sum}, not {total}"));
        }
        Ok(())
    })?;
    Ok(broken)
}

fn slashes_stay_within_pledges(state: &dyn Read) -> Result<Option<String>> {
    let mut broken = None;
    page::every(state, &SLASHES, &(), |id, Pb(slash)| {
        let (amount, pledge) = (stored::amount(&slash.amount)?, stored::amount(&slash.pledge)?);
        let before = stored::amount(&slash.taken_before)?;
        let (own, others) = (stored::amount(&slash.own)?, stored::amount(&slash.others)?);
        let taken = own.plus(others)?.plus(stored::amount(&slash.left)?)?;
        // what is gone is not taken, so what was taken may be less
        if (!amount.is_zero() && amount.plus(before)? > pledge) || taken > amount {
            broken = Some(format!("slash {id}: {slash:?}"));
        }
        Ok(())
    })?;
    Ok(broken)
}

fn stake_is_held_for_slashes(state: &dyn Read) -> Result<Option<String>> {
    let mut waiting: BTreeMap<ValAddress, u64> = BTreeMap::new();
    page::every(state, &SLASHES, &(), |_, Pb(slash)| {
        if slash.stage < staking::LEVIED {
            let count = waiting.entry(stored::val_address(&slash.validator)?).or_default();
            *count = count.saturating_add(1);
        }
        Ok(())
    })?;
    for (who, count) in waiting {
        let holds = staking::holds(state, &who)?;
        if holds != count {
            return Ok(Some(format!("{count} slashes of {who} wait, its stake is held {holds} times")));
        }
    }
    Ok(None)
}

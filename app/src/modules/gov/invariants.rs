//! What is true after every block.

use std::collections::BTreeMap;

use proto::{address::Address, coin::Coins, cosmos::gov::v1::ProposalStatus as Status};
use state::Read;

use super::{
    ACCOUNT,
    keys::{DEPOSIT_QUEUE, DEPOSITORS, DEPOSITS, PROPOSALS, VOTING_QUEUE},
};
use crate::{error::Result, invariant::Invariant, modules::bank, page};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("gov/account-holds-deposits", account_holds_deposits),
    ("gov/deposits-add-up", deposits_add_up),
    ("gov/queues-mirror-proposals", queues_mirror_proposals),
];

fn account_holds_deposits(state: &dyn Read) -> Result<Option<String>> {
    let mut sum = Coins::EMPTY;
    page::every(state, &DEPOSITS, &(), |_, deposit| {
        sum = sum.plus(&deposit.0)?;
        Ok(())
    })?;
    let have = bank::balances(state, &Address::module(ACCOUNT))?;
    Ok(have.minus(&sum).is_none().then(|| format!("{sum} is deposited, the account has {have}")))
}

/// An open proposal's sum is that of its deposits, and its depositors are as many as counted.
fn deposits_add_up(state: &dyn Read) -> Result<Option<String>> {
    let (mut sums, mut counts): (BTreeMap<u64, Coins>, BTreeMap<u64, u32>) = Default::default();
    page::every(state, &DEPOSITS, &(), |(id, _), deposit| {
        let sum = sums.entry(id).or_default();
        *sum = sum.plus(&deposit.0)?;
        let count = counts.entry(id).or_default();
        *count = count.saturating_add(1);
        Ok(())
    })?;
    let mut counted = BTreeMap::new();
    page::every(state, &DEPOSITORS, &(), |id, count| {
        counted.insert(id, count);
        Ok(())
    })?;
    let mut broken = (counts != counted).then(|| format!("depositors are {counts:?}, counted {counted:?}"));
    page::every(state, &PROPOSALS, &(), |id, proposal| {
        let open = matches!(proposal.status, Status::DepositPeriod | Status::VotingPeriod);
        let sum = sums.remove(&id).unwrap_or_default();
        if (open && sum != proposal.deposit) || (!open && !sum.is_empty()) {
            broken = Some(format!("proposal {id} has {}, its deposits are {sum}", proposal.deposit));
        }
        Ok(())
    })?;
    Ok(broken.or_else(|| (!sums.is_empty()).then(|| format!("deposits of no proposal: {sums:?}"))))
}

fn queues_mirror_proposals(state: &dyn Read) -> Result<Option<String>> {
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    page::every(state, &PROPOSALS, &(), |id, proposal| {
        match (proposal.status, proposal.voting) {
            (Status::DepositPeriod, _) => expected.push((false, proposal.deposit_end.nanos(), id)),
            (Status::VotingPeriod, Some(voting)) => expected.push((true, voting.end.nanos(), id)),
            _ => {}
        }
        Ok(())
    })?;
    for (votes, queue) in [(false, &DEPOSIT_QUEUE), (true, &VOTING_QUEUE)] {
        page::every(state, queue, &(), |(end, id), ()| {
            found.push((votes, end, id));
            Ok(())
        })?;
    }
    expected.sort_unstable();
    found.sort_unstable();
    Ok((expected != found).then(|| format!("queues have {found:?}, open are {expected:?}")))
}

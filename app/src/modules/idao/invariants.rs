//! What is true after every block.

use std::collections::BTreeMap;

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::idao::v1::{self as pb, ProposalStatus as Status},
};
use state::{Pb, Read};

use super::{
    ACCOUNT,
    keys::{
        AGENTS, APPLICATIONS, IDAOS, INVITATIONS, MEMBERS, MEMBERSHIPS, POTS, PROPOSALS, STANDINGS, VOTES,
        VOTING,
    },
    logic::{DEPOSIT_DENOM, income},
    tally::Tally,
};
use crate::{error::Result, invariant::Invariant, modules::bank, page, stored};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("idao/account-holds-deposits-and-pots", account_holds_deposits_and_pots),
    ("idao/counts-are-those-of-the-members", counts_are_those_of_the_members),
    ("idao/pots-cover-what-members-can-claim", pots_cover_what_members_can_claim),
    ("idao/tallies-are-their-votes", tallies_are_their_votes),
];

/// The module's account holds exactly what its records say.
fn account_holds_deposits_and_pots(state: &dyn Read) -> Result<Option<String>> {
    let denom = Denom::known(DEPOSIT_DENOM);
    let mut sum = Vec::new();
    let mut owe = |denom: &Denom, text: &str| -> Result<()> {
        sum.push(Coin::new(denom.clone(), stored::amount(text)?));
        Ok(())
    };
    page::every(state, &IDAOS, &(), |_, Pb(idao)| owe(&denom, &idao.deposit))?;
    page::every(state, &MEMBERS, &(), |_, Pb(member)| {
        owe(&denom, &member.deposit)?;
        owe(&denom, &member.record_deposit)
    })?;
    page::every(state, &STANDINGS, &(), |_, Pb(standing)| owe(&denom, &standing.waiting))?;
    page::every(state, &AGENTS, &(), |_, Pb(agent)| owe(&denom, &agent.record_deposit))?;
    page::every(state, &APPLICATIONS, &(), |_, Pb(application)| {
        owe(&denom, &application.deposit)?;
        owe(&denom, &application.record_deposit)
    })?;
    page::every(state, &INVITATIONS, &(), |_, Pb(invitation)| owe(&denom, &invitation.record_deposit))?;
    page::every(state, &PROPOSALS, &(), |_, Pb(proposal)| owe(&denom, &proposal.deposit))?;
    page::every(state, &POTS, &(), |(_, denom), Pb(pot)| owe(&denom, &pot.held))?;
    let (owed, held) = (Coins::sum(sum)?, bank::balances(state, &Address::module(ACCOUNT))?);
    Ok((owed != held).then(|| format!("{owed} in the records, {held} on the account")))
}

/// What the members of one iDAO add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    members: u64,
    voters: u64,
    gatekeepers: u64,
    points: Amount,
}

fn counts_are_those_of_the_members(state: &dyn Read) -> Result<Option<String>> {
    let mut found: BTreeMap<u64, Counted> = BTreeMap::new();
    let mut stray = 0_usize;
    page::every(state, &MEMBERS, &(), |(id, who), Pb(member)| {
        let counted = found.entry(id).or_default();
        counted.members = counted.members.saturating_add(1);
        counted.voters = counted.voters.saturating_add((member.votes_from > 0).into());
        counted.gatekeepers = counted.gatekeepers.saturating_add((member.gatekeeper_from > 0).into());
        counted.points = counted.points.plus(stored::amount(&member.points)?)?;
        stray = stray.saturating_add((!MEMBERSHIPS.has(state, &(who, id))?).into());
        Ok(())
    })?;
    let mut members = 0_u64;
    page::every(state, &MEMBERSHIPS, &(), |_, ()| {
        members = members.saturating_add(1);
        Ok(())
    })?;
    let all = found.values().fold(0_u64, |sum, counted| sum.saturating_add(counted.members));
    if stray > 0 || members != all {
        return Ok(Some(format!("{all} members, {members} memberships, {stray} members have none")));
    }
    let mut wrong = None;
    page::every(state, &IDAOS, &(), |id, Pb(idao)| {
        let both = |count: Option<&pb::Count>| count.map_or(0, |count| count.now.saturating_add(count.next));
        let kept = Counted {
            members: idao.members,
            voters: both(idao.voters.as_ref()),
            gatekeepers: both(idao.gatekeepers.as_ref()),
            points: stored::amount(&idao.total_points)?,
        };
        let counted = found.remove(&id).unwrap_or_default();
        if kept != counted {
            wrong = Some(format!("idao-{id}: {kept:?} kept, {counted:?} counted"));
        }
        Ok(())
    })?;
    Ok(wrong.or_else(|| {
        found.first_key_value().map(|(id, _)| format!("members of idao-{id}, which is not there"))
    }))
}

fn pots_cover_what_members_can_claim(state: &dyn Read) -> Result<Option<String>> {
    let mut owed: BTreeMap<u64, Coins> = BTreeMap::new();
    page::every(state, &MEMBERS, &(), |(id, who), _| {
        let sum = owed.entry(id).or_insert(Coins::EMPTY);
        *sum = sum.plus(&income::claimable(state, id, &who)?)?;
        Ok(())
    })?;
    for (id, owed) in owed {
        let mut held = Vec::new();
        page::every(state, &POTS, &id, |(_, denom), Pb(pot)| {
            held.push(Coin::new(denom, stored::amount(&pot.held)?));
            Ok(())
        })?;
        let held = Coins::sum(held)?;
        if held.minus(&owed).is_none() {
            return Ok(Some(format!("idao-{id} owes its members {owed}, its pots hold {held}")));
        }
    }
    Ok(None)
}

/// Of each proposal that is in state with its votes; and what is voted on is listed.
fn tallies_are_their_votes(state: &dyn Read) -> Result<Option<String>> {
    let mut wrong = None;
    page::every(state, &PROPOSALS, &(), |id, Pb(proposal)| {
        let voting = proposal.status() == Status::Voting;
        if VOTING.has(state, &(proposal.idao, id))? != voting {
            wrong = Some(format!("proposal-{id} is {:?}", proposal.status()));
        }
        if !voting {
            return Ok(()); // its votes are being removed some day
        }
        let mut tally = Tally::default();
        page::every(state, &VOTES, &id, |_, Pb(vote)| {
            tally.add(vote.option(), stored::amount(&vote.power)?.units(), vote.agent.is_empty())
        })?;
        let kept = Tally::of(proposal.tally.as_ref())?;
        if kept != tally || tally.heads > proposal.voters {
            wrong = Some(format!(
                "proposal-{id} of {} voters: {kept:?} kept, {tally:?} counted",
                proposal.voters
            ));
        }
        Ok(())
    })?;
    Ok(wrong)
}

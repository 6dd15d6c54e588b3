//! Counting votes, in as many blocks as it takes.

use std::collections::BTreeMap;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    cosmos::gov::v1::VoteOption,
    dec::{Dec, DecError},
};
use state::{Fault, Read, Value, value};

use super::{
    keys::{MOVED, RUNNING, VOTES},
    params::Params,
    types::{Ballot, Counts},
};
use crate::{ctx::Ctx, error::Result, modules::staking};

/// Votes and delegations read at a time.
const CHUNK: u32 = 500;

/// A validator as it was when the count began.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seat {
    tokens: Dec,
    shares: Dec,
    /// Shares whose owners voted themselves.
    deducted: Dec,
    /// What it voted, if it did.
    ballot: Option<Ballot>,
}

/// A count: who had stake when it began, and what was found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    bonded: Amount,
    seats: BTreeMap<ValAddress, Seat>,
    yes: Dec,
    abstain: Dec,
    no: Dec,
    veto: Dec,
    total: Dec,
    /// The last voter counted.
    last: Option<Address>,
}

/// What follows from a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub passes: bool,
    /// Whether deposits are burnt, if it is the last count.
    pub burns: bool,
    pub counts: Counts,
}

/// A count that goes on in the next block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    pub proposal: u64,
    pub count: Count,
}

/// Stake times a part of it; as Cosmos rounds.
fn power(shares: Dec, seat: &Seat) -> Result<Dec, DecError> {
    if seat.shares.is_zero() { Ok(Dec::ZERO) } else { shares.times_ratio_round(seat.tokens, seat.shares) }
}

impl Count {
    /// With the validators of this moment.
    pub(crate) fn begin(state: &dyn Read) -> Result<Count> {
        let mut count = Count { bonded: staking::bonded_tokens(state)?, ..Count::default() };
        for validator in staking::bonded_validators(state)? {
            let (tokens, shares) = (Dec::whole(validator.tokens), validator.shares);
            let seat = Seat { tokens, shares, deducted: Dec::ZERO, ballot: None };
            count.seats.insert(validator.operator, seat);
        }
        Ok(count)
    }

    /// The last voter counted.
    pub(crate) fn last(&self) -> Option<Address> {
        self.last
    }

    /// Counts votes behind the last one counted, until there are none left (true) or the work is used up. A vote is
    /// one unit of work, and each delegation of its voter one more.
    pub(crate) fn advance(&mut self, state: &dyn Read, proposal: u64, work: &mut u32) -> Result<bool> {
        while *work > 0 {
            let after = self.last.map(|last| (proposal, last));
            let votes = VOTES.page(state, &proposal, after.as_ref(), CHUNK.min(*work))?;
            if votes.is_empty() {
                return Ok(true);
            }
            for ((_, voter), ballot) in votes {
                let found = self.add(state, voter, ballot)?;
                *work = work.saturating_sub(found.saturating_add(1));
                self.last = Some(voter);
                if *work == 0 {
                    return Ok(false);
                }
            }
        }
        Ok(false)
    }

    /// One vote; returns how many delegations were read for it.
    fn add(&mut self, state: &dyn Read, voter: Address, ballot: Ballot) -> Result<u32> {
        let (delegations, read) = delegations_at_start(state, &voter)?;
        for (operator, shares) in delegations {
            let Some(seat) = self.seats.get_mut(&operator) else { continue };
            seat.deducted = seat.deducted.plus(shares)?;
            let power = power(shares, seat)?;
            self.spread(power, &ballot)?;
        }
        if let Some(seat) = self.seats.get_mut(&voter.operator()) {
            seat.ballot = Some(ballot);
        }
        Ok(read)
    }

    fn spread(&mut self, power: Dec, ballot: &Ballot) -> Result<()> {
        for (option, weight) in ballot.options() {
            let part = power.times_round(*weight)?;
            let sum = match option {
                VoteOption::Yes => &mut self.yes,
                VoteOption::Abstain => &mut self.abstain,
                VoteOption::No => &mut self.no,
                VoteOption::NoWithVeto => &mut self.veto,
                VoteOption::Unspecified => continue,
            };
            *sum = sum.plus(part)?;
        }
        self.total = self.total.plus(power)?;
        Ok(())
    }

    /// After the last vote: validators vote with what their delegators left to them.
    pub(crate) fn finish(mut self, params: &Params, expedited: bool) -> Result<Outcome> {
        for seat in std::mem::take(&mut self.seats).into_values() {
            if let Some(ballot) = &seat.ballot {
                let power = power(seat.shares.minus_or_zero(seat.deducted), &seat)?;
                self.spread(power, ballot)?;
            }
        }
        let counts = Counts {
            yes: self.yes.floor()?,
            abstain: self.abstain.floor()?,
            no: self.no.floor()?,
            veto: self.veto.floor()?,
        };
        let (passes, burns) = self.decide(params, expedited)?;
        Ok(Outcome { passes, burns, counts })
    }

    fn decide(&self, params: &Params, expedited: bool) -> Result<(bool, bool)> {
        if self.bonded.is_zero() {
            return Ok((false, false));
        }
        if self.total.over_round(Dec::whole(self.bonded))? < params.quorum {
            return Ok((false, params.burn_vote_quorum));
        }
        let decided = self.total.minus_or_zero(self.abstain);
        if decided.is_zero() {
            return Ok((false, false));
        }
        if self.veto.over_round(self.total)? > params.veto_threshold {
            return Ok((false, params.burn_vote_veto));
        }
        let threshold = if expedited { params.expedited_threshold } else { params.threshold };
        Ok((self.yes.over_round(decided)? > threshold, false))
    }
}

/// What a voter had staked when the count began, and how many entries that took to find.
fn delegations_at_start(state: &dyn Read, voter: &Address) -> Result<(BTreeMap<ValAddress, Dec>, u32)> {
    let (mut found, mut read) = (BTreeMap::new(), 0_u32);
    let mut last = None;
    loop {
        let page = staking::delegations(state, voter, last.as_ref(), CHUNK)?;
        let count = u32::try_from(page.len()).unwrap_or(u32::MAX);
        read = read.saturating_add(count);
        last = page.last().map(|(operator, _)| *operator);
        found.extend(page);
        if count < CHUNK {
            break;
        }
    }
    let mut last = None;
    loop {
        let page = MOVED.page(state, voter, last.as_ref(), CHUNK)?;
        let count = u32::try_from(page.len()).unwrap_or(u32::MAX);
        read = read.saturating_add(count);
        last = page.last().map(|(key, _)| *key);
        found.extend(page.into_iter().map(|((_, operator), shares)| (operator, shares)));
        if count < CHUNK {
            break;
        }
    }
    found.retain(|_, shares| !shares.is_zero());
    Ok((found, read))
}

/// Staking is about to change a delegation: a running count remembers it as it was.
pub(crate) fn remember_stake(ctx: &mut Ctx, delegator: &Address, operator: &ValAddress) -> Result<()> {
    let key = (*delegator, *operator);
    if RUNNING.get(&ctx.state)?.is_none() || MOVED.has(&ctx.state, &key)? {
        return Ok(());
    }
    let shares = staking::delegation(&ctx.state, delegator, operator)?.unwrap_or(Dec::ZERO);
    MOVED.set(&mut ctx.state, &key, &shares);
    Ok(())
}

#[derive(Clone, PartialEq, prost::Message)]
struct StoredSeat {
    #[prost(bytes = "vec", tag = "1")]
    operator: Vec<u8>,
    #[prost(string, tag = "2")]
    tokens: String,
    #[prost(string, tag = "3")]
    shares: String,
    #[prost(string, tag = "4")]
    deducted: String,
    /// Empty if it did not vote.
    #[prost(bytes = "vec", tag = "5")]
    ballot: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Stored {
    #[prost(uint64, tag = "1")]
    proposal: u64,
    #[prost(string, tag = "2")]
    bonded: String,
    #[prost(message, repeated, tag = "3")]
    seats: Vec<StoredSeat>,
    /// Yes, abstain, no, veto, total.
    #[prost(string, repeated, tag = "4")]
    sums: Vec<String>,
    /// Empty if none was counted.
    #[prost(bytes = "vec", tag = "5")]
    last: Vec<u8>,
}

impl Value for Running {
    fn encode(&self) -> Vec<u8> {
        let count = &self.count;
        let seat = |(operator, seat): (&ValAddress, &Seat)| StoredSeat {
            operator: operator.as_bytes().to_vec(),
            tokens: seat.tokens.wire(),
            shares: seat.shares.wire(),
            deducted: seat.deducted.wire(),
            ballot: seat.ballot.as_ref().map(Value::encode).unwrap_or_default(),
        };
        let sums = [count.yes, count.abstain, count.no, count.veto, count.total];
        value::encode_pb(&Stored {
            proposal: self.proposal,
            bonded: count.bonded.to_string(),
            seats: count.seats.iter().map(seat).collect(),
            sums: sums.iter().map(|sum| sum.wire()).collect(),
            last: count.last.map(|last| last.as_bytes().to_vec()).unwrap_or_default(),
        })
    }

    fn decode(bytes: &[u8]) -> Result<Running, Fault> {
        let stored: Stored = value::decode_pb("running count", bytes)?;
        read(&stored).map_err(|error| Fault::corrupt("running count", error))
    }
}

fn read(stored: &Stored) -> Result<Running> {
    let mut count = Count { bonded: stored.bonded.parse()?, ..Count::default() };
    for seat in &stored.seats {
        let ballot =
            if seat.ballot.is_empty() { None } else { Some(<Ballot as Value>::decode(&seat.ballot)?) };
        let parsed = Seat {
            tokens: Dec::from_wire(&seat.tokens)?,
            shares: Dec::from_wire(&seat.shares)?,
            deducted: Dec::from_wire(&seat.deducted)?,
            ballot,
        };
        count.seats.insert(ValAddress::from_slice(&seat.operator)?, parsed);
    }
    let sums = [&mut count.yes, &mut count.abstain, &mut count.no, &mut count.veto, &mut count.total];
    for (sum, text) in sums.into_iter().zip(&stored.sums) {
        *sum = Dec::from_wire(text)?;
    }
    count.last = if stored.last.is_empty() { None } else { Some(Address::from_slice(&stored.last)?) };
    Ok(Running { proposal: stored.proposal, count })
}

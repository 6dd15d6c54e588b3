//! Validators, entries that wait, and the parameters.

mod entries;
mod params;

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::{ConsAddress, ValAddress},
    amount::Amount,
    cosmos::{crypto::ed25519, staking::v1beta1 as pb},
    dec::Dec,
};
use state::{Fault, Value, value};

pub(crate) use entries::{Redelegation, RedelegationEntry, Unbonding, UnbondingEntry};
pub(crate) use params::{MAX_VALIDATORS, Params};

use super::errors::Error;
use crate::{
    error::{Result, Sdk},
    node::signed,
    time::Time,
};

/// Tokens that make one unit of consensus power.
pub(crate) const POWER_REDUCTION: u128 = 1_000_000;
/// All power that the engine can count: its own limit.
pub(crate) const MAX_TOTAL_POWER: u64 = 1_152_921_504_606_846_975;

/// Where a validator stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not in the set; its stake leaves at once.
    Unbonded,
    /// Left the set, still liable.
    Unbonding,
    /// In the set.
    Bonded,
}

impl Status {
    pub(crate) const fn wire(self) -> pb::BondStatus {
        match self {
            Status::Unbonded => pb::BondStatus::Unbonded,
            Status::Unbonding => pb::BondStatus::Unbonding,
            Status::Bonded => pb::BondStatus::Bonded,
        }
    }

    fn parse(wire: i32) -> Result<Status> {
        match pb::BondStatus::try_from(wire) {
            Ok(pb::BondStatus::Unbonded) => Ok(Status::Unbonded),
            Ok(pb::BondStatus::Unbonding) => Ok(Status::Unbonding),
            Ok(pb::BondStatus::Bonded) => Ok(Status::Bonded),
            _ => Err(Sdk::InvalidRequest(format!("{wire} is no validator status")).into()),
        }
    }
}

/// What a validator keeps of the rewards, and how fast that may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Commission {
    /// Now.
    pub rate: Dec,
    /// Never above this.
    pub max_rate: Dec,
    /// Never up by more than this in a day.
    pub max_change_rate: Dec,
    /// When it last changed.
    pub updated: Time,
}

fn rate(text: &str, negative: Error) -> Result<Dec> {
    if text.starts_with('-') {
        return Err(negative.into());
    }
    Ok(Dec::from_wire(text)?)
}

impl Commission {
    /// From the wire, within its own limits.
    pub(crate) fn parse(wire: &pb::CommissionRates, updated: Time) -> Result<Commission> {
        let max_rate = rate(&wire.max_rate, Error::CommissionNegative)?;
        if max_rate > Dec::ONE {
            return Err(Error::CommissionHuge.into());
        }
        let rate_now = rate(&wire.rate, Error::CommissionNegative)?;
        if rate_now > max_rate {
            return Err(Error::CommissionAboveMaxRate.into());
        }
        let max_change_rate = rate(&wire.max_change_rate, Error::ChangeRateNegative)?;
        if max_change_rate > max_rate {
            return Err(Error::ChangeRateAboveMaxRate.into());
        }
        Ok(Commission { rate: rate_now, max_rate, max_change_rate, updated })
    }

    fn wire(&self) -> pb::Commission {
        let rates = pb::CommissionRates {
            rate: self.rate.wire(),
            max_rate: self.max_rate.wire(),
            max_change_rate: self.max_change_rate.wire(),
        };
        pb::Commission { commission_rates: Some(rates), update_time: Some(self.updated.wire()) }
    }
}

/// One validator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Validator {
    /// Its operator, the same bytes as an account.
    pub operator: ValAddress,
    /// Its ed25519 consensus key.
    pub key: [u8; 32],
    /// Whether it is kept out of the set.
    pub jailed: bool,
    /// Where it stands.
    pub status: Status,
    /// All stake on it.
    pub tokens: Amount,
    /// What the stake is divided into.
    pub shares: Dec,
    /// What people read.
    pub description: pb::Description,
    /// When it last left the set.
    pub unbonding_height: u64,
    /// When it is liable no more.
    pub unbonding_time: Time,
    /// Its part of the rewards.
    pub commission: Commission,
    /// The operator's own stake must stay above this.
    pub min_self_delegation: Amount,
}

impl Validator {
    /// The address of its consensus key.
    pub(crate) fn cons(&self) -> ConsAddress {
        ConsAddress::of_ed25519(&self.key)
    }

    /// Whether it is in the set.
    pub(crate) fn is_bonded(&self) -> bool {
        self.status == Status::Bonded
    }

    /// The power it has if it is in the set.
    pub(crate) fn power(&self) -> u64 {
        let power = self.tokens.units().checked_div(POWER_REDUCTION).unwrap_or(0);
        u64::try_from(power).unwrap_or(u64::MAX)
    }

    /// Shares that are worth nothing: nobody may delegate to it any more.
    pub(crate) fn is_worthless(&self) -> bool {
        self.tokens.is_zero() && !self.shares.is_zero()
    }

    /// What shares are worth, rounded as Cosmos does.
    pub(crate) fn tokens_of(&self, shares: Dec) -> Result<Dec> {
        if self.shares.is_zero() {
            return Ok(Dec::ZERO);
        }
        Ok(shares.times_ratio_round(Dec::whole(self.tokens), self.shares)?)
    }

    /// What shares are worth, rounded down.
    pub(crate) fn tokens_of_floor(&self, shares: Dec) -> Result<Dec> {
        if self.shares.is_zero() {
            return Ok(Dec::ZERO);
        }
        Ok(shares.times_ratio_floor(Dec::whole(self.tokens), self.shares)?)
    }

    /// How many shares so much stake is, rounded down.
    pub(crate) fn shares_of(&self, amount: Amount) -> Result<Dec> {
        if self.tokens.is_zero() {
            return Err(Error::InsufficientShares.into());
        }
        Ok(self.shares.times_ratio_floor(Dec::whole(amount), Dec::whole(self.tokens))?)
    }

    /// With so much more stake, and the shares that it is given.
    pub(crate) fn with_delegated(&self, amount: Amount) -> Result<(Validator, Dec)> {
        let issued = if self.shares.is_zero() { Dec::whole(amount) } else { self.shares_of(amount)? };
        let (tokens, shares) = (self.tokens.plus(amount)?, self.shares.plus(issued)?);
        Ok((Validator { tokens, shares, ..self.clone() }, issued))
    }

    /// Without these shares, and the stake that they were worth. The last shares take all that is left.
    pub(crate) fn with_unbonded(&self, shares: Dec) -> Result<(Validator, Amount)> {
        let left = self.shares.minus(shares).ok_or(Error::InsufficientShares)?;
        let worth = if left.is_zero() { self.tokens } else { self.tokens_of(shares)?.floor()? };
        let worth = worth.min(self.tokens);
        let tokens = self.tokens.minus_or_zero(worth);
        Ok((Validator { tokens, shares: left, ..self.clone() }, worth))
    }

    /// As clients and genesis files have it.
    pub(crate) fn wire(&self) -> pb::Validator {
        pb::Validator {
            operator_address: self.operator.to_string(),
            consensus_pubkey: Some(key_any(&self.key)),
            jailed: self.jailed,
            status: self.status.wire().into(),
            tokens: self.tokens.to_string(),
            delegator_shares: self.shares.wire(),
            description: Some(self.description.clone()),
            unbonding_height: signed(self.unbonding_height),
            unbonding_time: Some(self.unbonding_time.wire()),
            commission: Some(self.commission.wire()),
            min_self_delegation: self.min_self_delegation.to_string(),
            unbonding_on_hold_ref_count: 0,
            unbonding_ids: Vec::new(),
        }
    }

    /// From the wire.
    pub(crate) fn parse(wire: pb::Validator) -> Result<Validator> {
        let commission = wire.commission.unwrap_or_default();
        let updated = commission.update_time.as_ref().map_or(Time::EPOCH, Time::from_wire);
        let key = wire.consensus_pubkey.as_ref().ok_or(Error::EmptyPubKey)?;
        Ok(Validator {
            operator: wire.operator_address.parse()?,
            key: parse_key(key)?,
            jailed: wire.jailed,
            status: Status::parse(wire.status)?,
            tokens: wire.tokens.parse()?,
            shares: Dec::from_wire(&wire.delegator_shares)?,
            description: wire.description.unwrap_or_default(),
            unbonding_height: height(wire.unbonding_height)?,
            unbonding_time: wire.unbonding_time.as_ref().map_or(Time::EPOCH, Time::from_wire),
            commission: Commission::parse(&commission.commission_rates.unwrap_or_default(), updated)?,
            min_self_delegation: wire.min_self_delegation.parse()?,
        })
    }
}

impl Value for Validator {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Validator, Fault> {
        let wire = value::decode_pb("validator", bytes)?;
        Validator::parse(wire).map_err(|error| Fault::corrupt("validator", error))
    }
}

/// A height on the wire, where it has a sign.
pub(crate) fn height(wire: i64) -> Result<u64> {
    Ok(u64::try_from(wire).map_err(|_| Sdk::InvalidHeight(format!("height {wire} is negative")))?)
}

/// The wire form of a consensus key.
pub(crate) fn key_any(key: &[u8; 32]) -> Any {
    let value = ed25519::PubKey { key: key.to_vec() }.encode_to_vec();
    Any { type_url: ed25519::PubKey::type_url(), value }
}

/// A consensus key: ed25519, which is all that the engine is run with.
pub(crate) fn parse_key(any: &Any) -> Result<[u8; 32]> {
    if any.type_url != ed25519::PubKey::type_url() {
        let kind: String = any.type_url.trim_start_matches("/cosmos.crypto.").chars().take(60).collect();
        return Err(Error::PubKeyType(kind).into());
    }
    let wire: ed25519::PubKey = proto::strict::decode(&any.value)?;
    let key = <[u8; 32]>::try_from(wire.key.as_slice());
    Ok(key.map_err(|_| Sdk::InvalidPubKey(format!("{} bytes, expected 32", wire.key.len())))?)
}

//! The parameters, and what is remembered of validators and delegations.

use proto::{cosmos::distribution::v1beta1 as pb, dec::Dec};
use state::{Fault, Value, value};

use super::dec_coins::DecCoins;
use crate::error::{Result, Sdk};

/// What governance can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// The community's part of all income.
    pub community_tax: Dec,
    /// Whether rewards may be sent to another account.
    pub withdraw_addr_enabled: bool,
}

impl Params {
    /// What a new chain starts with.
    pub(crate) fn start() -> Params {
        Params { community_tax: Dec::percent(2), withdraw_addr_enabled: true }
    }

    /// From the wire; the proposer's rewards of old must be zero.
    #[allow(deprecated, reason = "fields that Cosmos refuses too")]
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let old = [&wire.base_proposer_reward, &wire.bonus_proposer_reward];
        if old.iter().any(|reward| Dec::from_wire(reward) != Ok(Dec::ZERO)) {
            let text = "cannot update base or bonus proposer reward because these are deprecated fields";
            return Err(Sdk::InvalidRequest(text.into()).into());
        }
        let community_tax = Dec::from_wire(&wire.community_tax)
            .map_err(|why| Sdk::InvalidRequest(format!("community tax: {why}")))?;
        if community_tax > Dec::ONE {
            return Err(Sdk::InvalidRequest(format!("community tax too large: {community_tax}")).into());
        }
        Ok(Params { community_tax, withdraw_addr_enabled: wire.withdraw_addr_enabled })
    }

    /// The wire form.
    #[allow(deprecated, reason = "the fields are on the wire and stay zero, as in Cosmos")]
    pub(crate) fn wire(&self) -> pb::Params {
        pb::Params {
            community_tax: self.community_tax.wire(),
            base_proposer_reward: Dec::ZERO.wire(),
            bonus_proposer_reward: Dec::ZERO.wire(),
            withdraw_addr_enabled: self.withdraw_addr_enabled,
        }
    }
}

/// Rewards per token up to the end of a period, and how many refer to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Of each coin, for one token of stake since the validator began.
    pub ratio: DecCoins,
    /// The running period, delegations that began with it, slashes that ended it: at most two.
    pub references: u32,
}

impl Ended {
    /// From the wire.
    pub(crate) fn parse(wire: &pb::ValidatorHistoricalRewards) -> Result<Ended> {
        Ok(Ended { ratio: DecCoins::parse(&wire.cumulative_reward_ratio)?, references: wire.reference_count })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::ValidatorHistoricalRewards {
        pb::ValidatorHistoricalRewards {
            cumulative_reward_ratio: self.ratio.wire(),
            reference_count: self.references,
        }
    }
}

/// The period that runs: what came in for delegators, and its number, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Running {
    /// Since the last period ended.
    pub rewards: DecCoins,
    /// One more than the last that ended.
    pub period: u64,
}

impl Running {
    /// From the wire.
    pub(crate) fn parse(wire: &pb::ValidatorCurrentRewards) -> Result<Running> {
        if wire.period == 0 {
            return Err(Sdk::InvalidRequest("a validator's running period is at least 1".into()).into());
        }
        Ok(Running { rewards: DecCoins::parse(&wire.rewards)?, period: wire.period })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::ValidatorCurrentRewards {
        pb::ValidatorCurrentRewards { rewards: self.rewards.wire(), period: self.period }
    }

    /// The number of the last period that ended.
    pub(crate) fn last(&self) -> u64 {
        self.period.saturating_sub(1)
    }
}

/// From when and with how much a delegation earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// The last period that it has no part in.
    pub period: u64,
    /// Tokens it was worth then.
    pub stake: Dec,
    /// Of the block it began in.
    pub height: u64,
}

impl Start {
    /// From the wire.
    pub(crate) fn parse(wire: &pb::DelegatorStartingInfo) -> Result<Start> {
        Ok(Start { period: wire.previous_period, stake: Dec::from_wire(&wire.stake)?, height: wire.height })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::DelegatorStartingInfo {
        pb::DelegatorStartingInfo {
            previous_period: self.period,
            stake: self.stake.wire(),
            height: self.height,
        }
    }
}

/// A slash: when, and the part that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slash {
    /// Of the block it happened in.
    pub height: u64,
    /// At most 1.
    pub fraction: Dec,
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        read(bytes, "distribution params", Params::parse)
    }
}

impl Value for DecCoins {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&pb::ValidatorOutstandingRewards { rewards: self.wire() })
    }

    fn decode(bytes: &[u8]) -> Result<DecCoins, Fault> {
        let parse = |wire: &pb::ValidatorOutstandingRewards| DecCoins::parse(&wire.rewards);
        read(bytes, "decimal coins", parse)
    }
}

impl Value for Ended {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Ended, Fault> {
        read(bytes, "ended period", Ended::parse)
    }
}

impl Value for Running {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Running, Fault> {
        read(bytes, "running period", Running::parse)
    }
}

impl Value for Start {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Start, Fault> {
        read(bytes, "start of a delegation", Start::parse)
    }
}

impl Value for Slash {
    fn encode(&self) -> Vec<u8> {
        // the wire form's period is in the key; its place holds the height
        value::encode_pb(&pb::ValidatorSlashEvent {
            validator_period: self.height,
            fraction: self.fraction.wire(),
        })
    }

    fn decode(bytes: &[u8]) -> Result<Slash, Fault> {
        let parse = |wire: &pb::ValidatorSlashEvent| -> Result<Slash> {
            Ok(Slash { height: wire.validator_period, fraction: Dec::from_wire(&wire.fraction)? })
        };
        read(bytes, "slash", parse)
    }
}

fn read<M, T>(bytes: &[u8], what: &'static str, parse: impl Fn(&M) -> Result<T>) -> Result<T, Fault>
where
    M: prost::Message + Default,
{
    let wire: M = value::decode_pb(what, bytes)?;
    parse(&wire).map_err(|error| Fault::corrupt(what, error))
}

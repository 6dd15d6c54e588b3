//! Stake that waits: on its way out, or moved and still liable.

use proto::{amount::Amount, cosmos::staking::v1beta1 as pb, dec::Dec};
use state::{Fault, Value, value};

use super::height;
use crate::{error::Result, node::signed, time::Time};

/// Stake on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnbondingEntry {
    /// When it began.
    pub height: u64,
    /// When it is paid out.
    pub due: Time,
    /// What it was; slashes are computed from this.
    pub initial: Amount,
    /// What is left of it.
    pub balance: Amount,
    /// Given once.
    pub id: u64,
}

/// Stake that moved and is still liable for where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedelegationEntry {
    /// When it moved.
    pub height: u64,
    /// When its liability ends.
    pub due: Time,
    /// What moved; slashes are computed from this.
    pub initial: Amount,
    /// Shares it became where it is now.
    pub shares: Dec,
    /// Given once.
    pub id: u64,
}

/// What one delegator has leaving one validator, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unbonding(pub Vec<UnbondingEntry>);

/// What one delegator has moved from one validator to another, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Redelegation(pub Vec<RedelegationEntry>);

fn moment(wire: Option<&prost_types::Timestamp>) -> Time {
    wire.map_or(Time::EPOCH, Time::from_wire)
}

impl Unbonding {
    pub(crate) fn wire(&self) -> Vec<pb::UnbondingDelegationEntry> {
        let entry = |entry: &UnbondingEntry| pb::UnbondingDelegationEntry {
            creation_height: signed(entry.height),
            completion_time: Some(entry.due.wire()),
            initial_balance: entry.initial.to_string(),
            balance: entry.balance.to_string(),
            unbonding_id: entry.id,
            unbonding_on_hold_ref_count: 0,
        };
        self.0.iter().map(entry).collect()
    }

    pub(crate) fn parse(wire: &[pb::UnbondingDelegationEntry]) -> Result<Unbonding> {
        let entry = |wire: &pb::UnbondingDelegationEntry| -> Result<UnbondingEntry> {
            Ok(UnbondingEntry {
                height: height(wire.creation_height)?,
                due: moment(wire.completion_time.as_ref()),
                initial: wire.initial_balance.parse()?,
                balance: wire.balance.parse()?,
                id: wire.unbonding_id,
            })
        };
        Ok(Unbonding(wire.iter().map(entry).collect::<Result<_>>()?))
    }

    /// The youngest entry's height: what a slash of something later need not look at.
    pub(crate) fn latest(&self) -> u64 {
        self.0.iter().map(|entry| entry.height).max().unwrap_or(0)
    }
}

impl Redelegation {
    pub(crate) fn wire(&self) -> Vec<pb::RedelegationEntry> {
        let entry = |entry: &RedelegationEntry| pb::RedelegationEntry {
            creation_height: signed(entry.height),
            completion_time: Some(entry.due.wire()),
            initial_balance: entry.initial.to_string(),
            shares_dst: entry.shares.wire(),
            unbonding_id: entry.id,
            unbonding_on_hold_ref_count: 0,
        };
        self.0.iter().map(entry).collect()
    }

    pub(crate) fn parse(wire: &[pb::RedelegationEntry]) -> Result<Redelegation> {
        let entry = |wire: &pb::RedelegationEntry| -> Result<RedelegationEntry> {
            Ok(RedelegationEntry {
                height: height(wire.creation_height)?,
                due: moment(wire.completion_time.as_ref()),
                initial: wire.initial_balance.parse()?,
                shares: Dec::from_wire(&wire.shares_dst)?,
                id: wire.unbonding_id,
            })
        };
        Ok(Redelegation(wire.iter().map(entry).collect::<Result<_>>()?))
    }

    /// The youngest entry's height.
    pub(crate) fn latest(&self) -> u64 {
        self.0.iter().map(|entry| entry.height).max().unwrap_or(0)
    }
}

/// The entries as the public message has them; the addresses are in the key.
impl Value for Unbonding {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&pb::UnbondingDelegation { entries: self.wire(), ..Default::default() })
    }

    fn decode(bytes: &[u8]) -> Result<Unbonding, Fault> {
        let wire: pb::UnbondingDelegation = value::decode_pb("unbonding", bytes)?;
        Unbonding::parse(&wire.entries).map_err(|error| Fault::corrupt("unbonding", error))
    }
}

/// As [`Unbonding`].
impl Value for Redelegation {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&pb::Redelegation { entries: self.wire(), ..Default::default() })
    }

    fn decode(bytes: &[u8]) -> Result<Redelegation, Fault> {
        let wire: pb::Redelegation = value::decode_pb("redelegation", bytes)?;
        Redelegation::parse(&wire.entries).map_err(|error| Fault::corrupt("redelegation", error))
    }
}

//! What governance can set.

use proto::{coin::Denom, cosmos::staking::v1beta1 as pb, dec::Dec};
use state::{Fault, Value, value};

use crate::{
    checks::FEE_DENOM,
    error::{Result, Sdk},
    time::Span,
};

/// Most validators that governance may allow.
pub(crate) const MAX_VALIDATORS: u32 = 1_000;
/// Most entries of one unbonding or redelegation that governance may allow.
pub(crate) const MAX_ENTRIES: u32 = 100;

/// The parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// How long stake is liable after it left.
    pub unbonding_time: Span,
    /// Seats in the set.
    pub max_validators: u32,
    /// Entries that one unbonding or redelegation may have at once.
    pub max_entries: u32,
    /// Read by relayers; this chain keeps no history of its own.
    pub historical_entries: u32,
    /// The token that is staked.
    pub bond_denom: Denom,
    /// No validator may ask for less.
    pub min_commission_rate: Dec,
}

impl Params {
    /// What a new chain starts with: Cosmos' defaults.
    pub(crate) fn start() -> Params {
        Params {
            unbonding_time: Span::from_secs(1_814_400),
            max_validators: 100,
            max_entries: 7,
            historical_entries: 10_000,
            bond_denom: Denom::known(FEE_DENOM),
            min_commission_rate: Dec::ZERO,
        }
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let within = |name: &str, value: u32, limit: u32| {
            if (1..=limit).contains(&value) {
                Ok(value)
            } else {
                Err(Sdk::InvalidRequest(format!("{name} is {value}; it must be between 1 and {limit}")))
            }
        };
        let unbonding_time = Span::from_wire(wire.unbonding_time.as_ref()).unwrap_or(Span::ZERO);
        if unbonding_time == Span::ZERO {
            return Err(Sdk::InvalidRequest("unbonding time must be positive".into()).into());
        }
        let min_commission_rate = Dec::from_wire(&wire.min_commission_rate)?;
        if min_commission_rate > Dec::ONE {
            let text = "minimum commission rate cannot be greater than 100%";
            return Err(Sdk::InvalidRequest(text.into()).into());
        }
        Ok(Params {
            unbonding_time,
            max_validators: within("max validators", wire.max_validators, MAX_VALIDATORS)?,
            max_entries: within("max entries", wire.max_entries, MAX_ENTRIES)?,
            historical_entries: wire.historical_entries,
            bond_denom: wire.bond_denom.parse()?,
            min_commission_rate,
        })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Params {
        pb::Params {
            unbonding_time: Some(self.unbonding_time.wire()),
            max_validators: self.max_validators,
            max_entries: self.max_entries,
            historical_entries: self.historical_entries,
            bond_denom: self.bond_denom.to_string(),
            min_commission_rate: self.min_commission_rate.wire(),
        }
    }
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        let wire = value::decode_pb("staking parameters", bytes)?;
        Params::parse(&wire).map_err(|error| Fault::corrupt("staking parameters", error))
    }
}

//! The parameters and the running rates.

use proto::{coin::Denom, cosmos::mint::v1beta1 as pb, dec::Dec};
use state::{Fault, Value, value};

use crate::error::{Result, Sdk};

/// What governance can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// What is made.
    pub denom: Denom,
    /// Most that the yearly rate moves within a year.
    pub rate_change: Dec,
    /// The rate's upper bound.
    pub max: Dec,
    /// The rate's lower bound.
    pub min: Dec,
    /// The part of all coins that should be bonded; above 0.
    pub goal: Dec,
    /// Above 0.
    pub blocks_per_year: u64,
}

impl Params {
    /// What a new chain starts with: 7 percent a year until governance says otherwise. With bounds that differ and a
    /// change above 0 the rate would move as in Cosmos.
    pub(crate) fn start(denom: Denom) -> Params {
        Params {
            denom,
            rate_change: Dec::ZERO,
            max: Dec::percent(7),
            min: Dec::percent(7),
            goal: Dec::percent(67),
            blocks_per_year: 6_311_520,
        }
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let refuse = |text: String| Sdk::InvalidRequest(text);
        let rate = |name: &str, wire: &str| -> Result<Dec> {
            let rate = Dec::from_wire(wire).map_err(|why| refuse(format!("{name}: {why}")))?;
            if rate > Dec::ONE { Err(refuse(format!("{name} too large: {rate}")).into()) } else { Ok(rate) }
        };
        let params = Params {
            denom: wire.mint_denom.parse()?,
            rate_change: rate("inflation rate change", &wire.inflation_rate_change)?,
            max: rate("max inflation", &wire.inflation_max)?,
            min: rate("min inflation", &wire.inflation_min)?,
            goal: rate("goal bonded", &wire.goal_bonded)?,
            blocks_per_year: wire.blocks_per_year,
        };
        if params.goal.is_zero() {
            return Err(refuse(format!("goal bonded must be positive: {}", params.goal)).into());
        }
        if params.blocks_per_year == 0 || i64::try_from(params.blocks_per_year).is_err() {
            let text =
                format!("blocks per year must be positive and fit 63 bits: {}", params.blocks_per_year);
            return Err(refuse(text).into());
        }
        if params.max < params.min {
            let (max, min) = (params.max, params.min);
            let text =
                format!("max inflation ({max}) must be greater than or equal to min inflation ({min})");
            return Err(refuse(text).into());
        }
        Ok(params)
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Params {
        pb::Params {
            mint_denom: self.denom.to_string(),
            inflation_rate_change: self.rate_change.wire(),
            inflation_max: self.max.wire(),
            inflation_min: self.min.wire(),
            goal_bonded: self.goal.wire(),
            blocks_per_year: self.blocks_per_year,
        }
    }
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        let wire = value::decode_pb("mint params", bytes)?;
        Params::parse(&wire).map_err(|error| Fault::corrupt("mint params", error))
    }
}

/// The yearly rate as it stands, and what it makes in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Minter {
    /// Of the staking token's supply.
    pub inflation: Dec,
    /// Coins a year.
    pub annual_provisions: Dec,
}

impl Minter {
    /// What a new chain starts with.
    pub(crate) fn start() -> Minter {
        Minter { inflation: Dec::percent(7), annual_provisions: Dec::ZERO }
    }

    /// From the wire. A rate above 1 a year is refused, so that no product of it overflows.
    pub(crate) fn parse(wire: &pb::Minter) -> Result<Minter> {
        let inflation = Dec::from_wire(&wire.inflation)?;
        if inflation > Dec::ONE {
            return Err(Sdk::InvalidRequest(format!("inflation too large: {inflation}")).into());
        }
        Ok(Minter { inflation, annual_provisions: Dec::from_wire(&wire.annual_provisions)? })
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Minter {
        pb::Minter { inflation: self.inflation.wire(), annual_provisions: self.annual_provisions.wire() }
    }
}

impl Value for Minter {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Minter, Fault> {
        let wire = value::decode_pb("minter", bytes)?;
        Minter::parse(&wire).map_err(|error| Fault::corrupt("minter", error))
    }
}

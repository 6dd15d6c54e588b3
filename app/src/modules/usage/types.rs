//! The parameters.

use proto::{amount::Amount, coin::Denom, lazchain::usage::v1 as pb};
use state::{Fault, Value, value};

use crate::{
    checks::FEE_DENOM,
    error::Result,
    given::{amount, bps, list, refused, span, within},
    time::Span,
};

/// Most tokens with a price in `ucpt`.
const MAX_PRICES: usize = 16;
/// Largest part of the protocol.
const MAX_PROTOCOL_BPS: u32 = 2_000;
/// Largest side of a price.
const MAX_PRICE: u64 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;

/// What one token buys: `ucpt` units for `per` units of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub denom: Denom,
    pub ucpt: u64,
    pub per: u64,
}

/// What governance can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// The protocol's part of what is redeemed.
    pub protocol_bps: u32,
    /// Shortest delay between a consumer's wish to close and the end.
    pub close_delay: Span,
    /// Longest delay a provider may ask for.
    pub max_close_delay: Span,
    /// In `ulaz`.
    pub provider_deposit: Amount,
    /// In `ulaz`, for a channel's record.
    pub channel_deposit: Amount,
    /// `ulaz` is among them.
    pub prices: Vec<Price>,
    /// Most `ucpt` bought in an epoch.
    pub compute_cap: Amount,
}

impl Params {
    /// What a chain starts with unless its genesis says otherwise.
    pub(crate) fn live() -> Params {
        Params {
            protocol_bps: 200,
            close_delay: Span::from_secs(3_600),
            max_close_delay: Span::from_secs(7 * DAY),
            provider_deposit: Amount::new(100_000_000),
            channel_deposit: Amount::new(100_000),
            prices: vec![Price { denom: Denom::known(FEE_DENOM), ucpt: 1, per: 1 }],
            compute_cap: Amount::new(1_000_000_000_000),
        }
    }

    /// The same with the short times of a local network.
    pub(crate) fn local() -> Params {
        Params {
            close_delay: Span::from_secs(10),
            max_close_delay: Span::from_secs(600),
            provider_deposit: Amount::new(1_000_000),
            ..Params::live()
        }
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: pb::Params) -> Result<Params> {
        let close_delay = span("close_delay", wire.close_delay.as_ref(), 1..=7 * DAY)?;
        let longest = close_delay.secs()..=30 * DAY;
        let params = Params {
            protocol_bps: bps("protocol_bps", wire.protocol_bps, MAX_PROTOCOL_BPS)?,
            close_delay,
            max_close_delay: span("max_close_delay", wire.max_close_delay.as_ref(), longest)?,
            provider_deposit: amount("provider_deposit", &wire.provider_deposit)?,
            channel_deposit: amount("channel_deposit", &wire.channel_deposit)?,
            prices: prices(wire.compute_prices)?,
            compute_cap: amount("compute_cap", &wire.compute_cap)?,
        };
        if params.max_close_delay < params.close_delay {
            return Err(refused("max_close_delay is shorter than close_delay"));
        }
        Ok(params)
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Params {
        let price = |price: &Price| pb::ComputePrice {
            denom: price.denom.to_string(),
            ucpt: price.ucpt,
            per: price.per,
        };
        pb::Params {
            protocol_bps: self.protocol_bps,
            close_delay: Some(self.close_delay.wire()),
            max_close_delay: Some(self.max_close_delay.wire()),
            provider_deposit: self.provider_deposit.to_string(),
            channel_deposit: self.channel_deposit.to_string(),
            compute_prices: self.prices.iter().map(price).collect(),
            compute_cap: self.compute_cap.to_string(),
        }
    }

    /// What a token buys, if it is listed.
    pub(crate) fn price(&self, denom: &Denom) -> Option<&Price> {
        self.prices.iter().find(|price| price.denom == *denom)
    }
}

fn prices(wire: Vec<pb::ComputePrice>) -> Result<Vec<Price>> {
    let mut prices = Vec::with_capacity(wire.len());
    let denoms = list("compute_prices", wire, MAX_PRICES, |wire: pb::ComputePrice| {
        let denom: Denom = wire.denom.parse()?;
        let ucpt = within("ucpt", wire.ucpt, 1..=MAX_PRICE)?;
        prices.push(Price { denom: denom.clone(), ucpt, per: within("per", wire.per, 1..=MAX_PRICE)? });
        Ok(denom)
    })?;
    if denoms.iter().any(|denom| denom.as_str() == super::COMPUTE) {
        return Err(refused("ucpt has no price in itself"));
    }
    if !denoms.iter().any(|denom| denom.as_str() == FEE_DENOM) {
        return Err(refused("compute_prices needs ulaz, by whose price providers' emission is reckoned"));
    }
    Ok(prices)
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        let wire = value::decode_pb("usage params", bytes)?;
        Params::parse(wire).map_err(|error| Fault::corrupt("usage params", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_survive_the_wire_and_stay_in_their_ranges() {
        for params in [Params::live(), Params::local()] {
            assert_eq!(Params::parse(params.wire()).expect("in range"), params);
        }
        let live = || Params::live().wire();
        let secs = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
        let price = |denom: &str, ucpt, per| pb::ComputePrice { denom: denom.into(), ucpt, per };
        for wrong in [
            pb::Params { protocol_bps: 2_001, ..live() },
            pb::Params { close_delay: secs(0), ..live() },
            pb::Params { close_delay: None, ..live() },
            pb::Params { max_close_delay: secs(3_599), ..live() },
            pb::Params { max_close_delay: secs(31 * 86_400), ..live() },
            pb::Params { provider_deposit: "-1".into(), ..live() },
            pb::Params { compute_cap: String::new(), ..live() },
            pb::Params { compute_prices: vec![], ..live() },
            pb::Params { compute_prices: vec![price("umetis", 1, 1)], ..live() },
            pb::Params { compute_prices: vec![price("ulaz", 0, 1)], ..live() },
            pb::Params { compute_prices: vec![price("ulaz", 1, 0)], ..live() },
            pb::Params { compute_prices: vec![price("ulaz", 1, 1), price("ulaz", 2, 1)], ..live() },
            pb::Params { compute_prices: vec![price("ulaz", 1, 1), price("ucpt", 1, 1)], ..live() },
        ] {
            assert!(Params::parse(wrong.clone()).is_err(), "{wrong:?}");
        }
    }
}

//! The parameters, and who can be a party.

use std::{fmt, str::FromStr};

use proto::{
    address::{Address, ValAddress},
    lazchain::rewards::v1 as pb,
};
use state::{Fault, Key};

use crate::{
    error::Result,
    fixed::BPS,
    given::{bps, refused, within},
};

/// Most of what Quorum members sank that comes back.
const MAX_QUORUMS_CAP_BPS: u32 = 5_000;
/// Most of what iDAOs or providers sank that comes back: both count the same fees, so together half.
const MAX_FEES_CAP_BPS: u32 = 2_500;

/// What a chain starts with unless its genesis says otherwise.
pub(crate) const fn live() -> pb::Params {
    pb::Params {
        max_seconds: 7_200,
        stakers_bps: 5_000,
        quorums_bps: 2_000,
        idaos_bps: 2_000,
        providers_bps: 1_000,
        quorums_cap_bps: 5_000,
        idaos_cap_bps: 2_500,
        providers_cap_bps: 2_500,
    }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    within("max_seconds", params.max_seconds.into(), 60..=86_400)?;
    let parts = [params.stakers_bps, params.quorums_bps, params.idaos_bps, params.providers_bps];
    let sum = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(u64::from(*part)));
    if sum != u64::from(BPS) {
        return Err(refused(format!("the four parts are {sum} basis points together; they must be {BPS}")));
    }
    bps("quorums_cap_bps", params.quorums_cap_bps, MAX_QUORUMS_CAP_BPS)?;
    bps("idaos_cap_bps", params.idaos_cap_bps, MAX_FEES_CAP_BPS)?;
    bps("providers_cap_bps", params.providers_cap_bps, MAX_FEES_CAP_BPS)?;
    Ok(())
}

/// Who emission is minted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Party {
    /// A member of Quorums, by its operator.
    Member(ValAddress),
    Idao(u64),
    Provider(Address),
}

impl Party {
    /// The part it belongs to.
    pub(crate) const fn part(&self) -> pb::Part {
        match self {
            Party::Member(_) => pb::Part::Quorums,
            Party::Idao(_) => pb::Part::Idaos,
            Party::Provider(_) => pb::Part::Providers,
        }
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Member(operator) => fmt::Display::fmt(operator, f),
            Party::Idao(id) => write!(f, "idao-{id}"),
            Party::Provider(address) => fmt::Display::fmt(address, f),
        }
    }
}

impl FromStr for Party {
    type Err = String;

    fn from_str(text: &str) -> Result<Party, String> {
        if let Some(id) = text.strip_prefix("idao-") {
            let canonical = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
            let id = canonical.then(|| id.parse().ok()).flatten();
            return id.map(Party::Idao).ok_or_else(|| format!("{text} is no iDAO; write it as idao-7"));
        }
        let operator = text.parse().map(Party::Member);
        operator.or_else(|_| text.parse().map(Party::Provider)).map_err(|error| {
            format!("{text} is neither an iDAO (idao-7) nor a validator or provider: {error}")
        })
    }
}

impl Key for Party {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Party::Member(operator) => (1_u8, *operator).encode(out),
            Party::Idao(id) => (2_u8, *id).encode(out),
            Party::Provider(address) => (3_u8, *address).encode(out),
        }
    }

    fn decode(bytes: &mut &[u8]) -> Result<Party, Fault> {
        match u8::decode(bytes)? {
            1 => Ok(Party::Member(ValAddress::decode(bytes)?)),
            2 => Ok(Party::Idao(u64::decode(bytes)?)),
            3 => Ok(Party::Provider(Address::decode(bytes)?)),
            other => Err(Fault::corrupt("party", format!("kind {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_has_one_spelling_and_one_key() {
        let parties =
            [Party::Member(ValAddress::new([1; 20])), Party::Idao(7), Party::Provider(Address::new([1; 20]))];
        for party in parties {
            assert_eq!(party.to_string().parse(), Ok(party));
            let mut out = Vec::new();
            party.encode(&mut out);
            assert_eq!(Party::decode(&mut out.as_slice()).expect("decodes"), party);
        }
        for wrong in ["idao-", "idao-07", "idao-0", "idao--1", "quorum-1", "", "laz1"] {
            assert!(wrong.parse::<Party>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn parameters_keep_paying_oneself_a_loss() {
        assert!(check(&live()).is_ok());
        for wrong in [
            pb::Params { max_seconds: 59, ..live() },
            pb::Params { max_seconds: 86_401, ..live() },
            pb::Params { stakers_bps: 5_001, ..live() },
            pb::Params { stakers_bps: u32::MAX, ..live() },
            pb::Params { quorums_cap_bps: 5_001, ..live() },
            pb::Params { idaos_cap_bps: 2_501, ..live() },
            pb::Params { providers_cap_bps: 2_501, ..live() },
        ] {
            assert!(check(&wrong).is_err(), "{wrong:?}");
        }
    }
}

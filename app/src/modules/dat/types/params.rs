//! What governance can set.

use proto::{coin::Denom, lazchain::dat::v1 as pb};

use super::MAX_DENOMS;
use crate::{
    checks::FEE_DENOM,
    error::Result,
    given::{amount, refused, span, within},
    time::Span,
};

/// Most of a deposit, in `ulaz`: a thousand LAZ.
const MAX_DEPOSIT: u64 = 1_000_000_000;
/// Most that a million units of a token can count for, in `ulaz`.
const MAX_RATE: u64 = 1_000_000_000_000_000;
/// Longest of the times, in seconds: a year.
const MAX_SECS: u64 = 31_536_000;

const fn secs(secs: u64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds: Span::from_secs(secs).secs().cast_signed(), nanos: 0 })
}

fn payment_tokens() -> Vec<pb::PaymentToken> {
    let token = |denom: &str, ulaz_per_million| pb::PaymentToken { denom: denom.into(), ulaz_per_million };
    vec![token("ucpt", 1_000_000), token(FEE_DENOM, 1_000_000)]
}

/// What a new chain starts with.
pub(crate) fn live() -> pb::Params {
    pb::Params {
        payment_tokens: payment_tokens(),
        dat_deposit: "100000".into(),
        request_deposit: "1000000".into(),
        key_delivery_time: secs(86_400),
        unlearn_time: secs(2_592_000),
        request_period: secs(2_592_000),
    }
}

/// What a local network starts with.
pub(crate) fn local() -> pb::Params {
    pb::Params {
        payment_tokens: payment_tokens(),
        dat_deposit: "1000".into(),
        request_deposit: "1000".into(),
        key_delivery_time: secs(60),
        unlearn_time: secs(600),
        request_period: secs(3_600),
    }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    let tokens = &params.payment_tokens;
    if tokens.len() > MAX_DENOMS {
        return Err(refused(format!("payment_tokens lists {}, at most {MAX_DENOMS}", tokens.len())));
    }
    let mut last: Option<Denom> = None;
    for token in tokens {
        let denom: Denom = token.denom.parse()?;
        within("ulaz_per_million", token.ulaz_per_million, 0..=MAX_RATE)?;
        if denom.as_str() == FEE_DENOM && token.ulaz_per_million != 1_000_000 {
            return Err(refused("ulaz counts for itself: its ulaz_per_million is 1000000"));
        }
        if last.as_ref().is_some_and(|last| *last >= denom) {
            return Err(refused("payment_tokens are not sorted by denomination, or one is named twice"));
        }
        last = Some(denom);
    }
    if !tokens.iter().any(|token| token.denom == FEE_DENOM) {
        return Err(refused("payment_tokens must list ulaz"));
    }
    for (field, text) in [("dat_deposit", &params.dat_deposit), ("request_deposit", &params.request_deposit)]
    {
        let units = amount(field, text)?.units();
        within(field, u64::try_from(units).unwrap_or(u64::MAX), 0..=MAX_DEPOSIT)?;
    }
    span("key_delivery_time", params.key_delivery_time.as_ref(), 1..=MAX_SECS)?;
    span("unlearn_time", params.unlearn_time.as_ref(), 1..=MAX_SECS)?;
    span("request_period", params.request_period.as_ref(), 1..=MAX_SECS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_of_parameters_are_in_their_ranges() {
        check(&live()).expect("in range");
        check(&local()).expect("in range");
    }

    #[test]
    fn parameters_out_of_their_ranges_are_refused() {
        let refuses = |change: fn(&mut pb::Params)| {
            let mut params = live();
            change(&mut params);
            assert!(check(&params).is_err(), "{params:?}");
        };
        refuses(|params| params.payment_tokens.clear());
        refuses(|params| params.payment_tokens.reverse());
        refuses(|params| params.payment_tokens[1].ulaz_per_million = 2);
        refuses(|params| params.payment_tokens[0].denom = "?".into());
        refuses(|params| params.payment_tokens = vec![params.payment_tokens[1].clone(); 17]);
        refuses(|params| params.dat_deposit = "-1".into());
        refuses(|params| params.request_deposit = "1000000001".into());
        refuses(|params| params.key_delivery_time = None);
        refuses(|params| params.unlearn_time = secs(0));
        refuses(|params| params.request_period = secs(31_536_001));
    }
}

//! What was earned, and from which numbers.

use std::collections::BTreeMap;

use proto::{
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read};

use crate::{
    checks::FEE_DENOM,
    error::Result,
    modules::{
        dat::{
            errors::Error,
            keys::{HELD, INCOMES, PAYMENTS, POTS, REFUNDS},
            logic,
            types::MAX_INCOMES,
        },
        scheduler,
    },
    page, stored,
};

/// Most pots and held incomes that one answer shows.
const MAX_OWED: u32 = 1_000;

pub(super) fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

pub(super) fn revenue(state: &dyn Read, ask: pb::QueryRevenueRequest) -> Result<pb::QueryRevenueResponse> {
    logic::asset(state, ask.asset)?;
    let incomes = INCOMES.page(state, &ask.asset, None, MAX_INCOMES)?;
    let earned = incomes
        .into_iter()
        .map(|((_, denom), Pb(income))| pb::Earned { denom: denom.to_string(), income: Some(income) });
    let mut owed: BTreeMap<(u64, Denom), pb::Owed> = BTreeMap::new();
    let row =
        |version: u64, denom: &Denom| pb::Owed { version, denom: denom.to_string(), ..pb::Owed::default() };
    for ((_, version, denom), Pb(pot)) in POTS.page(state, &ask.asset, None, MAX_OWED)? {
        let entry = row(version, &denom);
        owed.entry((version, denom)).or_insert(entry).pot = Some(pot);
    }
    for ((_, version, denom), Pb(held)) in HELD.page(state, &ask.asset, None, MAX_OWED)? {
        let entry = row(version, &denom);
        owed.entry((version, denom)).or_insert(entry).held = Some(held);
    }
    Ok(pb::QueryRevenueResponse { earned: earned.collect(), owed: owed.into_values().collect() })
}

pub(super) fn claimable(
    state: &dyn Read,
    ask: pb::QueryClaimableRequest,
) -> Result<pb::QueryClaimableResponse> {
    let dat = logic::dat(state, ask.asset, ask.serial)?;
    let asset = logic::asset(state, ask.asset)?;
    let kept = logic::credits(state, ask.asset, ask.serial)?;
    let row = |(denom, added, account): (Denom, proto::amount::Amount, logic::Account)| {
        let mark = kept.iter().find(|(have, _)| *have == denom).map(|(_, account)| account.mark);
        pb::Claimable {
            denom: denom.to_string(),
            added: added.to_string(),
            mark: mark.unwrap_or_default().to_string(),
            share: dat.share,
            credit: account.credit.to_string(),
            amount: account.whole().to_string(),
        }
    };
    let waits = if logic::is_locked(state, &dat)? {
        Some("the pool is locked until the first version is settled")
    } else {
        logic::claims_wait(state, &asset, scheduler::now(state)?)?
    };
    let claimable = logic::claimable(state, &dat)?.into_iter().map(row).collect();
    Ok(pb::QueryClaimableResponse { claimable, waits: waits.unwrap_or_default().to_owned() })
}

pub(super) fn payments(state: &dyn Read, ask: pb::QueryPaymentsRequest) -> Result<pb::QueryPaymentsResponse> {
    let prefix = (ask.asset, ask.version);
    let row = |(_, _, channel), Pb(payment)| Ok(Some(pb::ChannelPayment { channel, payment: Some(payment) }));
    let (payments, pagination) = page::collect(state, &PAYMENTS, &prefix, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryPaymentsResponse { payments, pagination })
}

pub(super) fn refundable(
    state: &dyn Read,
    ask: pb::QueryRefundableRequest,
) -> Result<pb::QueryRefundableResponse> {
    let found = PAYMENTS.get(state, &(ask.asset, ask.version, ask.channel))?;
    let Pb(payment) = found.ok_or(Error::NotPaid(ask.asset, ask.version, ask.channel))?;
    let denom = stored::denom(&payment.denom)?;
    let refund = REFUNDS.get(state, &(ask.asset, ask.version, denom.clone()))?.map(|Pb(refund)| refund);
    let coins = match &refund {
        Some(refund) => {
            let (part, top_up) = logic::refundable(&payment, refund)?;
            Coins::sum([Coin::new(denom, part), Coin::new(Denom::known(FEE_DENOM), top_up)])?
        }
        None => Coins::EMPTY,
    };
    Ok(pb::QueryRefundableResponse { payment: Some(payment), refund, coins: coins.wire() })
}

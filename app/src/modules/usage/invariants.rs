//! What is true after every block.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    address::Address,
    coin::{Coin, Coins},
    lazchain::usage::v1 as pb,
};
use state::{Pb, Read};

use super::{
    keys::{BY_ASSET, BY_CONSUMER, BY_PROVIDER, CHANNELS, LAST_CHANNEL, PROVIDERS},
    logic,
    meter::Meter,
    settle::owed,
};
use crate::{
    error::Result,
    invariant::Invariant,
    modules::{bank, dat},
    page, stored,
};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("usage/account-holds-deposits", account_holds_deposits),
    ("usage/channels-are-within-what-was-put-in", channels_are_within),
    ("usage/indexes-mirror-channels", indexes_mirror_channels),
    ("usage/value-is-in-one-place", value_is_in_one_place),
];

fn account_holds_deposits(state: &dyn Read) -> Result<Option<String>> {
    let mut coins: Vec<Coin> = Vec::new();
    let mut add = |more: &Coins| coins.extend(more.iter().cloned());
    page::every(state, &PROVIDERS, &(), |_, Pb(provider)| {
        add(&logic::deposit(stored::amount(&provider.deposit)?));
        Ok(())
    })?;
    page::every(state, &CHANNELS, &(), |_, Pb(channel)| {
        add(&logic::deposit(stored::amount(&channel.record_deposit)?));
        add(&Coins::one(owed(&channel)?));
        Ok(())
    })?;
    let (owed, held) = (Coins::sum(coins)?, bank::balances(state, &logic::account())?);
    Ok((owed != held).then(|| format!("deposits are {owed}, the account holds {held}")))
}

fn channels_are_within(state: &dyn Read) -> Result<Option<String>> {
    let mut wrong = None;
    let last = LAST_CHANNEL.get(state)?.unwrap_or(0);
    page::every(state, &CHANNELS, &(), |id, Pb(channel)| {
        let meter = Meter::of(&channel)?;
        let over = meter.redeemed > meter.deposit || meter.units > meter.units_cap || id > last;
        let owes = meter.redeemed < meter.deposit && channel.state() == pb::ChannelState::Closed;
        let exact = meter.prepaid || meter.stated(meter.units)? == meter.redeemed;
        if over || owes || !exact {
            wrong = Some(format!("channel-{id}: {meter:?}"));
        }
        Ok(())
    })?;
    Ok(wrong)
}

fn indexes_mirror_channels(state: &dyn Read) -> Result<Option<String>> {
    let (mut consumers, mut providers, mut assets) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut counts: BTreeMap<Address, u64> = BTreeMap::new();
    page::every(state, &CHANNELS, &(), |id, Pb(channel)| {
        let (consumer, provider) = logic::parties(&channel)?;
        consumers.insert((consumer, id));
        providers.insert((provider, id));
        assets.insert((channel.asset, id));
        if channel.state() != pb::ChannelState::Closed {
            let count = counts.entry(provider).or_default();
            *count = count.saturating_add(1);
        }
        Ok(())
    })?;
    let mut wrong = Vec::new();
    page::every(state, &BY_CONSUMER, &(), |key, ()| {
        wrong.extend((!consumers.remove(&key)).then_some(key.1));
        Ok(())
    })?;
    page::every(state, &BY_PROVIDER, &(), |key, ()| {
        wrong.extend((!providers.remove(&key)).then_some(key.1));
        Ok(())
    })?;
    page::every(state, &BY_ASSET, &(), |key, ()| {
        wrong.extend((!assets.remove(&key)).then_some(key.1));
        Ok(())
    })?;
    wrong.extend(consumers.into_iter().chain(providers).map(|(_, id)| id));
    wrong.extend(assets.into_iter().map(|(_, id)| id));
    let mut miscounted = Vec::new();
    page::every(state, &PROVIDERS, &(), |who, Pb(provider)| {
        if counts.remove(&who).unwrap_or(0) != provider.channels {
            miscounted.push(who);
        }
        Ok(())
    })?;
    miscounted.extend(counts.into_keys());
    let broken = !wrong.is_empty() || !miscounted.is_empty();
    Ok(broken.then(|| format!("index lines of channels {wrong:?}, counts of {miscounted:?}")))
}

/// What a token lent is what channels that are not closed took out of it.
fn value_is_in_one_place(state: &dyn Read) -> Result<Option<String>> {
    let mut taken: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    page::every(state, &CHANNELS, &(), |_, Pb(channel)| {
        if channel.dat != 0 && channel.state() != pb::ChannelState::Closed {
            let units = taken.entry((channel.asset, channel.dat)).or_default();
            *units = units.saturating_add(channel.units_cap);
        }
        Ok(())
    })?;
    let mut wrong = Vec::new();
    for ((asset, serial), units) in taken {
        if dat::find_dat(state, asset, serial)?.is_none_or(|dat| dat.lent != units) {
            wrong.push((asset, serial, units));
        }
    }
    Ok((!wrong.is_empty()).then(|| format!("lent to channels, and not by the token: {wrong:?}")))
}

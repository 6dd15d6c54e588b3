//! Opening a channel, putting more into it, and asking to close it.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::{dat::v1 as dat_pb, usage::v1 as pb},
};

use super::{
    errors::Error,
    events,
    keys::{CLOSINGS, LAST_CHANNEL},
    logic::{self, account, deposit},
    msgs::{OpenChannel, TopUpChannel},
    settle,
    voucher::is_in_time,
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        bank,
        dat::{self, Ask},
        scheduler,
    },
    stored,
    time::Span,
};

/// What a channel begins with.
struct Funds {
    coin: Coin,
    price: Amount,
}

/// Opens a channel: permission, provider and terms first, then quota and value, then money.
pub(crate) fn open(ctx: &mut Ctx, msg: &OpenChannel) -> Result<u64> {
    let params = logic::params(&ctx.state)?;
    let provider = logic::provider(&ctx.state, &msg.provider)?;
    let close_delay = stored::span(provider.close_delay.as_ref());
    let protocol_bps = params.protocol_bps;
    if msg.most_protocol_bps.is_some_and(|most| protocol_bps > most) {
        return Err(Error::ProtocolTakesMore(protocol_bps).into());
    }
    if msg.longest_close_delay.is_some_and(|longest| close_delay > longest) {
        return Err(Error::DelayTooLong(close_delay).into());
    }
    let terms = permitted(ctx, msg)?;
    let funds = fund(ctx, msg, &terms)?;
    let record_deposit = deposit(params.channel_deposit);
    if !record_deposit.is_empty() {
        bank::transfer(ctx, &msg.consumer, &account(), &record_deposit)?;
    }
    let id = LAST_CHANNEL.get(&ctx.state)?.unwrap_or(0).saturating_add(1);
    LAST_CHANNEL.set(&mut ctx.state, &id);
    let now = ctx.block.time.wire();
    let channel = pb::Channel {
        id,
        consumer: msg.consumer.to_string(),
        provider: msg.provider.to_string(),
        asset: msg.asset,
        version: msg.version,
        policy_version: msg.policy_version,
        dat: msg.dat.unwrap_or(0),
        purposes: msg.purposes.iter().map(|purpose| i32::from(*purpose)).collect(),
        denom: funds.coin.denom.to_string(),
        price: funds.price.to_string(),
        channel_key: msg.channel_key.to_vec(),
        deposit: funds.coin.amount.to_string(),
        redeemed: Amount::ZERO.to_string(),
        units_cap: msg.units_cap,
        as_of: Some(now),
        protocol_bps,
        close_delay: Some(close_delay.wire()),
        state: pb::ChannelState::Open.into(),
        opened_at: Some(now),
        record_deposit: params.channel_deposit.to_string(),
        ..Default::default()
    };
    logic::index(ctx, &channel, true)?;
    logic::count(ctx, &msg.provider, 1)?;
    logic::save(ctx, &channel, "usage.channel_opened", Some(&msg.consumer))?;
    ctx.emit(events::ChannelOpened { channel: &channel });
    Ok(id)
}

/// The pinned policy, if it and the version admit this use by this consumer from this provider.
fn permitted(ctx: &Ctx, msg: &OpenChannel) -> Result<dat_pb::PolicyTerms> {
    let state = &ctx.state;
    let status = dat::version(state, msg.asset, msg.version)?.status();
    if !matches!(status, dat_pb::VersionStatus::Liable | dat_pb::VersionStatus::Settled) {
        let text = format!("asset-{}@{} is not final, or fell", msg.asset, msg.version);
        return Err(Error::NotAllowed(text).into());
    }
    let policy = dat::policy(state, msg.asset, msg.policy_version)?;
    for purpose in &msg.purposes {
        let ask = Ask {
            asset: msg.asset,
            account: &msg.consumer,
            purpose: *purpose,
            policy_version: Some(msg.policy_version),
        };
        let allowed = dat::allowed(state, &ask, ctx.block.time)?;
        if !allowed.ok {
            return Err(Error::NotAllowed(allowed.why).into());
        }
    }
    let terms = policy.terms.unwrap_or_default();
    let provider = msg.provider.to_string();
    if !terms.providers.is_empty() && !terms.providers.contains(&provider) {
        return Err(Error::ProviderNotListed(msg.provider).into());
    }
    Ok(terms)
}

/// Takes the units out of the quota and of the access DAT if one is named, and the money to begin with.
fn fund(ctx: &mut Ctx, msg: &OpenChannel, terms: &dat_pb::PolicyTerms) -> Result<Funds> {
    if let Some(serial) = msg.dat {
        if msg.deposit.is_some() {
            return Err(Error::PaidByDat.into());
        }
        let dat = dat::find_dat(&ctx.state, msg.asset, serial)?;
        if dat.is_some_and(|dat| dat.policy_version != msg.policy_version) {
            let text = format!("dat-{}/{serial} grants access under another policy version", msg.asset);
            return Err(Error::NotAllowed(text).into());
        }
        let coin = dat::take_value(ctx, (msg.asset, serial), &msg.consumer, msg.units_cap, &account())?;
        dat::take_quota(ctx, msg.asset, msg.policy_version, &msg.consumer, msg.units_cap)?;
        return Ok(Funds { coin, price: Amount::ZERO });
    }
    let coin = msg.deposit.clone().ok_or_else(|| Sdk::InvalidRequest("deposit is missing".into()))?;
    let price = terms.prices.iter().find(|price| price.denom == coin.denom.as_str());
    let price = price.ok_or_else(|| Error::NoPrice(coin.denom.clone()))?;
    let price = stored::amount(&price.amount)?;
    dat::accepted(&ctx.state, &coin.denom)?;
    dat::take_quota(ctx, msg.asset, msg.policy_version, &msg.consumer, msg.units_cap)?;
    pay_in(ctx, &msg.consumer, &coin)?;
    Ok(Funds { coin, price })
}

fn pay_in(ctx: &mut Ctx, from: &Address, coin: &Coin) -> Result<()> {
    let coins = Coins::one(coin.clone());
    if coins.is_empty() { Ok(()) } else { bank::transfer(ctx, from, &account(), &coins) }
}

/// Puts more money into a channel, more units, or both.
pub(crate) fn top_up(ctx: &mut Ctx, msg: &TopUpChannel) -> Result<()> {
    let mut channel = logic::channel(&ctx.state, msg.channel)?;
    if channel.state() != pb::ChannelState::Open {
        return Err(Error::NotOpen(channel.id).into());
    }
    let (consumer, _) = logic::parties(&channel)?;
    if msg.units > 0 && msg.payer != consumer {
        return Err(Error::NotTheConsumer(channel.id).into());
    }
    let denom: Denom = stored::denom(&channel.denom)?;
    if msg.units > 0 {
        dat::take_quota(ctx, channel.asset, channel.policy_version, &consumer, msg.units)?;
    }
    let added = if channel.dat == 0 {
        let coin = msg.amount.clone().unwrap_or(Coin::new(denom.clone(), Amount::ZERO));
        if coin.denom != denom {
            return Err(Error::NoPrice(coin.denom).into());
        }
        pay_in(ctx, &msg.payer, &coin)?;
        coin
    } else {
        if msg.amount.is_some() {
            return Err(Error::PaidByDat.into());
        }
        let coin = dat::take_value(ctx, (channel.asset, channel.dat), &consumer, msg.units, &account())?;
        if coin.denom != denom && !coin.amount.is_zero() {
            return Err(Error::NoPrice(coin.denom).into());
        }
        coin
    };
    let units_cap = channel.units_cap.checked_add(msg.units);
    channel.units_cap = units_cap.ok_or_else(|| Sdk::InvalidRequest("too many units".into()))?;
    channel.deposit = stored::amount(&channel.deposit)?.plus(added.amount)?.to_string();
    logic::save(ctx, &channel, "usage.channel_topped_up", Some(&msg.payer))?;
    ctx.emit(events::ChannelToppedUp {
        channel: channel.id,
        payer: &msg.payer,
        amount: &added,
        units: msg.units,
    });
    Ok(())
}

/// The consumer's wish to close starts the delay; the provider's closes.
pub(crate) fn close(ctx: &mut Ctx, who: &Address, id: u64) -> Result<pb::ChannelState> {
    let mut channel = logic::channel(&ctx.state, id)?;
    let (consumer, provider) = logic::parties(&channel)?;
    if *who != consumer && *who != provider {
        return Err(Error::NotOfChannel { who: *who, channel: id }.into());
    }
    if *who == provider && channel.state() != pb::ChannelState::Closed {
        return settle::settle(ctx, channel, Some(who));
    }
    if channel.state() == pb::ChannelState::Closing {
        return Err(Error::ClosingAlready(id).into());
    }
    is_in_time(&channel, ctx.block.time)?;
    let delay: Span = stored::span(channel.close_delay.as_ref());
    let closes_at = ctx.block.time.plus(delay);
    channel.state = pb::ChannelState::Closing.into();
    channel.closes_at = Some(closes_at.wire());
    scheduler::push(ctx, &CLOSINGS, closes_at.nanos(), &id.to_be_bytes())?;
    logic::save(ctx, &channel, "usage.channel_closing", Some(who))?;
    ctx.emit(events::ChannelClosing { channel: id, consumer: who, closes_at });
    Ok(pb::ChannelState::Closing)
}

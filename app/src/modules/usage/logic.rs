//! Records, and what all acts on them share.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::{dat::v1 as dat_pb, usage::v1 as pb},
};
use state::{Fault, Pb, Read};

use super::{
    ACCOUNT,
    errors::Error,
    events,
    keys::{BY_ASSET, BY_CONSUMER, BY_PROVIDER, CHANNELS, PARAMS, PROVIDERS},
    msgs::Offer,
    types::Params,
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        bank, dat,
    },
    stored,
    time::Span,
};

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or_else(Params::live))
}

/// A provider; refuses if there is none.
pub(crate) fn provider(state: &dyn Read, who: &Address) -> Result<pb::Provider> {
    let found = PROVIDERS.get(state, who)?.map(|Pb(provider)| provider);
    Ok(found.ok_or(Error::NoSuchProvider(*who))?)
}

/// A channel; refuses if there is none.
pub(crate) fn channel(state: &dyn Read, id: u64) -> Result<pb::Channel> {
    let found = CHANNELS.get(state, &id)?.map(|Pb(channel)| channel);
    Ok(found.ok_or(Error::NoSuchChannel(id))?)
}

/// What the module's account holds things on.
pub(crate) fn account() -> Address {
    Address::module(ACCOUNT)
}

/// So much of the token that deposits are made in.
pub(crate) fn deposit(amount: Amount) -> Coins {
    Coins::one(Coin::new(Denom::known(FEE_DENOM), amount))
}

/// Who a channel is between.
pub(crate) fn parties(channel: &pb::Channel) -> Result<(Address, Address), Fault> {
    Ok((stored::address(&channel.consumer)?, stored::address(&channel.provider)?))
}

/// Whether the verdict on the channel's version fell, and whether it still may.
pub(crate) fn standing(state: &dyn Read, channel: &pb::Channel) -> Result<dat_pb::VersionStatus> {
    Ok(dat::fate(state, channel.asset, channel.version)?.status())
}

/// Writes a channel and what happened to it into the trail.
pub(crate) fn save(
    ctx: &mut Ctx,
    channel: &pb::Channel,
    kind: &'static str,
    who: Option<&Address>,
) -> Result<()> {
    CHANNELS.set(&mut ctx.state, &channel.id, &Pb(channel.clone()));
    let (subject, digest) = (Subject::Channel(channel.id), audit::digest_of(channel));
    let entry = match who {
        Some(who) => audit::Entry::new(subject, kind, who, digest),
        None => audit::Entry::by_rule(subject, kind, digest),
    };
    audit::record(ctx, entry)
}

/// Adds a channel's lines to the indexes, or takes them out.
pub(crate) fn index(ctx: &mut Ctx, channel: &pb::Channel, there: bool) -> Result<()> {
    let (consumer, provider) = parties(channel)?;
    let (consumer, provider) = ((consumer, channel.id), (provider, channel.id));
    let asset = (channel.asset, channel.id);
    if there {
        BY_CONSUMER.set(&mut ctx.state, &consumer, &());
        BY_PROVIDER.set(&mut ctx.state, &provider, &());
        BY_ASSET.set(&mut ctx.state, &asset, &());
    } else {
        BY_CONSUMER.remove(&mut ctx.state, &consumer);
        BY_PROVIDER.remove(&mut ctx.state, &provider);
        BY_ASSET.remove(&mut ctx.state, &asset);
    }
    Ok(())
}

/// A channel of the provider's more that is not closed, or one less.
pub(crate) fn count(ctx: &mut Ctx, who: &Address, change: i64) -> Result<()> {
    let mut provider = provider(&ctx.state, who)?;
    provider.channels = provider.channels.saturating_add_signed(change);
    PROVIDERS.set(&mut ctx.state, who, &Pb(provider));
    Ok(())
}

/// The delay a provider asks for; the shortest if it asks for none.
fn delay(params: &Params, wanted: Option<Span>) -> Result<Span> {
    let (least, most) = (params.close_delay, params.max_close_delay);
    let delay = wanted.unwrap_or(least);
    if delay < least || delay > most {
        return Err(Error::DelayOutOfRange { least, most }.into());
    }
    Ok(delay)
}

fn describe(provider: &mut pb::Provider, offer: &Offer, delay: Span) {
    provider.endpoint = offer.endpoint.clone();
    provider.services = offer.services.iter().map(|service| i32::from(*service)).collect();
    provider.signing_key = offer.signing_key.to_vec();
    provider.close_delay = Some(delay.wire());
}

/// A new provider, against its deposit.
pub(crate) fn register(ctx: &mut Ctx, who: &Address, offer: &Offer) -> Result<()> {
    if PROVIDERS.has(&ctx.state, who)? {
        return Err(Error::AlreadyProvider(*who).into());
    }
    let params = params(&ctx.state)?;
    let delay = delay(&params, offer.close_delay)?;
    bank::transfer(ctx, who, &account(), &deposit(params.provider_deposit))?;
    let mut provider = pb::Provider {
        address: who.to_string(),
        deposit: params.provider_deposit.to_string(),
        registered_at: Some(ctx.block.time.wire()),
        ..Default::default()
    };
    describe(&mut provider, offer, delay);
    PROVIDERS.set(&mut ctx.state, who, &Pb(provider));
    ctx.emit(events::ProviderRegistered { provider: who, endpoint: &offer.endpoint });
    Ok(())
}

/// A provider says something else of itself.
pub(crate) fn update(ctx: &mut Ctx, who: &Address, offer: &Offer) -> Result<()> {
    let mut provider = provider(&ctx.state, who)?;
    let delay = delay(&params(&ctx.state)?, offer.close_delay)?;
    describe(&mut provider, offer, delay);
    PROVIDERS.set(&mut ctx.state, who, &Pb(provider));
    ctx.emit(events::ProviderUpdated { provider: who, endpoint: &offer.endpoint });
    Ok(())
}

/// A provider without channels goes, with its deposit.
pub(crate) fn unregister(ctx: &mut Ctx, who: &Address) -> Result<()> {
    let provider = provider(&ctx.state, who)?;
    if provider.channels > 0 {
        return Err(Error::ChannelsOpen { count: provider.channels }.into());
    }
    PROVIDERS.remove(&mut ctx.state, who);
    let coins = deposit(stored::amount(&provider.deposit)?);
    if !coins.is_empty() {
        bank::transfer(ctx, &account(), who, &coins)?;
    }
    ctx.emit(events::ProviderUnregistered { provider: who });
    Ok(())
}

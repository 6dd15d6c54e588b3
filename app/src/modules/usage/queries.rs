//! What can be asked.

use proto::{address::Address, lazchain::usage::v1 as pb};
use state::{Pb, Read};

use super::{
    compute,
    keys::{BY_ASSET, BY_CONSUMER, BY_PROVIDER, CHANNELS, PROVIDERS},
    logic,
    meter::Meter,
    redeem::use_ends,
    voucher::is_in_time,
};
use crate::{
    error::{Result, Sdk},
    modules::scheduler,
    page,
    query::{Query, answer},
    time::Time,
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.usage.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.usage.v1.Query/Provider", |s, b| answer(s, b, provider)),
    Query::new("/lazchain.usage.v1.Query/Providers", |s, b| answer(s, b, providers)),
    Query::new("/lazchain.usage.v1.Query/Channel", |s, b| answer(s, b, channel)),
    Query::new("/lazchain.usage.v1.Query/Channels", |s, b| answer(s, b, channels)),
    Query::new("/lazchain.usage.v1.Query/ConsumerChannels", |s, b| answer(s, b, consumer_channels)),
    Query::new("/lazchain.usage.v1.Query/ProviderChannels", |s, b| answer(s, b, provider_channels)),
    Query::new("/lazchain.usage.v1.Query/AssetChannels", |s, b| answer(s, b, asset_channels)),
    Query::new("/lazchain.usage.v1.Query/Payout", |s, b| answer(s, b, payout)),
    Query::new("/lazchain.usage.v1.Query/Compute", |s, b| answer(s, b, compute_prices)),
];

fn address(text: &str) -> Result<Address> {
    Ok(text.parse().map_err(|error| Sdk::InvalidRequest(format!("invalid address: {error}")))?)
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?.wire()) })
}

fn provider(state: &dyn Read, ask: pb::QueryProviderRequest) -> Result<pb::QueryProviderResponse> {
    let provider = logic::provider(state, &address(&ask.provider)?)?;
    Ok(pb::QueryProviderResponse { provider: Some(provider) })
}

fn providers(state: &dyn Read, ask: pb::QueryProvidersRequest) -> Result<pb::QueryProvidersResponse> {
    let row = |_, Pb(provider): Pb<pb::Provider>| {
        Ok((ask.service == 0 || provider.services.contains(&ask.service)).then_some(provider))
    };
    let (providers, pagination) = page::collect(state, &PROVIDERS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryProvidersResponse { providers, pagination })
}

fn channel(state: &dyn Read, ask: pb::QueryChannelRequest) -> Result<pb::QueryChannelResponse> {
    Ok(pb::QueryChannelResponse { channel: Some(logic::channel(state, ask.channel)?) })
}

fn channels(state: &dyn Read, ask: pb::QueryChannelsRequest) -> Result<pb::QueryChannelsResponse> {
    let row = |_, Pb(channel)| Ok(Some(channel));
    let (channels, pagination) = page::collect(state, &CHANNELS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryChannelsResponse { channels, pagination })
}

fn consumer_channels(
    state: &dyn Read,
    ask: pb::QueryConsumerChannelsRequest,
) -> Result<pb::QueryConsumerChannelsResponse> {
    let row = |(_, id), ()| Ok(Some(logic::channel(state, id)?));
    let consumer = address(&ask.consumer)?;
    let (channels, pagination) = page::collect(state, &BY_CONSUMER, &consumer, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryConsumerChannelsResponse { channels, pagination })
}

fn provider_channels(
    state: &dyn Read,
    ask: pb::QueryProviderChannelsRequest,
) -> Result<pb::QueryProviderChannelsResponse> {
    let row = |(_, id), ()| Ok(Some(logic::channel(state, id)?));
    let provider = address(&ask.provider)?;
    let (channels, pagination) = page::collect(state, &BY_PROVIDER, &provider, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryProviderChannelsResponse { channels, pagination })
}

fn asset_channels(
    state: &dyn Read,
    ask: pb::QueryAssetChannelsRequest,
) -> Result<pb::QueryAssetChannelsResponse> {
    let row = |(_, id), ()| Ok(Some(logic::channel(state, id)?));
    let (channels, pagination) = page::collect(state, &BY_ASSET, &ask.asset, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryAssetChannelsResponse { channels, pagination })
}

/// What a voucher would pay, whether or not it would be taken now.
fn payout(state: &dyn Read, ask: pb::QueryPayoutRequest) -> Result<pb::QueryPayoutResponse> {
    let channel = logic::channel(state, ask.channel)?;
    let (meter, units) = (Meter::of(&channel)?, ask.cumulative_units);
    if units < meter.units {
        let text = format!("{} units are redeemed already; ask for at least as many", meter.units);
        return Err(Sdk::InvalidRequest(text).into());
    }
    let taken = meter.take(units)?;
    let now = scheduler::now(state)?;
    let ends = use_ends(state, &channel, (now, now))?;
    Ok(pb::QueryPayoutResponse {
        cumulative_amount: meter.stated(units)?.to_string(),
        total: taken.total.to_string(),
        before: meter.redeemed.to_string(),
        redeemed: taken.redeemed.to_string(),
        protocol_bps: meter.protocol_bps,
        protocol: taken.protocol.to_string(),
        base: taken.base.to_string(),
        deposit: meter.deposit.to_string(),
        units_cap: meter.units_cap,
        is_covered: taken.total <= meter.deposit && units <= meter.units_cap,
        use_ends: ends.map(Time::wire),
        is_open: is_in_time(&channel, now).is_ok(),
    })
}

fn compute_prices(state: &dyn Read, _: pb::QueryComputeRequest) -> Result<pb::QueryComputeResponse> {
    let (sold, left) = compute::sold(state)?;
    let prices = logic::params(state)?.wire().compute_prices;
    Ok(pb::QueryComputeResponse { prices, sold: sold.to_string(), left: left.to_string() })
}

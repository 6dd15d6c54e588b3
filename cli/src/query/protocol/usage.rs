//! `lazd query usage`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.usage.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current usage parameters"),
    row(SERVICE, "Provider", "provider [provider]", &["provider"], "Query a provider"),
    row(SERVICE, "Providers", "providers", &[], "Query all providers, or those with a --service"),
    row(SERVICE, "Channel", "channel [channel]", &["channel"], "Query a channel"),
    row(SERVICE, "Channels", "channels", &[], "Query all channels"),
    row(SERVICE, "ConsumerChannels", "consumer-channels [consumer]", &["consumer"], "Query the channels that somebody pays for"),
    row(SERVICE, "ProviderChannels", "provider-channels [provider]", &["provider"], "Query the channels that a provider serves"),
    row(SERVICE, "AssetChannels", "asset-channels [asset]", &["asset"], "Query the channels on an asset"),
    row(SERVICE, "Payout", "payout [channel] [cumulative_units]", &["channel", "cumulative_units"], "Query what a voucher for so many units in all would pay, and why"),
    row(SERVICE, "Compute", "compute", &[], "Query the prices of ucpt, and what is left of this epoch's cap"),
];

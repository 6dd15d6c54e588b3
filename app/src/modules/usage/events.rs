//! What the module announces.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::usage::v1 as pb,
};

use super::meter::Taken;
use crate::{error::Reject, event::Event, modules::dat, time::Time};

pub(crate) struct ProviderRegistered<'a> {
    pub provider: &'a Address,
    pub endpoint: &'a str,
}

impl Event for ProviderRegistered<'_> {
    const KIND: &'static str = "usage.provider_registered";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("provider", self.provider.to_string()), ("endpoint", self.endpoint.to_owned())]
    }
}

pub(crate) struct ProviderUpdated<'a> {
    pub provider: &'a Address,
    pub endpoint: &'a str,
}

impl Event for ProviderUpdated<'_> {
    const KIND: &'static str = "usage.provider_updated";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("provider", self.provider.to_string()), ("endpoint", self.endpoint.to_owned())]
    }
}

pub(crate) struct ProviderUnregistered<'a> {
    pub provider: &'a Address,
}

impl Event for ProviderUnregistered<'_> {
    const KIND: &'static str = "usage.provider_unregistered";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("provider", self.provider.to_string())]
    }
}

pub(crate) struct ComputeBought<'a> {
    pub buyer: &'a Address,
    pub payment: &'a Coin,
    pub bought: Amount,
}

impl Event for ComputeBought<'_> {
    const KIND: &'static str = "usage.compute_bought";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("buyer", self.buyer.to_string()),
            ("payment", self.payment.to_string()),
            ("bought", format!("{}{}", self.bought, super::COMPUTE)),
        ]
    }
}

pub(crate) struct ChannelOpened<'a> {
    pub channel: &'a pb::Channel,
}

impl Event for ChannelOpened<'_> {
    const KIND: &'static str = "usage.channel_opened";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let channel = self.channel;
        vec![
            ("channel", channel.id.to_string()),
            ("consumer", channel.consumer.clone()),
            ("provider", channel.provider.clone()),
            ("asset", channel.asset.to_string()),
            ("version", channel.version.to_string()),
            ("policy_version", channel.policy_version.to_string()),
            ("dat", channel.dat.to_string()),
            ("deposit", format!("{}{}", channel.deposit, channel.denom)),
            ("units_cap", channel.units_cap.to_string()),
        ]
    }
}

pub(crate) struct ChannelToppedUp<'a> {
    pub channel: u64,
    pub payer: &'a Address,
    pub amount: &'a Coin,
    pub units: u64,
}

impl Event for ChannelToppedUp<'_> {
    const KIND: &'static str = "usage.channel_topped_up";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("channel", self.channel.to_string()),
            ("payer", self.payer.to_string()),
            ("amount", self.amount.to_string()),
            ("units", self.units.to_string()),
        ]
    }
}

pub(crate) struct ChannelClosing<'a> {
    pub channel: u64,
    pub consumer: &'a Address,
    pub closes_at: Time,
}

impl Event for ChannelClosing<'_> {
    const KIND: &'static str = "usage.channel_closing";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("channel", self.channel.to_string()),
            ("consumer", self.consumer.to_string()),
            ("closes_at", self.closes_at.to_string()),
        ]
    }
}

pub(crate) struct ChannelClosed<'a> {
    pub channel: &'a pb::Channel,
    pub consumer: &'a Address,
    pub returned: &'a Coin,
}

impl Event for ChannelClosed<'_> {
    const KIND: &'static str = "usage.channel_closed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("channel", self.channel.id.to_string()),
            ("consumer", self.consumer.to_string()),
            ("provider", self.channel.provider.clone()),
            ("units", self.channel.units.to_string()),
            ("redeemed", format!("{}{}", self.channel.redeemed, self.channel.denom)),
            ("returned", self.returned.to_string()),
        ]
    }
}

pub(crate) struct ChannelForgotten {
    pub channel: u64,
}

impl Event for ChannelForgotten {
    const KIND: &'static str = "usage.channel_forgotten";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("channel", self.channel.to_string())]
    }
}

pub(crate) struct VoucherRedeemed<'a> {
    pub channel: &'a pb::Channel,
    pub taken: &'a Taken,
    pub split: &'a dat::Split,
}

impl Event for VoucherRedeemed<'_> {
    const KIND: &'static str = "usage.voucher_redeemed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let Taken { redeemed, protocol, base, .. } = self.taken;
        vec![
            ("channel", self.channel.id.to_string()),
            ("provider", self.channel.provider.clone()),
            ("sequence", self.channel.sequence.to_string()),
            ("units", self.channel.units.to_string()),
            ("denom", self.channel.denom.clone()),
            ("redeemed", redeemed.to_string()),
            ("protocol", protocol.to_string()),
            ("base", base.to_string()),
            ("royalties", self.split.royalties.to_string()),
            ("provider_part", self.split.provider.to_string()),
            ("provider_held", self.split.provider_held.to_string()),
            ("holders", self.split.holders.to_string()),
        ]
    }
}

pub(crate) struct VoucherRefused<'a> {
    pub channel: u64,
    pub sequence: u64,
    pub reject: &'a Reject,
}

impl Event for VoucherRefused<'_> {
    const KIND: &'static str = "usage.voucher_refused";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("channel", self.channel.to_string()),
            ("sequence", self.sequence.to_string()),
            ("codespace", self.reject.space.to_owned()),
            ("code", self.reject.code.to_string()),
            ("reason", self.reject.text.clone()),
        ]
    }
}

pub(crate) struct RefundClaimed<'a> {
    pub channel: u64,
    pub consumer: &'a Address,
    pub refund: &'a Coins,
}

impl Event for RefundClaimed<'_> {
    const KIND: &'static str = "usage.refund_claimed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("channel", self.channel.to_string()),
            ("consumer", self.consumer.to_string()),
            ("refund", self.refund.to_string()),
        ]
    }
}

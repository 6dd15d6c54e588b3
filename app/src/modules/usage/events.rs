//! What the module announces.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::usage::v1 as pb,
};

use super::meter::Taken;
use crate::{
    error::Reject,
    event::{Attributes, Event},
    modules::dat,
    time::Time,
};

pub(crate) struct ProviderRegistered<'a> {
    pub provider: &'a Address,
    pub endpoint: &'a str,
}

impl Event for ProviderRegistered<'_> {
    const KIND: &'static str = "usage.provider_registered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("provider", &self.provider);
        to.text("endpoint", self.endpoint);
    }
}

pub(crate) struct ProviderUpdated<'a> {
    pub provider: &'a Address,
    pub endpoint: &'a str,
}

impl Event for ProviderUpdated<'_> {
    const KIND: &'static str = "usage.provider_updated";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("provider", &self.provider);
        to.text("endpoint", self.endpoint);
    }
}

pub(crate) struct ProviderUnregistered<'a> {
    pub provider: &'a Address,
}

impl Event for ProviderUnregistered<'_> {
    const KIND: &'static str = "usage.provider_unregistered";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("provider", &self.provider);
    }
}

pub(crate) struct ComputeBought<'a> {
    pub buyer: &'a Address,
    pub payment: &'a Coin,
    pub bought: Amount,
}

impl Event for ComputeBought<'_> {
    const KIND: &'static str = "usage.compute_bought";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("buyer", &self.buyer);
        to.add("payment", &self.payment);
        to.add("bought", &format_args!("{}{}", self.bought, super::COMPUTE));
    }
}

pub(crate) struct ChannelOpened<'a> {
    pub channel: &'a pb::Channel,
}

impl Event for ChannelOpened<'_> {
    const KIND: &'static str = "usage.channel_opened";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let channel = self.channel;
        to.add("channel", &channel.id);
        to.text("consumer", &channel.consumer);
        to.text("provider", &channel.provider);
        to.add("asset", &channel.asset);
        to.add("version", &channel.version);
        to.add("policy_version", &channel.policy_version);
        to.add("dat", &channel.dat);
        to.add("deposit", &format_args!("{}{}", channel.deposit, channel.denom));
        to.add("units_cap", &channel.units_cap);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel);
        to.add("payer", &self.payer);
        to.add("amount", &self.amount);
        to.add("units", &self.units);
    }
}

pub(crate) struct ChannelClosing<'a> {
    pub channel: u64,
    pub consumer: &'a Address,
    pub closes_at: Time,
}

impl Event for ChannelClosing<'_> {
    const KIND: &'static str = "usage.channel_closing";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel);
        to.add("consumer", &self.consumer);
        to.add("closes_at", &self.closes_at);
    }
}

pub(crate) struct ChannelClosed<'a> {
    pub channel: &'a pb::Channel,
    pub consumer: &'a Address,
    pub returned: &'a Coin,
}

impl Event for ChannelClosed<'_> {
    const KIND: &'static str = "usage.channel_closed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel.id);
        to.add("consumer", &self.consumer);
        to.text("provider", &self.channel.provider);
        to.add("units", &self.channel.units);
        to.add("redeemed", &format_args!("{}{}", self.channel.redeemed, self.channel.denom));
        to.add("returned", &self.returned);
    }
}

pub(crate) struct ChannelForgotten {
    pub channel: u64,
}

impl Event for ChannelForgotten {
    const KIND: &'static str = "usage.channel_forgotten";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel);
    }
}

pub(crate) struct VoucherRedeemed<'a> {
    pub channel: &'a pb::Channel,
    pub taken: &'a Taken,
    pub split: &'a dat::Split,
}

impl Event for VoucherRedeemed<'_> {
    const KIND: &'static str = "usage.voucher_redeemed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let Taken { redeemed, protocol, base, .. } = self.taken;
        to.add("channel", &self.channel.id);
        to.text("provider", &self.channel.provider);
        to.add("sequence", &self.channel.sequence);
        to.add("units", &self.channel.units);
        to.text("denom", &self.channel.denom);
        to.add("redeemed", &redeemed);
        to.add("protocol", &protocol);
        to.add("base", &base);
        to.add("royalties", &self.split.royalties);
        to.add("provider_part", &self.split.provider);
        to.add("provider_held", &self.split.provider_held);
        to.add("holders", &self.split.holders);
    }
}

pub(crate) struct VoucherRefused<'a> {
    pub channel: u64,
    pub sequence: u64,
    pub reject: &'a Reject,
}

impl Event for VoucherRefused<'_> {
    const KIND: &'static str = "usage.voucher_refused";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel);
        to.add("sequence", &self.sequence);
        to.text("codespace", self.reject.space);
        to.add("code", &self.reject.code);
        to.text("reason", &self.reject.text);
    }
}

pub(crate) struct RefundClaimed<'a> {
    pub channel: u64,
    pub consumer: &'a Address,
    pub refund: &'a Coins,
}

impl Event for RefundClaimed<'_> {
    const KIND: &'static str = "usage.refund_claimed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("channel", &self.channel);
        to.add("consumer", &self.consumer);
        to.add("refund", &self.refund);
    }
}

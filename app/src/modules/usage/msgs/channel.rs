//! Messages of consumers and providers about their channels.

use proto::{
    address::Address,
    coin::Coin,
    lazchain::{dat::v1::Purpose, usage::v1 as pb},
};

use super::{MAX_KINDS, delay, id};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, digest, list, refused},
    modules::usage::{handlers, keys::CHANNELS, voucher::Voucher},
    msg::{Gas, Msg},
    time::Span,
};

/// Most vouchers in one message.
const MAX_VOUCHERS: usize = 256;

/// `MsgOpenChannel`.
pub(crate) struct OpenChannel {
    pub consumer: Address,
    pub provider: Address,
    pub asset: u64,
    pub version: u64,
    pub policy_version: u64,
    /// The access DAT that pays.
    pub dat: Option<u64>,
    /// At least one.
    pub purposes: Vec<Purpose>,
    pub channel_key: [u8; 32],
    /// May be 0 of its token.
    pub deposit: Option<Coin>,
    /// Above 0.
    pub units_cap: u64,
    pub most_protocol_bps: Option<u32>,
    pub longest_close_delay: Option<Span>,
}

impl Msg for OpenChannel {
    type Wire = pb::MsgOpenChannel;
    type Response = pb::MsgOpenChannelResponse;

    fn parse(wire: pb::MsgOpenChannel) -> Result<OpenChannel> {
        let purpose = |number: i32| {
            let purpose = Purpose::try_from(number).ok().filter(|purpose| *purpose != Purpose::Unspecified);
            purpose.ok_or_else(|| refused(format!("there is no purpose {number}")))
        };
        let purposes = list("purposes", wire.purposes, MAX_KINDS, purpose)?;
        if purposes.is_empty() {
            return Err(refused("purposes are missing"));
        }
        let deposit = wire.deposit.map(|coin| given::coin("deposit", Some(coin))).transpose()?;
        Ok(OpenChannel {
            consumer: wire.consumer.parse()?,
            provider: wire.provider.parse()?,
            asset: id("asset", wire.asset)?,
            version: id("version", wire.version)?,
            policy_version: id("policy_version", wire.policy_version)?,
            dat: (wire.dat != 0).then_some(wire.dat),
            purposes,
            channel_key: digest("channel_key", &wire.channel_key)?,
            deposit,
            units_cap: id("units_cap", wire.units_cap)?,
            most_protocol_bps: (wire.most_protocol_bps != 0).then_some(wire.most_protocol_bps),
            longest_close_delay: delay("longest_close_delay", wire.longest_close_delay.as_ref())?,
        })
    }

    fn signer(&self) -> Address {
        self.consumer
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgOpenChannelResponse> {
        Ok(pb::MsgOpenChannelResponse { channel: handlers::open_channel(ctx, self)? })
    }
}

/// `MsgTopUpChannel`.
pub(crate) struct TopUpChannel {
    pub payer: Address,
    pub channel: u64,
    /// Above 0.
    pub amount: Option<Coin>,
    pub units: u64,
}

impl Msg for TopUpChannel {
    type Wire = pb::MsgTopUpChannel;
    type Response = pb::MsgTopUpChannelResponse;

    fn parse(wire: pb::MsgTopUpChannel) -> Result<TopUpChannel> {
        let amount = wire.amount.map(|coin| given::coin("amount", Some(coin))).transpose()?;
        if amount.as_ref().is_some_and(|coin| coin.amount.is_zero()) {
            return Err(refused("amount is nothing; leave it out to add units only"));
        }
        if amount.is_none() && wire.units == 0 {
            return Err(refused("neither an amount nor units to add"));
        }
        let (payer, channel) = (wire.payer.parse()?, id("channel", wire.channel)?);
        Ok(TopUpChannel { payer, channel, amount, units: wire.units })
    }

    fn signer(&self) -> Address {
        self.payer
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgTopUpChannelResponse> {
        handlers::top_up_channel(ctx, self)?;
        Ok(pb::MsgTopUpChannelResponse {})
    }
}

/// `MsgCloseChannel`.
pub(crate) struct CloseChannel {
    pub sender: Address,
    pub channel: u64,
}

impl Msg for CloseChannel {
    type Wire = pb::MsgCloseChannel;
    type Response = pb::MsgCloseChannelResponse;

    fn parse(wire: pb::MsgCloseChannel) -> Result<CloseChannel> {
        Ok(CloseChannel { sender: wire.sender.parse()?, channel: id("channel", wire.channel)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(25_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCloseChannelResponse> {
        let state = handlers::close_channel(ctx, self)?.into();
        Ok(pb::MsgCloseChannelResponse { state })
    }
}

/// `MsgRedeemVouchers`.
pub(crate) struct RedeemVouchers {
    pub provider: Address,
    /// At least one, each of another channel.
    pub vouchers: Vec<Voucher>,
}

impl Msg for RedeemVouchers {
    type Wire = pb::MsgRedeemVouchers;
    type Response = pb::MsgRedeemVouchersResponse;

    fn parse(wire: pb::MsgRedeemVouchers) -> Result<RedeemVouchers> {
        if wire.vouchers.is_empty() {
            return Err(refused("no vouchers"));
        }
        let mut vouchers = Vec::with_capacity(wire.vouchers.len().min(MAX_VOUCHERS));
        list("vouchers", wire.vouchers, MAX_VOUCHERS, |signed| {
            let voucher = Voucher::parse(signed)?;
            let channel = voucher.channel;
            vouchers.push(voucher);
            Ok(channel)
        })?;
        Ok(RedeemVouchers { provider: wire.provider.parse()?, vouchers })
    }

    fn signer(&self) -> Address {
        self.provider
    }

    fn cost(&self) -> Gas {
        Gas(30_000).times(self.vouchers.len())
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        keys.extend(self.vouchers.iter().map(|voucher| CHANNELS.raw_key(&voucher.channel)));
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRedeemVouchersResponse> {
        Ok(pb::MsgRedeemVouchersResponse { redemptions: handlers::redeem_vouchers(ctx, self)? })
    }
}

/// `MsgSettleClosed`.
pub(crate) struct SettleClosed {
    pub sender: Address,
    pub channel: u64,
}

impl Msg for SettleClosed {
    type Wire = pb::MsgSettleClosed;
    type Response = pb::MsgSettleClosedResponse;

    fn parse(wire: pb::MsgSettleClosed) -> Result<SettleClosed> {
        Ok(SettleClosed { sender: wire.sender.parse()?, channel: id("channel", wire.channel)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(25_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSettleClosedResponse> {
        let state = handlers::settle_closed(ctx, self)?.into();
        Ok(pb::MsgSettleClosedResponse { state })
    }
}

/// `MsgClaimRefund`.
pub(crate) struct ClaimRefund {
    pub sender: Address,
    pub channel: u64,
}

impl Msg for ClaimRefund {
    type Wire = pb::MsgClaimRefund;
    type Response = pb::MsgClaimRefundResponse;

    fn parse(wire: pb::MsgClaimRefund) -> Result<ClaimRefund> {
        Ok(ClaimRefund { sender: wire.sender.parse()?, channel: id("channel", wire.channel)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgClaimRefundResponse> {
        Ok(pb::MsgClaimRefundResponse { refund: handlers::claim_refund(ctx, self)?.wire() })
    }
}

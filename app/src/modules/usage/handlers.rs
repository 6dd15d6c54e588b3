//! Who may.

use proto::{amount::Amount, coin::Coins, lazchain::usage::v1 as pb};

use super::{
    channel, compute,
    keys::PARAMS,
    logic,
    msgs::{
        BuyCompute, ClaimRefund, CloseChannel, OpenChannel, RedeemVouchers, RegisterProvider, SettleClosed,
        TopUpChannel, UnregisterProvider, UpdateParams, UpdateProvider,
    },
    redeem, settle,
};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn register_provider(ctx: &mut Ctx, msg: &RegisterProvider) -> Result<()> {
    logic::register(ctx, &msg.provider, &msg.offer)
}

pub(crate) fn update_provider(ctx: &mut Ctx, msg: &UpdateProvider) -> Result<()> {
    logic::update(ctx, &msg.provider, &msg.offer)
}

pub(crate) fn unregister_provider(ctx: &mut Ctx, msg: &UnregisterProvider) -> Result<()> {
    logic::unregister(ctx, &msg.provider)
}

/// Anybody may buy.
pub(crate) fn buy_compute(ctx: &mut Ctx, msg: &BuyCompute) -> Result<Amount> {
    compute::buy(ctx, &msg.buyer, &msg.payment, msg.least)
}

/// Whom the policy admits.
pub(crate) fn open_channel(ctx: &mut Ctx, msg: &OpenChannel) -> Result<u64> {
    channel::open(ctx, msg)
}

/// Anybody may pay.
pub(crate) fn top_up_channel(ctx: &mut Ctx, msg: &TopUpChannel) -> Result<()> {
    channel::top_up(ctx, msg)
}

/// Consumer and provider.
pub(crate) fn close_channel(ctx: &mut Ctx, msg: &CloseChannel) -> Result<pb::ChannelState> {
    channel::close(ctx, &msg.sender, msg.channel)
}

/// The provider, of its own channels.
pub(crate) fn redeem_vouchers(ctx: &mut Ctx, msg: &RedeemVouchers) -> Result<Vec<pb::Redemption>> {
    redeem::redeem(ctx, &msg.provider, &msg.vouchers)
}

/// Anybody: it pays the consumer.
pub(crate) fn settle_closed(ctx: &mut Ctx, msg: &SettleClosed) -> Result<pb::ChannelState> {
    settle::settle_closed(ctx, &msg.sender, msg.channel)
}

/// Anybody: it pays the consumer.
pub(crate) fn claim_refund(ctx: &mut Ctx, msg: &ClaimRefund) -> Result<Coins> {
    settle::claim_refund(ctx, &msg.sender, msg.channel)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &msg.params);
    Ok(())
}

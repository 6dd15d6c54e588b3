//! The end of a channel: what is left goes back; the record stays while its version may fall, then it goes.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins},
    lazchain::{dat::v1::VersionStatus, usage::v1 as pb},
};

use super::{
    errors::Error,
    events,
    keys::{CHANNELS, CLOSINGS},
    logic::{self, account, deposit},
    meter::Meter,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        bank, dat, scheduler,
        scheduler::Step,
    },
    stored,
    time::Span,
};

/// How long the queue lets a closed channel be before it looks again whether its version is settled.
const LOOK_AGAIN: Span = Span::from_secs(3_600);
/// Units of queue work that one channel takes.
const UNITS: u32 = 1;

/// Pays back what is left, quota and value with it. The record goes at once where no refund can come any more.
pub(crate) fn settle(
    ctx: &mut Ctx,
    mut channel: pb::Channel,
    who: Option<&Address>,
) -> Result<pb::ChannelState> {
    let returned = pay_back(ctx, &mut channel)?;
    let (consumer, provider) = logic::parties(&channel)?;
    channel.state = pb::ChannelState::Closed.into();
    logic::count(ctx, &provider, -1)?;
    logic::save(ctx, &channel, "usage.channel_closed", who)?;
    ctx.emit(events::ChannelClosed { channel: &channel, consumer: &consumer, returned: &returned });
    let nothing_paid = stored::amount(&channel.redeemed)?.is_zero();
    let status = logic::standing(&ctx.state, &channel)?;
    if nothing_paid || status == VersionStatus::Settled {
        forget(ctx, &channel)?;
    } else if status != VersionStatus::Revoked {
        let due = ctx.block.time.plus(LOOK_AGAIN).nanos();
        scheduler::push(ctx, &CLOSINGS, due, &channel.id.to_be_bytes())?;
    }
    Ok(pb::ChannelState::Closed)
}

/// Empties a channel: what was not used goes back to where it came from.
fn pay_back(ctx: &mut Ctx, channel: &mut pb::Channel) -> Result<Coin> {
    let meter = Meter::of(channel)?;
    let (consumer, _) = logic::parties(channel)?;
    let (left, units) = (meter.left(), meter.units_cap.saturating_sub(meter.units));
    let coin = Coin::new(stored::denom(&channel.denom)?, left);
    if units > 0 {
        dat::give_back_quota(ctx, channel.asset, channel.policy_version, &consumer, units)?;
    }
    if channel.dat == 0 {
        if !left.is_zero() {
            bank::transfer(ctx, &account(), &consumer, &Coins::one(coin.clone()))?;
        }
    } else {
        let dat = (channel.asset, channel.dat);
        dat::give_back_value(ctx, dat, meter.units_cap, (units, &coin), &account())?;
    }
    channel.deposit = channel.redeemed.clone();
    channel.units_cap = channel.units;
    Ok(coin)
}

/// Removes a closed channel, and pays back what its record cost.
fn forget(ctx: &mut Ctx, channel: &pb::Channel) -> Result<()> {
    let (consumer, _) = logic::parties(channel)?;
    CHANNELS.remove(&mut ctx.state, &channel.id);
    logic::index(ctx, channel, false)?;
    let coins = deposit(stored::amount(&channel.record_deposit)?);
    if !coins.is_empty() {
        bank::transfer(ctx, &account(), &consumer, &coins)?;
    }
    let entry = audit::Entry::by_rule(
        Subject::Channel(channel.id),
        "usage.channel_forgotten",
        audit::digest_of(channel),
    );
    audit::record(ctx, entry)?;
    ctx.emit(events::ChannelForgotten { channel: channel.id });
    Ok(())
}

/// Settles a closing channel whose delay is over, or forgets a closed one.
pub(crate) fn settle_closed(ctx: &mut Ctx, who: &Address, id: u64) -> Result<pb::ChannelState> {
    let channel = logic::channel(&ctx.state, id)?;
    match channel.state() {
        pb::ChannelState::Closing => {
            let closes_at = stored::time(channel.closes_at.as_ref());
            if ctx.block.time < closes_at {
                return Err(Error::NotOverYet { channel: id, closes_at }.into());
            }
            settle(ctx, channel, Some(who))
        }
        pb::ChannelState::Closed => match logic::standing(&ctx.state, &channel)? {
            VersionStatus::Settled => {
                forget(ctx, &channel)?;
                Ok(pb::ChannelState::Closed)
            }
            VersionStatus::Revoked => {
                let (asset, version) = (channel.asset, channel.version);
                Err(Error::RefundWaits { channel: id, asset, version }.into())
            }
            _ => Err(Error::StillLiable(id).into()),
        },
        _ => Err(Error::StillOpen(id).into()),
    }
}

/// Pays a channel its part of what is refunded for a version that fell, and what was left in it.
pub(crate) fn claim_refund(ctx: &mut Ctx, who: &Address, id: u64) -> Result<Coins> {
    let channel = logic::channel(&ctx.state, id)?;
    if logic::standing(&ctx.state, &channel)? != VersionStatus::Revoked {
        let (asset, version) = (channel.asset, channel.version);
        return Err(Error::NothingFell { channel: id, asset, version }.into());
    }
    let (consumer, _) = logic::parties(&channel)?;
    let paid = stored::amount(&channel.redeemed)?;
    if channel.state() != pb::ChannelState::Closed {
        settle(ctx, channel.clone(), Some(who))?;
    }
    if paid.is_zero() {
        return Ok(Coins::EMPTY); // settling has forgotten it
    }
    let refund = dat::refund(ctx, channel.asset, channel.version, id, &consumer)?;
    ctx.emit(events::RefundClaimed { channel: id, consumer: &consumer, refund: &refund });
    let channel = logic::channel(&ctx.state, id)?;
    forget(ctx, &channel)?;
    Ok(refund)
}

/// The queue's work. An entry whose channel is elsewhere by now does nothing.
pub(crate) fn work_closing(ctx: &mut Ctx, entry: &[u8], _budget: u32) -> Result<Step> {
    let id = entry.try_into().map(u64::from_be_bytes).unwrap_or(0);
    let Some(state::Pb(channel)) = CHANNELS.get(&ctx.state, &id)? else { return Ok(Step::Done(UNITS)) };
    match channel.state() {
        pb::ChannelState::Closing => {
            let closes_at = stored::time(channel.closes_at.as_ref());
            if ctx.block.time < closes_at {
                return Ok(Step::Later(closes_at.nanos(), UNITS));
            }
            settle(ctx, channel, None)?;
        }
        pb::ChannelState::Closed => match logic::standing(&ctx.state, &channel)? {
            VersionStatus::Settled => forget(ctx, &channel)?,
            VersionStatus::Revoked => {}
            _ => return Ok(Step::Later(ctx.block.time.plus(LOOK_AGAIN).nanos(), UNITS)),
        },
        _ => {}
    }
    Ok(Step::Done(UNITS))
}

/// What channels that are not closed hold of each token.
pub(crate) fn owed(channel: &pb::Channel) -> Result<Coin> {
    let left = stored::amount(&channel.deposit)?.minus(stored::amount(&channel.redeemed)?);
    Ok(Coin::new(stored::denom(&channel.denom)?, left.unwrap_or(Amount::ZERO)))
}

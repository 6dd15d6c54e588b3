//! Watching, and what follows.

use proto::address::ConsAddress;
use state::Read;

use super::{
    errors::Error,
    events,
    keys::{CHUNK_BLOCKS, CHUNK_BYTES, MISSED, PARAMS, SIGNING_INFOS},
    types::{MAX_WINDOW, Params, SigningInfo},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::staking::{self, Deed},
    node::Vote,
    time::Time,
};

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<Params> {
    Ok(PARAMS.get(state)?.unwrap_or_else(Params::start))
}

/// How well a validator signs; nothing if it was never in the set.
pub(crate) fn signing_info(state: &dyn Read, cons: &ConsAddress) -> Result<Option<SigningInfo>> {
    Ok(SIGNING_INFOS.get(state, cons)?)
}

/// A validator came into the set: it is watched from now on.
pub(crate) fn watch(ctx: &mut Ctx, cons: &ConsAddress) -> Result<()> {
    let fresh = SigningInfo::since(ctx.block.height, params(&ctx.state)?.signed_blocks_window);
    let info = match signing_info(&ctx.state, cons)? {
        Some(info) => SigningInfo { start_height: ctx.block.height, ..info },
        None => fresh,
    };
    SIGNING_INFOS.set(&mut ctx.state, cons, &info);
    Ok(())
}

/// The piece and, within it, the byte and the bit of a block of the window.
fn place(index: u64) -> (u64, usize, u8) {
    let chunk = index.checked_div(CHUNK_BLOCKS).unwrap_or(0);
    let within = index.checked_rem(CHUNK_BLOCKS).unwrap_or(0);
    let byte = usize::try_from(within.checked_div(8).unwrap_or(0)).unwrap_or(0);
    let bit = u32::try_from(within.checked_rem(8).unwrap_or(0)).unwrap_or(0);
    (chunk, byte, 1_u8.wrapping_shl(bit))
}

/// Whether that block of the window was missed.
pub(crate) fn is_missed(state: &dyn Read, cons: &ConsAddress, index: u64) -> Result<bool> {
    let (chunk, byte, bit) = place(index);
    let bits = MISSED.get(state, &(*cons, chunk))?;
    Ok(bits.is_some_and(|bits| bits.get(byte).is_some_and(|byte| byte & bit != 0)))
}

/// Notes whether that block of the window was missed.
pub(crate) fn set_missed(ctx: &mut Ctx, cons: &ConsAddress, index: u64, missed: bool) -> Result<()> {
    let (chunk, byte, bit) = place(index);
    let mut bits = MISSED.get(&ctx.state, &(*cons, chunk))?.unwrap_or([0; CHUNK_BYTES]);
    if let Some(byte) = bits.get_mut(byte) {
        *byte = if missed { *byte | bit } else { *byte & !bit };
    }
    MISSED.set(&mut ctx.state, &(*cons, chunk), &bits);
    Ok(())
}

/// Forgets all misses.
fn forget_missed(ctx: &mut Ctx, cons: &ConsAddress) -> Result<()> {
    let chunks = MAX_WINDOW.checked_div(CHUNK_BLOCKS).unwrap_or(0).saturating_add(1);
    let chunks = u32::try_from(chunks).unwrap_or(u32::MAX);
    for (key, _) in MISSED.page(&ctx.state, cons, None, chunks)? {
        MISSED.remove(&mut ctx.state, &key);
    }
    Ok(())
}

/// One validator's part in the block before. Who is jailed or unknown has no duty.
pub(crate) fn judge(ctx: &mut Ctx, params: &Params, vote: &Vote) -> Result<()> {
    let cons = vote.validator;
    let known = staking::validator_by_cons(&ctx.state, &cons)?;
    if known.is_none_or(|validator| validator.jailed) {
        return Ok(());
    }
    let window = params.signed_blocks_window;
    let mut info = match signing_info(&ctx.state, &cons)? {
        Some(info) if info.window == window => info,
        Some(info) => {
            // counted in another window: the count begins anew
            forget_missed(ctx, &cons)?;
            let SigningInfo { jailed_until, tombstoned, .. } = info;
            SigningInfo { jailed_until, tombstoned, ..SigningInfo::since(ctx.block.height, window) }
        }
        None => SigningInfo::since(ctx.block.height, window),
    };
    let index = info.index_offset.checked_rem(window).unwrap_or(0);
    info.index_offset = info.index_offset.saturating_add(1);
    let missed = !vote.signed;
    if missed != is_missed(&ctx.state, &cons, index)? {
        set_missed(ctx, &cons, index, missed)?;
        info.missed = if missed { info.missed.saturating_add(1) } else { info.missed.saturating_sub(1) };
    }
    let height = ctx.block.height;
    if missed {
        ctx.emit(events::Missed { validator: cons, missed: info.missed, height });
    }
    if height > info.start_height.saturating_add(window) && info.missed > params.max_missed()? {
        punish_downtime(ctx, params, vote)?;
        forget_missed(ctx, &cons)?;
        info.jailed_until = ctx.block.time.plus(params.downtime_jail_duration).nanos();
        info.missed = 0;
        info.index_offset = 0;
    }
    SIGNING_INFOS.set(&mut ctx.state, &cons, &info);
    Ok(())
}

/// The block that was not signed was made by the set of one block earlier.
fn punish_downtime(ctx: &mut Ctx, params: &Params, vote: &Vote) -> Result<()> {
    let (validator, power) = (vote.validator, vote.power);
    let height = ctx.block.height.saturating_sub(2);
    let deed = Deed { height, power, fraction: params.slash_fraction_downtime };
    let burnt = staking::slash(ctx, &validator, deed)?;
    ctx.emit(events::Slashed { validator, power, reason: "missing_signature", jailed: true, burnt });
    staking::jail(ctx, &validator)
}

/// Whether a validator may never come back.
pub(crate) fn is_tombstoned(state: &dyn Read, cons: &ConsAddress) -> Result<bool> {
    Ok(signing_info(state, cons)?.is_some_and(|info| info.tombstoned))
}

/// Refuses a key that may never come back: a validator with it could sign twice again, and not be punished.
pub(crate) fn admit(state: &dyn Read, cons: &ConsAddress) -> Result<()> {
    if is_tombstoned(state, cons)? {
        return Err(Error::Tombstoned(*cons).into());
    }
    Ok(())
}

/// Punishes signing twice, done at a height with that power: slashed, jailed, out for ever.
pub(crate) fn punish_double_sign(ctx: &mut Ctx, cons: &ConsAddress, height: u64, power: u64) -> Result<()> {
    let params = params(&ctx.state)?;
    let fraction = params.slash_fraction_double_sign;
    let deed = Deed { height: height.saturating_sub(1), power, fraction };
    let burnt = staking::slash(ctx, cons, deed)?;
    ctx.emit(events::Slashed { validator: *cons, power, reason: "double_sign", jailed: false, burnt });
    if staking::validator_by_cons(&ctx.state, cons)?.is_some_and(|validator| !validator.jailed) {
        staking::jail(ctx, cons)?;
        ctx.emit(events::Jailed(*cons));
    }
    let info = signing_info(&ctx.state, cons)?;
    let info = info.unwrap_or_else(|| SigningInfo::since(ctx.block.height, params.signed_blocks_window));
    let info = SigningInfo { jailed_until: Time::FOREVER.nanos(), tombstoned: true, ..info };
    SIGNING_INFOS.set(&mut ctx.state, cons, &info);
    Ok(())
}

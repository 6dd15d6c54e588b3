//! When time is up: of prepaid use, of requests.

use proto::lazchain::dat::v1 as pb;
use state::{Key, Pb, Read};

use super::{
    records::{asset, find_dat, find_version},
    requests::close_request,
    revenue::{add_income, share_out},
    stops::stopped,
    tokens::put,
    value::paid,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::dat::{
        events,
        keys::{FINALS, REQUESTS},
    },
    stored,
    time::Time,
};

/// Most final versions that are looked at, newest first, for one that is settled.
const MAX_FINALS: u32 = 16;

/// What became of a token whose time may be up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// There is no such token, or it was expired before.
    Gone,
    /// Its time is up then.
    NotYet(Time),
    /// Its use ended; its money waits for a settled version.
    Waits,
    /// Its use ended, and its money is revenue.
    Done,
}

/// Ends the prepaid use of a token whose time is up: money not used by then becomes revenue. Where access was taken away
/// before, the money stays refundable.
pub(crate) fn expire(ctx: &mut Ctx, id: u64, serial: u64) -> Result<Expiry> {
    let Some(mut dat) = find_dat(&ctx.state, id, serial)?.filter(|dat| !dat.expired) else {
        return Ok(Expiry::Gone);
    };
    let Some(until) = dat.expires_at.as_ref().map(Time::from_wire) else { return Ok(Expiry::Gone) };
    if until > ctx.block.time {
        return Ok(Expiry::NotYet(until));
    }
    let asset = asset(&ctx.state, id)?;
    let taken_away = stopped(&ctx.state, &asset, &dat)?.is_some();
    let done = taken_away || to_revenue(ctx, &asset, &mut dat)?;
    dat.value = 0;
    dat.expired = done;
    let owner = stored::address(&dat.owner)?;
    put(ctx, &dat, "dat.expired", &owner)?;
    Ok(if done { Expiry::Done } else { Expiry::Waits })
}

/// Turns the money behind a token into revenue of the newest settled version; whether that was possible. No provider
/// served for it, so it is the ancestors' and the holders'.
pub(super) fn to_revenue(ctx: &mut Ctx, asset: &pb::Asset, dat: &mut pb::Dat) -> Result<bool> {
    let Some(money) = paid(dat)? else { return Ok(true) };
    let Some(version) = newest_settled(&ctx.state, asset.id)? else { return Ok(false) };
    let split = share_out(ctx, &version, &money, 0)?;
    add_income(ctx, asset.id, &money.denom, split.holders)?;
    dat.paid = None;
    dat.value = 0;
    ctx.emit(events::Expired { asset: dat.asset, serial: dat.serial, amount: money.to_string() });
    Ok(true)
}

fn newest_settled(state: &dyn Read, id: u64) -> Result<Option<pb::Version>> {
    for ((_, number), ()) in FINALS.page_back(state, &id, None, MAX_FINALS)? {
        let version = find_version(state, id, number)?;
        if let Some(version) = version.filter(|version| version.status() == pb::VersionStatus::Settled) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Reads an entry of the queue of expiries.
pub(crate) fn expiring(mut bytes: &[u8]) -> Result<(u64, u64)> {
    Ok(<(u64, u64)>::decode(&mut bytes)?)
}

/// Ends a request that nobody answered.
pub(crate) fn forget_request(ctx: &mut Ctx, mut bytes: &[u8]) -> Result<()> {
    let id = u64::decode(&mut bytes)?;
    let Some(Pb(request)) = REQUESTS.get(&ctx.state, &id)? else { return Ok(()) };
    if stored::time(request.expires_at.as_ref()) > ctx.block.time {
        return Ok(());
    }
    close_request(ctx, &request)
}

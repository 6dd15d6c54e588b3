//! Counting what is sunk, ending an epoch, minting a party's part.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::rewards::v1 as pb,
};
use state::{Fault, Pb, Read};

use super::{
    ACCOUNT,
    emission::{self, sunk_by_all},
    errors::Error,
    events,
    keys::{EMISSIONS, PARAMS, RUNNING, TALLIES},
    types::{Party, live},
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::bps_floor,
    modules::{bank, distribution, idao, mint, usage},
    stored,
    time::{Span, Time},
};

/// For how many epochs the inputs of an emission are kept after all parts of it are minted.
pub(crate) const KEPT_EPOCHS: u64 = 1_000;

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// The epoch that runs.
pub(crate) fn running(state: &dyn Read) -> Result<pb::Running> {
    let running = RUNNING.get(state)?.map(|Pb(running)| running);
    Ok(running.ok_or_else(|| Fault::corrupt("rewards", "no epoch runs"))?)
}

/// The epoch before `number` is over: its totals are kept, and stakers get their part.
pub(crate) fn epoch_began(ctx: &mut Ctx, number: u64) -> Result<()> {
    let running = running(&ctx.state)?;
    let mut ended = end(ctx, running)?;
    let stakers = stored::amount(&ended.stakers)?;
    let minted = if stakers.is_zero() { stakers } else { mint::provide(ctx, stakers)? };
    ended.stakers = minted.to_string();
    ctx.emit(events::EpochEnded { emission: &ended });
    let epoch = ended.epoch;
    EMISSIONS.set(&mut ctx.state, &epoch, &Pb(ended));
    let began = Some(ctx.block.time.wire());
    RUNNING.set(&mut ctx.state, &Pb(pb::Running { epoch: number, began, ..Default::default() }));
    prune(ctx, epoch.saturating_sub(KEPT_EPOCHS), number)
}

/// What an epoch that ends now mints at most.
fn end(ctx: &Ctx, running: pb::Running) -> Result<pb::Emission> {
    let params = params(&ctx.state)?;
    let (_, supply, rate) = mint::rate(&ctx.state)?;
    let most_time = Span::from_secs(params.max_seconds.into());
    let time = ctx.block.time.since(Time::from_wire(&running.began.unwrap_or_default())).min(most_time);
    let most = emission::most(supply, rate, time)?;
    let part = |bps| bps_floor(most, bps).map(|amount| amount.to_string());
    let (ucpt, per) = usage::price_of_fees(&ctx.state)?;
    Ok(pb::Emission {
        epoch: running.epoch,
        began: running.began,
        ended: Some(ctx.block.time.wire()),
        supply: supply.to_string(),
        inflation: rate.to_string(),
        nanos: time.nanos(),
        most: most.to_string(),
        stakers: part(params.stakers_bps)?,
        quorums_most: part(params.quorums_bps)?,
        idaos_most: part(params.idaos_bps)?,
        providers_most: part(params.providers_bps)?,
        quorums: running.quorums,
        idaos: running.idaos,
        providers: running.providers,
        quorums_cap_bps: params.quorums_cap_bps,
        idaos_cap_bps: params.idaos_cap_bps,
        providers_cap_bps: params.providers_cap_bps,
        ucpt,
        per,
    })
}

/// Forgets an old epoch all parts of which are minted.
fn prune(ctx: &mut Ctx, epoch: u64, running: u64) -> Result<()> {
    let Some(Pb(emission)) = EMISSIONS.get(&ctx.state, &epoch)? else { return Ok(()) };
    let is_old = epoch.saturating_add(KEPT_EPOCHS) < running;
    let waits = [&emission.quorums, &emission.idaos, &emission.providers];
    let waits = waits.iter().any(|sum| sum.as_ref().is_some_and(|sum| sum.parties > 0));
    if is_old && !waits {
        EMISSIONS.remove(&mut ctx.state, &epoch);
    }
    Ok(())
}

/// A protocol fee was paid for use of an iDAO's asset and redeemed by a provider. Only `ulaz` counts: any rate of another
/// token could be gamed.
pub(crate) fn protocol_fee(ctx: &mut Ctx, idao: Option<u64>, provider: &Address, fee: &Coin) -> Result<()> {
    if fee.denom != mint::rate(&ctx.state)?.0 {
        return Ok(());
    }
    if let Some(idao) = idao {
        sink(ctx, &Party::Idao(idao), fee.amount)?;
    }
    sink(ctx, &Party::Provider(*provider), fee.amount)
}

/// A part of a task's fee was burnt that these ballots were paid from, in equal parts, rounded down.
pub(crate) fn task_fee_burnt(ctx: &mut Ctx, members: &[ValAddress], burnt: Amount) -> Result<()> {
    let ballots = u128::try_from(members.len()).unwrap_or(u128::MAX);
    let Some(part) = burnt.units().checked_div(ballots) else { return Ok(()) };
    members.iter().try_for_each(|member| sink(ctx, &Party::Member(*member), Amount::new(part)))
}

/// A party sank something: what it sank in an epoch before is settled first.
fn sink(ctx: &mut Ctx, party: &Party, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let mut running = running(&ctx.state)?;
    let mut tally = match TALLIES.get(&ctx.state, party)? {
        Some(Pb(tally)) if tally.epoch == running.epoch => Some(tally),
        Some(Pb(tally)) => {
            settle(ctx, party, &tally)?;
            None
        }
        None => None,
    };
    let is_new = tally.is_none();
    let tally = tally.get_or_insert_with(|| pb::Tally {
        part: party.part().into(),
        party: party.to_string(),
        epoch: running.epoch,
        sunk: Amount::ZERO.to_string(),
    });
    tally.sunk = stored::amount(&tally.sunk)?.plus(amount)?.to_string();
    TALLIES.set(&mut ctx.state, party, &Pb(tally.clone()));
    let sum = match party {
        Party::Member(_) => &mut running.quorums,
        Party::Idao(_) => &mut running.idaos,
        Party::Provider(_) => &mut running.providers,
    };
    let sum = sum.get_or_insert_default();
    sum.sunk = sunk_by_all(Some(&*sum))?.plus(amount)?.to_string();
    sum.parties = sum.parties.saturating_add(u64::from(is_new));
    RUNNING.set(&mut ctx.state, &Pb(running));
    Ok(())
}

/// Mints a party's part of a past epoch, and forgets the tally.
fn settle(ctx: &mut Ctx, party: &Party, tally: &pb::Tally) -> Result<Coins> {
    let mut emission = emission(&ctx.state, tally.epoch)?;
    let due = emission::due(&emission, party.part(), stored::amount(&tally.sunk)?)?.due;
    TALLIES.remove(&mut ctx.state, party);
    let sum = match party {
        Party::Member(_) => &mut emission.quorums,
        Party::Idao(_) => &mut emission.idaos,
        Party::Provider(_) => &mut emission.providers,
    };
    let sum = sum.get_or_insert_default();
    sum.parties = sum.parties.saturating_sub(1);
    EMISSIONS.set(&mut ctx.state, &tally.epoch, &Pb(emission));
    let running = running(&ctx.state)?.epoch;
    prune(ctx, tally.epoch, running)?;
    let minted = pay(ctx, party, due)?;
    ctx.emit(events::Emitted { party, epoch: tally.epoch, minted: &minted });
    Ok(minted)
}

/// What a party's part is minted in.
pub(crate) fn token(state: &dyn Read, party: &Party) -> Result<Denom> {
    match party {
        Party::Provider(_) => Ok(Denom::known(usage::COMPUTE)),
        Party::Member(_) | Party::Idao(_) => Ok(mint::rate(state)?.0),
    }
}

fn pay(ctx: &mut Ctx, party: &Party, due: Amount) -> Result<Coins> {
    let denom = token(&ctx.state, party)?;
    match party {
        Party::Member(operator) => mint::make(ctx, &operator.account(), &denom, due),
        Party::Provider(provider) => mint::make(ctx, provider, &denom, due),
        Party::Idao(id) => {
            let account = Address::module(ACCOUNT);
            let coins = mint::make(ctx, &account, &denom, due)?;
            if coins.is_empty() {
                return Ok(coins);
            }
            let outcome = ctx.attempt(|ctx| idao::income(ctx, *id, &account, &coins))?;
            if outcome.is_err() {
                distribution::fund_community_pool(ctx, &account, &coins)?; // it closed meanwhile
            }
            Ok(coins)
        }
    }
}

/// A past epoch; refuses if it is not kept.
pub(crate) fn emission(state: &dyn Read, epoch: u64) -> Result<pb::Emission> {
    let found = EMISSIONS.get(state, &epoch)?.map(|Pb(emission)| emission);
    Ok(found.ok_or(Error::NoSuchEpoch(epoch))?)
}

/// A party's tally; refuses if there is none.
pub(crate) fn tally(state: &dyn Read, party: &Party) -> Result<pb::Tally> {
    let found = TALLIES.get(state, party)?.map(|Pb(tally)| tally);
    Ok(found.ok_or(Error::NothingDue(*party))?)
}

/// Mints a party's part now.
pub(crate) fn claim(ctx: &mut Ctx, party: &Party) -> Result<Coins> {
    let tally = tally(&ctx.state, party)?;
    if tally.epoch == running(&ctx.state)?.epoch {
        return Err(Error::EpochRuns(tally.epoch).into());
    }
    settle(ctx, party, &tally)
}

/// What is on the module's account, which is nothing after every block.
pub(crate) fn balances(state: &dyn Read) -> Result<Coins> {
    bank::balances(state, &Address::module(ACCOUNT))
}

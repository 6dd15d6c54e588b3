//! What happens.

pub(crate) mod changes;
pub(crate) mod duties;
pub(crate) mod measuring;
pub(crate) mod members;
pub(crate) mod offences;
pub(crate) mod pools;
pub(crate) mod reserves;
pub(crate) mod seats;
pub(crate) mod slashing;

use proto::{address::Address, amount::Amount, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    errors::Error,
    events,
    keys::{CHANGES, LIVE, NEXT_ID, PARAMS, POOLS, QUORUMS, RELIABILITY, SLOW_EXIT},
    params::live,
    power,
    types::ACCOUNT,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        bank, distribution, scheduler, staking,
    },
    stored,
    time::{Span, Time},
};

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// The Quorum with this number, if there is or was one.
pub(crate) fn find(state: &dyn Read, id: u64) -> Result<Option<pb::Quorum>> {
    Ok(QUORUMS.get(state, &id)?.map(|Pb(quorum)| quorum))
}

/// The Quorum with this number.
pub(crate) fn quorum(state: &dyn Read, id: u64) -> Result<pb::Quorum> {
    Ok(find(state, id)?.ok_or(Error::NoQuorum(id))?)
}

/// The Quorum with this number, which is not closed.
pub(crate) fn live_quorum(state: &dyn Read, id: u64) -> Result<pb::Quorum> {
    let quorum = quorum(state, id)?;
    if quorum.status() == pb::Status::Closed {
        return Err(Error::Closed(id).into());
    }
    Ok(quorum)
}

/// Whether there is a Quorum with this number that is not closed.
pub(crate) fn exists(state: &dyn Read, id: u64) -> Result<bool> {
    Ok(LIVE.has(state, &id)?)
}

/// A Quorum's rules.
pub(crate) fn rules(quorum: &pb::Quorum) -> pb::Rules {
    quorum.rules.clone().unwrap_or_default()
}

/// The account that a Quorum's DATs belong to. It takes no signature.
pub(crate) fn account(id: u64) -> Address {
    Address::module(&format!("quorum/{id}"))
}

/// The module's account, which holds deposits and pools.
pub(crate) fn purse() -> Address {
    Address::module(ACCOUNT)
}

pub(crate) fn put(ctx: &mut Ctx, quorum: &pb::Quorum) {
    QUORUMS.set(&mut ctx.state, &quorum.id, &Pb(quorum.clone()));
}

/// Adds to a Quorum's trail: somebody's act, or a rule's where nobody acted.
pub(crate) fn trail(
    ctx: &mut Ctx,
    id: u64,
    kind: &'static str,
    actor: Option<&Address>,
    record: &impl prost::Message,
) -> Result<()> {
    let digest = Some(audit::digest_of(record));
    audit::record(ctx, audit::Entry { subject: Subject::Quorum(id), kind, actor, agent: None, digest })
}

/// Founds a Quorum; `rules` are complete.
pub(crate) fn create(
    ctx: &mut Ctx,
    creator: &Address,
    name: String,
    description: String,
    rules: pb::Rules,
) -> Result<u64> {
    let id = NEXT_ID.get(&ctx.state)?.unwrap_or(1);
    NEXT_ID.set(&mut ctx.state, &id.saturating_add(1));
    let deposit = params(&ctx.state)?.creation_deposit;
    let coins = staking::stake(&ctx.state, stored::amount(&deposit)?)?;
    bank::transfer(ctx, creator, &purse(), &coins)?;
    let quorum = pb::Quorum {
        id,
        name,
        description,
        creator: creator.to_string(),
        status: pb::Status::Forming.into(),
        rules: Some(rules),
        rules_version: 1,
        deposit,
        created: Some(ctx.block.time.wire()),
        measured: 0,
        joined: false,
        changes: 0,
    };
    put(ctx, &quorum);
    LIVE.set(&mut ctx.state, &id, &());
    ctx.emit(events::Created { quorum: id, creator, name: &quorum.name });
    trail(ctx, id, "quorum.created", Some(creator), &quorum)?;
    Ok(id)
}

/// Ends a Quorum without members and liabilities: the deposit goes back, the pools to the community.
pub(crate) fn close(ctx: &mut Ctx, quorum: &pb::Quorum, reason: &str) -> Result<()> {
    let id = quorum.id;
    let left = pools::empty(ctx, id)?;
    if !left.is_empty() {
        distribution::fund_community_pool(ctx, &purse(), &left)?;
    }
    let deposit = stored::amount(&quorum.deposit)?;
    if !deposit.is_zero() {
        let coins = staking::stake(&ctx.state, deposit)?;
        bank::transfer(ctx, &purse(), &stored::address(&quorum.creator)?, &coins)?;
    }
    let closed =
        pb::Quorum { status: pb::Status::Closed.into(), deposit: Amount::ZERO.to_string(), ..quorum.clone() };
    put(ctx, &closed);
    LIVE.remove(&mut ctx.state, &id);
    CHANGES.remove(&mut ctx.state, &id);
    POOLS.remove(&mut ctx.state, &id);
    ctx.emit(events::Closed { quorum: id, reason });
    trail(ctx, id, "quorum.closed", None, &closed)
}

/// What became of verdicts, halved as often as it should be by now.
pub(crate) fn reliability(state: &dyn Read, id: u64) -> Result<pb::Reliability> {
    let counted = RELIABILITY.get(state, &id)?.map(|Pb(counted)| counted).unwrap_or_default();
    let every = params(state)?.halving_epochs;
    let halvings = scheduler::epoch(state)?.checked_div(every).unwrap_or(0);
    let times = u32::try_from(halvings.saturating_sub(counted.halvings)).unwrap_or(u32::MAX);
    let halved = |count: u64| count.checked_shr(times).unwrap_or(0);
    Ok(pb::Reliability {
        verdicts: halved(counted.verdicts),
        failed: halved(counted.failed),
        overturned: halved(counted.overturned),
        halvings: halvings.max(counted.halvings),
    })
}

/// How far a Quorum with such a record is trusted, in basis points.
pub(crate) fn reliability_bps(counted: &pb::Reliability) -> Result<u32> {
    Ok(power::reliability(counted.verdicts, counted.failed, counted.overturned)?)
}

fn count(ctx: &mut Ctx, id: u64, change: impl FnOnce(&mut pb::Reliability)) -> Result<()> {
    let mut counted = reliability(&ctx.state, id)?;
    change(&mut counted);
    RELIABILITY.set(&mut ctx.state, &id, &Pb(counted));
    Ok(())
}

/// A verdict was found.
pub(crate) fn verdict(ctx: &mut Ctx, id: u64) -> Result<()> {
    count(ctx, id, |counted| counted.verdicts = counted.verdicts.saturating_add(1))
}

/// A round ended without one.
pub(crate) fn failed_round(ctx: &mut Ctx, id: u64) -> Result<()> {
    count(ctx, id, |counted| counted.failed = counted.failed.saturating_add(1))
}

/// A verdict was overturned.
pub(crate) fn overturned(ctx: &mut Ctx, id: u64) -> Result<()> {
    count(ctx, id, |counted| counted.overturned = counted.overturned.saturating_add(1))
}

/// Governance changes how long stake takes to leave: what is measured already counts on the old time until that has
/// passed.
pub(crate) fn unbonding_time_changes(ctx: &mut Ctx, from: Span, to: Span) -> Result<()> {
    let now = ctx.block.time;
    let from = from.max(slowest_exit(&ctx.state, now)?);
    if to < from {
        let slow = pb::SlowExit { time: Some(from.wire()), until: Some(now.plus(from).wire()) };
        SLOW_EXIT.set(&mut ctx.state, &Pb(slow));
    }
    Ok(())
}

/// How long stake must take to leave at least, whatever the parameter says.
pub(crate) fn slowest_exit(state: &dyn Read, now: Time) -> Result<Span> {
    let Some(Pb(slow)) = SLOW_EXIT.get(state)? else { return Ok(Span::ZERO) };
    let holds = now < stored::time(slow.until.as_ref());
    Ok(if holds { stored::span(slow.time.as_ref()) } else { Span::ZERO })
}

//! The work of the queues.

use proto::address::Address;
use state::{Key, Pb};

use super::{
    keys::SEALS,
    logic,
    types::{Entry, What},
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{bank, scheduler::Step},
    stored,
};

/// Cases and canaries.
pub(crate) fn work_rulings(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    let entry = Entry::read(entry)?;
    match entry.what {
        What::Canary => logic::canary_work(ctx, entry),
        _ => logic::close_case(ctx, entry),
    }
}

/// Rounds whose phase is over.
pub(crate) fn work_phases(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    logic::phase_over(ctx, Entry::read(entry)?)
}

/// Whatever waits for a throw.
pub(crate) fn work_throws(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    let entry = Entry::read(entry)?;
    match entry.what {
        What::Look => logic::throw_look(ctx, entry),
        What::Jury => logic::throw_jury(ctx, entry),
        _ => logic::route(ctx, entry),
    }
}

/// What is over at an instant.
pub(crate) fn work_deadlines(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    let entry = Entry::read(entry)?;
    match entry.what {
        What::RouteBy => logic::route_by_over(ctx, entry),
        What::Window => logic::window_over(ctx, entry),
        What::Appeal => logic::appeal_over(ctx, entry),
        What::RuleBy => logic::rule_by_over(ctx, entry),
        _ => logic::liability_over(ctx, entry),
    }
}

/// Seals that nobody used: their deposit goes back.
pub(crate) fn work_seal_ends(ctx: &mut Ctx, mut entry: &[u8], _: u32) -> Result<Step> {
    let (owner, seal, number) = <(Address, [u8; 32], u64)>::decode(&mut entry)?;
    let key = (owner, seal);
    if let Some(Pb(found)) = SEALS.get(&ctx.state, &key)?
        && found.number == number
    {
        SEALS.remove(&mut ctx.state, &key);
        let deposit = stored::amount(&found.deposit)?;
        if !deposit.is_zero() {
            bank::transfer(ctx, &logic::account(), &owner, &logic::ulaz(deposit))?;
        }
    }
    Ok(Step::Done(1))
}

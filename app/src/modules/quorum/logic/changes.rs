//! Changes of a Quorum's rules: two thirds of the power, one at a time, from the next epoch but one.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::{Pb, Read};

use super::{
    super::{errors::Error, events, keys::CHANGES},
    live_quorum, measuring, params, put, quorum,
    seats::find_member,
    trail,
};
use crate::{ctx::Ctx, error::Result, fixed::product, modules::scheduler, stored};

/// The change that is voted on or about to apply, if there is one.
pub(crate) fn change(state: &dyn Read, id: u64) -> Result<Option<pb::RulesChange>> {
    Ok(CHANGES.get(state, &id)?.map(|Pb(change)| change))
}

fn is_over(change: &pb::RulesChange, ctx: &Ctx) -> bool {
    change.applies == 0 && stored::time(change.until.as_ref()) <= ctx.block.time
}

/// The measurement that votes weigh by, in which the voter must have power, and be a member still.
fn ballot_box(ctx: &Ctx, quorum: &pb::Quorum, who: &ValAddress) -> Result<pb::Measurement> {
    let no_power = Error::NoPower { quorum: quorum.id, validator: *who };
    let Some(last) = measuring::last(&ctx.state, quorum)? else { return Err(no_power.into()) };
    let member = find_member(&ctx.state, quorum.id, who)?;
    if measuring::power_of(&last, who)?.is_zero() || member.is_none() {
        return Err(no_power.into());
    }
    Ok(last)
}

/// Proposes other rules, which are complete; the proposer is for them.
pub(crate) fn propose(ctx: &mut Ctx, who: &ValAddress, id: u64, rules: pb::Rules) -> Result<u64> {
    let quorum = live_quorum(&ctx.state, id)?;
    let last = ballot_box(ctx, &quorum, who)?;
    if let Some(old) = change(&ctx.state, id)? {
        if !is_over(&old, ctx) {
            return Err(Error::ChangePending { quorum: id, number: old.number }.into());
        }
        ctx.emit(events::RulesEnded { quorum: id, number: old.number, applied: false });
    }
    let number = quorum.changes.saturating_add(1);
    put(ctx, &pb::Quorum { changes: number, ..quorum });
    let patience = stored::span(params(&ctx.state)?.patience.as_ref());
    let mut change = pb::RulesChange {
        quorum: id,
        number,
        rules: Some(rules),
        proposer: who.to_string(),
        yes: vec![who.to_string()],
        no: Vec::new(),
        until: Some(ctx.block.time.plus(patience).wire()),
        applies: 0,
    };
    ctx.emit(events::RulesProposed { quorum: id, number, validator: who });
    settle(ctx, &mut change, &last)?;
    CHANGES.set(&mut ctx.state, &id, &Pb(change.clone()));
    trail(ctx, id, "quorum.rules_proposed", Some(&who.account()), &change)?;
    Ok(number)
}

/// Votes; returns the epoch from which the change applies, 0 while it has not passed.
pub(crate) fn vote(ctx: &mut Ctx, who: &ValAddress, (id, number): (u64, u64), yes: bool) -> Result<u64> {
    let quorum = live_quorum(&ctx.state, id)?;
    let last = ballot_box(ctx, &quorum, who)?;
    let open = change(&ctx.state, id)?
        .filter(|change| change.number == number && change.applies == 0 && !is_over(change, ctx));
    let mut change = open.ok_or(Error::NoChange { quorum: id, number })?;
    let text = who.to_string();
    if change.yes.contains(&text) || change.no.contains(&text) {
        return Err(Error::AlreadyVoted.into());
    }
    if yes {
        change.yes.push(text)
    } else {
        change.no.push(text)
    }
    let refused = settle(ctx, &mut change, &last)?;
    let applies = change.applies;
    ctx.emit(events::RulesVoted { quorum: id, number, validator: who, yes, applies });
    trail(ctx, id, "quorum.rules_voted", Some(&who.account()), &change)?;
    if refused {
        CHANGES.remove(&mut ctx.state, &id);
        ctx.emit(events::RulesEnded { quorum: id, number, applied: false });
    } else {
        CHANGES.set(&mut ctx.state, &id, &Pb(change));
    }
    Ok(applies)
}

/// The power for and against, and of all.
pub(crate) fn tally(change: &pb::RulesChange, last: &pb::Measurement) -> Result<(Amount, Amount, Amount)> {
    let (yes, no) = (measuring::sum_of(last, &change.yes)?, measuring::sum_of(last, &change.no)?);
    Ok((yes, no, stored::amount(&last.total)?))
}

/// Passes a change that two thirds of the power are for; returns whether so many are against it that it never can.
fn settle(ctx: &Ctx, change: &mut pb::RulesChange, last: &pb::Measurement) -> Result<bool> {
    let (yes, no, total) = tally(change, last)?;
    let (all, third) = (product(total.units(), 1), |part: Amount| product(part.units(), 3));
    if !total.is_zero() && third(yes) >= product(total.units(), 2) {
        change.applies = scheduler::epoch(&ctx.state)?.saturating_add(2);
    }
    Ok(third(no) > all)
}

/// At a boundary: a passed change applies, another that has waited too long lapses.
pub(crate) fn turn(ctx: &mut Ctx, id: u64, epoch: u64) -> Result<()> {
    let Some(change) = change(&ctx.state, id)? else { return Ok(()) };
    let applied = change.applies > 0 && change.applies <= epoch;
    if !applied && !is_over(&change, ctx) {
        return Ok(());
    }
    CHANGES.remove(&mut ctx.state, &id);
    if applied {
        let quorum = quorum(&ctx.state, id)?;
        let rules_version = quorum.rules_version.saturating_add(1);
        let quorum = pb::Quorum { rules: change.rules.clone(), rules_version, ..quorum };
        put(ctx, &quorum);
        trail(ctx, id, "quorum.rules_applied", None, &quorum)?;
    }
    ctx.emit(events::RulesEnded { quorum: id, number: change.number, applied });
    Ok(())
}

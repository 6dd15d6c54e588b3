//! Taking what was decided, in pages, and where the operator's own part of it goes.

use proto::{address::ValAddress, amount::Amount, lazchain::quorum::v1 as pb};
use state::Pb;

use super::{
    super::{
        events,
        keys::{CASES, SLASHES},
        types::number,
    },
    params, pools, purse,
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::{bps_ceil, bps_floor},
    modules::{
        audit::{self, Subject},
        bank,
        scheduler::Step,
        staking::{self, Levy, Progress},
    },
    stored,
};

/// Takes a part of a slash.
pub(crate) fn work(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    let number = entry.try_into().map_or(0, u64::from_be_bytes);
    let Some(Pb(mut slash)) = SLASHES.get(&ctx.state, &number)? else { return Ok(Step::Done(1)) };
    if slash.stage >= staking::LEVIED {
        return Ok(Step::Done(1));
    }
    let who = stored::val_address(&slash.validator)?;
    let levy = Levy {
        operator: who,
        height: slash.height,
        entries_from: slash.entries_from,
        tokens: stored::amount(&slash.tokens)?,
        amount: stored::amount(&slash.amount)?,
        own_to: purse(),
    };
    let mut progress = Progress {
        stage: slash.stage,
        cursor: std::mem::take(&mut slash.cursor),
        left: stored::amount(&slash.left)?,
        own: stored::amount(&slash.own)?,
        others: stored::amount(&slash.others)?,
    };
    let used = staking::levy(ctx, &levy, &mut progress, budget)?;
    slash.stage = progress.stage;
    slash.cursor = progress.cursor;
    slash.left = progress.left.to_string();
    slash.own = progress.own.to_string();
    slash.others = progress.others.to_string();
    let done = slash.stage >= staking::LEVIED;
    if done {
        staking::let_go(ctx, &who)?;
        share_out(ctx, &who, &mut slash, progress.own)?;
    }
    SLASHES.set(&mut ctx.state, &number, &Pb(slash));
    Ok(if done { Step::Done(used) } else { Step::More(used) })
}

/// At least a fifth of the operator's own part is burnt, half goes to a reporter, the rest refunds whom the ruling named
/// and then fills the insurance pool. What came out of others' delegations is burnt already: nobody earns from it.
fn share_out(ctx: &mut Ctx, who: &ValAddress, slash: &mut pb::Slash, own: Amount) -> Result<()> {
    let (id, params) = (slash.quorum, params(&ctx.state)?);
    (slash.own_burnt_bps, slash.reporter_bps) = (params.own_burnt_bps, params.reporter_bps);
    let burnt = bps_ceil(own, params.own_burnt_bps)?.min(own);
    let mut left = own.minus_or_zero(burnt);
    if !burnt.is_zero() {
        let coins = staking::stake(&ctx.state, burnt)?;
        bank::burn(ctx, &purse(), &coins)?;
    }
    let mut reported = Amount::ZERO;
    if !slash.reporter.is_empty() {
        reported = bps_floor(own, params.reporter_bps)?.min(left);
        left = left.minus_or_zero(reported);
        pools::pay(ctx, &stored::address(&slash.reporter)?, reported)?;
    }
    let refunded = refund(ctx, slash, left)?;
    left = left.minus_or_zero(refunded);
    pools::keep_insurance(ctx, id, left)?;
    slash.own_burnt = burnt.to_string();
    slash.to_reporter = reported.to_string();
    slash.to_refund = refunded.to_string();
    slash.to_insurance = left.to_string();
    let others = stored::amount(&slash.others)?;
    let all_burnt = others.plus(burnt)?;
    ctx.emit(events::Slashed {
        quorum: id,
        validator: who,
        slash: slash.id,
        own,
        others,
        burnt: all_burnt,
        insurance: left,
    });
    super::trail(ctx, id, "quorum.slashed", None, slash)?;
    let digest = audit::digest_of(slash);
    audit::record(ctx, audit::Entry::by_rule(Subject::Validator(*who), "validator.slashed", digest))
}

/// Pays what the finding still owes to whom it named, as far as `left` reaches.
fn refund(ctx: &mut Ctx, slash: &mut pb::Slash, left: Amount) -> Result<Amount> {
    let place = (slash.quorum, slash.measurement);
    let nobody = ValAddress::new([0; 20]);
    let key = (place, (number(slash.offence()), slash.task, slash.round, nobody));
    let Some(Pb(mut case)) = CASES.get(&ctx.state, &key)? else { return Ok(Amount::ZERO) };
    if case.refund_to.is_empty() {
        return Ok(Amount::ZERO);
    }
    let due = stored::amount(&case.refund_due)?;
    slash.refund_due.clone_from(&case.refund_due);
    let paid = due.min(left);
    pools::pay(ctx, &stored::address(&case.refund_to)?, paid)?;
    case.refund_due = due.minus_or_zero(paid).to_string();
    CASES.set(&mut ctx.state, &key, &Pb(case));
    Ok(paid)
}

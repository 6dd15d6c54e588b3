//! Challenges, appeals, canaries, and governance's rulings.

use proto::signed;
use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};
use state::Pb;

use super::super::{
    errors::Error,
    events,
    keys::{CHALLENGERS, ROUNDS, RULINGS},
    logic,
    msgs::{AddEvidence, Appeal, Challenge, RevealCanary, Rule},
    types::{MAX_CASES, MAX_CHALLENGERS, MAX_EVIDENCE},
};
use super::acts_for_submitter;
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{bank, require_authority, scheduler},
    stored,
};

/// Bonds somebody, at most as much as they said.
fn take_bond(ctx: &mut Ctx, who: &Address, bond: Amount, most: Amount) -> Result<()> {
    if bond > most {
        return Err(Error::BondAboveLimit { bond, most }.into());
    }
    if bond.is_zero() {
        return Ok(());
    }
    bank::transfer(ctx, who, &logic::account(), &logic::ulaz(bond))
}

pub(crate) fn challenge(ctx: &mut Ctx, msg: &Challenge) -> Result<(u32, Amount)> {
    let mut task = logic::task(&ctx.state, msg.task)?;
    let who = msg.challenger;
    let against_acceptance = task.verdict() == pb::Verdict::Accept;
    if task.verdicts == 0 || task.canary {
        return Err(Error::NotChallengeable(task.id).into());
    }
    if !against_acceptance && task.submitter != who.to_string() {
        return Err(Error::NotTheSubmittersRejection(task.id).into());
    }
    if CHALLENGERS.has(&ctx.state, &(task.id, task.verdicts, who))? {
        return Err(Error::AlreadyChallenged { who, task: task.id }.into());
    }
    if task.case_open {
        return join(ctx, msg, &task);
    }
    use pb::TaskStatus::{Final, Invalid, Provisional, Rejected};
    let until = match task.status() {
        Provisional | Rejected | Invalid => logic::at(task.window_until.as_ref()),
        Final => logic::at(task.liable_until.as_ref()),
        _ => return Err(Error::NotChallengeable(task.id).into()),
    };
    if ctx.block.time >= until {
        return Err(Error::NotChallengeable(task.id).into());
    }
    if task.cases >= MAX_CASES {
        return Err(Error::TooManyCases { task: task.id, limit: MAX_CASES }.into());
    }
    let bond = logic::bond_now(&logic::params(&ctx.state)?, &task)?;
    take_bond(ctx, &who, bond, msg.max_bond)?;
    let case = logic::open_case(ctx, &mut task, (&who, bond), Some(msg.evidence.clone()))?;
    Ok((case, bond))
}

/// Shares the fate of the case that is open.
fn join(ctx: &mut Ctx, msg: &Challenge, task: &pb::Task) -> Result<(u32, Amount)> {
    let mut case = logic::case(&ctx.state, task.id, task.cases)?;
    let who = msg.challenger;
    let parties = case.calls.first().map_or(0, |call| call.parties.len());
    if parties >= MAX_CHALLENGERS {
        return Err(Error::CaseFull { limit: MAX_CHALLENGERS }.into());
    }
    let jury = case.calls.last().map_or(0, |call| call.round);
    let jury = ROUNDS.get(&ctx.state, &(task.id, jury))?.map(|Pb(round)| round);
    if !logic::can_join(&case, jury.as_ref()) {
        return Err(Error::CaseUnderWay.into());
    }
    for seat in jury.iter().flat_map(|round| &round.seats) {
        if logic::member(seat)?.account() == who {
            return Err(Error::OnTheJury { who, task: task.id }.into());
        }
    }
    let bond = stored::amount(&case.bond)?;
    take_bond(ctx, &who, bond, msg.max_bond)?;
    CHALLENGERS.set(&mut ctx.state, &(task.id, task.verdicts, who), &());
    if let Some(call) = case.calls.first_mut() {
        call.parties.push(pb::Party { account: who.to_string(), bond: bond.to_string() });
    }
    ctx.emit(events::Challenged { task: task.id, case: case.number, challenger: &who, bond });
    bring(ctx, &mut case, &who, &msg.evidence)?;
    logic::trail(ctx, task.id, "vsc.challenge_joined", Some(&who), &case)?;
    Ok((case.number, bond))
}

/// Adds evidence to a case, and keeps it.
fn bring(ctx: &mut Ctx, case: &mut pb::Case, who: &Address, evidence: &pb::Evidence) -> Result<()> {
    if case.evidence.len() >= MAX_EVIDENCE {
        return Err(Error::EvidenceFull { limit: MAX_EVIDENCE }.into());
    }
    let (account, height) = (who.to_string(), ctx.block.height);
    case.evidence.push(pb::Brought { account, evidence: Some(evidence.clone()), height });
    logic::save_case(ctx, case);
    let (task, number) = (case.task, case.number);
    ctx.emit(events::EvidenceAdded { task, case: number, account: who, hash: &evidence.hash });
    Ok(())
}

/// The case that is open on a task.
fn open(ctx: &Ctx, task: &pb::Task) -> Result<pb::Case> {
    if !task.case_open {
        return Err(Error::NoOpenCase(task.id).into());
    }
    logic::case(&ctx.state, task.id, task.cases)
}

pub(crate) fn appeal(ctx: &mut Ctx, msg: &Appeal) -> Result<(u32, Amount)> {
    let task = logic::task(&ctx.state, msg.task)?;
    let mut case = open(ctx, &task)?;
    let in_time = ctx.block.time < logic::at(case.appeal_until.as_ref());
    if case.status() != pb::CaseStatus::Appealable || !in_time {
        return Err(Error::NotAppealable(task.id).into());
    }
    let who = msg.appellant;
    let lost = match case.calls.last().map(pb::Call::ruling) {
        Some(pb::Ruling::Overturned) => pb::Side::Defender,
        _ => pb::Side::Challenger,
    };
    if logic::appellants_side(ctx, &task, &case, &who)? != Some(lost) {
        return Err(Error::NotOnLosingSide { who, task: task.id }.into());
    }
    let bond = stored::amount(&case.bond)?.times(2)?;
    take_bond(ctx, &who, bond, msg.max_bond)?;
    let party = pb::Party { account: who.to_string(), bond: bond.to_string() };
    case.calls.push(pb::Call { caller: lost.into(), parties: vec![party], ..pb::Call::default() });
    case.bond = bond.to_string();
    case.appeal_until = None;
    bring(ctx, &mut case, &who, &msg.evidence)?;
    logic::next_rung(ctx, &mut case)?;
    let (task, number, rung) = (task.id, case.number, case.rung);
    ctx.emit(events::Appealed { task, case: number, appellant: &who, bond, rung });
    logic::trail(ctx, task, "vsc.ruling_appealed", Some(&who), &case)?;
    Ok((rung, bond))
}

pub(crate) fn add_evidence(ctx: &mut Ctx, msg: &AddEvidence) -> Result<()> {
    let task = logic::task(&ctx.state, msg.task)?;
    let mut case = open(ctx, &task)?;
    let text = msg.party.to_string();
    let staked = case.calls.iter().flat_map(|call| &call.parties).any(|party| party.account == text);
    if !staked && task.submitter != text {
        return Err(Error::NotInTheCase { who: msg.party, task: task.id }.into());
    }
    if matches!(case.status(), pb::CaseStatus::Closing | pb::CaseStatus::Closed) {
        return Err(Error::NoOpenCase(task.id).into());
    }
    bring(ctx, &mut case, &msg.party, &msg.evidence)?;
    logic::trail(ctx, task.id, "vsc.evidence_added", Some(&msg.party), &case)
}

pub(crate) fn reveal_canary(ctx: &mut Ctx, msg: &RevealCanary) -> Result<()> {
    let mut task = logic::task(&ctx.state, msg.task)?;
    acts_for_submitter(ctx, &task, &msg.planter, "/lazchain.vsc.v1.MsgRevealCanary")?;
    if !logic::is_canary_time(&task, ctx.block.time) {
        return Err(Error::NotCanaryTime(task.id).into());
    }
    let manifest = logic::update(&task).manifest.unwrap_or_default();
    if manifest.merkle_root != signed::canary_root(&msg.salt) {
        return Err(Error::NotACanary(task.id).into());
    }
    task.canary = true;
    logic::save(ctx, &task);
    let entry = logic::canary_entry(&task, ctx.block.time).bytes();
    scheduler::push(ctx, &RULINGS, ctx.block.height, &entry)?;
    ctx.emit(events::CanaryRevealed { task: task.id });
    logic::trail(ctx, task.id, "vsc.canary_revealed", Some(&msg.planter), &task)
}

pub(crate) fn rule(ctx: &mut Ctx, msg: &Rule) -> Result<()> {
    require_authority(&msg.authority)?;
    let task = logic::task(&ctx.state, msg.task)?;
    let mut case = open(ctx, &task)?;
    if case.status() != pb::CaseStatus::Governance {
        return Err(Error::NotBeforeGovernance(task.id).into());
    }
    match (msg.ruling, case.against()) {
        (pb::Ruling::Overturned, pb::Verdict::Accept) | (pb::Ruling::Upheld, _) => {}
        (pb::Ruling::Overturned, _) => {
            return Err(Error::RulingNotAllowed("it cannot anchor what was rejected").into());
        }
        (_, pb::Verdict::Accept) => {
            return Err(Error::RulingNotAllowed("what is anchored is upheld or revoked").into());
        }
        _ => {}
    }
    case.reason.clone_from(&msg.reason);
    if let Some(call) = case.calls.last_mut() {
        call.set_ruling(msg.ruling);
    }
    logic::ruled(ctx, &mut case, msg.ruling)
}

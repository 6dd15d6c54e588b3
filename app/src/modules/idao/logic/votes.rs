//! The life of a proposal: opened, voted on, decided, executed or not.

use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    lazchain::idao::v1::{self as pb, ProposalKind as Kind, ProposalStatus as Status, VoteOption},
};
use state::{Pb, Read};

use super::super::{
    errors::Error,
    events,
    keys::{CLOSINGS, ENDS, LEFTOVERS, NEXT_PROPOSAL, PROPOSALS, PROPOSALS_OF, VOTES, VOTING},
    tally::{Tally, judge, reason},
    types::turned,
    waiting::{End, Leftover},
};
use super::{
    agents::Actor, burn, freezes, give_back, known_member, params, points, remember, rules, trail_by_rule,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{hooks, scheduler},
    stored,
    time::{Span, Time},
};

/// What a vote is opened with.
pub(crate) struct Opening {
    pub kind: Kind,
    /// The iDAO's account where the chain opens it.
    pub proposer: Address,
    pub title: String,
    pub summary: String,
    pub messages: Vec<Any>,
    pub period: Span,
    /// In already.
    pub deposit: Amount,
    /// Task, request, or subject of a freeze.
    pub subject: (pb::SubjectKind, u64),
}

/// A proposal; refuses if there is none.
pub(crate) fn proposal(state: &dyn Read, id: u64) -> Result<pb::Proposal> {
    let found = PROPOSALS.get(state, &id)?.map(|Pb(proposal)| proposal);
    Ok(found.ok_or(Error::NoSuchProposal(id))?)
}

pub(crate) fn put(ctx: &mut Ctx, proposal: &pb::Proposal) {
    PROPOSALS.set(&mut ctx.state, &proposal.id, &Pb(proposal.clone()));
}

/// Whether a member proposed it, and not the chain.
pub(crate) const fn by_member(kind: Kind) -> bool {
    matches!(kind, Kind::Messages | Kind::Trust | Kind::Role | Kind::Rules)
}

/// Opens a vote: the rules and the number of voters are frozen with it.
pub(crate) fn open(ctx: &mut Ctx, idao: &pb::Idao, opening: Opening) -> Result<u64> {
    let id = NEXT_PROPOSAL.get(&ctx.state)?.unwrap_or(1);
    NEXT_PROPOSAL.set(&mut ctx.state, &id.saturating_add(1));
    let epoch = scheduler::epoch(&ctx.state)?;
    let gatekeepers = turned(idao.gatekeepers.as_ref(), epoch).now;
    let gatekeepers_only = opening.kind == Kind::Learning && gatekeepers > 0;
    let voters = if gatekeepers_only { gatekeepers } else { turned(idao.voters.as_ref(), epoch).now };
    let closes = ctx.block.time.plus(opening.period);
    let (subject_kind, subject) = opening.subject;
    let proposal = pb::Proposal {
        id,
        idao: idao.id,
        kind: opening.kind.into(),
        proposer: opening.proposer.to_string(),
        title: opening.title,
        summary: opening.summary,
        messages: opening.messages,
        rules: idao.rules.clone(),
        rules_version: idao.rules_version,
        opened: Some(ctx.block.time.wire()),
        epoch,
        voters,
        gatekeepers_only,
        closes: Some(closes.wire()),
        tally: Some(Tally::default().record()),
        status: Status::Voting.into(),
        deposit: opening.deposit.to_string(),
        executable_from: None,
        executable_until: None,
        subject,
        subject_kind: subject_kind.into(),
        frozen_at: None,
        failed_runs: 0,
        failed_reason: String::new(),
    };
    put(ctx, &proposal);
    PROPOSALS_OF.set(&mut ctx.state, &(idao.id, id), &());
    VOTING.set(&mut ctx.state, &(idao.id, id), &epoch);
    scheduler::push(ctx, &CLOSINGS, closes.nanos(), &id.to_be_bytes())?;
    let kind = opening.kind.as_str_name();
    ctx.emit(events::Proposed { idao: idao.id, proposal: id, kind, proposer: &opening.proposer });
    Ok(id)
}

/// Opens a vote that the chain asks for: no deposit, the period of the rules.
fn open_by_rule(ctx: &mut Ctx, id: u64, kind: Kind, subject: u64) -> Result<()> {
    let idao = super::active(&ctx.state, id)?;
    let opening = Opening {
        kind,
        proposer: super::account(id),
        title: String::new(),
        summary: String::new(),
        messages: Vec::new(),
        period: stored::span(rules(&idao).voting_period.as_ref()),
        deposit: Amount::ZERO,
        subject: (pb::SubjectKind::Unspecified, subject),
    };
    open(ctx, &idao, opening).map(drop)
}

/// The members, or the gatekeepers among them, decide whether an update may be judged. `hooks::learning_decided` says
/// what became of it.
pub(crate) fn open_learning_vote(ctx: &mut Ctx, id: u64, task: u64) -> Result<()> {
    open_by_rule(ctx, id, Kind::Learning, task)
}

/// The members decide whether a request to use an asset is granted. `hooks::use_decided` says what became of it.
pub(crate) fn open_use_vote(ctx: &mut Ctx, id: u64, request: u64) -> Result<()> {
    open_by_rule(ctx, id, Kind::Use, request)
}

/// What the vote of a member weighs; refuses whoever had none when it was opened. Votes by points weigh from 1, so that
/// an iDAO whose members have none yet can decide.
pub(crate) fn power(state: &dyn Read, proposal: &pb::Proposal, who: &Address) -> Result<u128> {
    let member = known_member(state, proposal.idao, who)?;
    let since = |from: u64| from > 0 && from <= proposal.epoch;
    if !since(member.votes_from) {
        return Err(Error::NotEligible { proposal: proposal.id, who: *who }.into());
    }
    if proposal.gatekeepers_only && !since(member.gatekeeper_from) {
        return Err(Error::NotGatekeeper { proposal: proposal.id, who: *who }.into());
    }
    let rules = proposal.rules.clone().unwrap_or_default();
    if rules.voting() != pb::Voting::Points {
        return Ok(1);
    }
    let cap = stored::amount(&rules.points_cap)?.units();
    let points = points::points_before(state, proposal.idao, who, proposal.epoch)?;
    Ok(points.min(cap).max(1))
}

/// Whether votes still count.
pub(crate) fn is_open(proposal: &pb::Proposal, now: Time) -> bool {
    proposal.status() == Status::Voting && now < stored::time(proposal.closes.as_ref())
}

/// Counts a vote, in place of the one before. When every voter has voted in person the vote is over.
pub(crate) fn cast(ctx: &mut Ctx, id: u64, actor: &Actor, option: VoteOption) -> Result<()> {
    let mut proposal = freezes::running(ctx, id)?;
    if !is_open(&proposal, ctx.block.time) {
        return Err(Error::NotVoting(id).into());
    }
    let (who, in_person) = (actor.member, actor.agent.is_none());
    let power = power(&ctx.state, &proposal, &who)?;
    let mut tally = Tally::of(proposal.tally.as_ref())?;
    if let Some(Pb(old)) = VOTES.get(&ctx.state, &(id, who))? {
        if !in_person && old.agent.is_empty() {
            return Err(Error::VotedInPerson(who).into());
        }
        tally.take(old.option(), stored::amount(&old.power)?.units(), old.agent.is_empty());
    }
    tally.add(option, power, in_person)?;
    let agent = actor.agent.as_ref().map(ToString::to_string).unwrap_or_default();
    let vote = pb::Vote {
        proposal: id,
        member: who.to_string(),
        option: option.into(),
        power: power.to_string(),
        agent: agent.clone(),
        time: Some(ctx.block.time.wire()),
    };
    super::trail_of(ctx, proposal.idao, "idao.voted", actor, &vote)?;
    VOTES.set(&mut ctx.state, &(id, who), &Pb(vote));
    proposal.tally = Some(tally.record());
    if tally.complete(proposal.voters) {
        proposal.closes = Some(ctx.block.time.wire());
        let now = ctx.block.time.nanos();
        scheduler::push(ctx, &CLOSINGS, now, &id.to_be_bytes())?;
    }
    let idao = proposal.idao;
    put(ctx, &proposal);
    let option = option.as_str_name();
    ctx.emit(events::Voted { idao, proposal: id, member: &who, agent, option, power });
    Ok(())
}

/// Decides a vote whose time is up.
pub(crate) fn decide(ctx: &mut Ctx, proposal: pb::Proposal) -> Result<()> {
    let rules = proposal.rules.clone().unwrap_or_default();
    let kind = proposal.kind();
    let verdict = judge(kind, &Tally::of(proposal.tally.as_ref())?, proposal.voters, &rules);
    let text = reason(kind, &verdict);
    let (idao, id, subject) = (proposal.idao, proposal.id, proposal.subject);
    if by_member(kind) {
        let status = match verdict {
            _ if verdict.passes => Status::Passed,
            _ if verdict.vetoed => Status::Vetoed,
            _ => Status::Rejected,
        };
        return conclude(ctx, proposal, status, text);
    }
    let status = if verdict.passes { Status::Done } else { Status::Rejected };
    let closes = stored::time(proposal.closes.as_ref());
    let deciding = proposal.clone();
    conclude(ctx, proposal, status, text)?;
    match kind {
        Kind::Learning => hooks::learning_decided(ctx, subject, verdict.passes),
        Kind::Use => hooks::use_decided(ctx, subject, verdict.passes),
        Kind::Application => super::joining::decided(ctx, &deciding, verdict.passes),
        Kind::Freeze => freezes::decided(ctx, &deciding, closes, verdict),
        _ => {
            tracing::error!(idao, id, "a vote of a kind that nobody opens");
            Ok(())
        }
    }
}

/// Ends the voting: nothing of the proposer's is held any more. Without a time lock to wait for, it is finished too.
pub(crate) fn conclude(
    ctx: &mut Ctx,
    mut proposal: pb::Proposal,
    status: Status,
    reason: &'static str,
) -> Result<()> {
    let (id, idao) = (proposal.id, proposal.idao);
    let (proposer, deposit) = (stored::address(&proposal.proposer)?, stored::amount(&proposal.deposit)?);
    VOTING.remove(&mut ctx.state, &(idao, id));
    if by_member(proposal.kind()) {
        remember(ctx, idao, &proposer, |standing| {
            standing.open_proposals = standing.open_proposals.saturating_sub(1);
        })?;
        proposal.deposit = "0".into();
        if status == Status::Vetoed {
            burn(ctx, idao, &proposer, deposit)?;
        } else {
            give_back(ctx, &proposer, deposit)?;
        }
    }
    proposal.set_status(status);
    if status == Status::Passed {
        let from = stored::time(proposal.closes.as_ref()).plus(lock(&ctx.state, &proposal)?);
        let until = from.plus(stored::span(params(&ctx.state)?.execution_period.as_ref()));
        proposal.executable_from = Some(from.wire());
        proposal.executable_until = Some(until.wire());
        scheduler::push(ctx, &ENDS, until.nanos(), &End::Lapse(id).encode())?;
    }
    trail_by_rule(ctx, idao, "idao.decided", &proposal)?;
    ctx.emit(events::Decided { idao, proposal: id, status: status.as_str_name(), reason });
    if status == Status::Passed {
        put(ctx, &proposal);
        return Ok(());
    }
    finish(ctx, &proposal)
}

/// How long a passed proposal waits: changes of roles as long as the rules say, everything else, which is rules, trust
/// or may spend, at least as long as the parameters say.
fn lock(state: &dyn Read, proposal: &pb::Proposal) -> Result<Span> {
    let own = stored::span(proposal.rules.as_ref().and_then(|rules| rules.time_lock.as_ref()));
    if proposal.kind() == Kind::Role {
        return Ok(own);
    }
    Ok(own.max(stored::span(params(state)?.min_time_lock.as_ref())))
}

/// Nothing more happens to a proposal: it is kept for a while, then removed.
pub(crate) fn finish(ctx: &mut Ctx, proposal: &pb::Proposal) -> Result<()> {
    put(ctx, proposal);
    let until = ctx.block.time.plus(stored::span(params(&ctx.state)?.retention.as_ref()));
    scheduler::push(ctx, &LEFTOVERS, until.nanos(), &Leftover::Proposal(proposal.id).encode())?;
    Ok(())
}

/// Starts the clocks of a proposal again that stood still for so long.
pub(crate) fn shift(ctx: &mut Ctx, proposal: &mut pb::Proposal, by: Span) -> Result<()> {
    let later = |time: &Option<prost_types::Timestamp>| stored::time(time.as_ref()).plus(by);
    match proposal.status() {
        Status::Voting => {
            let closes = later(&proposal.closes);
            proposal.closes = Some(closes.wire());
            scheduler::push(ctx, &CLOSINGS, closes.nanos(), &proposal.id.to_be_bytes())?;
        }
        Status::Passed => {
            let until = later(&proposal.executable_until);
            proposal.executable_from = Some(later(&proposal.executable_from).wire());
            proposal.executable_until = Some(until.wire());
            scheduler::push(ctx, &ENDS, until.nanos(), &End::Lapse(proposal.id).encode())?;
        }
        _ => {}
    }
    Ok(())
}

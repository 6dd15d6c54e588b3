//! Guardians' freezes.

use proto::{
    address::Address,
    amount::Amount,
    lazchain::idao::v1::{self as pb, ProposalKind as Kind, ProposalStatus as Status},
};
use state::{Pb, Read};

use super::super::{
    errors::Error,
    events,
    keys::{ENDS, FREEZES, PROPOSALS},
    proposable::{REMOVE_MEMBER, SET_ROLES},
    tally::Verdict,
    types::{Subject, VOTED_DOWN},
    waiting::End,
};
use super::{account, agents::Actor, member, members, params, remember, standing, votes};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        audit::{self, Subject as Trail},
        hooks, scheduler,
    },
    stored,
    time::Time,
};

/// Who freezes what, and why.
pub(crate) struct Freezing {
    pub idao: u64,
    pub subject: Subject,
    pub reason_hash: [u8; 32],
}

/// The freeze of a subject, whether it has ended or not.
pub(crate) fn find(state: &dyn Read, idao: u64, subject: Subject) -> Result<Option<pb::Freeze>> {
    Ok(FREEZES.get(state, &subject.key(idao))?.map(|Pb(freeze)| freeze))
}

/// Whether a freeze is not over: it is at its instant, unless the vote on it still has to be counted.
fn runs(state: &dyn Read, freeze: &pb::Freeze, now: Time) -> Result<bool> {
    if freeze.ended {
        return Ok(false);
    }
    if now < stored::time(freeze.until.as_ref()) {
        return Ok(true);
    }
    let vote = PROPOSALS.get(state, &freeze.proposal)?;
    Ok(vote.is_some_and(|Pb(vote)| vote.status() == Status::Voting))
}

/// The freeze of something, ended or not. That of an asset counts only while the asset does as the iDAO's: its owner is
/// the one it was frozen under, and a member or the iDAO itself.
fn freeze_of(state: &dyn Read, subject: Subject) -> Result<Option<pb::Freeze>> {
    let home = match subject {
        Subject::Asset(id) => hooks::asset_home(state, id)?,
        Subject::Task(id) => hooks::task_home(state, id)?.map(|(idao, _)| (idao, account(idao))),
        Subject::Proposal(id) => Some((votes::proposal(state, id)?.idao, account(0))),
    };
    let Some((idao, owner)) = home else { return Ok(None) };
    let Some(freeze) = find(state, idao, subject)? else { return Ok(None) };
    if let Subject::Asset(_) = subject
        && (freeze.owner != owner.to_string() || !members::belongs(state, idao, &owner)?)
    {
        return Ok(None);
    }
    Ok(Some(freeze))
}

/// Whether something is frozen now.
pub(crate) fn is_frozen(state: &dyn Read, subject: Subject, now: Time) -> Result<bool> {
    freeze_of(state, subject)?.map_or(Ok(false), |freeze| runs(state, &freeze, now))
}

/// Since when something is frozen, if it is now, or was at an earlier instant: a subject is frozen once.
pub(crate) fn frozen_since(
    state: &dyn Read,
    subject: Subject,
    (earlier, now): (Time, Time),
) -> Result<Option<Time>> {
    let Some(freeze) = freeze_of(state, subject)? else { return Ok(None) };
    let (began, until) = (stored::time(freeze.began.as_ref()), stored::time(freeze.until.as_ref()));
    let then = began <= earlier && earlier < until;
    Ok((then || runs(state, &freeze, now)?).then_some(began))
}

/// Freezes something and opens the vote on it, which returns.
pub(crate) fn freeze(ctx: &mut Ctx, actor: &Actor, freezing: &Freezing) -> Result<u64> {
    let Freezing { idao: id, subject, reason_hash } = freezing;
    let (idao, params) = (super::active(&ctx.state, *id)?, params(&ctx.state)?);
    let held = member(&ctx.state, *id, &actor.member)?
        .is_some_and(|member| member.roles.contains(&i32::from(pb::Role::Guardian)));
    if !held {
        return Err(Error::NotGuardian { idao: *id, who: actor.member }.into());
    }
    if FREEZES.has(&ctx.state, &subject.key(*id))? {
        return Err(Error::FrozenBefore(subject.to_string()).into());
    }
    if standing(&ctx.state, *id, &actor.member)?.freezes >= params.max_freezes {
        return Err(Error::TooManyFreezes { who: actor.member, limit: params.max_freezes }.into());
    }
    let owner = freezable(ctx, *id, *subject)?;
    let opening = votes::Opening {
        kind: Kind::Freeze,
        proposer: account(*id),
        title: String::new(),
        summary: String::new(),
        messages: Vec::new(),
        period: stored::span(params.freeze_vote_period.as_ref()),
        deposit: Amount::ZERO,
        subject: subject.wire(),
    };
    let proposal = votes::open(ctx, &idao, opening)?;
    let now = ctx.block.time;
    let until = now.plus(stored::span(params.freeze_period.as_ref()));
    let (kind, number) = subject.wire();
    let record = pb::Freeze {
        idao: *id,
        kind: kind.into(),
        subject: number,
        guardian: actor.member.to_string(),
        reason_hash: reason_hash.to_vec(),
        began: Some(now.wire()),
        until: Some(until.wire()),
        proposal,
        extended: false,
        ended: false,
        owner: owner.map(|owner| owner.to_string()).unwrap_or_default(),
    };
    let digest = audit::digest_of(&record);
    for trail in [Some(Trail::Idao(*id)), trail_of(*subject)].into_iter().flatten() {
        let entry = audit::Entry::new(trail, "idao.frozen", &actor.member, digest);
        audit::record(ctx, entry.by_agent(actor.agent.as_ref()))?;
    }
    put(ctx, *id, *subject, record);
    remember(ctx, *id, &actor.member, |standing| standing.freezes = standing.freezes.saturating_add(1))?;
    if let Subject::Proposal(number) = subject {
        let mut frozen = votes::proposal(&ctx.state, *number)?;
        frozen.frozen_at = Some(now.wire());
        votes::put(ctx, &frozen);
    }
    let entry = thaw_entry(*id, *subject);
    scheduler::push(ctx, &ENDS, until.nanos(), &entry)?;
    ctx.emit(events::Frozen { idao: *id, subject: subject.to_string(), guardian: &actor.member, until });
    Ok(proposal)
}

fn put(ctx: &mut Ctx, id: u64, subject: Subject, record: pb::Freeze) {
    FREEZES.set(&mut ctx.state, &subject.key(id), &Pb(record));
}

fn thaw_entry(id: u64, subject: Subject) -> Vec<u8> {
    let (idao, kind, number) = subject.key(id);
    End::Thaw(idao, kind, number).encode()
}

/// The trail of a subject that has one of its own.
const fn trail_of(subject: Subject) -> Option<Trail> {
    match subject {
        Subject::Asset(id) => Some(Trail::Asset(id)),
        Subject::Task(id) => Some(Trail::Task(id)),
        Subject::Proposal(_) => None,
    }
}

/// Refuses what is not the iDAO's, or not to be frozen. Returns the owner of an asset.
fn freezable(ctx: &Ctx, id: u64, subject: Subject) -> Result<Option<Address>> {
    let refuse = |text: &str| Err(Error::NotFreezable(format!("{subject} {text}")).into());
    match subject {
        Subject::Asset(number) => match hooks::asset_home(&ctx.state, number)? {
            Some((home, owner)) if home == id && members::belongs(&ctx.state, id, &owner)? => Ok(Some(owner)),
            _ => refuse("is no asset of this iDAO"),
        },
        Subject::Task(number) => match hooks::task_home(&ctx.state, number)? {
            Some((home, false)) if home == id => Ok(None),
            _ => refuse("is no task of this iDAO that waits to be drawn"),
        },
        Subject::Proposal(number) => {
            let proposal = votes::proposal(&ctx.state, number)?;
            let live = match proposal.status() {
                Status::Voting => votes::is_open(&proposal, ctx.block.time),
                Status::Passed => ctx.block.time < stored::time(proposal.executable_until.as_ref()),
                _ => false,
            };
            if proposal.idao != id || !live {
                return refuse("is no open proposal of this iDAO");
            }
            if proposal.kind() == Kind::Freeze || about_guardians(&ctx.state, &proposal)? {
                return refuse("is a vote on a freeze or on guardians");
            }
            Ok(None)
        }
    }
}

/// Whether a proposal gives, keeps or takes the role of a guardian, or removes one.
fn about_guardians(state: &dyn Read, proposal: &pb::Proposal) -> Result<bool> {
    let guardian = i32::from(pb::Role::Guardian);
    for any in &proposal.messages {
        let (account, roles) = match any.type_url.as_str() {
            SET_ROLES => {
                let message = decode::<pb::MsgSetRoles>(&any.value)?;
                (message.account, message.roles)
            }
            REMOVE_MEMBER => (decode::<pb::MsgRemoveMember>(&any.value)?.account, Vec::new()),
            _ => continue,
        };
        let holds = member(state, proposal.idao, &account.parse()?)?
            .is_some_and(|member| member.roles.contains(&guardian));
        if holds || roles.contains(&guardian) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn decode<M: prost::Message + Default>(bytes: &[u8]) -> Result<M> {
    Ok(M::decode(bytes).map_err(|error| Sdk::TxDecode(error.to_string()))?)
}

/// A proposal whose clock runs; refuses one that is frozen. If its freeze is over, its clock starts again here.
pub(crate) fn running(ctx: &mut Ctx, id: u64) -> Result<pb::Proposal> {
    let found = votes::proposal(&ctx.state, id)?;
    if found.frozen_at.is_none() {
        return Ok(found);
    }
    let freeze = find(&ctx.state, found.idao, Subject::Proposal(id))?;
    if let Some(freeze) = freeze {
        if runs(&ctx.state, &freeze, ctx.block.time)? {
            return Err(Error::Frozen(id).into());
        }
        end(ctx, freeze)?;
    }
    votes::proposal(&ctx.state, id)
}

/// The members decided: the freeze is extended, once, or lifted at once. A guardian whom enough members voted down twice
/// loses the role.
pub(crate) fn decided(ctx: &mut Ctx, vote: &pb::Proposal, closed: Time, verdict: Verdict) -> Result<()> {
    let (id, subject) = (vote.idao, Subject::of(vote.subject_kind(), vote.subject)?);
    let Some(mut freeze) = find(&ctx.state, id, subject)? else { return Ok(()) };
    if verdict.passes && !freeze.ended {
        let extension = stored::span(params(&ctx.state)?.freeze_extension.as_ref());
        let until = stored::time(freeze.until.as_ref()).plus(extension);
        (freeze.until, freeze.extended) = (Some(until.wire()), true);
        super::trail_by_rule(ctx, id, "idao.freeze_extended", &freeze)?;
        put(ctx, id, subject, freeze);
        scheduler::push(ctx, &ENDS, until.nanos(), &thaw_entry(id, subject))?;
        ctx.emit(events::FreezeExtended { idao: id, subject: subject.to_string(), until });
        return Ok(());
    }
    let guardian = stored::address(&freeze.guardian)?;
    if !freeze.ended {
        let until = stored::time(freeze.until.as_ref()).min(closed);
        freeze.until = Some(until.wire());
        end(ctx, freeze)?;
    }
    if !verdict.passes && verdict.quorum {
        voted_down(ctx, id, &guardian)?;
    }
    Ok(())
}

fn voted_down(ctx: &mut Ctx, id: u64, guardian: &Address) -> Result<()> {
    let times = standing(&ctx.state, id, guardian)?.voted_down.saturating_add(1);
    let loses = times >= VOTED_DOWN;
    remember(ctx, id, guardian, |standing| standing.voted_down = if loses { 0 } else { times })?;
    if loses {
        members::take_role(ctx, id, guardian, pb::Role::Guardian)?;
    }
    let left = standing(&ctx.state, id, guardian)?;
    super::trail_by_rule(ctx, id, "idao.guardian_voted_down", &left)?;
    ctx.emit(events::GuardianVotedDown { idao: id, guardian, times });
    Ok(())
}

/// A freeze may have come to its end. One whose vote still has to be counted waits; returns until when, if it does.
pub(crate) fn thaw(ctx: &mut Ctx, id: u64, kind: u32, number: u64) -> Result<Option<u64>> {
    let kind = pb::SubjectKind::try_from(i32::try_from(kind).unwrap_or(0)).unwrap_or_default();
    let subject = Subject::of(kind, number)?;
    let Some(freeze) = find(&ctx.state, id, subject)? else { return Ok(None) };
    if freeze.ended || ctx.block.time < stored::time(freeze.until.as_ref()) {
        return Ok(None);
    }
    if runs(&ctx.state, &freeze, ctx.block.time)? {
        return Ok(Some(ctx.block.time.nanos().saturating_add(1)));
    }
    end(ctx, freeze)?;
    Ok(None)
}

/// Ends a freeze at its instant: the guardian may freeze something else, the clock of a proposal runs again.
fn end(ctx: &mut Ctx, mut freeze: pb::Freeze) -> Result<()> {
    let (id, subject) = (freeze.idao, Subject::of(freeze.kind(), freeze.subject)?);
    let guardian = stored::address(&freeze.guardian)?;
    freeze.ended = true;
    super::trail_by_rule(ctx, id, "idao.freeze_ended", &freeze)?;
    remember(ctx, id, &guardian, |standing| standing.freezes = standing.freezes.saturating_sub(1))?;
    if let Subject::Proposal(number) = subject {
        let mut frozen = votes::proposal(&ctx.state, number)?;
        let since = stored::time(frozen.frozen_at.as_ref());
        if frozen.frozen_at.take().is_some() {
            votes::shift(ctx, &mut frozen, stored::time(freeze.until.as_ref()).since(since))?;
        }
        votes::put(ctx, &frozen);
    }
    put(ctx, id, subject, freeze);
    ctx.emit(events::FreezeEnded { idao: id, subject: subject.to_string() });
    Ok(())
}

//! Applications and invitations.

use proto::{address::Address, amount::Amount, lazchain::idao::v1 as pb};
use state::{Pb, Read};

use super::super::{
    errors::Error,
    events,
    keys::{APPLICATIONS, DAT_MEMBERS, ENDS, INVITATIONS},
    types::MAX_DAT_MEMBERSHIPS,
    waiting::End,
};
use super::{
    account, escrow, give_back, member,
    members::{self, Newcomer},
    params, rules, trail, votes,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{hooks, scheduler},
    stored,
};

/// Somebody asks to come in.
pub(crate) struct Applying {
    pub idao: pb::Idao,
    pub who: Address,
    pub statement: String,
    /// The most they leave as membership deposit.
    pub most: Amount,
    pub dat_serial: u64,
}

/// Opens the vote on an application, or admits at once where the rules ask no vote. Returns the vote, 0 if there is none.
pub(crate) fn apply(ctx: &mut Ctx, applying: Applying) -> Result<u64> {
    let Applying { idao, who, most, .. } = &applying;
    let (id, rules) = (idao.id, rules(idao));
    let deposits = members::deposits(ctx, idao, *most)?;
    let (who, door) = (*who, rules.membership());
    let dat = match door {
        pb::Membership::Token => Some(own_dat(ctx, id, rules.membership_asset, applying.dat_serial, &who)?),
        pb::Membership::Open => None,
        pb::Membership::Application => return open_vote(ctx, applying, deposits),
        pb::Membership::Invite | pb::Membership::Unspecified => {
            return Err(Error::DoorClosed { idao: id, by: "invitation" }.into());
        }
    };
    members::escrow_both(ctx, &who, deposits)?;
    let (deposit, record_deposit) = deposits;
    members::admit(ctx, id, Newcomer { account: who, door, deposit, record_deposit, dat })?;
    Ok(0)
}

/// The DAT that somebody comes in by: theirs, and not used up.
fn own_dat(ctx: &Ctx, id: u64, asset: u64, serial: u64, who: &Address) -> Result<(u64, u64)> {
    if hooks::dat_owner(&ctx.state, asset, serial)? != Some(*who) {
        return Err(Error::NotDatOwner { asset, serial, who: *who }.into());
    }
    unused(&ctx.state, id, (asset, serial))
}

/// A DAT that is no membership of this iDAO, and of few enough others.
pub(crate) fn unused(state: &dyn Read, id: u64, (asset, serial): (u64, u64)) -> Result<(u64, u64)> {
    if DAT_MEMBERS.has(state, &(asset, serial, id))? {
        return Err(Error::DatUsed { asset, serial }.into());
    }
    let used = DAT_MEMBERS.page(state, &(asset, serial), None, MAX_DAT_MEMBERSHIPS)?.len();
    if u32::try_from(used).is_ok_and(|used| used >= MAX_DAT_MEMBERSHIPS) {
        return Err(Error::DatUsedUp { limit: MAX_DAT_MEMBERSHIPS }.into());
    }
    Ok((asset, serial))
}

fn open_vote(ctx: &mut Ctx, applying: Applying, deposits: (Amount, Amount)) -> Result<u64> {
    let Applying { idao, who, statement, .. } = applying;
    if APPLICATIONS.has(&ctx.state, &(idao.id, who))? {
        return Err(Error::AlreadyApplied { idao: idao.id, who }.into());
    }
    members::escrow_both(ctx, &who, deposits)?;
    let opening = votes::Opening {
        kind: pb::ProposalKind::Application,
        proposer: who,
        title: String::new(),
        summary: String::new(),
        messages: Vec::new(),
        period: stored::span(params(&ctx.state)?.application_period.as_ref()),
        deposit: Amount::ZERO,
        subject: (pb::SubjectKind::Unspecified, 0),
    };
    let proposal = votes::open(ctx, &idao, opening)?;
    let application = pb::Application {
        idao: idao.id,
        applicant: who.to_string(),
        proposal,
        statement,
        deposit: deposits.0.to_string(),
        record_deposit: deposits.1.to_string(),
    };
    trail(ctx, idao.id, "idao.applied", &who, &application)?;
    APPLICATIONS.set(&mut ctx.state, &(idao.id, who), &Pb(application));
    ctx.emit(events::Applied { idao: idao.id, account: &who, proposal });
    Ok(proposal)
}

/// An application; refuses if there is none.
pub(crate) fn application(ctx: &Ctx, id: u64, who: &Address) -> Result<pb::Application> {
    let found = APPLICATIONS.get(&ctx.state, &(id, *who))?.map(|Pb(application)| application);
    Ok(found.ok_or(Error::NoApplication { idao: id, who: *who })?)
}

/// Takes an application away, with both deposits back.
pub(crate) fn give_up(ctx: &mut Ctx, id: u64, who: &Address, application: &pb::Application) -> Result<()> {
    APPLICATIONS.remove(&mut ctx.state, &(id, *who));
    let (one, other) = (stored::amount(&application.deposit)?, stored::amount(&application.record_deposit)?);
    give_back(ctx, who, one.plus(other)?)
}

/// The members decided on an application. Who came in another way meanwhile, or whose iDAO closed, gets all back.
pub(crate) fn decided(ctx: &mut Ctx, proposal: &pb::Proposal, passed: bool) -> Result<()> {
    let (id, who) = (proposal.idao, stored::address(&proposal.proposer)?);
    let application = application(ctx, id, &who)?;
    let open = super::idao(&ctx.state, id)?.status() == pb::IdaoStatus::Active;
    if !passed || !open || member(&ctx.state, id, &who)?.is_some() {
        return give_up(ctx, id, &who, &application);
    }
    APPLICATIONS.remove(&mut ctx.state, &(id, who));
    let newcomer = Newcomer {
        account: who,
        door: pb::Membership::Application,
        deposit: stored::amount(&application.deposit)?,
        record_deposit: stored::amount(&application.record_deposit)?,
        dat: None,
    };
    members::admit(ctx, id, newcomer)
}

/// Lets somebody come in; an invitation before is replaced. Possible where members decide who comes: by application and
/// by invitation.
pub(crate) fn invite(ctx: &mut Ctx, idao: &pb::Idao, inviter: &Address, who: &Address) -> Result<()> {
    let (id, params) = (idao.id, params(&ctx.state)?);
    match rules(idao).membership() {
        pb::Membership::Token => return Err(Error::DoorClosed { idao: id, by: "DAT" }.into()),
        pb::Membership::Open => return Err(Error::DoorClosed { idao: id, by: "the open door" }.into()),
        _ => {}
    }
    if *who == account(id) || member(&ctx.state, id, who)?.is_some() {
        return Err(Error::AlreadyMember { idao: id, who: *who }.into());
    }
    withdraw(ctx, id, who)?;
    let record_deposit = stored::amount(&params.record_deposit)?;
    escrow(ctx, inviter, record_deposit)?;
    let expires = ctx.block.time.plus(stored::span(params.invitation_period.as_ref()));
    let invitation = pb::Invitation {
        idao: id,
        account: who.to_string(),
        inviter: inviter.to_string(),
        expires: Some(expires.wire()),
        record_deposit: record_deposit.to_string(),
    };
    trail(ctx, id, "idao.invited", inviter, &invitation)?;
    INVITATIONS.set(&mut ctx.state, &(id, *who), &Pb(invitation));
    scheduler::push(ctx, &ENDS, expires.nanos(), &End::Invitation(id, *who).encode())?;
    ctx.emit(events::Invited { idao: id, account: who, inviter });
    Ok(())
}

/// Takes an invitation away, if there is one; the inviter's deposit comes back.
fn withdraw(ctx: &mut Ctx, id: u64, who: &Address) -> Result<()> {
    let Some(Pb(invitation)) = INVITATIONS.get(&ctx.state, &(id, *who))? else { return Ok(()) };
    INVITATIONS.remove(&mut ctx.state, &(id, *who));
    let inviter = stored::address(&invitation.inviter)?;
    give_back(ctx, &inviter, stored::amount(&invitation.record_deposit)?)
}

/// Comes in by invitation.
pub(crate) fn accept(ctx: &mut Ctx, idao: &pb::Idao, who: &Address, most: Amount) -> Result<()> {
    let id = idao.id;
    let invitation = INVITATIONS.get(&ctx.state, &(id, *who))?;
    let holds = invitation.is_some_and(|Pb(found)| ctx.block.time < stored::time(found.expires.as_ref()));
    if !holds {
        return Err(Error::NotInvited { idao: id, who: *who }.into());
    }
    let deposits = members::deposits(ctx, idao, most)?;
    withdraw(ctx, id, who)?;
    members::escrow_both(ctx, who, deposits)?;
    let (deposit, record_deposit) = deposits;
    let door = pb::Membership::Invite;
    members::admit(ctx, id, Newcomer { account: *who, door, deposit, record_deposit, dat: None })
}

/// An invitation's time is up, unless it was replaced by a newer one.
pub(crate) fn expire(ctx: &mut Ctx, id: u64, who: &Address) -> Result<()> {
    let Some(Pb(invitation)) = INVITATIONS.get(&ctx.state, &(id, *who))? else { return Ok(()) };
    if ctx.block.time < stored::time(invitation.expires.as_ref()) {
        return Ok(());
    }
    withdraw(ctx, id, who)
}

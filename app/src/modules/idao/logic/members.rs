//! Coming in and going out.

use proto::{address::Address, amount::Amount, lazchain::idao::v1 as pb};
use state::Pb;

use super::super::{
    errors::Error,
    events,
    keys::{DAT_MEMBERS, LEFTOVERS, MEMBERS, MEMBERSHIPS, OFFERS},
    types::{MAX_DAT_MEMBERSHIPS, entered, left, membership_deposit},
    waiting::Leftover,
};
use super::{
    account, agents, burn, escrow, find, give_back, idao, income, known_member, member, params, points, put,
    put_member, remember, rules, standing, trail, winding_up,
};
use crate::{ctx::Ctx, error::Result, modules::scheduler, stored};

/// Why somebody is no member any more.
pub(crate) const LEFT: &str = "left";
pub(crate) const REMOVED: &str = "removed";
pub(crate) const DAT_MOVED: &str = "dat_moved";

/// Somebody who becomes a member; the deposits are in already.
pub(crate) struct Newcomer {
    pub account: Address,
    pub door: pb::Membership,
    pub deposit: Amount,
    pub record_deposit: Amount,
    /// Asset and serial of the DAT they come in by.
    pub dat: Option<(u64, u64)>,
}

/// What a newcomer has to leave: the membership deposit of the rules, and that for the record. Refuses if the former is
/// more than they agreed to.
pub(crate) fn deposits(ctx: &Ctx, idao: &pb::Idao, most: Amount) -> Result<(Amount, Amount)> {
    let asked = membership_deposit(&rules(idao))?;
    if asked > most {
        return Err(Error::DepositTooHigh { asked, most }.into());
    }
    Ok((asked, stored::amount(&params(&ctx.state)?.record_deposit)?))
}

/// Takes in both deposits of a newcomer.
pub(crate) fn escrow_both(ctx: &mut Ctx, who: &Address, both: (Amount, Amount)) -> Result<()> {
    escrow(ctx, who, both.0.plus(both.1)?)
}

/// Makes somebody a member. They vote from the next epoch; who came in by the open door has no vote yet.
pub(crate) fn admit(ctx: &mut Ctx, id: u64, newcomer: Newcomer) -> Result<()> {
    let Newcomer { account: who, door, deposit, record_deposit, dat } = newcomer;
    let mut idao = idao(&ctx.state, id)?;
    if member(&ctx.state, id, &who)?.is_some() {
        return Err(Error::AlreadyMember { idao: id, who }.into());
    }
    let epoch = scheduler::epoch(&ctx.state)?;
    let votes_from = if door == pb::Membership::Open { 0 } else { epoch.saturating_add(1) };
    let (dat_asset, dat_serial) = dat.unwrap_or((0, 0));
    let member = pb::Member {
        idao: id,
        account: who.to_string(),
        roles: Vec::new(),
        door: door.into(),
        joined: Some(ctx.block.time.wire()),
        votes_from,
        gatekeeper_from: 0,
        points: "0".into(),
        accepted: 0,
        deposit: deposit.to_string(),
        record_deposit: record_deposit.to_string(),
        agents: 0,
        dat_asset,
        dat_serial,
    };
    idao.members = idao.members.saturating_add(1);
    if votes_from > 0 {
        idao.voters = entered(idao.voters.as_ref(), epoch, votes_from);
    }
    put(ctx, &idao);
    MEMBERSHIPS.set(&mut ctx.state, &(who, id), &());
    if let Some((asset, serial)) = dat {
        DAT_MEMBERS.set(&mut ctx.state, &(asset, serial, id), &who);
    }
    trail(ctx, id, "idao.joined", &who, &member)?;
    put_member(ctx, id, &who, member);
    ctx.emit(events::Joined { idao: id, account: &who, door: door.as_str_name() });
    Ok(())
}

/// The founder is a member from the start, votes at once and holds every role. The iDAO is stored by the caller.
pub(crate) fn found(ctx: &mut Ctx, idao: &mut pb::Idao, who: &Address, record_deposit: Amount) -> Result<()> {
    let epoch = scheduler::epoch(&ctx.state)?;
    let roles = [pb::Role::Gatekeeper, pb::Role::Guardian, pb::Role::Steward];
    let member = pb::Member {
        idao: idao.id,
        account: who.to_string(),
        roles: roles.into_iter().map(i32::from).collect(),
        door: pb::Membership::Invite.into(),
        joined: Some(ctx.block.time.wire()),
        votes_from: epoch,
        gatekeeper_from: epoch,
        points: "0".into(),
        accepted: 0,
        deposit: "0".into(),
        record_deposit: record_deposit.to_string(),
        agents: 0,
        dat_asset: 0,
        dat_serial: 0,
    };
    idao.members = 1;
    idao.voters = entered(None, epoch, epoch);
    idao.gatekeepers = entered(None, epoch, epoch);
    MEMBERSHIPS.set(&mut ctx.state, &(*who, idao.id), &());
    put_member(ctx, idao.id, who, member);
    Ok(())
}

/// Takes a member's vote away, and with it that as gatekeeper.
pub(crate) fn end_vote(idao: &mut pb::Idao, member: &mut pb::Member, epoch: u64) {
    end_gatekeeping(idao, member, epoch);
    if member.votes_from > 0 {
        idao.voters = left(idao.voters.as_ref(), epoch, member.votes_from);
        member.votes_from = 0;
    }
}

/// Takes a member's vote as gatekeeper away.
pub(crate) fn end_gatekeeping(idao: &mut pb::Idao, member: &mut pb::Member, epoch: u64) {
    if member.gatekeeper_from > 0 {
        idao.gatekeepers = left(idao.gatekeepers.as_ref(), epoch, member.gatekeeper_from);
        member.gatekeeper_from = 0;
    }
}

/// Gives a member a role that they accepted.
pub(crate) fn give_role(ctx: &mut Ctx, id: u64, who: &Address, role: pb::Role) -> Result<()> {
    let (mut idao, mut member) = (idao(&ctx.state, id)?, known_member(&ctx.state, id, who)?);
    let epoch = scheduler::epoch(&ctx.state)?;
    if !member.roles.contains(&role.into()) {
        member.roles.push(role.into());
        member.roles.sort_unstable();
    }
    if role == pb::Role::Gatekeeper && member.gatekeeper_from == 0 {
        member.gatekeeper_from = epoch.saturating_add(1);
        idao.gatekeepers = entered(idao.gatekeepers.as_ref(), epoch, member.gatekeeper_from);
    }
    put(ctx, &idao);
    put_member(ctx, id, who, member);
    Ok(())
}

/// Takes a role from a member.
pub(crate) fn take_role(ctx: &mut Ctx, id: u64, who: &Address, role: pb::Role) -> Result<()> {
    let Some(mut member) = member(&ctx.state, id, who)? else { return Ok(()) };
    let mut idao = idao(&ctx.state, id)?;
    member.roles.retain(|held| *held != i32::from(role));
    if role == pb::Role::Gatekeeper {
        end_gatekeeping(&mut idao, &mut member, scheduler::epoch(&ctx.state)?);
    }
    put(ctx, &idao);
    put_member(ctx, id, who, member);
    Ok(())
}

/// Ends a membership, whatever the reason: accrued income is paid, agents and offers end, deposits come back, the
/// membership deposit after open challenges of the member's updates. With the last member the iDAO closes.
pub(crate) fn leave(ctx: &mut Ctx, id: u64, who: &Address, how: &'static str) -> Result<()> {
    let before = known_member(&ctx.state, id, who)?;
    let weight = stored::amount(&before.points)?;
    income::pay_out(ctx, id, who, weight, true)?;
    agents::revoke_all(ctx, id, who)?;
    let (mut idao, mut member) = (idao(&ctx.state, id)?, known_member(&ctx.state, id, who)?);
    end_vote(&mut idao, &mut member, scheduler::epoch(&ctx.state)?);
    idao.members = idao.members.saturating_sub(1);
    idao.total_points = stored::amount(&idao.total_points)?.minus_or_zero(weight).to_string();
    put(ctx, &idao);
    MEMBERS.remove(&mut ctx.state, &(id, *who));
    MEMBERSHIPS.remove(&mut ctx.state, &(*who, id));
    OFFERS.remove(&mut ctx.state, &(id, *who));
    if member.dat_asset > 0 {
        DAT_MEMBERS.remove(&mut ctx.state, &(member.dat_asset, member.dat_serial, id));
    }
    if points::forget(ctx, id, who)? {
        let now = ctx.block.time.nanos();
        scheduler::push(ctx, &LEFTOVERS, now, &Leftover::Points(id, *who).encode())?;
    }
    give_back(ctx, who, stored::amount(&before.record_deposit)?)?;
    release(ctx, id, who, stored::amount(&before.deposit)?)?;
    trail(ctx, id, "idao.left", who, &before)?;
    ctx.emit(events::Left { idao: id, account: who, how });
    if idao.members == 0 {
        winding_up::close(ctx, idao)?;
    }
    Ok(())
}

/// Gives a membership deposit back, or lets it wait for open challenges.
fn release(ctx: &mut Ctx, id: u64, who: &Address, deposit: Amount) -> Result<()> {
    if standing(&ctx.state, id, who)?.open_cases == 0 {
        return give_back(ctx, who, deposit);
    }
    let waiting = stored::amount(&standing(&ctx.state, id, who)?.waiting)?.plus(deposit)?;
    remember(ctx, id, who, |standing| standing.waiting = text(waiting))
}

/// A challenge of an update of this account has begun.
pub(crate) fn case_opened(ctx: &mut Ctx, id: u64, who: &Address) -> Result<()> {
    remember(ctx, id, who, |standing| standing.open_cases = standing.open_cases.saturating_add(1))
}

/// It has ended; if the update fell, the account's membership deposit is burnt, so that nobody gains by it.
pub(crate) fn case_closed(ctx: &mut Ctx, id: u64, who: &Address, fell: bool) -> Result<()> {
    remember(ctx, id, who, |standing| standing.open_cases = standing.open_cases.saturating_sub(1))?;
    let standing = standing(&ctx.state, id, who)?;
    let waiting = stored::amount(&standing.waiting)?;
    if fell {
        let mut lost = waiting;
        if let Some(mut member) = member(&ctx.state, id, who)? {
            lost = lost.plus(stored::amount(&member.deposit)?)?;
            member.deposit = "0".into();
            put_member(ctx, id, who, member);
        }
        remember(ctx, id, who, |standing| standing.waiting = String::new())?;
        burn(ctx, id, who, lost)
    } else if standing.open_cases == 0 && !waiting.is_zero() {
        remember(ctx, id, who, |standing| standing.waiting = String::new())?;
        give_back(ctx, who, waiting)
    } else {
        Ok(())
    }
}

/// Nothing is spelled as an empty text, so that an empty record is one of defaults.
fn text(amount: Amount) -> String {
    if amount.is_zero() { String::new() } else { amount.to_string() }
}

/// A DAT has another owner, or none: memberships by it end.
pub(crate) fn dat_moved(ctx: &mut Ctx, asset: u64, serial: u64, old_owner: &Address) -> Result<()> {
    for ((_, _, id), who) in DAT_MEMBERS.page(&ctx.state, &(asset, serial), None, MAX_DAT_MEMBERSHIPS)? {
        if who == *old_owner && find(&ctx.state, id)?.is_some() {
            leave(ctx, id, &who, DAT_MOVED)?;
        }
    }
    Ok(())
}

/// Whether the account is the iDAO's own or a member's: what an asset's owner has to be for it to count as the iDAO's.
pub(crate) fn belongs(ctx: &dyn state::Read, id: u64, owner: &Address) -> Result<bool> {
    Ok(*owner == account(id) || member(ctx, id, owner)?.is_some())
}

/// Roles that are offered, none if there is no offer.
pub(crate) fn offered(state: &dyn state::Read, id: u64, who: &Address) -> Result<Vec<i32>> {
    Ok(OFFERS.get(state, &(id, *who))?.map(|Pb(offer)| offer.roles).unwrap_or_default())
}

/// Offers exactly these roles.
pub(crate) fn offer(ctx: &mut Ctx, id: u64, who: &Address, roles: Vec<i32>) {
    if roles.is_empty() {
        OFFERS.remove(&mut ctx.state, &(id, *who));
    } else {
        let offer = pb::Offer { idao: id, account: who.to_string(), roles };
        OFFERS.set(&mut ctx.state, &(id, *who), &Pb(offer));
    }
}

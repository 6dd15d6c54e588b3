//! Members, their roles, their agents.

use proto::{amount::Amount, lazchain::idao::v1 as pb};
use state::Pb;

use super::super::{
    errors::Error,
    events,
    keys::{AGENTS, AGENTS_OF},
    logic::{
        account, active, agents, escrow, idao,
        joining::{self, Applying},
        known_member, member, members, params, put_member, require_idao, trail, votes,
    },
    msgs::{
        AcceptInvite, AcceptRole, ApplyToJoin, Invite, LeaveIdao, RegisterAgent, RemoveMember, RevokeAgent,
        SetRoles, WithdrawApplication,
    },
};
use crate::{ctx::Ctx, error::Result, given::refused, stored};

const INVITE: &str = "/lazchain.idao.v1.MsgInvite";

pub(crate) fn apply_to_join(ctx: &mut Ctx, msg: &ApplyToJoin) -> Result<(u64, bool)> {
    let idao = active(&ctx.state, msg.idao)?;
    if msg.applicant == account(msg.idao) || member(&ctx.state, msg.idao, &msg.applicant)?.is_some() {
        return Err(Error::AlreadyMember { idao: msg.idao, who: msg.applicant }.into());
    }
    let applying = Applying {
        idao,
        who: msg.applicant,
        statement: msg.statement.clone(),
        most: msg.max_deposit,
        dat_serial: msg.dat_serial,
    };
    let proposal = joining::apply(ctx, applying)?;
    Ok((proposal, proposal == 0))
}

pub(crate) fn withdraw_application(ctx: &mut Ctx, msg: &WithdrawApplication) -> Result<()> {
    idao(&ctx.state, msg.idao)?;
    let application = joining::application(ctx, msg.idao, &msg.applicant)?;
    joining::give_up(ctx, msg.idao, &msg.applicant, &application)?;
    let proposal = votes::proposal(&ctx.state, application.proposal)?;
    votes::conclude(ctx, proposal, pb::ProposalStatus::Withdrawn, "the applicant took it back")
}

pub(crate) fn invite(ctx: &mut Ctx, msg: &Invite) -> Result<()> {
    let idao = active(&ctx.state, msg.idao)?;
    if !agents::speaks_for(&ctx.state, msg.idao, &msg.inviter, INVITE)? {
        return Err(Error::NotTheIdao { idao: msg.idao, who: msg.inviter }.into());
    }
    joining::invite(ctx, &idao, &msg.inviter, &msg.account)
}

pub(crate) fn accept_invite(ctx: &mut Ctx, msg: &AcceptInvite) -> Result<()> {
    let idao = active(&ctx.state, msg.idao)?;
    if member(&ctx.state, msg.idao, &msg.account)?.is_some() {
        return Err(Error::AlreadyMember { idao: msg.idao, who: msg.account }.into());
    }
    joining::accept(ctx, &idao, &msg.account, msg.max_deposit)
}

pub(crate) fn leave(ctx: &mut Ctx, msg: &LeaveIdao) -> Result<()> {
    idao(&ctx.state, msg.idao)?;
    members::leave(ctx, msg.idao, &msg.member, members::LEFT)
}

pub(crate) fn remove_member(ctx: &mut Ctx, msg: &RemoveMember) -> Result<()> {
    require_idao(msg.idao, &msg.idao_account)?;
    active(&ctx.state, msg.idao)?;
    members::leave(ctx, msg.idao, &msg.account, members::REMOVED)
}

pub(crate) fn set_roles(ctx: &mut Ctx, msg: &SetRoles) -> Result<()> {
    require_idao(msg.idao, &msg.idao_account)?;
    active(&ctx.state, msg.idao)?;
    let held = known_member(&ctx.state, msg.idao, &msg.account)?.roles;
    for role in held.iter().filter(|role| !msg.roles.contains(role)) {
        members::take_role(ctx, msg.idao, &msg.account, pb::Role::try_from(*role).unwrap_or_default())?;
    }
    let new: Vec<i32> = msg.roles.iter().copied().filter(|role| !held.contains(role)).collect();
    members::offer(ctx, msg.idao, &msg.account, new.clone());
    let member = known_member(&ctx.state, msg.idao, &msg.account)?;
    trail(ctx, msg.idao, "idao.roles_set", &msg.idao_account, &member)?;
    let names = |roles: &[i32]| {
        let names = roles.iter().map(|role| pb::Role::try_from(*role).unwrap_or_default().as_str_name());
        names.collect::<Vec<_>>().join(",")
    };
    let (roles, offered) = (names(&member.roles), names(&new));
    ctx.emit(events::RolesSet { idao: msg.idao, account: &msg.account, roles, offered });
    Ok(())
}

pub(crate) fn accept_role(ctx: &mut Ctx, msg: &AcceptRole) -> Result<()> {
    active(&ctx.state, msg.idao)?;
    let member = known_member(&ctx.state, msg.idao, &msg.member)?;
    let mut offered = members::offered(&ctx.state, msg.idao, &msg.member)?;
    if !offered.contains(&msg.role.into()) {
        return Err(Error::RoleNotOffered(msg.member).into());
    }
    if member.votes_from == 0 {
        return Err(Error::NoVoteYet { idao: msg.idao, who: msg.member }.into());
    }
    offered.retain(|role| *role != i32::from(msg.role));
    members::offer(ctx, msg.idao, &msg.member, offered);
    members::give_role(ctx, msg.idao, &msg.member, msg.role)?;
    let member = known_member(&ctx.state, msg.idao, &msg.member)?;
    trail(ctx, msg.idao, "idao.role_accepted", &msg.member, &member)?;
    let role = msg.role.as_str_name();
    ctx.emit(events::RoleAccepted { idao: msg.idao, account: &msg.member, role });
    Ok(())
}

pub(crate) fn register_agent(ctx: &mut Ctx, msg: &RegisterAgent) -> Result<()> {
    active(&ctx.state, msg.idao)?;
    let (mut member, params) = (known_member(&ctx.state, msg.idao, &msg.member)?, params(&ctx.state)?);
    if msg.expires <= ctx.block.time {
        return Err(refused("the agent would have expired already"));
    }
    if msg.account == account(msg.idao) || self::member(&ctx.state, msg.idao, &msg.account)?.is_some() {
        return Err(Error::AlreadyMember { idao: msg.idao, who: msg.account }.into());
    }
    let key = (msg.idao, msg.account);
    let old = AGENTS.get(&ctx.state, &key)?.map(|Pb(agent)| agent);
    let mut agent = match old {
        Some(old) if old.member != member.account => return Err(Error::AgentTaken(msg.account).into()),
        // what it spent stays spent, or a new registration would be a new limit
        Some(old) => old,
        None => {
            if member.agents >= params.max_agents {
                return Err(Error::TooManyAgents { limit: params.max_agents }.into());
            }
            let deposit = stored::amount(&params.record_deposit)?;
            escrow(ctx, &msg.member, deposit)?;
            member.agents = member.agents.saturating_add(1);
            pb::Agent {
                idao: msg.idao,
                account: msg.account.to_string(),
                member: member.account.clone(),
                spent: Amount::ZERO.to_string(),
                record_deposit: deposit.to_string(),
                ..Default::default()
            }
        }
    };
    agent.message_types = msg.message_types.clone();
    agent.spend_limit = msg.spend_limit.to_string();
    agent.expires = Some(msg.expires.wire());
    put_member(ctx, msg.idao, &msg.member, member);
    trail(ctx, msg.idao, "idao.agent_registered", &msg.member, &agent)?;
    AGENTS.set(&mut ctx.state, &key, &Pb(agent));
    AGENTS_OF.set(&mut ctx.state, &(msg.idao, msg.member, msg.account), &());
    ctx.emit(events::AgentRegistered { idao: msg.idao, member: &msg.member, agent: &msg.account });
    Ok(())
}

pub(crate) fn revoke_agent(ctx: &mut Ctx, msg: &RevokeAgent) -> Result<()> {
    let absent = || Error::NoSuchAgent { agent: msg.account, who: msg.sender };
    let found = AGENTS.get(&ctx.state, &(msg.idao, msg.account))?;
    let Pb(agent) = found.ok_or_else(absent)?;
    if msg.sender != msg.account && agent.member != msg.sender.to_string() {
        return Err(absent().into());
    }
    agents::revoke(ctx, msg.idao, &agent)?;
    trail(ctx, msg.idao, "idao.agent_revoked", &msg.sender, &agent)
}

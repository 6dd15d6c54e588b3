//! Members, their roles, their agents.

use proto::{address::Address, amount::Amount, lazchain::idao::v1 as pb};

use super::super::{
    handlers,
    types::{or_zero, types},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given,
    msg::{Gas, Msg},
    time::Time,
};

/// Roles there are.
const MAX_ROLES: usize = 3;

fn known(role: i32) -> Result<pb::Role> {
    match pb::Role::try_from(role) {
        Ok(role) if role != pb::Role::Unspecified => Ok(role),
        _ => Err(given::refused(format!("{role} is no role"))),
    }
}

/// `MsgApplyToJoin`: ask to become a member.
pub(crate) struct ApplyToJoin {
    pub applicant: Address,
    pub idao: u64,
    pub statement: String,
    pub max_deposit: Amount,
    pub dat_serial: u64,
}

impl Msg for ApplyToJoin {
    type Wire = pb::MsgApplyToJoin;
    type Response = pb::MsgApplyToJoinResponse;

    fn parse(wire: pb::MsgApplyToJoin) -> Result<ApplyToJoin> {
        Ok(ApplyToJoin {
            applicant: wire.applicant.parse()?,
            idao: wire.idao,
            statement: given::description("statement", wire.statement)?,
            max_deposit: given::amount("max_deposit", or_zero(&wire.max_deposit))?,
            dat_serial: wire.dat_serial,
        })
    }

    fn signer(&self) -> Address {
        self.applicant
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgApplyToJoinResponse> {
        let (proposal, joined) = handlers::apply_to_join(ctx, self)?;
        Ok(pb::MsgApplyToJoinResponse { proposal, joined })
    }
}

/// `MsgWithdrawApplication`: take an application back.
pub(crate) struct WithdrawApplication {
    pub applicant: Address,
    pub idao: u64,
}

impl Msg for WithdrawApplication {
    type Wire = pb::MsgWithdrawApplication;
    type Response = pb::MsgWithdrawApplicationResponse;

    fn parse(wire: pb::MsgWithdrawApplication) -> Result<WithdrawApplication> {
        Ok(WithdrawApplication { applicant: wire.applicant.parse()?, idao: wire.idao })
    }

    fn signer(&self) -> Address {
        self.applicant
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgWithdrawApplicationResponse> {
        handlers::withdraw_application(ctx, self)?;
        Ok(pb::MsgWithdrawApplicationResponse {})
    }
}

/// `MsgInvite`: let somebody come in.
pub(crate) struct Invite {
    pub inviter: Address,
    pub idao: u64,
    pub account: Address,
}

impl Msg for Invite {
    type Wire = pb::MsgInvite;
    type Response = pb::MsgInviteResponse;

    fn parse(wire: pb::MsgInvite) -> Result<Invite> {
        let (inviter, account) = (wire.inviter.parse()?, wire.account.parse()?);
        Ok(Invite { inviter, idao: wire.idao, account })
    }

    fn signer(&self) -> Address {
        self.inviter
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgInviteResponse> {
        handlers::invite(ctx, self)?;
        Ok(pb::MsgInviteResponse {})
    }
}

/// `MsgAcceptInvite`: come in by invitation.
pub(crate) struct AcceptInvite {
    pub account: Address,
    pub idao: u64,
    pub max_deposit: Amount,
}

impl Msg for AcceptInvite {
    type Wire = pb::MsgAcceptInvite;
    type Response = pb::MsgAcceptInviteResponse;

    fn parse(wire: pb::MsgAcceptInvite) -> Result<AcceptInvite> {
        let max_deposit = given::amount("max_deposit", or_zero(&wire.max_deposit))?;
        Ok(AcceptInvite { account: wire.account.parse()?, idao: wire.idao, max_deposit })
    }

    fn signer(&self) -> Address {
        self.account
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAcceptInviteResponse> {
        handlers::accept_invite(ctx, self)?;
        Ok(pb::MsgAcceptInviteResponse {})
    }
}

/// `MsgLeaveIdao`: leave at once.
pub(crate) struct LeaveIdao {
    pub member: Address,
    pub idao: u64,
}

impl Msg for LeaveIdao {
    type Wire = pb::MsgLeaveIdao;
    type Response = pb::MsgLeaveIdaoResponse;

    fn parse(wire: pb::MsgLeaveIdao) -> Result<LeaveIdao> {
        Ok(LeaveIdao { member: wire.member.parse()?, idao: wire.idao })
    }

    fn signer(&self) -> Address {
        self.member
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgLeaveIdaoResponse> {
        handlers::leave(ctx, self)?;
        Ok(pb::MsgLeaveIdaoResponse {})
    }
}

/// `MsgRemoveMember`: end somebody's membership.
pub(crate) struct RemoveMember {
    pub idao_account: Address,
    pub idao: u64,
    pub account: Address,
}

impl Msg for RemoveMember {
    type Wire = pb::MsgRemoveMember;
    type Response = pb::MsgRemoveMemberResponse;

    fn parse(wire: pb::MsgRemoveMember) -> Result<RemoveMember> {
        let (idao_account, account) = (wire.idao_account.parse()?, wire.account.parse()?);
        Ok(RemoveMember { idao_account, idao: wire.idao, account })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRemoveMemberResponse> {
        handlers::remove_member(ctx, self)?;
        Ok(pb::MsgRemoveMemberResponse {})
    }
}

/// `MsgSetRoles`: say which roles a member is to have.
pub(crate) struct SetRoles {
    pub idao_account: Address,
    pub idao: u64,
    pub account: Address,
    pub roles: Vec<i32>,
}

impl Msg for SetRoles {
    type Wire = pb::MsgSetRoles;
    type Response = pb::MsgSetRolesResponse;

    fn parse(wire: pb::MsgSetRoles) -> Result<SetRoles> {
        let (idao_account, account) = (wire.idao_account.parse()?, wire.account.parse()?);
        let roles = given::list("roles", wire.roles, MAX_ROLES, |role| Ok(i32::from(known(role)?)))?;
        Ok(SetRoles { idao_account, idao: wire.idao, account, roles })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSetRolesResponse> {
        handlers::set_roles(ctx, self)?;
        Ok(pb::MsgSetRolesResponse {})
    }
}

/// `MsgAcceptRole`: take on a role that was offered.
pub(crate) struct AcceptRole {
    pub member: Address,
    pub idao: u64,
    pub role: pb::Role,
}

impl Msg for AcceptRole {
    type Wire = pb::MsgAcceptRole;
    type Response = pb::MsgAcceptRoleResponse;

    fn parse(wire: pb::MsgAcceptRole) -> Result<AcceptRole> {
        let role = known(wire.role)?;
        Ok(AcceptRole { member: wire.member.parse()?, idao: wire.idao, role })
    }

    fn signer(&self) -> Address {
        self.member
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAcceptRoleResponse> {
        handlers::accept_role(ctx, self)?;
        Ok(pb::MsgAcceptRoleResponse {})
    }
}

/// `MsgRegisterAgent`: let an AI agent act under the member.
pub(crate) struct RegisterAgent {
    pub member: Address,
    pub idao: u64,
    pub account: Address,
    pub message_types: Vec<String>,
    pub spend_limit: Amount,
    pub expires: Time,
}

impl Msg for RegisterAgent {
    type Wire = pb::MsgRegisterAgent;
    type Response = pb::MsgRegisterAgentResponse;

    fn parse(wire: pb::MsgRegisterAgent) -> Result<RegisterAgent> {
        let expires = wire.expires.as_ref().ok_or_else(|| given::refused("expires is missing"))?;
        let (member, account): (Address, Address) = (wire.member.parse()?, wire.account.parse()?);
        if member == account {
            return Err(given::refused("nobody is their own agent"));
        }
        Ok(RegisterAgent {
            member,
            idao: wire.idao,
            account,
            message_types: types("message_types", wire.message_types)?,
            spend_limit: given::amount("spend_limit", or_zero(&wire.spend_limit))?,
            expires: Time::from_wire(expires),
        })
    }

    fn signer(&self) -> Address {
        self.member
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRegisterAgentResponse> {
        handlers::register_agent(ctx, self)?;
        Ok(pb::MsgRegisterAgentResponse {})
    }
}

/// `MsgRevokeAgent`: end an agent's right to act.
pub(crate) struct RevokeAgent {
    pub sender: Address,
    pub idao: u64,
    pub account: Address,
}

impl Msg for RevokeAgent {
    type Wire = pb::MsgRevokeAgent;
    type Response = pb::MsgRevokeAgentResponse;

    fn parse(wire: pb::MsgRevokeAgent) -> Result<RevokeAgent> {
        let (sender, account) = (wire.sender.parse()?, wire.account.parse()?);
        Ok(RevokeAgent { sender, idao: wire.idao, account })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRevokeAgentResponse> {
        handlers::revoke_agent(ctx, self)?;
        Ok(pb::MsgRevokeAgentResponse {})
    }
}

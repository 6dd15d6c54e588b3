//! The messages.

mod belonging;
mod deciding;
mod founding;
mod trusting;

pub(crate) use belonging::{
    AcceptInvite, AcceptRole, ApplyToJoin, Invite, LeaveIdao, RegisterAgent, RemoveMember, RevokeAgent,
    SetRoles, WithdrawApplication,
};
pub(crate) use deciding::{ExecuteProposal, Propose, Vote, WithdrawProposal};
pub(crate) use founding::{CloseIdao, CreateIdao, UpdateIdao, UpdateParams};
pub(crate) use trusting::{ClaimMemberRewards, EndTrust, EstablishTrust, FreezeSubject, FundTreasury};

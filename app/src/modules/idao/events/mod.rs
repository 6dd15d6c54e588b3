//! What the module announces.

mod money;
mod people;
mod votes;

pub(crate) use money::{Claimed, DepositBurnt, Earned, Funded, PointsChanged};
pub(crate) use people::{
    AgentRegistered, AgentRevoked, Applied, Closed, Created, Invited, Joined, Left, RoleAccepted, RolesSet,
    Updated,
};
pub(crate) use votes::{
    Decided, Executed, ExecutionFailed, FreezeEnded, FreezeExtended, Frozen, GuardianVotedDown, Proposed,
    TrustEnded, TrustEstablished, Voted,
};

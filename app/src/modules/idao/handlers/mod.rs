//! Who may.

mod belonging;
mod deciding;
mod founding;
mod trusting;

pub(crate) use belonging::{
    accept_invite, accept_role, apply_to_join, invite, leave, register_agent, remove_member, revoke_agent,
    set_roles, withdraw_application,
};
pub(crate) use deciding::{execute, propose, vote, withdraw_proposal};
pub(crate) use founding::{close_idao, create_idao, update_idao, update_params};
pub(crate) use trusting::{claim, end_trust, establish_trust, freeze, fund};

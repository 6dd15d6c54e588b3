//! Who may. Members act for themselves, with the operator's signature; `logic` checks that they are members.

use proto::coin::Coins;
use state::Pb;

use super::{
    keys::PARAMS,
    logic::{self, changes, members, pools},
    msgs::{
        AdmitMember, ClaimPool, CreateQuorum, FundQuorum, JoinQuorum, LeaveQuorum, ProposeRules, RotateKeys,
        UnjailMember, UpdateAllocation, UpdateParams, VoteRules,
    },
    rules,
};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn create_quorum(ctx: &mut Ctx, msg: &CreateQuorum) -> Result<u64> {
    let rules = rules::complete(msg.rules.clone(), &logic::params(&ctx.state)?)?;
    logic::create(ctx, &msg.creator, msg.name.clone(), msg.description.clone(), rules)
}

pub(crate) fn join_quorum(ctx: &mut Ctx, msg: &JoinQuorum) -> Result<()> {
    members::join(ctx, &msg.0)
}

pub(crate) fn admit_member(ctx: &mut Ctx, msg: &AdmitMember) -> Result<bool> {
    members::admit(ctx, &msg.admitter, msg.quorum, &msg.applicant)
}

pub(crate) fn update_allocation(ctx: &mut Ctx, msg: &UpdateAllocation) -> Result<()> {
    members::reallocate(ctx, &msg.validator, msg.quorum, msg.allocation_bps)
}

pub(crate) fn leave_quorum(ctx: &mut Ctx, msg: &LeaveQuorum) -> Result<()> {
    members::leave(ctx, &msg.validator, msg.quorum)
}

pub(crate) fn rotate_keys(ctx: &mut Ctx, msg: &RotateKeys) -> Result<()> {
    members::rotate(ctx, &msg.validator, msg.quorum, &msg.keys)
}

pub(crate) fn unjail_member(ctx: &mut Ctx, msg: &UnjailMember) -> Result<()> {
    members::unjail(ctx, &msg.validator, msg.quorum)
}

pub(crate) fn propose_rules(ctx: &mut Ctx, msg: &ProposeRules) -> Result<u64> {
    let rules = rules::complete(msg.rules.clone(), &logic::params(&ctx.state)?)?;
    changes::propose(ctx, &msg.validator, msg.quorum, rules)
}

pub(crate) fn vote_rules(ctx: &mut Ctx, msg: &VoteRules) -> Result<u64> {
    changes::vote(ctx, &msg.validator, (msg.quorum, msg.number), msg.yes)
}

pub(crate) fn fund_quorum(ctx: &mut Ctx, msg: &FundQuorum) -> Result<()> {
    logic::live_quorum(&ctx.state, msg.quorum)?;
    pools::fund(ctx, msg.quorum, msg.pool, &msg.funder, msg.amount)
}

pub(crate) fn claim_pool(ctx: &mut Ctx, msg: &ClaimPool) -> Result<Coins> {
    pools::claim(ctx, msg.quorum, &msg.validator)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params.clone()));
    Ok(())
}

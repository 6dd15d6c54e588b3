//! Who acts: members, their agents, the iDAO itself, stewards in its name.

use proto::{address::Address, amount::Amount, lazchain::idao::v1 as pb};
use state::{Pb, Read};

use super::super::{
    errors::Error,
    events,
    keys::{AGENTS, AGENTS_OF},
};
use super::{account, active, give_back, member, put_member, rules};
use crate::{ctx::Ctx, error::Result, modules::scheduler, stored};

/// Most agents of one member that are looked at: the largest limit that the parameters allow.
const MAX_AGENTS: u32 = 64;

/// In whose name something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// A member, or the iDAO's own account.
    pub member: Address,
    /// The agent that acts for the member, if one does.
    pub agent: Option<Address>,
}

/// Whoever signs a message of this type for an iDAO: a member, the iDAO's own account, or a live agent that may send
/// it and commit `spend`, in ulaz, which counts against its limit of this epoch.
pub(crate) fn acting(
    ctx: &mut Ctx,
    id: u64,
    signer: &Address,
    type_url: &str,
    spend: Amount,
) -> Result<Actor> {
    active(&ctx.state, id)?;
    acting_even_if_closed(ctx, id, signer, type_url, spend)
}

/// The same in an iDAO that may be closed.
pub(crate) fn acting_even_if_closed(
    ctx: &mut Ctx,
    id: u64,
    signer: &Address,
    type_url: &str,
    spend: Amount,
) -> Result<Actor> {
    if *signer == account(id) || member(&ctx.state, id, signer)?.is_some() {
        return Ok(Actor { member: *signer, agent: None });
    }
    let Some(Pb(mut agent)) = AGENTS.get(&ctx.state, &(id, *signer))? else {
        return Err(Error::NotMember { idao: id, who: *signer }.into());
    };
    if stored::time(agent.expires.as_ref()) <= ctx.block.time {
        return Err(Error::AgentExpired(*signer).into());
    }
    if !agent.message_types.iter().any(|url| url == type_url) {
        return Err(Error::AgentNotAllowed { agent: *signer, type_url: type_url.to_owned() }.into());
    }
    if !spend.is_zero() {
        let epoch = scheduler::epoch(&ctx.state)?;
        let before = if agent.spent_epoch == epoch { stored::amount(&agent.spent)? } else { Amount::ZERO };
        let (spent, limit) = (before.plus(spend)?, stored::amount(&agent.spend_limit)?);
        if spent > limit {
            return Err(Error::AgentOverLimit { agent: *signer, limit, spent }.into());
        }
        (agent.spent, agent.spent_epoch) = (spent.to_string(), epoch);
        AGENTS.set(&mut ctx.state, &(id, *signer), &Pb(agent.clone()));
    }
    Ok(Actor { member: stored::address(&agent.member)?, agent: Some(*signer) })
}

/// Whether the account may send this message in the iDAO's name: the iDAO's own account, or a steward whose rules list
/// it.
pub(crate) fn speaks_for(state: &dyn Read, id: u64, signer: &Address, type_url: &str) -> Result<bool> {
    if *signer == account(id) {
        return Ok(true);
    }
    let listed = rules(&active(state, id)?).steward_messages.iter().any(|url| url == type_url);
    let steward =
        member(state, id, signer)?.is_some_and(|member| member.roles.contains(&i32::from(pb::Role::Steward)));
    Ok(listed && steward)
}

/// Ends an agent's registration; the deposit goes back to its member.
pub(crate) fn revoke(ctx: &mut Ctx, id: u64, agent: &pb::Agent) -> Result<()> {
    let (who, whose) = (stored::address(&agent.account)?, stored::address(&agent.member)?);
    AGENTS.remove(&mut ctx.state, &(id, who));
    AGENTS_OF.remove(&mut ctx.state, &(id, whose, who));
    if let Some(mut member) = member(&ctx.state, id, &whose)? {
        member.agents = member.agents.saturating_sub(1);
        put_member(ctx, id, &whose, member);
    }
    give_back(ctx, &whose, stored::amount(&agent.record_deposit)?)?;
    ctx.emit(events::AgentRevoked { idao: id, member: &whose, agent: &who });
    Ok(())
}

/// Ends all of a member's agents.
pub(crate) fn revoke_all(ctx: &mut Ctx, id: u64, whose: &Address) -> Result<()> {
    for ((_, _, who), ()) in AGENTS_OF.page(&ctx.state, &(id, *whose), None, MAX_AGENTS)? {
        if let Some(Pb(agent)) = AGENTS.get(&ctx.state, &(id, who))? {
            revoke(ctx, id, &agent)?;
        }
    }
    Ok(())
}

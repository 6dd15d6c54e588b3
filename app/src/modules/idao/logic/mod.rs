//! What happens. The functions that other modules call are here and in the files below; `mod.rs` lists them.

pub(crate) mod agents;
pub(crate) mod freezes;
pub(crate) mod income;
pub(crate) mod joining;
pub(crate) mod members;
pub(crate) mod points;
pub(crate) mod trust;
pub(crate) mod votes;
pub(crate) mod winding_up;

use prost::Message;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::idao::v1 as pb,
};
use state::{Pb, Read};

use super::{
    ACCOUNT,
    errors::Error,
    keys::{IDAOS, MEMBERS, NEXT_ID, PARAMS, STANDINGS},
    types::live,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject as Trail},
        bank,
    },
};

/// The token of deposits.
pub(crate) const DEPOSIT_DENOM: &str = "ulaz";

/// The parameters.
pub(crate) fn params(state: &dyn Read) -> Result<pb::Params> {
    Ok(PARAMS.get(state)?.map_or_else(live, |Pb(params)| params))
}

/// An iDAO, if there is one of that id.
pub(crate) fn find(state: &dyn Read, id: u64) -> Result<Option<pb::Idao>> {
    Ok(IDAOS.get(state, &id)?.map(|Pb(idao)| idao))
}

/// An iDAO, closed ones included; refuses if there is none.
pub(crate) fn idao(state: &dyn Read, id: u64) -> Result<pb::Idao> {
    Ok(find(state, id)?.ok_or(Error::NoSuchIdao(id))?)
}

/// An iDAO that is not closed.
pub(crate) fn active(state: &dyn Read, id: u64) -> Result<pb::Idao> {
    let idao = idao(state, id)?;
    if idao.status() == pb::IdaoStatus::Closed {
        return Err(Error::Closed(id).into());
    }
    Ok(idao)
}

/// The account of an iDAO's treasury, in whose name proposals run.
pub(crate) fn account(id: u64) -> Address {
    Address::module(&format!("idao/{id}"))
}

/// The rules of an iDAO; there are always some.
pub(crate) fn rules(idao: &pb::Idao) -> pb::Rules {
    idao.rules.clone().unwrap_or_default()
}

pub(crate) fn put(ctx: &mut Ctx, idao: &pb::Idao) {
    IDAOS.set(&mut ctx.state, &idao.id, &Pb(idao.clone()));
}

pub(crate) fn next_id(ctx: &mut Ctx) -> Result<u64> {
    let id = NEXT_ID.get(&ctx.state)?.unwrap_or(1);
    NEXT_ID.set(&mut ctx.state, &id.saturating_add(1));
    Ok(id)
}

/// A member of an iDAO, if the account is one.
pub(crate) fn member(state: &dyn Read, id: u64, who: &Address) -> Result<Option<pb::Member>> {
    Ok(MEMBERS.get(state, &(id, *who))?.map(|Pb(member)| member))
}

/// A member of an iDAO; refuses others.
pub(crate) fn known_member(state: &dyn Read, id: u64, who: &Address) -> Result<pb::Member> {
    Ok(member(state, id, who)?.ok_or(Error::NotMember { idao: id, who: *who })?)
}

pub(crate) fn put_member(ctx: &mut Ctx, id: u64, who: &Address, member: pb::Member) {
    MEMBERS.set(&mut ctx.state, &(id, *who), &Pb(member));
}

/// What is remembered of an account.
pub(crate) fn standing(state: &dyn Read, id: u64, who: &Address) -> Result<pb::Standing> {
    Ok(STANDINGS.get(state, &(id, *who))?.map(|Pb(standing)| standing).unwrap_or_default())
}

/// Changes what is remembered; a record that says nothing is not kept.
pub(crate) fn remember(
    ctx: &mut Ctx,
    id: u64,
    who: &Address,
    change: impl FnOnce(&mut pb::Standing),
) -> Result<()> {
    let mut standing = standing(&ctx.state, id, who)?;
    change(&mut standing);
    if standing == pb::Standing::default() {
        STANDINGS.remove(&mut ctx.state, &(id, *who));
    } else {
        STANDINGS.set(&mut ctx.state, &(id, *who), &Pb(standing));
    }
    Ok(())
}

/// So much of the deposits' token.
pub(crate) fn ulaz(amount: Amount) -> Coins {
    Coins::one(Coin::new(Denom::known(DEPOSIT_DENOM), amount))
}

/// Takes a deposit in; nothing happens for 0.
pub(crate) fn escrow(ctx: &mut Ctx, from: &Address, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    bank::transfer(ctx, from, &Address::module(ACCOUNT), &ulaz(amount))
}

/// Gives a deposit back; nothing happens for 0.
pub(crate) fn give_back(ctx: &mut Ctx, to: &Address, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    bank::transfer(ctx, &Address::module(ACCOUNT), to, &ulaz(amount))
}

/// Destroys a deposit; nothing happens for 0.
pub(crate) fn burn(ctx: &mut Ctx, idao: u64, of: &Address, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    bank::burn(ctx, &Address::module(ACCOUNT), &ulaz(amount))?;
    ctx.emit(super::events::DepositBurnt { idao, account: of, amount });
    Ok(())
}

/// An entry in the iDAO's trail: who did what, and the record it left.
pub(crate) fn trail(
    ctx: &mut Ctx,
    idao: u64,
    kind: &'static str,
    actor: &Address,
    record: &impl Message,
) -> Result<()> {
    audit::record(ctx, audit::Entry::new(Trail::Idao(idao), kind, actor, audit::digest_of(record)))
}

/// An entry of what a rule of the chain did.
pub(crate) fn trail_by_rule(
    ctx: &mut Ctx,
    idao: u64,
    kind: &'static str,
    record: &impl Message,
) -> Result<()> {
    audit::record(ctx, audit::Entry::by_rule(Trail::Idao(idao), kind, audit::digest_of(record)))
}

/// The same as [`trail`] by a member or its agent.
pub(crate) fn trail_of(
    ctx: &mut Ctx,
    idao: u64,
    kind: &'static str,
    actor: &agents::Actor,
    record: &impl Message,
) -> Result<()> {
    let entry = audit::Entry::new(Trail::Idao(idao), kind, &actor.member, audit::digest_of(record));
    audit::record(ctx, entry.by_agent(actor.agent.as_ref()))
}

/// Refuses whoever is not the iDAO's own account.
pub(crate) fn require_idao(id: u64, who: &Address) -> Result<()> {
    if *who == account(id) {
        return Ok(());
    }
    Err(Error::NotTheIdao { idao: id, who: *who }.into())
}

/// Whether the account founded the iDAO or holds a role in it.
pub(crate) fn holds_role_or_founded(state: &dyn Read, id: u64, who: &Address) -> Result<bool> {
    if find(state, id)?.is_some_and(|idao| idao.founder == who.to_string()) {
        return Ok(true);
    }
    Ok(member(state, id, who)?.is_some_and(|member| !member.roles.is_empty()))
}

/// Whether the rules ask a vote on updates of this kind.
pub(crate) fn needs_vote(state: &dyn Read, id: u64, kind: i32) -> Result<bool> {
    Ok(rules(&idao(state, id)?).vote_needed.contains(&kind))
}

/// The part of each new asset's shares that is minted to the treasury, in bps.
pub(crate) fn split(state: &dyn Read, id: u64) -> Result<u32> {
    Ok(rules(&idao(state, id)?).split_bps)
}

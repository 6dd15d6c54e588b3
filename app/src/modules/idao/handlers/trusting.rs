//! Trust edges, freezes, and money.

use proto::{amount::Amount, coin::Coins};

use super::super::{
    errors::Error,
    events,
    logic::{
        account, active, agents, freezes, idao, income, known_member, params, require_idao, trail, trust,
    },
    msgs::{ClaimMemberRewards, EndTrust, EstablishTrust, FreezeSubject, FundTreasury},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::refused,
    modules::{bank, hooks},
    time::Time,
};

const FREEZE: &str = "/lazchain.idao.v1.MsgFreezeSubject";
const CLAIM: &str = "/lazchain.idao.v1.MsgClaimMemberRewards";

pub(crate) fn establish_trust(ctx: &mut Ctx, msg: &EstablishTrust) -> Result<()> {
    let (id, quorum) = (msg.edge.idao, msg.edge.quorum);
    require_idao(id, &msg.idao_account)?;
    active(&ctx.state, id)?;
    if !hooks::quorum_exists(&ctx.state, quorum)? {
        return Err(Error::NoSuchQuorum(quorum).into());
    }
    let most = params(&ctx.state)?.max_quorum_share_bps;
    if msg.edge.quorum_share_bps > most {
        return Err(refused(format!("quorum_share_bps is {}, at most {most}", msg.edge.quorum_share_bps)));
    }
    if msg.edge.expires.as_ref().is_some_and(|expires| Time::from_wire(expires) <= ctx.block.time) {
        return Err(refused("the edge would have expired already"));
    }
    trust::establish(ctx, msg.edge.clone())
}

pub(crate) fn end_trust(ctx: &mut Ctx, msg: &EndTrust) -> Result<()> {
    require_idao(msg.idao, &msg.idao_account)?;
    idao(&ctx.state, msg.idao)?;
    trust::end(ctx, msg.idao, msg.quorum)
}

pub(crate) fn freeze(ctx: &mut Ctx, msg: &FreezeSubject) -> Result<u64> {
    let actor = agents::acting(ctx, msg.freezing.idao, &msg.guardian, FREEZE, Amount::ZERO)?;
    freezes::freeze(ctx, &actor, &msg.freezing)
}

/// An agent may ask for it; the member is paid.
pub(crate) fn claim(ctx: &mut Ctx, msg: &ClaimMemberRewards) -> Result<Coins> {
    idao(&ctx.state, msg.idao)?;
    let actor = agents::acting_even_if_closed(ctx, msg.idao, &msg.member, CLAIM, Amount::ZERO)?;
    let member = known_member(&ctx.state, msg.idao, &actor.member)?;
    income::claim(ctx, msg.idao, &actor.member, &member)
}

/// Anybody may give.
pub(crate) fn fund(ctx: &mut Ctx, msg: &FundTreasury) -> Result<()> {
    active(&ctx.state, msg.idao)?;
    bank::transfer(ctx, &msg.sender, &account(msg.idao), &msg.amount)?;
    let id = msg.idao;
    let given = proto::lazchain::idao::v1::MsgFundTreasury {
        sender: msg.sender.to_string(),
        idao: id,
        amount: msg.amount.wire(),
    };
    trail(ctx, id, "idao.funded", &msg.sender, &given)?;
    ctx.emit(events::Funded { idao: id, sender: &msg.sender, amount: &msg.amount });
    Ok(())
}

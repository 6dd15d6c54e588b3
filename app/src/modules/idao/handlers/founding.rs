//! An iDAO's beginning, its own rules, its end.

use proto::{address::Address, lazchain::idao::v1 as pb};
use state::Pb;

use super::super::{
    events,
    keys::PARAMS,
    logic::{self, account, active, escrow, members, params, put, require_idao, trail, winding_up},
    msgs::{CloseIdao, CreateIdao, UpdateIdao, UpdateParams},
    types::check_rules,
};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{auth, require_authority},
    stored,
};

pub(crate) fn create_idao(ctx: &mut Ctx, msg: &CreateIdao) -> Result<(u64, Address)> {
    let params = params(&ctx.state)?;
    let rules = msg.rules.clone().or(params.default_rules.clone()).unwrap_or_default();
    check_rules(&params, &rules)?;
    let (deposit, record) =
        (stored::amount(&params.create_deposit)?, stored::amount(&params.record_deposit)?);
    escrow(ctx, &msg.founder, deposit.plus(record)?)?;
    let id = logic::next_id(ctx)?;
    let treasury = account(id);
    auth::ensure_account(ctx, &treasury)?;
    let mut idao = pb::Idao {
        id,
        name: msg.name.clone(),
        domain: msg.domain.clone(),
        charter_uri: msg.charter.uri.clone(),
        charter_hash: msg.charter.hash.map(Vec::from).unwrap_or_default(),
        founder: msg.founder.to_string(),
        status: pb::IdaoStatus::Active.into(),
        rules: Some(rules),
        rules_version: 1,
        deposit: deposit.to_string(),
        account: treasury.to_string(),
        created: Some(ctx.block.time.wire()),
        members: 0,
        voters: None,
        gatekeepers: None,
        total_points: "0".into(),
    };
    members::found(ctx, &mut idao, &msg.founder, record)?;
    put(ctx, &idao);
    trail(ctx, id, "idao.created", &msg.founder, &idao)?;
    ctx.emit(events::Created { idao: id, founder: &msg.founder, name: &idao.name });
    Ok((id, treasury))
}

pub(crate) fn update_idao(ctx: &mut Ctx, msg: &UpdateIdao) -> Result<()> {
    require_idao(msg.idao, &msg.idao_account)?;
    let mut idao = active(&ctx.state, msg.idao)?;
    check_rules(&params(&ctx.state)?, &msg.rules)?;
    idao.name = msg.name.clone();
    idao.domain = msg.domain.clone();
    idao.charter_uri = msg.charter.uri.clone();
    idao.charter_hash = msg.charter.hash.map(Vec::from).unwrap_or_default();
    idao.rules = Some(msg.rules.clone());
    idao.rules_version = idao.rules_version.saturating_add(1);
    put(ctx, &idao);
    trail(ctx, msg.idao, "idao.updated", &msg.idao_account, &idao)?;
    ctx.emit(events::Updated { idao: msg.idao, rules_version: idao.rules_version });
    Ok(())
}

pub(crate) fn close_idao(ctx: &mut Ctx, msg: &CloseIdao) -> Result<()> {
    require_idao(msg.idao, &msg.idao_account)?;
    let idao = active(&ctx.state, msg.idao)?;
    winding_up::close(ctx, idao)
}

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params.clone()));
    Ok(())
}

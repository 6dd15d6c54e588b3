//! The module at the start.

use proto::lazchain::dat::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{
        ANCHORS, ASKED, ASSETS, BY_IDAO, BY_OWNER, CREDITS, DATS, FINALS, HELD, INCOMES, LIABILITIES,
        NEXT_ASSET, NEXT_REQUEST, OWNED, PARAMS, PAYMENTS, POLICIES, POTS, QUOTAS, REFUNDS, REQUESTS,
        REVOKED_ACCOUNTS, VERSIONS,
    },
    logic,
    types::{check, live},
};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
};

const COLLECTIONS: &[&dyn Collection] = &[
    &NEXT_ASSET,
    &NEXT_REQUEST,
    &ASSETS,
    &BY_OWNER,
    &BY_IDAO,
    &VERSIONS,
    &FINALS,
    &ANCHORS,
    &POLICIES,
    &REVOKED_ACCOUNTS,
    &QUOTAS,
    &REQUESTS,
    &ASKED,
    &DATS,
    &OWNED,
    &INCOMES,
    &CREDITS,
    &POTS,
    &HELD,
    &LIABILITIES,
    &PAYMENTS,
    &REFUNDS,
];

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().unwrap_or_else(live);
    check(&params)?;
    PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?);
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}

//! Tasks at the start.

use proto::lazchain::vsc::v1 as pb;
use state::{Pb, Read};

use super::{keys, logic, types};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
};

const COLLECTIONS: &[&dyn Collection] = &[
    &keys::NEXT_SEAL,
    &keys::NEXT_TASK,
    &keys::SEALS,
    &keys::CLAIMS,
    &keys::TASKS,
    &keys::CONTENTS,
    &keys::TASKS_OF_IDAO,
    &keys::TASKS_OF_ACCOUNT,
    &keys::OPEN_OF_ACCOUNT,
    &keys::OPEN_OF_IDAO,
    &keys::ROUNDS,
    &keys::BALLOTS,
    &keys::WRAPPED_KEYS,
    &keys::DUTIES,
    &keys::DRAWINGS,
    &keys::RECEIPTS,
    &keys::CASES,
    &keys::CHALLENGERS,
    &keys::PAYOUTS,
    &keys::CANARIES,
];

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().unwrap_or_else(types::live);
    types::check(&params)?;
    keys::PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?);
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}

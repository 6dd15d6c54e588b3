//! iDAOs at the start.

use proto::lazchain::idao::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{
        AGENTS, AGENTS_OF, APPLICATIONS, CHECKPOINTS, DAT_MEMBERS, EDGES, FREEZES, IDAOS, INVITATIONS,
        MEMBERS, MEMBERSHIPS, NEXT_ID, NEXT_PROPOSAL, OFFERS, PARAMS, POTS, PROPOSALS, PROPOSALS_OF, SHARES,
        STANDINGS, VOTES, VOTING,
    },
    logic,
    types::{self, live},
};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
};

const COLLECTIONS: &[&dyn Collection] = &[
    &NEXT_ID,
    &NEXT_PROPOSAL,
    &IDAOS,
    &MEMBERS,
    &MEMBERSHIPS,
    &STANDINGS,
    &CHECKPOINTS,
    &AGENTS,
    &AGENTS_OF,
    &APPLICATIONS,
    &INVITATIONS,
    &OFFERS,
    &DAT_MEMBERS,
    &PROPOSALS,
    &PROPOSALS_OF,
    &VOTING,
    &VOTES,
    &EDGES,
    &FREEZES,
    &POTS,
    &SHARES,
];

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().unwrap_or_else(live);
    types::check(&params)?;
    PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let params = Some(logic::params(state)?);
    Ok(pb::GenesisState { params, entries: entries::export(state, COLLECTIONS)? })
}

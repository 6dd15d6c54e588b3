//! Quorums at the start.

use proto::lazchain::quorum::v1 as pb;
use state::{Pb, Read};

use super::{keys, logic, params};
use crate::{
    ctx::Ctx,
    entries::{self, Collection},
    error::Result,
    modules::staking,
    page, stored,
};

const COLLECTIONS: &[&dyn Collection] = &[
    &keys::NEXT_ID,
    &keys::QUORUMS,
    &keys::LIVE,
    &keys::MEMBERS,
    &keys::MEMBERSHIPS,
    &keys::ALLOCATED,
    &keys::BOUND,
    &keys::BOUND_OF,
    &keys::BANNED,
    &keys::RECORDS,
    &keys::RESERVED,
    &keys::SLASHED,
    &keys::DUTIES,
    &keys::MEASUREMENTS,
    &keys::REFERENCES,
    &keys::CURSOR,
    &keys::CHANGES,
    &keys::POOLS,
    &keys::MEMBERS_POOLS,
    &keys::SHARES,
    &keys::RELIABILITY,
    &keys::FAULTS,
    &keys::CASES,
    &keys::PUNISHED,
    &keys::SLASHES,
    &keys::NEXT_SLASH,
    &keys::SLOW_EXIT,
];

/// After staking: stake that is being slashed is held again, and entries that leave later get later numbers.
pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().unwrap_or_else(params::live);
    params::check(&params)?;
    keys::PARAMS.set(&mut ctx.state, &Pb(params));
    entries::import(&mut ctx.state, COLLECTIONS, &genesis.entries)?;
    let (mut held, mut next_entry) = (Vec::new(), 0_u64);
    page::every(&ctx.state, &keys::SLASHES, &(), |_, Pb(slash)| {
        if slash.stage < staking::LEVIED {
            held.push(stored::val_address(&slash.validator)?);
        }
        Ok(())
    })?;
    page::every(&ctx.state, &keys::MEASUREMENTS, &(), |_, Pb(measurement)| {
        next_entry = next_entry.max(measurement.entries_from);
        Ok(())
    })?;
    for operator in held {
        staking::hold(ctx, &operator)?;
    }
    staking::skip_entries(ctx, next_entry)
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let entries = entries::export(state, COLLECTIONS)?;
    Ok(pb::GenesisState { params: Some(logic::params(state)?), entries })
}

//! Duty at the start.

use proto::{address::ConsAddress, cosmos::slashing::v1beta1 as pb};
use state::Read;

use super::{
    keys::{CHUNK_BLOCKS, MISSED, PARAMS, SIGNING_INFOS},
    logic,
    types::{Params, SigningInfo},
};
use crate::{ctx::Ctx, error::Result, node::signed, page};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.as_ref().map_or_else(|| Ok(Params::start()), Params::parse)?;
    let window = params.signed_blocks_window;
    PARAMS.set(&mut ctx.state, &params);
    for entry in &genesis.signing_infos {
        let cons: ConsAddress = entry.address.parse()?;
        let wire = entry.validator_signing_info.clone().unwrap_or_default();
        SIGNING_INFOS.set(&mut ctx.state, &cons, &SigningInfo::parse(&wire, window)?);
    }
    for entry in &genesis.missed_blocks {
        let cons: ConsAddress = entry.address.parse()?;
        for block in &entry.missed_blocks {
            let index = u64::try_from(block.index).ok().filter(|index| *index < window);
            if let Some(index) = index.filter(|_| block.missed) {
                logic::set_missed(ctx, &cons, index, true)?;
            }
        }
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let (mut signing_infos, mut missed_blocks) = (Vec::new(), Vec::new());
    page::every(state, &SIGNING_INFOS, &(), |cons, info| {
        let address = cons.to_string();
        let validator_signing_info = Some(info.wire(&cons));
        signing_infos.push(pb::SigningInfo { address: address.clone(), validator_signing_info });
        missed_blocks.push(pb::ValidatorMissedBlocks { address, missed_blocks: missed(state, &cons)? });
        Ok(())
    })?;
    Ok(pb::GenesisState { params: Some(logic::params(state)?.wire()), signing_infos, missed_blocks })
}

fn missed(state: &dyn Read, cons: &ConsAddress) -> Result<Vec<pb::MissedBlock>> {
    let mut found = Vec::new();
    page::every(state, &MISSED, cons, |(_, chunk), _| {
        let first = chunk.saturating_mul(CHUNK_BLOCKS);
        for index in first..first.saturating_add(CHUNK_BLOCKS) {
            if logic::is_missed(state, cons, index)? {
                found.push(pb::MissedBlock { index: signed(index), missed: true });
            }
        }
        Ok(())
    })?;
    Ok(found)
}

//! Evidence at the start.

use prost::Name;
use proto::cosmos::evidence::v1beta1 as pb;
use state::{Pb, Read};

use super::{keys::EVIDENCE, logic, queries};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    page,
};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    for any in &genesis.evidence {
        if any.type_url != pb::Equivocation::type_url() {
            return Err(Sdk::InvalidRequest(format!("genesis evidence of type {}", any.type_url)).into());
        }
        let evidence: pb::Equivocation = proto::strict::decode(&any.value)?;
        EVIDENCE.set(&mut ctx.state, &logic::hash(&evidence), &Pb(evidence));
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut evidence = Vec::new();
    page::every(state, &EVIDENCE, &(), |_, Pb(found)| {
        evidence.push(queries::any(&found));
        Ok(())
    })?;
    Ok(pb::GenesisState { evidence })
}

//! Trails at the start: what was recorded before goes on to be provable against the old chain's entries.

use proto::lazchain::audit::v1 as pb;
use state::{Pb, Read};

use super::{keys::TRAILS, logic, types::Subject};
use crate::{ctx::Ctx, error::Result, given::refused, page};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    for named in &genesis.trails {
        let subject: Subject = named.subject.parse().map_err(|text: String| refused(text))?;
        let trail = named.trail.clone().unwrap_or_default();
        logic::frontier(&trail).map_err(|fault| refused(format!("genesis trail of {subject}: {fault}")))?;
        TRAILS.set(&mut ctx.state, &subject.to_string(), &Pb(trail));
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut trails = Vec::new();
    page::every(state, &TRAILS, &(), |subject, Pb(trail)| {
        trails.push(pb::SubjectTrail { subject, trail: Some(trail) });
        Ok(())
    })?;
    Ok(pb::GenesisState { trails })
}

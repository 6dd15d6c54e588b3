//! Queues and the epoch at the start.

use proto::lazchain::scheduler::v1 as pb;
use state::{Pb, Read};

use super::{
    keys::{DUE, EPOCH, NEXT_SEQUENCE, PARAMS, SET_ASIDE},
    logic,
    types::{self, Ticket, live},
};
use crate::{ctx::Ctx, error::Result, given::refused, page};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.unwrap_or_else(live);
    types::check(&params)?;
    PARAMS.set(&mut ctx.state, &Pb(params));
    if let Some(epoch) = &genesis.epoch {
        EPOCH.set(&mut ctx.state, &Pb(*epoch));
    }
    let next = genesis.next_sequence.max(1);
    NEXT_SEQUENCE.set(&mut ctx.state, &next);
    let aside = genesis.set_aside.iter().filter_map(|record| record.due.as_ref());
    if genesis.queue.iter().chain(aside).any(|due| due.sequence >= next) {
        return Err(refused("scheduler: an entry has a sequence that is not given yet"));
    }
    for due in &genesis.queue {
        logic::put(ctx, &due.queue, Ticket { due: due.due, sequence: due.sequence }, &due.entry)?;
    }
    for record in &genesis.set_aside {
        let due = record.due.as_ref().ok_or_else(|| refused("scheduler: nothing was set aside"))?;
        SET_ASIDE.set(&mut ctx.state, &due.sequence, &Pb(record.clone()));
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let (mut queue, mut set_aside) = (Vec::new(), Vec::new());
    page::every(state, &DUE, &(), |(name, due, sequence), entry| {
        queue.push(pb::Due { queue: name, due, sequence, entry });
        Ok(())
    })?;
    page::every(state, &SET_ASIDE, &(), |_, Pb(record)| {
        set_aside.push(record);
        Ok(())
    })?;
    Ok(pb::GenesisState {
        params: Some(logic::params(state)?),
        epoch: EPOCH.get(state)?.map(|Pb(epoch)| epoch),
        next_sequence: NEXT_SEQUENCE.get(state)?.unwrap_or(1),
        queue,
        set_aside,
    })
}

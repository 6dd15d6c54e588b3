//! Who may.

use state::Pb;

use super::{
    errors::Error,
    events,
    keys::{PARAMS, SET_ASIDE},
    logic,
    msgs::{Retry, UpdateParams},
    types::Ticket,
};
use crate::{ctx::Ctx, error::Result, modules::require_authority};

pub(crate) fn update_params(ctx: &mut Ctx, msg: &UpdateParams) -> Result<()> {
    require_authority(&msg.authority)?;
    PARAMS.set(&mut ctx.state, &Pb(msg.params));
    Ok(())
}

pub(crate) fn retry(ctx: &mut Ctx, msg: &Retry) -> Result<()> {
    require_authority(&msg.authority)?;
    let record = SET_ASIDE.get(&ctx.state, &msg.sequence)?.and_then(|Pb(record)| record.due);
    let due = record.ok_or(Error::NotSetAside(msg.sequence))?;
    SET_ASIDE.remove(&mut ctx.state, &msg.sequence);
    logic::put(ctx, &due.queue, Ticket { due: due.due, sequence: due.sequence }, &due.entry)?;
    ctx.emit(events::Retried { queue: &due.queue, sequence: due.sequence });
    Ok(())
}

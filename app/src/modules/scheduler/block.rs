//! Before and after the transactions.

use super::{keys::TIME, logic};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{QUEUES, epoch_began},
};

/// Notes the time of the block, for queries.
pub(crate) fn begin_block(ctx: &mut Ctx) {
    TIME.set(&mut ctx.state, &ctx.block.time.nanos());
}

/// The queues, then the turn of the epoch.
pub(crate) fn end_block(ctx: &mut Ctx) -> Result<()> {
    let budget = logic::params(&ctx.state)?.budget;
    logic::work(ctx, QUEUES, budget)?;
    if let Some(number) = logic::turn(ctx)? {
        epoch_began(ctx, number)?;
    }
    Ok(())
}

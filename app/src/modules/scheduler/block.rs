//! After the transactions.

use super::logic;
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{QUEUES, epoch_began},
};

/// The queues, then the turn of the epoch.
pub(crate) fn end_block(ctx: &mut Ctx) -> Result<()> {
    let budget = logic::params(&ctx.state)?.budget;
    logic::work(ctx, QUEUES, budget)?;
    if let Some(number) = logic::turn(ctx)? {
        epoch_began(ctx, number)?;
    }
    Ok(())
}

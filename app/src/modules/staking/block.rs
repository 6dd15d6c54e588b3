//! What happens at the end of a block.

use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::logic;
use crate::{ctx::Ctx, error::Result};

/// The set for the blocks to come, then all queues.
pub(crate) fn end_block(ctx: &mut Ctx) -> Result<Vec<ValidatorUpdate>> {
    let updates = logic::set::apply_updates(ctx)?;
    logic::set::mature_validators(ctx)?;
    logic::queues::mature_unbondings(ctx)?;
    logic::queues::mature_redelegations(ctx)?;
    Ok(updates)
}

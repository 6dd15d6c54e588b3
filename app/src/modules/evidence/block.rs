//! What happens at the beginning of a block.

use super::logic;
use crate::{ctx::Ctx, error::Result, node::Seen};

/// What validators are accused of. A punishment that is refused is set aside, and the chain goes on.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    for act in &seen.misbehavior {
        if let Err(reject) = ctx.attempt(|ctx| logic::accuse(ctx, act))? {
            tracing::error!(validator = %act.validator, %reject, "evidence cannot be judged and is set aside");
        }
    }
    Ok(())
}

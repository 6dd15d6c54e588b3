//! What happens at the beginning of a block.

use super::logic;
use crate::{ctx::Ctx, error::Result, node::Seen};

/// Who signed the block before, and who did not. A punishment that is refused is set aside, and the chain goes on.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    let params = logic::params(&ctx.state)?;
    for vote in &seen.votes {
        if let Err(reject) = ctx.attempt(|ctx| logic::judge(ctx, &params, vote))? {
            tracing::error!(validator = %vote.validator, %reject, "a vote cannot be judged and is set aside");
        }
    }
    Ok(())
}

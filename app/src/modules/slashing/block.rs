//! What happens at the beginning of a block.

use super::logic;
use crate::{ctx::Ctx, error::Result, node::Seen};

/// Who signed the block before, and who did not.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    let params = logic::params(&ctx.state)?;
    seen.votes.iter().try_for_each(|vote| logic::judge(ctx, &params, vote))
}

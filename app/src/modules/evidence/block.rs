//! What happens at the beginning of a block.

use super::logic;
use crate::{ctx::Ctx, error::Result, node::Seen};

/// What validators are accused of.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    seen.misbehavior.iter().try_for_each(|act| logic::accuse(ctx, act))
}

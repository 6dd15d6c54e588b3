//! Before the transactions.

use super::{errors::Error, logic, types};
use crate::{
    ctx::Ctx,
    error::{Reject, Result},
    modules::{hooks, staking},
    node::Seen,
};

/// Takes the proposer's preimage, if its block begins with one, and answers for that place in the block; notes if it was
/// owed and not given.
pub(crate) fn take_preimage(ctx: &mut Ctx, seen: &Seen) -> Result<Option<Result<(), Reject>>> {
    let preimage = seen.txs.first().and_then(|first| types::preimage(first));
    let proposer = match seen.proposer {
        Some(cons) => staking::validator_by_cons(&ctx.state, &cons)?.map(|validator| validator.operator),
        None => None,
    };
    let Some(operator) = proposer else {
        return Ok(preimage.map(|_| Err(Error::UnknownProposer.into())));
    };
    let outcome = match preimage {
        Some(preimage) => Some(ctx.attempt(|ctx| logic::give(ctx, &operator, &preimage))?),
        None => None,
    };
    if !matches!(outcome, Some(Ok(()))) && logic::withheld(ctx, &operator)? {
        hooks::beacon_withheld(ctx, &operator)?;
    }
    Ok(outcome)
}

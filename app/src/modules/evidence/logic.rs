//! What happens to one who signed twice.

use prost::Message;
use proto::{address::ConsAddress, cosmos::evidence::v1beta1 as pb};
use sha2::{Digest, Sha256};
use state::Pb;

use super::keys::EVIDENCE;
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        consensus, slashing,
        staking::{self, Status},
    },
    node::{Misbehavior, signed},
    time::Span,
};

/// The name of a piece of evidence.
pub(crate) fn hash(evidence: &pb::Equivocation) -> [u8; 32] {
    Sha256::digest(evidence.encode_to_vec()).into()
}

/// Punishes once what the engine has proved. It has no effect on one who is unknown, liable no more or already
/// tombstoned, nor when it is too old in blocks and in time.
pub(crate) fn accuse(ctx: &mut Ctx, act: &Misbehavior) -> Result<()> {
    let cons: ConsAddress = act.validator;
    let Some(validator) = staking::validator_by_cons(&ctx.state, &cons)? else { return Ok(()) };
    if validator.status == Status::Unbonded || too_old(ctx, act)? {
        return Ok(());
    }
    if slashing::is_tombstoned(&ctx.state, &cons)? {
        return Ok(());
    }
    slashing::punish_double_sign(ctx, &cons, act.height, act.power)?;
    let evidence = pb::Equivocation {
        height: signed(act.height),
        time: Some(act.time.wire()),
        power: signed(act.power),
        consensus_address: cons.to_string(),
    };
    EVIDENCE.set(&mut ctx.state, &hash(&evidence), &Pb(evidence));
    Ok(())
}

fn too_old(ctx: &Ctx, act: &Misbehavior) -> Result<bool> {
    let Some(limits) = consensus::params(&ctx.state)?.evidence else { return Ok(false) };
    let blocks = u64::try_from(limits.max_age_num_blocks).unwrap_or(0);
    let time = Span::from_wire(limits.max_age_duration.as_ref()).unwrap_or(Span::ZERO);
    let (height, now) = (ctx.block.height, ctx.block.time);
    Ok(now.since(act.time) > time && height.saturating_sub(act.height) > blocks)
}

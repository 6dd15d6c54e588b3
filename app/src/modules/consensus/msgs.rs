//! The messages.

use proto::{
    address::Address,
    cosmos::consensus::v1 as pb,
    tendermint::types::{BlockParams, EvidenceParams, ValidatorParams},
};

use super::handlers;
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
};

/// Most bytes of a block that governance may allow, CometBFT's own limit. A node must be able to take a request with
/// so many.
pub const MAX_BLOCK_BYTES: i64 = 104_857_600;

/// `MsgUpdateParams`, by governance: every section but `abci` must be there.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub block: BlockParams,
    pub evidence: EvidenceParams,
    pub validator: ValidatorParams,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let refuse = |text: &str| Sdk::InvalidRequest(text.into());
        let (Some(block), Some(evidence), Some(validator)) = (wire.block, wire.evidence, wire.validator)
        else {
            return Err(refuse("all parameters must be present").into());
        };
        if wire.abci.is_some_and(|abci| abci.vote_extensions_enable_height != 0) {
            return Err(refuse("vote extensions are off on this chain").into());
        }
        if !(1..=MAX_BLOCK_BYTES).contains(&block.max_bytes) || block.max_gas < -1 {
            return Err(refuse("block.max_bytes is 1 to 104857600, block.max_gas at least -1").into());
        }
        let age = evidence.max_age_duration.as_ref().is_some_and(|age| age.seconds > 0);
        if evidence.max_age_num_blocks <= 0 || !age || !(0..=block.max_bytes).contains(&evidence.max_bytes) {
            let text = "evidence ages are positive, evidence.max_bytes between 0 and block.max_bytes";
            return Err(refuse(text).into());
        }
        if validator.pub_key_types != ["ed25519"] {
            return Err(refuse("validator.pub_key_types is [\"ed25519\"]").into());
        }
        Ok(UpdateParams { authority: wire.authority.parse()?, block, evidence, validator })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateParamsResponse> {
        handlers::update_params(ctx, self)?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}

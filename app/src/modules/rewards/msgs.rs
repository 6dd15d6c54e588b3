//! The messages.

use proto::{address::Address, lazchain::rewards::v1 as pb};

use super::{
    handlers,
    types::{Party, check},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::refused,
    msg::{Gas, Msg},
};

/// `MsgClaimEmission`.
pub(crate) struct ClaimEmission {
    pub sender: Address,
    pub party: Party,
}

impl Msg for ClaimEmission {
    type Wire = pb::MsgClaimEmission;
    type Response = pb::MsgClaimEmissionResponse;

    fn parse(wire: pb::MsgClaimEmission) -> Result<ClaimEmission> {
        Ok(ClaimEmission { sender: wire.sender.parse()?, party: wire.party.parse().map_err(refused)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(25_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgClaimEmissionResponse> {
        Ok(pb::MsgClaimEmissionResponse { minted: handlers::claim_emission(ctx, self)?.wire() })
    }
}

/// `MsgUpdateParams`, by governance.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub params: pb::Params,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| refused("params are missing"))?;
        check(&params)?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params })
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

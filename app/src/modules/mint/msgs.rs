//! The messages.

use proto::{address::Address, cosmos::mint::v1beta1 as pb};

use super::{handlers, types::Params};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
};

/// `MsgUpdateParams`, by governance.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub params: Params,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| Sdk::InvalidRequest("params are missing".into()))?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params: Params::parse(&params)? })
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

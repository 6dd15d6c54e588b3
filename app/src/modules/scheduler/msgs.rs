//! The messages.

use proto::{address::Address, lazchain::scheduler::v1 as pb};

use super::{handlers, types};
use crate::{
    ctx::Ctx,
    error::Result,
    given::refused,
    msg::{Gas, Msg},
};

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
        types::check(&params)?;
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

/// `MsgRetry`, by governance.
pub(crate) struct Retry {
    pub authority: Address,
    pub sequence: u64,
}

impl Msg for Retry {
    type Wire = pb::MsgRetry;
    type Response = pb::MsgRetryResponse;

    fn parse(wire: pb::MsgRetry) -> Result<Retry> {
        Ok(Retry { authority: wire.authority.parse()?, sequence: wire.sequence })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRetryResponse> {
        handlers::retry(ctx, self)?;
        Ok(pb::MsgRetryResponse {})
    }
}

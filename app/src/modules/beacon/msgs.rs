//! The messages.

use proto::{address::Address, lazchain::beacon::v1 as pb};

use super::{handlers, types};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{digest, refused},
    msg::{Gas, Msg},
};

/// `MsgRegisterBeacon`: the end of a validator's hash chain.
pub(crate) struct RegisterBeacon {
    pub operator: Address,
    pub tip: [u8; 32],
}

impl Msg for RegisterBeacon {
    type Wire = pb::MsgRegisterBeacon;
    type Response = pb::MsgRegisterBeaconResponse;

    fn parse(wire: pb::MsgRegisterBeacon) -> Result<RegisterBeacon> {
        Ok(RegisterBeacon { operator: wire.operator.parse()?, tip: digest("tip", &wire.tip)? })
    }

    fn signer(&self) -> Address {
        self.operator
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRegisterBeaconResponse> {
        Ok(pb::MsgRegisterBeaconResponse { epoch: handlers::register_beacon(ctx, self)? })
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

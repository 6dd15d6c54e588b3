//! The messages.

use proto::{
    address::{Address, ValAddress},
    cosmos::slashing::v1beta1 as pb,
};

use super::{handlers, types::Params};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
};

/// `MsgUnjail`: an operator brings its validator back.
pub(crate) struct Unjail {
    pub operator: ValAddress,
}

impl Msg for Unjail {
    type Wire = pb::MsgUnjail;
    type Response = pb::MsgUnjailResponse;

    fn parse(wire: pb::MsgUnjail) -> Result<Unjail> {
        Ok(Unjail { operator: wire.validator_addr.parse()? })
    }

    fn signer(&self) -> Address {
        self.operator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUnjailResponse> {
        handlers::unjail(ctx, self)?;
        Ok(pb::MsgUnjailResponse {})
    }
}

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

//! The messages: providers and compute here and in `provider`, channels and vouchers in `channel`.

mod channel;
mod provider;

use proto::{address::Address, lazchain::usage::v1 as pb};

use super::{handlers, types::Params};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{refused, span},
    msg::{Gas, Msg},
    time::Span,
};

pub(crate) use channel::{
    ClaimRefund, CloseChannel, OpenChannel, RedeemVouchers, SettleClosed, TopUpChannel,
};
pub(crate) use provider::{BuyCompute, Offer, RegisterProvider, UnregisterProvider, UpdateProvider};

/// Most services and purposes: there are no more kinds.
const MAX_KINDS: usize = 8;
/// Longest delay that can be written down, in seconds: a hundred years.
const MAX_SECS: u64 = 3_155_760_000;

fn delay(field: &str, wire: Option<&prost_types::Duration>) -> Result<Option<Span>> {
    wire.map(|wire| span(field, Some(wire), 0..=MAX_SECS)).transpose()
}

fn id(field: &str, number: u64) -> Result<u64> {
    if number == 0 { Err(refused(format!("{field} is missing"))) } else { Ok(number) }
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
        let params = wire.params.ok_or_else(|| refused("params are missing"))?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params: Params::parse(params)? })
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

//! Messages of providers, and of who buys compute.

use proto::{address::Address, amount::Amount, coin::Coin, lazchain::usage::v1 as pb};

use super::{MAX_KINDS, delay};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, digest, list, refused, uri},
    modules::usage::handlers,
    msg::{Gas, Msg},
    time::Span,
};

/// What a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub endpoint: String,
    /// At least one.
    pub services: Vec<pb::Service>,
    pub signing_key: [u8; 32],
    /// The shortest there is, if none.
    pub close_delay: Option<Span>,
}

fn offer(
    endpoint: String,
    services: Vec<i32>,
    signing_key: &[u8],
    close_delay: Option<&prost_types::Duration>,
) -> Result<Offer> {
    if endpoint.is_empty() {
        return Err(refused("endpoint is empty"));
    }
    let service = |number: i32| {
        let service =
            pb::Service::try_from(number).ok().filter(|service| *service != pb::Service::Unspecified);
        service.ok_or_else(|| refused(format!("there is no service {number}")))
    };
    let services = list("services", services, MAX_KINDS, service)?;
    if services.is_empty() {
        return Err(refused("services are missing: infer, train, query or host"));
    }
    Ok(Offer {
        endpoint: uri("endpoint", endpoint)?,
        services,
        signing_key: digest("signing_key", signing_key)?,
        close_delay: delay("close_delay", close_delay)?,
    })
}

/// `MsgRegisterProvider`.
pub(crate) struct RegisterProvider {
    pub provider: Address,
    pub offer: Offer,
}

impl Msg for RegisterProvider {
    type Wire = pb::MsgRegisterProvider;
    type Response = pb::MsgRegisterProviderResponse;

    fn parse(wire: pb::MsgRegisterProvider) -> Result<RegisterProvider> {
        let offer = offer(wire.endpoint, wire.services, &wire.signing_key, wire.close_delay.as_ref())?;
        Ok(RegisterProvider { provider: wire.provider.parse()?, offer })
    }

    fn signer(&self) -> Address {
        self.provider
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRegisterProviderResponse> {
        handlers::register_provider(ctx, self)?;
        Ok(pb::MsgRegisterProviderResponse {})
    }
}

/// `MsgUpdateProvider`.
pub(crate) struct UpdateProvider {
    pub provider: Address,
    pub offer: Offer,
}

impl Msg for UpdateProvider {
    type Wire = pb::MsgUpdateProvider;
    type Response = pb::MsgUpdateProviderResponse;

    fn parse(wire: pb::MsgUpdateProvider) -> Result<UpdateProvider> {
        let offer = offer(wire.endpoint, wire.services, &wire.signing_key, wire.close_delay.as_ref())?;
        Ok(UpdateProvider { provider: wire.provider.parse()?, offer })
    }

    fn signer(&self) -> Address {
        self.provider
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateProviderResponse> {
        handlers::update_provider(ctx, self)?;
        Ok(pb::MsgUpdateProviderResponse {})
    }
}

/// `MsgUnregisterProvider`.
pub(crate) struct UnregisterProvider {
    pub provider: Address,
}

impl Msg for UnregisterProvider {
    type Wire = pb::MsgUnregisterProvider;
    type Response = pb::MsgUnregisterProviderResponse;

    fn parse(wire: pb::MsgUnregisterProvider) -> Result<UnregisterProvider> {
        Ok(UnregisterProvider { provider: wire.provider.parse()? })
    }

    fn signer(&self) -> Address {
        self.provider
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUnregisterProviderResponse> {
        handlers::unregister_provider(ctx, self)?;
        Ok(pb::MsgUnregisterProviderResponse {})
    }
}

/// `MsgBuyCompute`.
pub(crate) struct BuyCompute {
    pub buyer: Address,
    /// Above 0.
    pub payment: Coin,
    pub least: Amount,
}

impl Msg for BuyCompute {
    type Wire = pb::MsgBuyCompute;
    type Response = pb::MsgBuyComputeResponse;

    fn parse(wire: pb::MsgBuyCompute) -> Result<BuyCompute> {
        let payment = given::coin("payment", wire.payment)?;
        if payment.amount.is_zero() {
            return Err(refused("payment is nothing"));
        }
        let least = if wire.least.is_empty() { Amount::ZERO } else { given::amount("least", &wire.least)? };
        Ok(BuyCompute { buyer: wire.buyer.parse()?, payment, least })
    }

    fn signer(&self) -> Address {
        self.buyer
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgBuyComputeResponse> {
        let bought = handlers::buy_compute(ctx, self)?.to_string();
        Ok(pb::MsgBuyComputeResponse { bought })
    }
}

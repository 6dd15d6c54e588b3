//! The messages.

use std::collections::BTreeSet;

use proto::{
    address::Address,
    coin::{Coins, Denom},
    cosmos::bank::v1beta1 as pb,
};

use super::{errors::Error, handlers, logic, types::Params};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::auth,
    msg::{Gas, Msg},
};

/// Most outputs of one `MsgMultiSend`.
pub(crate) const MAX_OUTPUTS: usize = 500;
/// Most denominations in one `MsgSetSendEnabled`.
pub(crate) const MAX_SEND_ENABLED: usize = 100;

/// `MsgSend`: move coins from the signer to another account.
pub(crate) struct Transfer {
    pub from: Address,
    pub to: Address,
    pub coins: Coins,
}

impl Msg for Transfer {
    type Wire = pb::MsgSend;
    type Response = pb::MsgSendResponse;

    fn parse(wire: pb::MsgSend) -> Result<Transfer> {
        let (from, to) = (wire.from_address.parse()?, wire.to_address.parse()?);
        Ok(Transfer { from, to, coins: Coins::parse(wire.amount)? })
    }

    fn signer(&self) -> Address {
        self.from
    }

    fn cost(&self) -> Gas {
        Gas(10_000).times(self.coins.count())
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        keys.push(auth::account_key(&self.to));
        for coin in &self.coins {
            keys.push(logic::balance_key(&self.from, &coin.denom));
            keys.push(logic::balance_key(&self.to, &coin.denom));
        }
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSendResponse> {
        handlers::transfer(ctx, self)?;
        Ok(pb::MsgSendResponse {})
    }
}

/// `MsgMultiSend`: move coins from the signer to several accounts.
pub(crate) struct MultiTransfer {
    pub from: Address,
    pub outputs: Vec<(Address, Coins)>,
}

impl Msg for MultiTransfer {
    type Wire = pb::MsgMultiSend;
    type Response = pb::MsgMultiSendResponse;

    fn parse(wire: pb::MsgMultiSend) -> Result<MultiTransfer> {
        let mut inputs = wire.inputs.into_iter();
        let input = inputs.next().ok_or(Error::NoInputs)?;
        if inputs.next().is_some() {
            return Err(Error::MultipleSenders.into());
        }
        if wire.outputs.is_empty() {
            return Err(Error::NoOutputs.into());
        }
        if wire.outputs.len() > MAX_OUTPUTS {
            return Err(Error::TooManyOutputs { limit: MAX_OUTPUTS }.into());
        }
        let (from, coins) = (input.address.parse()?, Coins::parse(input.coins)?);
        let parse = |output: pb::Output| -> Result<(Address, Coins)> {
            Ok((output.address.parse()?, Coins::parse(output.coins)?))
        };
        let outputs = wire.outputs.into_iter().map(parse).collect::<Result<Vec<_>>>()?;
        let sum = Coins::sum(outputs.iter().flat_map(|(_, coins)| coins.iter().cloned()))?;
        if sum != coins {
            return Err(Error::InputOutputMismatch.into());
        }
        Ok(MultiTransfer { from, outputs })
    }

    fn signer(&self) -> Address {
        self.from
    }

    fn cost(&self) -> Gas {
        Gas(10_000).times(self.outputs.iter().map(|(_, coins)| coins.count()).sum())
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgMultiSendResponse> {
        handlers::multi_transfer(ctx, self)?;
        Ok(pb::MsgMultiSendResponse {})
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

    #[allow(deprecated, reason = "a list that Cosmos refuses too")]
    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| Sdk::InvalidRequest("params are missing".into()))?;
        if !params.send_enabled.is_empty() {
            let text = "use of send_enabled in params is no longer supported; use MsgSetSendEnabled";
            return Err(Sdk::InvalidRequest(text.into()).into());
        }
        Ok(UpdateParams { authority: wire.authority.parse()?, params: params.into() })
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

/// `MsgSetSendEnabled`, by governance.
pub(crate) struct SetSendEnabled {
    pub authority: Address,
    pub set: Vec<(Denom, bool)>,
    pub use_default: Vec<Denom>,
}

impl Msg for SetSendEnabled {
    type Wire = pb::MsgSetSendEnabled;
    type Response = pb::MsgSetSendEnabledResponse;

    fn parse(wire: pb::MsgSetSendEnabled) -> Result<SetSendEnabled> {
        if wire.send_enabled.len().saturating_add(wire.use_default_for.len()) > MAX_SEND_ENABLED {
            return Err(Sdk::InvalidRequest(format!("more than {MAX_SEND_ENABLED} denominations")).into());
        }
        let mut seen = BTreeSet::new();
        let mut once = |denom: &str| -> Result<Denom> {
            let denom: Denom = denom.parse()?;
            if seen.insert(denom.clone()) { Ok(denom) } else { Err(Error::DuplicateEntry(denom).into()) }
        };
        let set = wire.send_enabled.iter().map(|entry| Ok((once(&entry.denom)?, entry.enabled)));
        let set = set.collect::<Result<_>>()?;
        let use_default = wire.use_default_for.iter().map(|denom| once(denom)).collect::<Result<_>>()?;
        Ok(SetSendEnabled { authority: wire.authority.parse()?, set, use_default })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(5_000).times(self.set.len().saturating_add(self.use_default.len()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSetSendEnabledResponse> {
        handlers::set_send_enabled(ctx, self)?;
        Ok(pb::MsgSetSendEnabledResponse {})
    }
}

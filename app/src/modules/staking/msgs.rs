//! The messages.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::Coin,
    cosmos::staking::v1beta1 as pb,
    dec::Dec,
};

use super::{
    errors::Error,
    handlers,
    types::{Commission, Params, height, parse_key},
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
    time::Time,
};

/// Bytes that each part of a description may have.
const MONIKER: usize = 70;
const IDENTITY: usize = 3_000;
const WEBSITE: usize = 140;
const SECURITY_CONTACT: usize = 140;
const DETAILS: usize = 280;

fn invalid(text: &str) -> crate::error::Error {
    Sdk::InvalidRequest(text.to_owned()).into()
}

/// A description within its limits.
pub(crate) fn check_description(description: &pb::Description) -> Result<()> {
    let parts = [
        ("moniker", &description.moniker, MONIKER),
        ("identity", &description.identity, IDENTITY),
        ("website", &description.website, WEBSITE),
        ("security contact", &description.security_contact, SECURITY_CONTACT),
        ("details", &description.details, DETAILS),
    ];
    for (name, text, limit) in parts {
        if text.len() > limit {
            let text = format!("invalid {name} length; got: {}, max: {limit}", text.len());
            return Err(Sdk::InvalidRequest(text).into());
        }
    }
    Ok(())
}

fn description(wire: Option<pb::Description>) -> Result<pb::Description> {
    let description = wire.unwrap_or_default();
    if description == pb::Description::default() {
        return Err(invalid("empty description"));
    }
    check_description(&description)?;
    Ok(description)
}

/// A positive amount.
fn positive(wire: Option<proto::cosmos::base::v1beta1::Coin>, otherwise: &str) -> Result<Coin> {
    let coin = Coin::parse(wire).map_err(|_| invalid(otherwise))?;
    if coin.amount.is_zero() { Err(invalid(otherwise)) } else { Ok(coin) }
}

fn min_self_delegation(text: &str) -> Result<Amount> {
    let amount = text.parse::<Amount>().ok().filter(|amount| !amount.is_zero());
    amount.ok_or_else(|| invalid("minimum self delegation must be a positive integer"))
}

/// `MsgCreateValidator`: an operator makes itself a validator, with stake of its own.
pub(crate) struct CreateValidator {
    pub operator: ValAddress,
    pub key: [u8; 32],
    pub description: pb::Description,
    pub commission: Commission,
    pub min_self_delegation: Amount,
    pub value: Coin,
}

impl Msg for CreateValidator {
    type Wire = pb::MsgCreateValidator;
    type Response = pb::MsgCreateValidatorResponse;

    fn parse(wire: pb::MsgCreateValidator) -> Result<CreateValidator> {
        let operator = wire.validator_address.parse()?;
        let key = parse_key(wire.pubkey.as_ref().ok_or(Error::EmptyPubKey)?)?;
        let value = positive(wire.value, "invalid delegation amount")?;
        let description = description(wire.description)?;
        let rates = wire.commission.ok_or_else(|| invalid("empty commission"))?;
        let commission = Commission::parse(&rates, Time::EPOCH)?;
        let min_self_delegation = min_self_delegation(&wire.min_self_delegation)?;
        if value.amount < min_self_delegation {
            return Err(Error::SelfDelegationBelowMinimum.into());
        }
        Ok(CreateValidator { operator, key, description, commission, min_self_delegation, value })
    }

    fn signer(&self) -> Address {
        self.operator.account()
    }

    fn cost(&self) -> Gas {
        Gas(80_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCreateValidatorResponse> {
        handlers::create_validator(ctx, self)?;
        Ok(pb::MsgCreateValidatorResponse {})
    }
}

/// `MsgEditValidator`: what is not stated stays.
pub(crate) struct EditValidator {
    pub operator: ValAddress,
    pub description: pb::Description,
    pub commission_rate: Option<Dec>,
    pub min_self_delegation: Option<Amount>,
}

impl Msg for EditValidator {
    type Wire = pb::MsgEditValidator;
    type Response = pb::MsgEditValidatorResponse;

    fn parse(wire: pb::MsgEditValidator) -> Result<EditValidator> {
        let stated = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let commission_rate = match stated(&wire.commission_rate) {
            None => None,
            Some(text) => match Dec::from_wire(&text) {
                Ok(rate) if rate <= Dec::ONE => Some(rate),
                _ => return Err(invalid("commission rate must be between 0 and 1 (inclusive)")),
            },
        };
        let min = stated(&wire.min_self_delegation);
        Ok(EditValidator {
            operator: wire.validator_address.parse()?,
            description: description(wire.description)?,
            commission_rate,
            min_self_delegation: min.map(|text| min_self_delegation(&text)).transpose()?,
        })
    }

    fn signer(&self) -> Address {
        self.operator.account()
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgEditValidatorResponse> {
        handlers::edit_validator(ctx, self)?;
        Ok(pb::MsgEditValidatorResponse {})
    }
}

/// `MsgDelegate`: stake on a validator.
pub(crate) struct Delegate {
    pub who: Address,
    pub operator: ValAddress,
    pub amount: Coin,
}

impl Msg for Delegate {
    type Wire = pb::MsgDelegate;
    type Response = pb::MsgDelegateResponse;

    fn parse(wire: pb::MsgDelegate) -> Result<Delegate> {
        let (operator, who) = (wire.validator_address.parse()?, wire.delegator_address.parse()?);
        Ok(Delegate { who, operator, amount: positive(wire.amount, "invalid delegation amount")? })
    }

    fn signer(&self) -> Address {
        self.who
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgDelegateResponse> {
        handlers::delegate(ctx, self)?;
        Ok(pb::MsgDelegateResponse {})
    }
}

/// `MsgBeginRedelegate`: move stake from one validator to another.
pub(crate) struct BeginRedelegate {
    pub who: Address,
    pub from: ValAddress,
    pub to: ValAddress,
    pub amount: Coin,
}

impl Msg for BeginRedelegate {
    type Wire = pb::MsgBeginRedelegate;
    type Response = pb::MsgBeginRedelegateResponse;

    fn parse(wire: pb::MsgBeginRedelegate) -> Result<BeginRedelegate> {
        let (from, to) = (wire.validator_src_address.parse()?, wire.validator_dst_address.parse()?);
        let (who, amount) =
            (wire.delegator_address.parse()?, positive(wire.amount, "invalid shares amount")?);
        Ok(BeginRedelegate { who, from, to, amount })
    }

    fn signer(&self) -> Address {
        self.who
    }

    fn cost(&self) -> Gas {
        Gas(90_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgBeginRedelegateResponse> {
        let due = handlers::begin_redelegate(ctx, self)?;
        Ok(pb::MsgBeginRedelegateResponse { completion_time: Some(due.wire()) })
    }
}

/// `MsgUndelegate`: take stake away from a validator.
pub(crate) struct Undelegate {
    pub who: Address,
    pub operator: ValAddress,
    pub amount: Coin,
}

impl Msg for Undelegate {
    type Wire = pb::MsgUndelegate;
    type Response = pb::MsgUndelegateResponse;

    fn parse(wire: pb::MsgUndelegate) -> Result<Undelegate> {
        let (operator, who) = (wire.validator_address.parse()?, wire.delegator_address.parse()?);
        Ok(Undelegate { who, operator, amount: positive(wire.amount, "invalid shares amount")? })
    }

    fn signer(&self) -> Address {
        self.who
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUndelegateResponse> {
        let (due, amount) = handlers::undelegate(ctx, self)?;
        Ok(pb::MsgUndelegateResponse { completion_time: Some(due.wire()), amount: Some(amount.into()) })
    }
}

/// `MsgCancelUnbondingDelegation`: put stake that is leaving back.
pub(crate) struct CancelUnbonding {
    pub who: Address,
    pub operator: ValAddress,
    pub amount: Coin,
    pub height: u64,
}

impl Msg for CancelUnbonding {
    type Wire = pb::MsgCancelUnbondingDelegation;
    type Response = pb::MsgCancelUnbondingDelegationResponse;

    fn parse(wire: pb::MsgCancelUnbondingDelegation) -> Result<CancelUnbonding> {
        let (operator, who) = (wire.validator_address.parse()?, wire.delegator_address.parse()?);
        let amount = positive(wire.amount, "invalid amount")?;
        let height = height(wire.creation_height).ok().filter(|height| *height > 0);
        Ok(CancelUnbonding {
            who,
            operator,
            amount,
            height: height.ok_or_else(|| invalid("invalid height"))?,
        })
    }

    fn signer(&self) -> Address {
        self.who
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCancelUnbondingDelegationResponse> {
        handlers::cancel_unbonding(ctx, self)?;
        Ok(pb::MsgCancelUnbondingDelegationResponse {})
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
        let params = wire.params.ok_or_else(|| invalid("params are missing"))?;
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

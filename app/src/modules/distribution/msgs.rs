//! The messages.

use proto::{
    address::{Address, ValAddress},
    coin::Coins,
    cosmos::distribution::v1beta1 as pb,
};

use super::{handlers, types::Params};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    msg::{Gas, Msg},
};

/// `MsgSetWithdrawAddress`: rewards are to go to another account.
pub(crate) struct SetWithdrawAddress {
    pub delegator: Address,
    pub to: Address,
}

impl Msg for SetWithdrawAddress {
    type Wire = pb::MsgSetWithdrawAddress;
    type Response = pb::MsgSetWithdrawAddressResponse;

    fn parse(wire: pb::MsgSetWithdrawAddress) -> Result<SetWithdrawAddress> {
        Ok(SetWithdrawAddress {
            delegator: wire.delegator_address.parse()?,
            to: wire.withdraw_address.parse()?,
        })
    }

    fn signer(&self) -> Address {
        self.delegator
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSetWithdrawAddressResponse> {
        handlers::set_withdraw_address(ctx, self)?;
        Ok(pb::MsgSetWithdrawAddressResponse {})
    }
}

/// `MsgWithdrawDelegatorReward`: pay out what a delegation earned.
pub(crate) struct WithdrawReward {
    pub delegator: Address,
    pub validator: ValAddress,
}

impl Msg for WithdrawReward {
    type Wire = pb::MsgWithdrawDelegatorReward;
    type Response = pb::MsgWithdrawDelegatorRewardResponse;

    fn parse(wire: pb::MsgWithdrawDelegatorReward) -> Result<WithdrawReward> {
        Ok(WithdrawReward {
            delegator: wire.delegator_address.parse()?,
            validator: wire.validator_address.parse()?,
        })
    }

    fn signer(&self) -> Address {
        self.delegator
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgWithdrawDelegatorRewardResponse> {
        let amount = handlers::withdraw_reward(ctx, self)?.wire();
        Ok(pb::MsgWithdrawDelegatorRewardResponse { amount })
    }
}

/// `MsgWithdrawValidatorCommission`: pay out a validator's commission.
pub(crate) struct WithdrawCommission {
    pub validator: ValAddress,
}

impl Msg for WithdrawCommission {
    type Wire = pb::MsgWithdrawValidatorCommission;
    type Response = pb::MsgWithdrawValidatorCommissionResponse;

    fn parse(wire: pb::MsgWithdrawValidatorCommission) -> Result<WithdrawCommission> {
        Ok(WithdrawCommission { validator: wire.validator_address.parse()? })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgWithdrawValidatorCommissionResponse> {
        let amount = handlers::withdraw_commission(ctx, self)?.wire();
        Ok(pb::MsgWithdrawValidatorCommissionResponse { amount })
    }
}

/// `MsgFundCommunityPool`: give to the community.
pub(crate) struct FundCommunityPool {
    pub depositor: Address,
    pub coins: Coins,
}

impl Msg for FundCommunityPool {
    type Wire = pb::MsgFundCommunityPool;
    type Response = pb::MsgFundCommunityPoolResponse;

    fn parse(wire: pb::MsgFundCommunityPool) -> Result<FundCommunityPool> {
        Ok(FundCommunityPool { depositor: wire.depositor.parse()?, coins: Coins::parse(wire.amount)? })
    }

    fn signer(&self) -> Address {
        self.depositor
    }

    fn cost(&self) -> Gas {
        Gas(10_000).times(self.coins.count())
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgFundCommunityPoolResponse> {
        handlers::fund_community_pool(ctx, self)?;
        Ok(pb::MsgFundCommunityPoolResponse {})
    }
}

/// `MsgDepositValidatorRewardsPool`: give to a validator and its delegators.
pub(crate) struct DepositRewards {
    pub depositor: Address,
    pub validator: ValAddress,
    pub coins: Coins,
}

impl Msg for DepositRewards {
    type Wire = pb::MsgDepositValidatorRewardsPool;
    type Response = pb::MsgDepositValidatorRewardsPoolResponse;

    fn parse(wire: pb::MsgDepositValidatorRewardsPool) -> Result<DepositRewards> {
        Ok(DepositRewards {
            depositor: wire.depositor.parse()?,
            validator: wire.validator_address.parse()?,
            coins: Coins::parse(wire.amount)?,
        })
    }

    fn signer(&self) -> Address {
        self.depositor
    }

    fn cost(&self) -> Gas {
        Gas(20_000).times(self.coins.count())
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgDepositValidatorRewardsPoolResponse> {
        handlers::deposit_rewards(ctx, self)?;
        Ok(pb::MsgDepositValidatorRewardsPoolResponse {})
    }
}

/// `MsgCommunityPoolSpend`, by governance.
pub(crate) struct SpendCommunityPool {
    pub authority: Address,
    pub to: Address,
    pub coins: Coins,
}

impl Msg for SpendCommunityPool {
    type Wire = pb::MsgCommunityPoolSpend;
    type Response = pb::MsgCommunityPoolSpendResponse;

    fn parse(wire: pb::MsgCommunityPoolSpend) -> Result<SpendCommunityPool> {
        Ok(SpendCommunityPool {
            authority: wire.authority.parse()?,
            to: wire.recipient.parse()?,
            coins: Coins::parse(wire.amount)?,
        })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(10_000).times(self.coins.count())
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCommunityPoolSpendResponse> {
        handlers::spend_community_pool(ctx, self)?;
        Ok(pb::MsgCommunityPoolSpendResponse {})
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

//! The messages.

mod members;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::quorum::v1 as pb,
};

pub(crate) use members::{AdmitMember, JoinQuorum, LeaveQuorum, RotateKeys, UnjailMember, UpdateAllocation};

use super::{handlers, params, rules};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, refused},
    msg::{Gas, Msg},
};

/// `MsgCreateQuorum`: found a Quorum.
pub(crate) struct CreateQuorum {
    pub creator: Address,
    pub name: String,
    pub description: String,
    pub rules: pb::Rules,
}

impl Msg for CreateQuorum {
    type Wire = pb::MsgCreateQuorum;
    type Response = pb::MsgCreateQuorumResponse;

    fn parse(wire: pb::MsgCreateQuorum) -> Result<CreateQuorum> {
        Ok(CreateQuorum {
            creator: wire.creator.parse()?,
            name: given::name("name", wire.name)?,
            description: given::description("description", wire.description)?,
            rules: rules::parse(wire.rules)?,
        })
    }

    fn signer(&self) -> Address {
        self.creator
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgCreateQuorumResponse> {
        Ok(pb::MsgCreateQuorumResponse { id: handlers::create_quorum(ctx, self)? })
    }
}

/// `MsgProposeParams`: propose other rules.
pub(crate) struct ProposeRules {
    pub validator: ValAddress,
    pub quorum: u64,
    pub rules: pb::Rules,
}

impl Msg for ProposeRules {
    type Wire = pb::MsgProposeParams;
    type Response = pb::MsgProposeParamsResponse;

    fn parse(wire: pb::MsgProposeParams) -> Result<ProposeRules> {
        let rules = rules::parse(wire.rules)?;
        Ok(ProposeRules { validator: wire.validator.parse()?, quorum: wire.quorum, rules })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(50_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgProposeParamsResponse> {
        Ok(pb::MsgProposeParamsResponse { number: handlers::propose_rules(ctx, self)? })
    }
}

/// `MsgVoteParams`: vote on other rules.
pub(crate) struct VoteRules {
    pub validator: ValAddress,
    pub quorum: u64,
    pub number: u64,
    pub yes: bool,
}

impl Msg for VoteRules {
    type Wire = pb::MsgVoteParams;
    type Response = pb::MsgVoteParamsResponse;

    fn parse(wire: pb::MsgVoteParams) -> Result<VoteRules> {
        let pb::MsgVoteParams { validator, quorum, number, yes } = wire;
        Ok(VoteRules { validator: validator.parse()?, quorum, number, yes })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgVoteParamsResponse> {
        Ok(pb::MsgVoteParamsResponse { applies: handlers::vote_rules(ctx, self)? })
    }
}

/// `MsgFundQuorum`: fill a pool.
pub(crate) struct FundQuorum {
    pub funder: Address,
    pub quorum: u64,
    pub pool: pb::Pool,
    pub amount: Amount,
}

impl Msg for FundQuorum {
    type Wire = pb::MsgFundQuorum;
    type Response = pb::MsgFundQuorumResponse;

    fn parse(wire: pb::MsgFundQuorum) -> Result<FundQuorum> {
        let pool = pb::Pool::try_from(wire.pool).unwrap_or(pb::Pool::Unspecified);
        if pool == pb::Pool::Unspecified {
            return Err(refused("pool must be the insurance or the audit pool"));
        }
        let amount = given::amount("amount", &wire.amount)?;
        if amount.is_zero() {
            return Err(refused("amount must be positive"));
        }
        Ok(FundQuorum { funder: wire.funder.parse()?, quorum: wire.quorum, pool, amount })
    }

    fn signer(&self) -> Address {
        self.funder
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgFundQuorumResponse> {
        handlers::fund_quorum(ctx, self)?;
        Ok(pb::MsgFundQuorumResponse {})
    }
}

/// `MsgClaimQuorumPool`: take a member's part of the income.
pub(crate) struct ClaimPool {
    pub validator: ValAddress,
    pub quorum: u64,
}

impl Msg for ClaimPool {
    type Wire = pb::MsgClaimQuorumPool;
    type Response = pb::MsgClaimQuorumPoolResponse;

    fn parse(wire: pb::MsgClaimQuorumPool) -> Result<ClaimPool> {
        Ok(ClaimPool { validator: wire.validator.parse()?, quorum: wire.quorum })
    }

    fn signer(&self) -> Address {
        self.validator.account()
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgClaimQuorumPoolResponse> {
        Ok(pb::MsgClaimQuorumPoolResponse { amount: handlers::claim_pool(ctx, self)?.wire() })
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
        params::check(&params)?;
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

//! The messages.

mod ballots;
mod cases;
mod equivocation;
mod submit;

use proto::{
    address::{Address, ValAddress},
    lazchain::vsc::v1 as pb,
};

pub(crate) use ballots::{Commit, Reveal, SubmitCommits, SubmitReveals};
pub(crate) use cases::{AddEvidence, Appeal, Challenge, RevealCanary, Rule};
pub(crate) use equivocation::{Said, SubmitEquivocation};
pub(crate) use submit::SubmitUpdate;

use super::{handlers, types};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, refused},
    msg::{Gas, Msg},
};

/// `MsgSealUpdate`: commit to content before it is shown.
pub(crate) struct SealUpdate {
    pub owner: Address,
    pub seal: [u8; 32],
}

impl Msg for SealUpdate {
    type Wire = pb::MsgSealUpdate;
    type Response = pb::MsgSealUpdateResponse;

    fn parse(wire: pb::MsgSealUpdate) -> Result<SealUpdate> {
        Ok(SealUpdate { owner: wire.owner.parse()?, seal: given::digest("seal", &wire.seal)? })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSealUpdateResponse> {
        Ok(pb::MsgSealUpdateResponse { number: handlers::seal_update(ctx, self)? })
    }
}

/// `MsgWithdrawUpdate`: take an update back.
pub(crate) struct WithdrawUpdate {
    pub submitter: Address,
    pub task: u64,
}

impl Msg for WithdrawUpdate {
    type Wire = pb::MsgWithdrawUpdate;
    type Response = pb::MsgWithdrawUpdateResponse;

    fn parse(wire: pb::MsgWithdrawUpdate) -> Result<WithdrawUpdate> {
        Ok(WithdrawUpdate { submitter: wire.submitter.parse()?, task: wire.task })
    }

    fn signer(&self) -> Address {
        self.submitter
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgWithdrawUpdateResponse> {
        handlers::withdraw_update(ctx, self)?;
        Ok(pb::MsgWithdrawUpdateResponse {})
    }
}

/// `MsgShareKeys`: hand out the data key of sealed content.
pub(crate) struct ShareKeys {
    pub submitter: Address,
    pub task: u64,
    pub round: u32,
    /// Each member once.
    pub keys: Vec<(ValAddress, Vec<u8>)>,
}

impl Msg for ShareKeys {
    type Wire = pb::MsgShareKeys;
    type Response = pb::MsgShareKeysResponse;

    fn parse(wire: pb::MsgShareKeys) -> Result<ShareKeys> {
        let key = |key: pb::WrappedKey| -> Result<(ValAddress, Vec<u8>)> {
            if key.key.is_empty() || key.key.len() > types::MAX_WRAPPED {
                return Err(refused(format!("a wrapped key has 1 to {} bytes", types::MAX_WRAPPED)));
            }
            Ok((key.member.parse()?, key.key))
        };
        let keys = given::list("keys", wire.keys, types::MAX_BALLOTS, key)?;
        let members = keys.iter().map(|(member, _)| *member).collect();
        given::list("keys", members, types::MAX_BALLOTS, Ok)?; // nobody twice, whatever the key
        if keys.is_empty() {
            return Err(refused("keys are missing"));
        }
        Ok(ShareKeys { submitter: wire.submitter.parse()?, task: wire.task, round: wire.round, keys })
    }

    fn signer(&self) -> Address {
        self.submitter
    }

    fn cost(&self) -> Gas {
        Gas(20_000).plus(Gas(2_000).times(self.keys.len()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgShareKeysResponse> {
        Ok(pb::MsgShareKeysResponse { missing: handlers::share_keys(ctx, self)? })
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

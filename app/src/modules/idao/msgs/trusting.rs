//! Trust edges, freezes, and money.

use proto::{address::Address, coin::Coins, lazchain::idao::v1 as pb};

use super::super::{
    handlers,
    logic::freezes::Freezing,
    types::{Subject, kinds, or_zero},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given,
    msg::{Gas, Msg},
};

/// Seats of the largest committee there is.
const MAX_SEATS: u64 = 64;
/// Longest challenge window there is.
const MAX_WINDOW_SECS: u64 = 3 * 86_400;

/// An edge as a message gives it: what can be checked without state.
fn parse_edge(mut edge: pb::TrustEdge) -> Result<pb::TrustEdge> {
    edge.kinds = kinds("kinds", edge.kinds)?;
    if edge.kinds.is_empty() || edge.quorum == 0 {
        return Err(given::refused("an edge names a quorum and at least one kind of update"));
    }
    let most = given::amount("max_value_at_risk", &edge.max_value_at_risk)?;
    let least = given::amount("min_value_at_risk", or_zero(&edge.min_value_at_risk))?;
    if most.is_zero() || least > most {
        return Err(given::refused("max_value_at_risk is at least 1 and at least min_value_at_risk"));
    }
    (edge.max_value_at_risk, edge.min_value_at_risk) = (most.to_string(), least.to_string());
    given::within("min_committee", edge.min_committee.into(), 0..=MAX_SEATS)?;
    given::bps("min_threshold_bps", edge.min_threshold_bps, 10_000)?;
    edge.min_challenge_window = Some(edge.min_challenge_window.unwrap_or_default());
    given::span("min_challenge_window", edge.min_challenge_window.as_ref(), 0..=MAX_WINDOW_SECS)?;
    given::bps("quorum_share_bps", edge.quorum_share_bps, 10_000)?;
    match edge.mode() {
        pb::TrustMode::Fee if edge.quorum_share_bps == 0 => {}
        pb::TrustMode::DatBacked => {}
        _ => return Err(given::refused("say the mode; only one backed by DATs has a quorum_share_bps")),
    }
    if edge.established.is_some() {
        return Err(given::refused("established is set by the chain"));
    }
    Ok(edge)
}

/// `MsgEstablishTrust`: make or replace a trust edge.
pub(crate) struct EstablishTrust {
    pub idao_account: Address,
    pub edge: pb::TrustEdge,
}

impl Msg for EstablishTrust {
    type Wire = pb::MsgEstablishTrust;
    type Response = pb::MsgEstablishTrustResponse;

    fn parse(wire: pb::MsgEstablishTrust) -> Result<EstablishTrust> {
        let edge = wire.edge.ok_or_else(|| given::refused("edge is missing"))?;
        Ok(EstablishTrust { idao_account: wire.idao_account.parse()?, edge: parse_edge(edge)? })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgEstablishTrustResponse> {
        handlers::establish_trust(ctx, self)?;
        Ok(pb::MsgEstablishTrustResponse {})
    }
}

/// `MsgEndTrust`: end a trust edge.
pub(crate) struct EndTrust {
    pub idao_account: Address,
    pub idao: u64,
    pub quorum: u64,
}

impl Msg for EndTrust {
    type Wire = pb::MsgEndTrust;
    type Response = pb::MsgEndTrustResponse;

    fn parse(wire: pb::MsgEndTrust) -> Result<EndTrust> {
        Ok(EndTrust { idao_account: wire.idao_account.parse()?, idao: wire.idao, quorum: wire.quorum })
    }

    fn signer(&self) -> Address {
        self.idao_account
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgEndTrustResponse> {
        handlers::end_trust(ctx, self)?;
        Ok(pb::MsgEndTrustResponse {})
    }
}

/// `MsgFreezeSubject`: freeze an asset, a task or a proposal.
pub(crate) struct FreezeSubject {
    pub guardian: Address,
    pub freezing: Freezing,
}

impl Msg for FreezeSubject {
    type Wire = pb::MsgFreezeSubject;
    type Response = pb::MsgFreezeSubjectResponse;

    fn parse(wire: pb::MsgFreezeSubject) -> Result<FreezeSubject> {
        let kind = pb::SubjectKind::try_from(wire.kind).unwrap_or_default();
        let subject = Subject::of(kind, wire.subject)?;
        let reason_hash = given::digest("reason_hash", &wire.reason_hash)?;
        let freezing = Freezing { idao: wire.idao, subject, reason_hash };
        Ok(FreezeSubject { guardian: wire.guardian.parse()?, freezing })
    }

    fn signer(&self) -> Address {
        self.guardian
    }

    fn cost(&self) -> Gas {
        Gas(40_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgFreezeSubjectResponse> {
        Ok(pb::MsgFreezeSubjectResponse { proposal: handlers::freeze(ctx, self)? })
    }
}

/// `MsgClaimMemberRewards`: be paid one's part of the iDAO's income.
pub(crate) struct ClaimMemberRewards {
    pub member: Address,
    pub idao: u64,
}

impl Msg for ClaimMemberRewards {
    type Wire = pb::MsgClaimMemberRewards;
    type Response = pb::MsgClaimMemberRewardsResponse;

    fn parse(wire: pb::MsgClaimMemberRewards) -> Result<ClaimMemberRewards> {
        Ok(ClaimMemberRewards { member: wire.member.parse()?, idao: wire.idao })
    }

    fn signer(&self) -> Address {
        self.member
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgClaimMemberRewardsResponse> {
        Ok(pb::MsgClaimMemberRewardsResponse { amount: handlers::claim(ctx, self)?.wire() })
    }
}

/// `MsgFundTreasury`: give coins to an iDAO.
pub(crate) struct FundTreasury {
    pub sender: Address,
    pub idao: u64,
    pub amount: Coins,
}

impl Msg for FundTreasury {
    type Wire = pb::MsgFundTreasury;
    type Response = pb::MsgFundTreasuryResponse;

    fn parse(wire: pb::MsgFundTreasury) -> Result<FundTreasury> {
        let amount = Coins::parse(wire.amount)?;
        Ok(FundTreasury { sender: wire.sender.parse()?, idao: wire.idao, amount })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(10_000).plus(Gas(10_000).times(self.amount.count()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgFundTreasuryResponse> {
        handlers::fund(ctx, self)?;
        Ok(pb::MsgFundTreasuryResponse {})
    }
}

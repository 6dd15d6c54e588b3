//! Challenges, appeals, canaries, and what governance rules.

use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};

use super::super::{errors::Error, handlers, types::MAX_LOCATORS};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{self, refused},
    msg::{Gas, Msg},
};

fn evidence(wire: Option<pb::Evidence>) -> Result<pb::Evidence> {
    let wire = wire.ok_or_else(|| refused("evidence is missing"))?;
    given::digest("hash of the evidence", &wire.hash)?;
    let locators = given::list("locators", wire.locators, MAX_LOCATORS, |uri| given::uri("locator", uri))?;
    Ok(pb::Evidence { hash: wire.hash, locators })
}

/// An empty text is no limit.
fn limit(text: &str) -> Result<Amount> {
    if text.is_empty() { Ok(Amount::MAX) } else { given::amount("max_bond", text) }
}

/// `MsgChallenge`: a verdict is wrong.
pub(crate) struct Challenge {
    pub challenger: Address,
    pub task: u64,
    pub evidence: pb::Evidence,
    pub max_bond: Amount,
}

impl Msg for Challenge {
    type Wire = pb::MsgChallenge;
    type Response = pb::MsgChallengeResponse;

    fn parse(wire: pb::MsgChallenge) -> Result<Challenge> {
        let (evidence, max_bond) = (evidence(wire.evidence)?, limit(&wire.max_bond)?);
        Ok(Challenge { challenger: wire.challenger.parse()?, task: wire.task, evidence, max_bond })
    }

    fn signer(&self) -> Address {
        self.challenger
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgChallengeResponse> {
        let (case, bond) = handlers::challenge(ctx, self)?;
        Ok(pb::MsgChallengeResponse { case, bond: bond.to_string() })
    }
}

/// `MsgAppeal`: a ruling is wrong.
pub(crate) struct Appeal {
    pub appellant: Address,
    pub task: u64,
    pub evidence: pb::Evidence,
    pub max_bond: Amount,
}

impl Msg for Appeal {
    type Wire = pb::MsgAppeal;
    type Response = pb::MsgAppealResponse;

    fn parse(wire: pb::MsgAppeal) -> Result<Appeal> {
        let (evidence, max_bond) = (evidence(wire.evidence)?, limit(&wire.max_bond)?);
        Ok(Appeal { appellant: wire.appellant.parse()?, task: wire.task, evidence, max_bond })
    }

    fn signer(&self) -> Address {
        self.appellant
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAppealResponse> {
        let (rung, bond) = handlers::appeal(ctx, self)?;
        Ok(pb::MsgAppealResponse { rung, bond: bond.to_string() })
    }
}

/// `MsgAddEvidence`.
pub(crate) struct AddEvidence {
    pub party: Address,
    pub task: u64,
    pub evidence: pb::Evidence,
}

impl Msg for AddEvidence {
    type Wire = pb::MsgAddEvidence;
    type Response = pb::MsgAddEvidenceResponse;

    fn parse(wire: pb::MsgAddEvidence) -> Result<AddEvidence> {
        let evidence = evidence(wire.evidence)?;
        Ok(AddEvidence { party: wire.party.parse()?, task: wire.task, evidence })
    }

    fn signer(&self) -> Address {
        self.party
    }

    fn cost(&self) -> Gas {
        Gas(20_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAddEvidenceResponse> {
        handlers::add_evidence(ctx, self)?;
        Ok(pb::MsgAddEvidenceResponse {})
    }
}

/// `MsgRevealCanary`: there never was any content.
pub(crate) struct RevealCanary {
    pub planter: Address,
    pub task: u64,
    pub salt: [u8; 32],
}

impl Msg for RevealCanary {
    type Wire = pb::MsgRevealCanary;
    type Response = pb::MsgRevealCanaryResponse;

    fn parse(wire: pb::MsgRevealCanary) -> Result<RevealCanary> {
        let salt = given::digest("salt", &wire.salt)?;
        Ok(RevealCanary { planter: wire.planter.parse()?, task: wire.task, salt })
    }

    fn signer(&self) -> Address {
        self.planter
    }

    fn cost(&self) -> Gas {
        Gas(60_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRevealCanaryResponse> {
        handlers::reveal_canary(ctx, self)?;
        Ok(pb::MsgRevealCanaryResponse {})
    }
}

/// `MsgRule`, by governance: the last rung.
pub(crate) struct Rule {
    pub authority: Address,
    pub task: u64,
    /// Upheld, overturned or sent back.
    pub ruling: pb::Ruling,
    pub reason: String,
}

impl Msg for Rule {
    type Wire = pb::MsgRule;
    type Response = pb::MsgRuleResponse;

    fn parse(wire: pb::MsgRule) -> Result<Rule> {
        let ruling = wire.ruling();
        if !matches!(ruling, pb::Ruling::Upheld | pb::Ruling::Overturned | pb::Ruling::SentBack) {
            return Err(Error::RulingNotAllowed("it does nothing else").into());
        }
        let reason = given::description("reason", wire.reason)?;
        Ok(Rule { authority: wire.authority.parse()?, task: wire.task, ruling, reason })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        Gas(30_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRuleResponse> {
        handlers::rule(ctx, self)?;
        Ok(pb::MsgRuleResponse {})
    }
}

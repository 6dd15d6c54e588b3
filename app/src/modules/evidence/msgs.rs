//! The messages.

use prost_types::Any;
use proto::{address::Address, cosmos::evidence::v1beta1 as pb};

use super::errors::Error;
use crate::{
    ctx::Ctx,
    error::Result,
    msg::{Gas, Msg},
};

/// `MsgSubmitEvidence`: nobody's evidence is taken but the engine's, as in Cosmos without handlers of one's own.
pub(crate) struct SubmitEvidence {
    pub submitter: Address,
    pub evidence: Any,
}

impl Msg for SubmitEvidence {
    type Wire = pb::MsgSubmitEvidence;
    type Response = pb::MsgSubmitEvidenceResponse;

    fn parse(wire: pb::MsgSubmitEvidence) -> Result<SubmitEvidence> {
        let evidence = wire.evidence.ok_or(Error::Invalid("missing evidence"))?;
        Ok(SubmitEvidence { submitter: wire.submitter.parse()?, evidence })
    }

    fn signer(&self) -> Address {
        self.submitter
    }

    fn cost(&self) -> Gas {
        Gas(10_000)
    }

    fn apply(&self, _: &mut Ctx) -> Result<pb::MsgSubmitEvidenceResponse> {
        let kind = self.evidence.type_url.rsplit('.').next().unwrap_or_default().to_lowercase();
        Err(Error::NoHandler(kind.chars().take(60).collect()).into())
    }
}

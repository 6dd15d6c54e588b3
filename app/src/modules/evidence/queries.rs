//! What can be asked.

use prost::{Message, Name};
use prost_types::Any;
use proto::cosmos::evidence::v1beta1 as pb;
use state::{Pb, Read};

use super::keys::EVIDENCE;
use crate::{
    error::{Result, Sdk},
    page,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/cosmos.evidence.v1beta1.Query/Evidence", |s, b| answer(s, b, evidence)),
    Query::new("/cosmos.evidence.v1beta1.Query/AllEvidence", |s, b| answer(s, b, all_evidence)),
];

/// Evidence as clients and genesis files have it.
pub(crate) fn any(evidence: &pb::Equivocation) -> Any {
    Any { type_url: pb::Equivocation::type_url(), value: evidence.encode_to_vec() }
}

#[allow(deprecated, reason = "the field is on the wire, and older clients send it")]
fn evidence(state: &dyn Read, ask: pb::QueryEvidenceRequest) -> Result<pb::QueryEvidenceResponse> {
    let bytes = if ask.hash.is_empty() {
        Some(ask.evidence_hash)
    } else {
        hex::decode(ask.hash.get(..64).unwrap_or(&ask.hash)).ok()
    };
    let hash = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let hash = hash.ok_or_else(|| Sdk::InvalidRequest("invalid evidence hash".into()))?;
    let Some(Pb(found)) = EVIDENCE.get(state, &hash)? else {
        let text = format!("evidence with hash {} not found", hex::encode_upper(hash));
        return Err(Sdk::NotFound(text).into());
    };
    Ok(pb::QueryEvidenceResponse { evidence: Some(any(&found)) })
}

fn all_evidence(state: &dyn Read, ask: pb::QueryAllEvidenceRequest) -> Result<pb::QueryAllEvidenceResponse> {
    let row = |_, Pb(found)| Ok(Some(any(&found)));
    let (evidence, pagination) = page::collect(state, &EVIDENCE, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryAllEvidenceResponse { evidence, pagination })
}

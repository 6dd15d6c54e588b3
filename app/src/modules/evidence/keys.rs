//! The schema.

use proto::cosmos::evidence::v1beta1 as pb;
use state::{Map, Pb};

/// evidence/evidence/ SHA-256 of it -> what a validator was punished for.
pub(crate) const EVIDENCE: Map<[u8; 32], Pb<pb::Equivocation>> = Map::new("evidence/evidence");

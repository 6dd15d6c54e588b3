//! The schema.

use proto::lazchain::audit::v1 as pb;
use state::{Map, Pb};

/// audit/trails/ subject -> count and frontier.
pub(crate) const TRAILS: Map<String, Pb<pb::Trail>> = Map::new("audit/trails");

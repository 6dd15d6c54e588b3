//! What can be asked of the state; the entries are served by `doors`, from the node's index.

use proto::lazchain::audit::v1 as pb;
use state::Read;

use super::{logic, types::Subject};
use crate::{
    error::Result,
    given::refused,
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] =
    &[Query::new("/lazchain.audit.v1.Query/Trail", |s, b| answer(s, b, trail))];

fn trail(state: &dyn Read, ask: pb::QueryTrailRequest) -> Result<pb::QueryTrailResponse> {
    let subject: Subject = ask.subject.parse().map_err(|text: String| refused(text))?;
    let trail = logic::trail(state, &subject)?;
    let root = logic::frontier(&trail)?.root().to_vec();
    Ok(pb::QueryTrailResponse { trail: Some(trail), root })
}

//! Genesis: one JSON object with a section per module, in Cosmos' form.

use prost::{Message, Name};
use serde_json::Value as Json;

use crate::error::{Result, Sdk};

/// One module's section; a missing one is that module's default.
pub(crate) fn section<M: Message + Name + Default>(app: &Json, module: &str) -> Result<M> {
    let Some(json) = app.get(module).filter(|json| !json.is_null()) else { return Ok(M::default()) };
    let refused = |error: String| Sdk::InvalidRequest(format!("genesis section {module}: {error}"));
    let bytes = proto::json::from_json(&M::full_name(), json).map_err(|error| refused(error.to_string()))?;
    Ok(M::decode(bytes.as_slice()).map_err(|error| refused(error.to_string()))?)
}

/// A module's section, written.
pub(crate) fn json<M: Message + Name>(genesis: &M) -> Result<Json> {
    let json = proto::json::to_json(&M::full_name(), &genesis.encode_to_vec());
    Ok(json.map_err(|error| Sdk::Logic(format!("export of {}: {error}", M::full_name())))?)
}

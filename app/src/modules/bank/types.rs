//! The module's parameters.

use proto::cosmos::bank::v1beta1 as pb;

/// What governance can set.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Params {
    /// Whether coins without a line of their own may be sent by people.
    #[prost(bool, tag = "1")]
    pub default_send_enabled: bool,
}

impl state::Record for Params {}

impl Params {
    /// What a chain starts with unless its genesis says otherwise.
    pub(crate) const fn start() -> Params {
        Params { default_send_enabled: true }
    }
}

impl From<Params> for pb::Params {
    #[allow(deprecated, reason = "the field is on the wire and stays empty, as in Cosmos")]
    fn from(params: Params) -> pb::Params {
        pb::Params { send_enabled: Vec::new(), default_send_enabled: params.default_send_enabled }
    }
}

impl From<pb::Params> for Params {
    fn from(wire: pb::Params) -> Params {
        Params { default_send_enabled: wire.default_send_enabled }
    }
}

//! Events: what a transaction or a block announces. Not part of consensus, but their order is kept stable.

use tendermint_proto::v0_38::abci::EventAttribute;

/// Something that happened, as clients see it.
pub trait Event {
    /// `transfer` where Cosmos has a name, else `module.happened`.
    const KIND: &'static str;
    /// Names (never empty) and values in a fixed order.
    fn attributes(&self) -> Vec<(&'static str, String)>;
}

/// An event as it is kept and sent: made once, in the form that goes over the wire.
pub use tendermint_proto::v0_38::abci::Event as Emitted;

/// From a typed event.
pub fn emitted<E: Event>(event: &E) -> Emitted {
    let named = event.attributes();
    // room for what `with` adds
    let mut attributes = Vec::with_capacity(named.len().saturating_add(1));
    attributes.extend(named.into_iter().map(|(name, value)| attribute(name, value)));
    Emitted { r#type: E::KIND.to_owned(), attributes }
}

/// The same with one more attribute at the end: `msg_index` of a message, `mode` of a block.
pub fn with(mut event: Emitted, name: &str, value: impl ToString) -> Emitted {
    event.attributes.push(attribute(name, value.to_string()));
    event
}

fn attribute(name: &str, value: String) -> EventAttribute {
    EventAttribute { key: name.to_owned(), value, index: true }
}

/// `message`: who did what, before a message's own events.
pub struct Message {
    /// The type URL, with its leading slash.
    pub action: String,
    /// The signer.
    pub sender: String,
    /// The module's name.
    pub module: String,
}

impl Event for Message {
    const KIND: &'static str = "message";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("action", self.action.clone()),
            ("sender", self.sender.clone()),
            ("module", self.module.clone()),
        ]
    }
}

/// `tx` with one attribute or two: the fee, the account's sequence, a signature.
pub enum Tx {
    /// What was paid, and by whom.
    Fee {
        /// Coins.
        fee: String,
        /// Account.
        payer: String,
    },
    /// `address/sequence`.
    AccountSequence(String),
    /// Base64.
    Signature(String),
}

impl Event for Tx {
    const KIND: &'static str = "tx";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        match self {
            Tx::Fee { fee, payer } => vec![("fee", fee.clone()), ("fee_payer", payer.clone())],
            Tx::AccountSequence(value) => vec![("acc_seq", value.clone())],
            Tx::Signature(value) => vec![("signature", value.clone())],
        }
    }
}

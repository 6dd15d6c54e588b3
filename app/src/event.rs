//! Events: what a transaction or a block announces. Not part of consensus, but their order is kept stable.

use std::sync::Arc;

use proto::address::Address;
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

/// One event or several in a row, spelled when they are sent: that takes as long as what they tell of, and needs no
/// state, so it is done on another core.
pub trait Later: Send + 'static {
    /// Adds them.
    fn spell(&self, out: &mut Spelling);
}

/// Events being spelled.
#[derive(Default)]
pub struct Spelling {
    events: Vec<Emitted>,
    /// A transaction's events name the same few accounts again and again.
    addresses: Vec<(Address, Arc<str>)>,
}

impl Spelling {
    /// Adds an event.
    pub fn add<E: Event>(&mut self, event: &E) {
        self.events.push(emitted(event));
    }

    /// An address in text.
    pub fn address(&mut self, who: &Address) -> Arc<str> {
        if let Some((_, text)) = self.addresses.iter().find(|(known, _)| known == who) {
            return Arc::clone(text);
        }
        let text: Arc<str> = who.to_string().into();
        self.addresses.push((*who, Arc::clone(&text)));
        text
    }
}

/// What was announced, and by which message of a transaction.
pub(crate) struct Announced {
    what: What,
    pub message: Option<usize>,
}

enum What {
    Spelled(Emitted),
    Later(Box<dyn Later>),
}

impl Announced {
    pub(crate) fn now<E: Event>(event: &E) -> Announced {
        Announced { what: What::Spelled(emitted(event)), message: None }
    }

    pub(crate) fn later(events: impl Later) -> Announced {
        Announced { what: What::Later(Box::new(events)), message: None }
    }
}

/// As it goes over the wire.
pub(crate) fn spelled(announced: Vec<Announced>) -> Vec<Emitted> {
    let mut out = Spelling::default();
    out.events.reserve(announced.len().saturating_mul(3));
    for Announced { what, message } in announced {
        let begin = out.events.len();
        match what {
            What::Spelled(event) => out.events.push(event),
            What::Later(events) => events.spell(&mut out),
        }
        if let Some(index) = message {
            let index = index.to_string();
            out.events.iter_mut().skip(begin).for_each(|event| {
                event.attributes.push(attribute("msg_index", index.clone()));
            });
        }
    }
    out.events
}

/// From a typed event.
pub fn emitted<E: Event>(event: &E) -> Emitted {
    let named = event.attributes();
    // room for `msg_index` or `mode`
    let mut attributes = Vec::with_capacity(named.len().saturating_add(1));
    attributes.extend(named.into_iter().map(|(name, value)| attribute(name, value)));
    Emitted { r#type: E::KIND.to_owned(), attributes }
}

/// The same with one more attribute at the end: `mode` of a block.
pub fn with(mut event: Emitted, name: &str, value: &str) -> Emitted {
    event.attributes.push(attribute(name, value.to_owned()));
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

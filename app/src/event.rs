//! Events: what a transaction or a block announces. Not part of consensus, but their order is kept stable.

/// Something that happened, as clients see it.
pub trait Event {
    /// `transfer` where Cosmos has a name, else `module.happened`.
    const KIND: &'static str;
    /// Names (never empty) and values in a fixed order.
    fn attributes(&self) -> Vec<(&'static str, String)>;
}

/// An event as it is kept and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// Its kind.
    pub kind: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
}

impl Emitted {
    /// From a typed event.
    pub fn of<E: Event>(event: &E) -> Emitted {
        let attributes =
            event.attributes().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Emitted { kind: E::KIND.to_owned(), attributes }
    }

    /// The same with one more attribute at the end: `msg_index` of a message, `mode` of a block.
    pub fn with(mut self, name: &str, value: impl ToString) -> Emitted {
        self.attributes.push((name.to_owned(), value.to_string()));
        self
    }
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

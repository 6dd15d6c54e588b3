//! Events: what a transaction or a block announces. Not part of consensus, but their order is kept stable.
//!
//! An event is encoded where it is announced and stays so: on the way to the index and to the engine it is only copied.

mod encoded;
mod journal;

use base64::{display::Base64Display, prelude::BASE64_STANDARD as BASE64};
use proto::coin::Coins;

pub(crate) use encoded::FIELD;
pub use encoded::{Emitted, Events};
pub use journal::Attributes;
pub(crate) use journal::Journal;

/// Something that happened, as clients see it.
pub trait Event {
    /// `transfer` where Cosmos has a name, else `module.happened`.
    const KIND: &'static str;
    /// Adds names (never empty) and values in a fixed order.
    fn attributes(&self, to: &mut Attributes<'_>);
}

/// Where events come from, which they say in one more attribute at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A transaction's checks, or the beacon's item: they say nothing.
    #[default]
    Unsaid,
    /// A message of a transaction, by its place: `msg_index`.
    Message(usize),
    /// A half of the block's own work, `BeginBlock` or `EndBlock`: `mode`.
    Block(&'static str),
}

impl Origin {
    fn attribute(self, to: &mut Attributes<'_>) {
        match self {
            Origin::Unsaid => {}
            Origin::Message(index) => to.add("msg_index", &index),
            Origin::Block(mode) => to.text("mode", mode),
        }
    }
}

/// `message`: who did what, before a message's own events.
pub struct Message<'a> {
    /// The type URL, with its leading slash.
    pub action: &'a str,
    /// The signer.
    pub sender: &'a str,
    /// The module's name.
    pub module: &'a str,
}

impl Event for Message<'_> {
    const KIND: &'static str = "message";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("action", self.action);
        to.text("sender", self.sender);
        to.text("module", self.module);
    }
}

/// `tx` with one attribute or two: the fee, an account's sequence, a signature.
pub enum Tx<'a> {
    /// What was paid, and by whom.
    Fee {
        /// Coins.
        fee: &'a Coins,
        /// Account.
        payer: &'a str,
    },
    /// Account and sequence.
    AccountSequence(&'a str, u64),
    /// Its bytes.
    Signature(&'a [u8]),
}

impl Event for Tx<'_> {
    const KIND: &'static str = "tx";

    fn attributes(&self, to: &mut Attributes<'_>) {
        match self {
            Tx::Fee { fee, payer } => {
                to.add("fee", fee);
                to.text("fee_payer", payer);
            }
            Tx::AccountSequence(account, sequence) => {
                to.add("acc_seq", &format_args!("{account}/{sequence}"));
            }
            Tx::Signature(bytes) => to.add("signature", &Base64Display::new(bytes, &BASE64)),
        }
    }
}

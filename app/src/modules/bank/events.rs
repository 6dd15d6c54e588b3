//! What the bank announces, in Cosmos' words. Addresses come spelled, since several events name the same.

use proto::{address::Address, coin::Coins};

use crate::event::{Event, Later, Spelling};

/// What left one account for another.
pub(crate) struct Moved {
    pub from: Address,
    pub to: Address,
    pub amount: Coins,
    /// Whether it is announced as a transfer too.
    pub transfer: bool,
}

impl Later for Moved {
    fn spell(&self, out: &mut Spelling) {
        let (from, to) = (out.address(&self.from), out.address(&self.to));
        let (from, to, amount) = (&*from, &*to, &self.amount);
        out.add(&CoinSpent { spender: from, amount });
        out.add(&CoinReceived { receiver: to, amount });
        if self.transfer {
            out.add(&Transferred { from, to, amount });
            out.add(&Sender(from));
        }
    }
}

pub(crate) struct CoinSpent<'a> {
    pub spender: &'a str,
    pub amount: &'a Coins,
}

impl Event for CoinSpent<'_> {
    const KIND: &'static str = "coin_spent";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("spender", self.spender.to_string()), ("amount", self.amount.to_string())]
    }
}

pub(crate) struct CoinReceived<'a> {
    pub receiver: &'a str,
    pub amount: &'a Coins,
}

impl Event for CoinReceived<'_> {
    const KIND: &'static str = "coin_received";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("receiver", self.receiver.to_string()), ("amount", self.amount.to_string())]
    }
}

pub(crate) struct Transferred<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub amount: &'a Coins,
}

impl Event for Transferred<'_> {
    const KIND: &'static str = "transfer";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("recipient", self.to.to_string()),
            ("sender", self.from.to_string()),
            ("amount", self.amount.to_string()),
        ]
    }
}

/// `message` with the sender alone, as Cosmos adds it to a transfer.
pub(crate) struct Sender<'a>(pub &'a str);

impl Event for Sender<'_> {
    const KIND: &'static str = "message";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("sender", self.0.to_string())]
    }
}

pub(crate) struct Minted<'a> {
    pub minter: &'a str,
    pub amount: &'a Coins,
}

impl Event for Minted<'_> {
    const KIND: &'static str = "coinbase";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("minter", self.minter.to_string()), ("amount", self.amount.to_string())]
    }
}

pub(crate) struct Burnt<'a> {
    pub burner: &'a str,
    pub amount: &'a Coins,
}

impl Event for Burnt<'_> {
    const KIND: &'static str = "burn";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![("burner", self.burner.to_string()), ("amount", self.amount.to_string())]
    }
}

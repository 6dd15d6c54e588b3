//! What the bank announces, in Cosmos' words. Addresses and coins come spelled, since several events name the same.

use crate::event::{Attributes, Event};

pub(crate) struct CoinSpent<'a> {
    pub spender: &'a str,
    pub amount: &'a str,
}

impl Event for CoinSpent<'_> {
    const KIND: &'static str = "coin_spent";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("spender", self.spender);
        to.text("amount", self.amount);
    }
}

pub(crate) struct CoinReceived<'a> {
    pub receiver: &'a str,
    pub amount: &'a str,
}

impl Event for CoinReceived<'_> {
    const KIND: &'static str = "coin_received";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("receiver", self.receiver);
        to.text("amount", self.amount);
    }
}

pub(crate) struct Transferred<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub amount: &'a str,
}

impl Event for Transferred<'_> {
    const KIND: &'static str = "transfer";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("recipient", self.to);
        to.text("sender", self.from);
        to.text("amount", self.amount);
    }
}

/// `message` with the sender alone, as Cosmos adds it to a transfer.
pub(crate) struct Sender<'a>(pub &'a str);

impl Event for Sender<'_> {
    const KIND: &'static str = "message";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("sender", self.0);
    }
}

pub(crate) struct Minted<'a> {
    pub minter: &'a str,
    pub amount: &'a str,
}

impl Event for Minted<'_> {
    const KIND: &'static str = "coinbase";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("minter", self.minter);
        to.text("amount", self.amount);
    }
}

pub(crate) struct Burnt<'a> {
    pub burner: &'a str,
    pub amount: &'a str,
}

impl Event for Burnt<'_> {
    const KIND: &'static str = "burn";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.text("burner", self.burner);
        to.text("amount", self.amount);
    }
}

//! One account's transactions, one after the other, without waiting for each other's blocks.

use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, DecCoin},
    cosmos::{
        base::abci::v1beta1::TxResponse,
        base::node::v1beta1::{ConfigRequest, ConfigResponse},
        tx::v1beta1::{Fee, TxBody},
    },
};

use crate::{
    chain::{Broadcast, Chain},
    error::{Error, Result},
    secret::Secret,
    sign::{self, Mode, Place},
};

/// How often a transaction is signed anew because its sequence was another's.
pub const ATTEMPTS: u32 = 4;
/// The SDK's code for a sequence that is not the next.
const WRONG_SEQUENCE: u32 = 32;

/// An account that signs by itself and counts its own sequence.
pub struct Sender {
    secret: Secret,
    chain_id: String,
    number: u64,
    sequence: u64,
}

impl Sender {
    /// Of this key's account, as the chain knows it now.
    ///
    /// # Errors
    /// If the node cannot be asked, or the account has never had a coin.
    pub async fn open(chain: &Chain, secret: Secret) -> Result<Sender> {
        let chain_id = chain.id().await?;
        let account = chain.account(&secret.public().address()).await?;
        Ok(Sender { secret, chain_id, number: account.number, sequence: account.sequence })
    }

    /// Whose transactions these are.
    pub fn address(&self) -> Address {
        self.secret.public().address()
    }

    /// The chain that they are for.
    pub fn chain_id(&self) -> &str {
        &self.chain_id
    }

    /// Signs messages and gives them to the node, for exactly the gas they use at the node's least price; returns the
    /// transaction's hash. It is in the pool then, not in a block: [`Chain::wait`] waits for that.
    ///
    /// Where somebody else used the account's sequence, it is signed anew.
    ///
    /// # Errors
    /// If the chain refuses it, [`Error::Refused`], or the node cannot be reached.
    pub async fn send(&mut self, chain: &Chain, messages: Vec<Any>) -> Result<String> {
        let body = TxBody { messages, ..TxBody::default() };
        let fee = self.fee(chain, &body).await?;
        for _ in 0..ATTEMPTS {
            let place =
                Place { chain_id: &self.chain_id, account_number: self.number, sequence: self.sequence };
            let bytes = sign::sign(&body, &fee, &self.secret, place, Mode::Direct)?;
            let answer = chain.broadcast(&bytes, Broadcast::Sync).await?;
            match answer.code {
                0 => {
                    self.sequence += 1;
                    return Ok(answer.txhash);
                }
                _ if sequence_taken(&answer) => {
                    self.sequence = match expected(&answer.raw_log) {
                        Some(expected) => expected,
                        None => chain.account(&self.address()).await?.sequence,
                    };
                }
                code => {
                    let (codespace, log) = (answer.codespace, answer.raw_log);
                    return Err(Error::Refused { codespace, code, log });
                }
            }
        }
        let log = format!("account sequence mismatch {ATTEMPTS} times: something else signs with this key");
        Err(Error::Refused { codespace: "sdk".into(), code: WRONG_SEQUENCE, log })
    }

    async fn fee(&self, chain: &Chain, body: &TxBody) -> Result<Fee> {
        let tx = sign::unsigned(body.clone(), Fee::default());
        // what is on its way is not in the state that is simulated on
        let settled = chain.account(&self.address()).await?.sequence;
        let unsigned = sign::for_simulation(&tx, &[(Some(self.secret.public()), settled)]);
        let gas_limit = chain.simulate(unsigned).await?.gas_used;
        let config: ConfigResponse =
            chain.ask("/cosmos.base.node.v1beta1.Service/Config", &ConfigRequest::default()).await?;
        let price = config.minimum_gas_price.split(',').next().unwrap_or_default().trim().to_owned();
        let mut amount = Vec::new();
        if !price.is_empty() {
            let bad = |why: String| Error::Answer(format!("minimum gas price {price:?}: {why}"));
            let price: DecCoin = price.parse().map_err(|error| bad(format!("{error}")))?;
            let units = price.amount.times_amount(Amount::new(gas_limit.into()));
            let units = units.map_err(|error| bad(error.to_string()))?.ceil();
            let coin = Coin { denom: price.denom, amount: units.map_err(|error| bad(error.to_string()))? };
            amount = Coins::one(coin).wire();
        }
        Ok(Fee { gas_limit, amount, ..Fee::default() })
    }
}

/// Whether a transaction was refused because something else of its account came first: signed anew it may pass.
pub fn sequence_taken(answer: &TxResponse) -> bool {
    answer.code == WRONG_SEQUENCE && answer.codespace == "sdk"
}

/// The sequence that the chain waits for, from its refusal.
pub fn expected(log: &str) -> Option<u64> {
    let (_, rest) = log.split_once("expected ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_that_is_waited_for_is_read_from_the_refusal() {
        assert_eq!(expected("account sequence mismatch, expected 12, got 9: incorrect account"), Some(12));
        assert_eq!(expected("insufficient funds"), None);
    }
}

//! One account's transactions, one after the other, without waiting for each other's blocks.

use prost_types::Any;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, DecCoin},
    cosmos::{
        base::abci::v1beta1::TxResponse,
        tx::v1beta1::{Fee, Tx, TxBody},
    },
    pubkey::PubKey,
};

use crate::{
    chain::{Broadcast, Chain, Simulated},
    error::{Error, Result},
    secret::Secret,
    sign::{self, Mode, Place},
};

/// How often a transaction is signed anew because its sequence was another's.
pub const ATTEMPTS: u32 = 4;
/// The SDK's code for a sequence that is not the next.
const WRONG_SEQUENCE: u32 = 32;
/// How its refusal begins. A simulation has the words alone.
const MISMATCH: &str = "account sequence mismatch";

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
        let log = format!("{MISMATCH} {ATTEMPTS} times: something else signs with this key");
        Err(Error::Refused { codespace: "sdk".into(), code: WRONG_SEQUENCE, log })
    }

    async fn fee(&self, chain: &Chain, body: &TxBody) -> Result<Fee> {
        let tx = sign::unsigned(body.clone(), Fee::default());
        // what is on its way is not in the state that is simulated on
        let signer = Signer { address: self.address(), key: Some(self.secret.public()), sequence: None };
        let gas_limit = simulate(chain, &tx, &[signer]).await?.gas_used;
        let mut amount = Vec::new();
        if let Some(price) = chain.least_gas_price().await? {
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

/// Who signs a transaction that is simulated.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Whose account.
    pub address: Address,
    /// Its key, for as long as the chain does not know it.
    pub key: Option<PubKey>,
    /// The sequence that somebody named; otherwise it is the account's.
    pub sequence: Option<u64>,
}

/// What a transaction would use, [`Chain::simulate`]. Where something else of a signer comes into a block between the look at
/// its account and the simulation, both are done again.
///
/// # Errors
/// As [`Chain::account`] and [`Chain::simulate`].
pub async fn simulate(chain: &Chain, tx: &Tx, signers: &[Signer]) -> Result<Simulated> {
    let mut parts = parts(chain, signers).await?;
    for _ in 1..ATTEMPTS {
        let answer = chain.simulate(sign::for_simulation(tx, &parts)).await;
        if !matches!(&answer, Err(Error::Refused { log, .. }) if log.contains(MISMATCH)) {
            return answer;
        }
        let now = self::parts(chain, signers).await?;
        if now == parts {
            return answer; // a sequence that was named is wrong
        }
        parts = now;
    }
    chain.simulate(sign::for_simulation(tx, &parts)).await
}

async fn parts(chain: &Chain, signers: &[Signer]) -> Result<Vec<(Option<PubKey>, u64)>> {
    let mut parts = Vec::new();
    for signer in signers {
        let account = chain.account(&signer.address).await?;
        let key = account.key.or_else(|| signer.key.clone());
        parts.push((key, signer.sequence.unwrap_or(account.sequence)));
    }
    Ok(parts)
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
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
        thread::JoinHandle,
    };

    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    use prost::Message;
    use proto::cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountInfoResponse},
        base::abci::v1beta1::GasInfo,
        tx::v1beta1::{SimulateRequest, SimulateResponse},
    };
    use serde_json::json;

    use super::*;
    use crate::rpc::Rpc;

    #[test]
    fn the_sequence_that_is_waited_for_is_read_from_the_refusal() {
        assert_eq!(expected("account sequence mismatch, expected 12, got 9: incorrect account"), Some(12));
        assert_eq!(expected("insufficient funds"), None);
    }

    /// A node whose account is at each of these sequences in turn, one further after each look at it; the last of them is for
    /// good. It answers that many requests.
    fn node(sequences: &'static [u64], requests: usize) -> (Chain, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let rpc = Rpc::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let mut turn = 0;
        let serves = move || {
            for _ in 0..requests {
                let mut stream = BufReader::new(listener.accept().unwrap().0);
                let asked = request(&mut stream);
                let data = hex::decode(asked["params"]["data"].as_str().unwrap()).unwrap();
                let sequence = sequences[turn.min(sequences.len() - 1)];
                let response = match asked["params"]["path"].as_str().unwrap() {
                    "/cosmos.auth.v1beta1.Query/AccountInfo" => {
                        turn += 1;
                        let info = Some(BaseAccount { sequence, ..BaseAccount::default() });
                        json!({ "value": BASE64.encode(QueryAccountInfoResponse { info }.encode_to_vec()) })
                    }
                    _ => {
                        let tx =
                            Tx::decode(SimulateRequest::decode(&*data).unwrap().tx_bytes.as_slice()).unwrap();
                        let got = tx.auth_info.unwrap().signer_infos[0].sequence;
                        let log = format!(
                            "account sequence mismatch, expected {sequence}, got {got}: incorrect account sequence"
                        );
                        let gas_info = Some(GasInfo { gas_used: sequence, ..GasInfo::default() });
                        let answer = SimulateResponse { gas_info, result: None }.encode_to_vec();
                        match got == sequence {
                            true => json!({ "value": BASE64.encode(answer) }),
                            false => json!({ "code": 6, "codespace": "sdk", "log": log }),
                        }
                    }
                };
                let body = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": { "response": response } })
                    .to_string();
                let head =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.get_mut().write_all((head + &body).as_bytes()).unwrap();
            }
        };
        (Chain::new(rpc), std::thread::spawn(serves))
    }

    fn request(stream: &mut impl BufRead) -> serde_json::Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            match line.trim().to_lowercase().split_once(": ") {
                Some(("content-length", text)) => length = text.parse().unwrap(),
                Some(_) => {}
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// How a simulation ends, with that many requests and no more.
    async fn simulated(sequences: &'static [u64], named: Option<u64>, requests: usize) -> Result<u64> {
        let (chain, serves) = node(sequences, requests);
        let signer = Signer { address: Address::module("somebody"), key: None, sequence: named };
        let answer = simulate(&chain, &sign::unsigned(TxBody::default(), Fee::default()), &[signer]).await;
        serves.join().unwrap();
        answer.map(|simulated| simulated.gas_used)
    }

    #[tokio::test]
    async fn a_block_between_the_look_at_an_account_and_a_simulation_does_not_fail_it() {
        assert_eq!(simulated(&[7], None, 2).await.unwrap(), 7);
        assert_eq!(simulated(&[7, 8], None, 4).await.unwrap(), 8);
        assert_eq!(simulated(&[7, 8, 9], None, 6).await.unwrap(), 9);
        let refused = |answer| matches!(answer, Err(Error::Refused { code: 6, .. }));
        assert!(refused(simulated(&[1, 2, 3, 4, 5], None, 8).await), "it is tried four times");
        assert!(refused(simulated(&[7], Some(3), 3).await), "who names a sequence means it");
    }
}

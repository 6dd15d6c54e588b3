//! Five payments of one account, one after the other without waiting for each other's blocks.
//!
//! `cargo run -p lazchain-client --example send -- NODE HOME FROM TO`; all may be left out on `make testnet`.
#![allow(clippy::print_stdout, reason = "an example")]

use std::{path::Path, time::Duration};

use client::{
    Chain, Error, Result, Sender,
    keyring::{Backend, Keyring},
    rpc::Rpc,
};
use lazchain_client as client;
use prost::Name as _;
use prost_types::Any;
use proto::cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let mut next = |otherwise: &str| given.next().unwrap_or(otherwise.into());
    let chain = Chain::new(Rpc::new(&next("tcp://127.0.0.1:26657"))?);
    let keyring = Keyring::open(Path::new(&next(".testnets/node0/lazd")), Backend::Test);
    let (from, to) = (next("faucet"), next("node0"));
    let to = keyring.get(&to)?.address();
    // the test backend's passphrase is known; another would be asked for
    let passphrase = keyring.backend().known_passphrase().ok_or(Error::WrongPassphrase)?;
    let mut sender = Sender::open(&chain, keyring.unlock(&from, &passphrase)?).await?;
    let mut sent = Vec::new();
    for units in 1..=5 {
        let pay = MsgSend {
            from_address: sender.address().to_string(),
            to_address: to.to_string(),
            amount: vec![Coin { denom: "ulaz".into(), amount: units.to_string() }],
        };
        let message = Any { type_url: MsgSend::type_url(), value: prost::Message::encode_to_vec(&pay) };
        sent.push(sender.send(&chain, vec![message]).await?);
    }
    for hash in sent {
        let done = chain.wait(&hash, Duration::from_secs(60)).await?;
        if done.code != 0 {
            return Err(Error::Refused { codespace: done.codespace, code: done.code, log: done.raw_log });
        }
        println!("{hash} is in block {}", done.height);
    }
    Ok(())
}

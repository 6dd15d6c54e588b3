//! A balance that need not be believed: it comes with a proof against a header that the validators signed.
//!
//! `cargo run -p lazchain-client --example balance -- NODE ADDRESS`; both may be left out on `make testnet`.
#![allow(clippy::print_stdout, reason = "an example")]

use std::path::Path;

use client::{
    Chain, Result,
    keyring::{Backend, Keyring},
    rpc::Rpc,
};
use lazchain_client as client;
use proto::cosmos::{bank::v1beta1::QueryBalanceRequest, base::v1beta1::Coin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let chain = Chain::new(Rpc::new(&given.next().unwrap_or("tcp://127.0.0.1:26657".into()))?);
    let address = match given.next() {
        Some(address) => address,
        None => {
            let keyring = Keyring::open(Path::new(".testnets/node0/lazd"), Backend::Test);
            keyring.get("faucet")?.address().to_string()
        }
    };
    let ask = QueryBalanceRequest { address: address.clone(), denom: "ulaz".into() };
    // the third argument would be a header known from elsewhere; without one, it is only known to be signed by validators
    // that it names itself
    let read = chain.read::<_, Coin>(&ask, None, None).await?;
    let coin = read.record.unwrap_or_default();
    println!("{address} has {} {} in the state after block {}, proved", coin.amount, coin.denom, read.height);
    Ok(())
}

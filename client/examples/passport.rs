//! An asset's passport is exported from one node and checked without it, against a hash that another node states.
//!
//! `cargo run -p lazchain-client --example passport -- ASSET NODE OTHER_NODE`
#![allow(clippy::print_stdout, reason = "an example")]

use client::{
    Chain, Error, Result,
    passport::{Passport, export},
    rpc::{Method, Rpc},
};
use lazchain_client as client;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let mut next = |otherwise: &str| given.next().unwrap_or(otherwise.into());
    let asset = next("1").parse().map_err(|_| Error::Tx("an asset has a number".into()))?;
    let chain = Chain::new(Rpc::new(&next("tcp://127.0.0.1:26657"))?);
    let file = export(&chain, asset).await?.bytes()?;

    // whoever gets the file needs one hash from a source of their own
    let elsewhere = Rpc::new(&next("tcp://127.0.0.1:26667"))?;
    let passport = Passport::parse(&file)?;
    let at = json!({ "height": (passport.height() + 1).to_string() });
    let header = elsewhere.call(Method::Header, at).await?;
    let trusted = header["header"]["validators_hash"].as_str().and_then(|hash| hex::decode(hash).ok());
    let trusted = trusted.and_then(|hash| hash.try_into().ok());
    let trusted = trusted.ok_or_else(|| Error::Answer("a header without a hash of its validators".into()))?;
    for line in passport.verify(&trusted)?.proved {
        println!("{line}");
    }

    // one byte changed, and it says so
    let changed = String::from_utf8_lossy(&file).replacen("\"asset\": ", "\"asset\": 1", 1);
    let refused = Passport::parse(changed.as_bytes()).and_then(|passport| passport.verify(&trusted));
    match refused {
        Ok(_) => Err(Error::Unproved("a passport that was changed passed".into())),
        Err(why) => {
            println!("changed: {why}");
            Ok(())
        }
    }
}

//! A consumer signs a voucher for all that was used of a channel so far; a provider checks it. Asks nobody.
//!
//! `cargo run -p lazchain-client --example voucher`
#![allow(clippy::print_stdout, reason = "an example")]

use client::{
    Result, Secret,
    offchain::{Use, channel, voucher},
};
use lazchain_client as client;
use proto::{amount::Amount, lazchain::dat::v1::Purpose, signed};

const CHAIN: &str = "lazchain-local-1";

fn main() -> Result<()> {
    // the consumer's key of this channel comes from the account's secret and a number: there is nothing more to keep
    let key = channel(&Secret::from_slice(&[7; 32])?, 1);
    let mut used = Use {
        channel: 5,
        sequence: 1,
        as_of: prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 },
        purpose: Purpose::Infer,
        terms: None,
        units: 1_000,
        price: Amount::new(3),
        receipts_root: None,
    };
    // each voucher is for everything so far and replaces the one before
    for units in [1_000, 2_500] {
        (used.units, used.sequence) = (units, used.sequence + 1);
        let signed = voucher(CHAIN, &used, &key)?;
        let (said, signature) = (signed.voucher.unwrap_or_default(), signed.signature);
        let digest = signed::statement("voucher", CHAIN, &said);
        let good =
            signature.try_into().is_ok_and(|signature| signed::verify(&key.public(), &digest, &signature));
        println!("{} units cost {} ulaz, signed well: {good}", said.cumulative_units, said.cumulative_amount);
    }
    Ok(())
}

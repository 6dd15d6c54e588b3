//! A passport: one file for one asset that can be checked without a node. Record, versions, licences, the verdicts with their
//! ballots, and the trail, each proved against one header that the validators signed.
//!
//! ```no_run
//! # use lazchain_client as client;
//! # fn main() -> client::Result<()> {
//! use client::passport::Passport;
//! let passport = Passport::parse(&std::fs::read("asset-12.passport.json").unwrap())?;
//! let trusted = [0; 32]; // a header hash or a validator set hash that you have from elsewhere
//! for line in passport.verify(&trusted)?.proved {
//!     println!("{line}");
//! }
//! # Ok(())
//! # }
//! ```

mod ballots;
mod export;
mod verify;

pub use export::export;
pub use verify::Findings;

use serde::{Deserialize, Serialize};
use tendermint::{block::signed_header::SignedHeader, validator};

use crate::error::{Error, Result};

/// The form of the file.
const FORM: u32 = 1;
/// Bytes of a passport.
const MAX_BYTES: usize = 64 << 20;
/// Versions, licences and rounds that a passport holds, each the latest.
const MAX_OF_EACH: u64 = 64;

/// The file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    form: u32,
    chain_id: String,
    asset: u64,
    /// The state is the one after this block.
    height: u64,
    /// The header after it, which holds the root of that state, and who signed it.
    header: SignedHeader,
    /// Who may sign it.
    validators: Vec<validator::Info>,
    records: Vec<Record>,
    /// The asset's trail from its first entry, protobuf in base64.
    trail: Vec<String>,
}

/// One key of the state, with its proof.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Record {
    store: String,
    /// In hex.
    key: String,
    /// In base64.
    value: String,
    proof: Vec<Op>,
}

/// A step of a proof, in base64.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Op {
    kind: String,
    key: String,
    data: String,
}

impl Passport {
    /// Reads a file. There is one spelling of a passport, so that no byte of it can be changed unnoticed.
    ///
    /// # Errors
    /// If it is no passport, too large, or spelled otherwise.
    pub fn parse(bytes: &[u8]) -> Result<Passport> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::Unproved(format!(
                "{} bytes are no passport; at most {MAX_BYTES}",
                bytes.len()
            )));
        }
        let passport: Passport = serde_json::from_slice(bytes)
            .map_err(|error| Error::Unproved(format!("this is no passport: {error}")))?;
        if passport.form != FORM {
            let text = format!("a passport of form {}; this program knows form {FORM}", passport.form);
            return Err(Error::Unproved(text));
        }
        if passport.bytes()? != bytes {
            return Err(Error::Unproved("the file is not spelled as passports are: it was changed".into()));
        }
        Ok(passport)
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Never for a passport that was exported or parsed.
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| Error::Answer(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The block whose state it shows; the header after it holds the root of that.
    pub fn height(&self) -> u64 {
        self.height
    }

    /// The asset that it is about.
    pub fn asset(&self) -> u64 {
        self.asset
    }
}

/// The numbers of those that a passport holds, of so many.
fn latest(count: u64) -> impl Iterator<Item = u64> {
    (count.saturating_sub(MAX_OF_EACH) + 1)..=count
}

/// A key within a store, `docs/proofs.md`.
fn key(name: &str, parts: &[&[u8]]) -> Vec<u8> {
    [format!("{name}/").as_bytes(), &parts.concat()].concat()
}

#[cfg(test)]
mod tests;

//! What people do off chain and sign for: manifests of content, seals, sealed content, ballots, vouchers.
//!
//! The keys for it come from the key of an account, so a person has one secret to keep and a restart makes the same key,
//! the same salt and the same ballot again.

mod ballot;
mod delivery;
mod keys;
mod manifest;
pub mod sealed;
mod voucher;

pub use ballot::{Judgement, commit, reveal};
pub use delivery::deliveries;
pub use keys::{Ed25519, attestation, channel, opener, sealing};
pub use manifest::{CHUNK_BYTES, Content, MAX_LOCATORS, read};
pub use voucher::{Use, is_signed, voucher};

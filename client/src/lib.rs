//! Typed client library: keys, signing, broadcast, reads.
//!
//! Nothing here prints, prompts or knows a home folder: that is the command line's. Secrets are wiped when dropped and
//! never appear in errors.

pub mod armor;
pub mod keyring;
pub mod light;
pub mod mnemonic;
pub mod multisig;
pub mod offchain;
pub mod passport;
pub mod rpc;
pub mod sign;
pub mod signers;

mod chain;
mod error;
mod follow;
mod secret;
mod sender;
mod verified;

pub use chain::{Account, Broadcast, Chain, Simulated};
pub use error::{Error, Result};
pub use follow::{Follow, Happened};
pub use secret::{Passphrase, Secret};
pub use sender::Sender;
pub use verified::{State, Verified};

//! Typed client library: keys, signing, broadcast, reads.
//!
//! Nothing here prints, prompts or knows a home folder: that is the command line's. Secrets are wiped when dropped and
//! never appear in errors.
//!
//! | what | where | example |
//! |---|---|---|
//! | keys: files, mnemonics, multisig | [`keyring`], [`mnemonic`], [`multisig`], [`Secret`] | |
//! | queries: typed, or proved against a signed header | [`Chain::ask`], [`Chain::read`], [`light`] | `balance` |
//! | transactions: signing, one after the other without waiting, again when a sequence was taken | [`sign`], [`Sender`] | `send` |
//! | events, without a gap | [`Chain::follow`] | `follow` |
//! | manifests, sealed content, its keys for grantees, ballots | [`offchain`], [`offchain::sealed`] | `seal` |
//! | vouchers | [`offchain::voucher`] | `voucher` |
//! | passports | [`passport`] | `passport` |
//!
//! The examples are in `client/examples`; each runs on `make testnet`, and a test runs them all.
//!
//! Everything that comes from an account's secret is the same again wherever that secret is:
//!
//! ```
//! # use lazchain_client as client;
//! # fn main() -> client::Result<()> {
//! use client::{Secret, offchain};
//!
//! let secret = Secret::from_slice(&[7; 32])?;
//! assert!(secret.public().address().to_string().starts_with("laz1"));
//! let (ballots, vouchers) = (offchain::attestation(&secret, 0), offchain::channel(&secret, 0));
//! assert_ne!(ballots.public(), vouchers.public(), "one key says nothing about another");
//! # Ok(())
//! # }
//! ```
//!
//! A data key, wrapped for one who may read:
//!
//! ```
//! # use lazchain_client as client;
//! # fn main() -> client::Result<()> {
//! use client::{Secret, offchain::{opener, sealed::DataKey}};
//!
//! let (grantee, other) = (opener(&Secret::from_slice(&[7; 32])?, 0), opener(&Secret::from_slice(&[8; 32])?, 0));
//! let key = DataKey::generate();
//! let wrapped = key.wrap(&grantee.public());
//! assert_eq!(grantee.unwrap(&wrapped).map(|key| *key.expose()), Some(*key.expose()));
//! assert!(other.unwrap(&wrapped).is_none());
//! # Ok(())
//! # }
//! ```

pub mod armor;
pub mod keyring;
pub mod light;
pub mod mnemonic;
pub mod multisig;
pub mod offchain;
pub mod passport;
pub mod records;
pub mod rpc;
pub mod sign;
pub mod signers;

mod chain;
mod error;
mod follow;
mod secret;
pub mod sender;
mod verified;

pub use chain::{Account, Broadcast, Chain, Simulated};
pub use error::{Error, Result};
pub use follow::{Follow, Happened};
pub use secret::{Passphrase, Secret};
pub use sender::Sender;
pub use verified::{Proved, ProvedBytes, State, Verified};

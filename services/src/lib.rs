//! Long-running helpers off chain, each a library that the command line starts.
//!
//! They keep what they must not forget on their own disk before they send it, so that a restart repeats and never
//! contradicts itself.

pub mod consumer;
pub mod operator;
pub mod provider;

mod books;
mod channel;
mod error;
mod folder;
mod ledger;

pub use error::{Error, Result};

//! Parameters of the engine: how large a block is, how old evidence may be.
//!
//! # Concepts
//! CometBFT keeps its own copy; this one is what queries show and what a change by governance is made from. It also
//! remembers the chain's id, which a restarted node cannot learn from CometBFT.
//! # State
//! `keys.rs`.
//! # Messages
//! `MsgUpdateParams`, by governance; the engine hears of it at the end of the block.

mod handlers;
mod keys;
mod logic;
mod msgs;
mod queries;

pub(crate) use logic::{APP_VERSION, chain_id, init, params, take_update};
pub use msgs::MAX_BLOCK_BYTES;
pub(crate) use msgs::UpdateParams;
pub(crate) use queries::QUERIES;

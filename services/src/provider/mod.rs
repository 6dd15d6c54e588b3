//! A paid, metered door to a model or a dataset: an HTTP proxy that serves who holds a channel, counts units, keeps receipts
//! and redeems vouchers.
//!
//! A consumer signs a voucher for all that was used so far; the next request is served once that voucher is here. So the
//! most that either side can lose is one unpaid request. A voucher is on disk before the request that it allows goes on, a
//! receipt before the answer is complete.
//!
//! | file | subject |
//! |---|---|
//! | `config.rs` | what is offered, and where it comes from |
//! | `shop.rs` | all that it has |
//! | `gate.rs` | who may, and why not |
//! | `voucher.rs` | what a voucher must be |
//! | `meter.rs` | units of an answer |
//! | `source.rs` | where an answer comes from |
//! | `door.rs` | the HTTP side |
//! | `redeem.rs` | vouchers into coins |
//! | `till.rs` | what became of them |

mod config;
mod door;
mod gate;
mod meter;
mod redeem;
mod shop;
mod source;
mod till;
mod voucher;

pub use config::{Config, Offer};
pub use door::run;

pub(crate) use meter::{Meter, Metered};

/// The channel of a request: `channel-5`, or `5`.
pub const CHANNEL: &str = "lazchain-channel";
/// What a request is for: `infer`, ..
pub const PURPOSE: &str = "lazchain-purpose";
/// A signed voucher, protobuf in base64.
pub const VOUCHER: &str = "lazchain-voucher";
/// The receipt of an answer, protobuf in base64; of a stream it is the last event.
pub const RECEIPT: &str = "lazchain-receipt";

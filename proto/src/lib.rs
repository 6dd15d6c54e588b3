//! Everything that crosses a wire: messages, addresses, amounts, sign bytes, JSON.
//!
//! The messages are generated from the `.proto` files beside this folder; `make proto` does it again after a change.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

// `gen` is a keyword since edition 2024, so the folder's module goes by another name.
#[rustfmt::skip]
#[path = "gen/mod.rs"]
#[allow(clippy::all, clippy::allow_attributes_without_reason, reason = "generated")]
#[allow(rustdoc::all, reason = "generated")]
mod generated;

pub use generated::{cosmos, cosmos_proto, google, lazchain, tendermint};

/// A `google.protobuf.FileDescriptorSet` of all our `.proto` files and what they import, with their options.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor.bin");

static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(DESCRIPTOR_SET).expect("a test checks that the descriptors we carry decode")
});

/// Every message, enum, service and option we know, by descriptor.
pub fn descriptors() -> &'static DescriptorPool {
    &DESCRIPTORS
}

pub mod address;
pub mod amino;
pub mod amount;
pub mod coin;
pub mod dec;
pub mod http;
pub mod json;
pub mod merkle;
pub mod proof;
pub mod pubkey;
pub mod sign;
pub mod signed;
pub mod strict;

mod ballot;
mod error;
mod schema;
mod text;

pub use error::WireError;
pub use schema::{MAX_ANY_DEPTH, MAX_MESSAGE_DEPTH};

//! The chain: modules, transaction pipeline, ABCI server, query doors.
//!
//! Read `modules/mod.rs` first: the chain on one page.
// Tests may index and add up: a panic there is a failure like any other.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::disallowed_types,
        clippy::disallowed_methods,
        clippy::print_stdout,
    )
)]

pub mod modules;

pub mod checks;
pub mod ctx;
pub mod entries;
pub mod error;
pub mod event;
pub mod export;
pub mod fixed;
pub mod genesis;
pub mod given;
pub mod invariant;
pub mod msg;
pub mod page;
pub mod query;
pub mod signatures;
pub mod stored;
pub mod time;
pub mod tx;
pub mod why;

pub mod abci;
pub mod doors;
pub mod metrics;
pub mod node;

mod generations;

#[cfg(test)]
mod gauntlet;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod testkit;

//! Genesis transactions: how the first validators make themselves.
//!
//! # Concepts
//! A genesis file may carry signed transactions in Cosmos' JSON form. They run before the first block like any other,
//! except that accounts sign with the number 0, whatever number they have, and that no price is asked. One that fails
//! makes the genesis invalid.

mod genesis;
#[cfg(test)]
mod tests;

pub(crate) use genesis::init;

//! ABCI 2.0: the transport that CometBFT speaks to us over.

mod application;
mod connection;
mod frame;
mod queries;
pub mod server;

pub use application::Chain;
pub use server::{Address, Observer, Options, Served, Server};

#[cfg(test)]
mod tests;

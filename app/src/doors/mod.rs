//! How a query gets in: three doors (gRPC, REST, ABCI) over one table of queries, no code per query.
//!
//! Everything behind a door is plain blocking code on the runtime's pool for such work, within limits of bytes, rows,
//! time and number, reading snapshots: a slow query holds up neither the chain nor, for long, its neighbours.

pub(crate) mod abci_query;
mod desk;
mod engine;
mod gate;
mod grpc;
#[cfg(test)]
mod house;
mod limits;
mod listen;
mod open;
mod reflection;
mod rest;
mod services;
#[cfg(test)]
mod tests;
mod trouble;

#[cfg(test)]
pub(crate) use desk::paths;
pub use desk::{Answer, Desk, Facts};
pub use engine::Engine;
pub use limits::Limits;
pub use open::{Doors, Grpc as GrpcSettings, Rest as RestSettings, Settings};
pub use services::{COMET_LEVEL, SDK_LEVEL, implementers};
pub use trouble::Trouble;

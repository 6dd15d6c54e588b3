//! The chain: modules, transaction pipeline, ABCI server, query doors.

pub mod abci;

//! Scenarios.

mod channels;
mod compute;
mod ends;
mod rules;
mod stage;
mod vouchers;

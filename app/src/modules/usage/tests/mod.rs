//! Scenarios.

mod channels;
mod compute;
mod ends;
mod prepaid;
mod rules;
mod stage;
mod vouchers;

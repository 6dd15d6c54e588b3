//! Commands of the protocol's own modules, a file each.

mod beacon;
mod idao;
mod rewards;
mod scheduler;
mod usage;

use super::table::Row;

/// Modules and what their group says of itself.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("beacon", "Register the hash chain that a validator feeds the common dice from"),
    ("idao", "Form, join and run individual-centric DAOs"),
    ("rewards", "Emission that follows use"),
    ("usage", "Providers, channels, vouchers and ucpt"),
    ("scheduler", "Work queues and epochs"),
];

/// The rows of each.
pub(super) const ROWS: &[&[Row]] = &[beacon::ROWS, idao::ROWS, scheduler::ROWS, rewards::ROWS, usage::ROWS];

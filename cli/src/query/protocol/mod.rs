//! Queries of the protocol's own modules, a file each.

mod audit;
mod beacon;
mod idao;
mod rewards;
mod scheduler;
mod usage;

use super::table::Row;

/// The modules: command, service, what it says of itself.
pub(super) const MODULES: &[(&str, &str, &str)] = &[
    ("audit", audit::SERVICE, "Querying commands for the audit trail"),
    ("beacon", beacon::SERVICE, "Querying commands for the beacon module"),
    ("idao", idao::SERVICE, "Querying commands for iDAOs"),
    ("rewards", rewards::SERVICE, "Querying commands for emission"),
    ("usage", usage::SERVICE, "Querying commands for providers, channels and ucpt"),
    ("scheduler", scheduler::SERVICE, "Querying commands for work queues and epochs"),
];

/// The rows of each.
pub(super) const ROWS: &[&[Row]] = &[audit::ROWS, beacon::ROWS, idao::ROWS, scheduler::ROWS, rewards::ROWS, usage::ROWS];

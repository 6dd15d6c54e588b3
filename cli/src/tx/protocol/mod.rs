//! Commands of the protocol's own modules, a file each.

mod beacon;
mod dat;
mod idao;
mod quorum;
mod rewards;
mod scheduler;
mod usage;
mod vsc;

use super::table::Row;

/// Modules and what their group says of itself.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("beacon", "Register the hash chain that a validator feeds the common dice from"),
    ("dat", "Own, license, share and use assets and their tokens"),
    ("idao", "Form, join and run individual-centric DAOs"),
    ("quorum", "Validators that pledge stake on the truth of their verdicts"),
    ("rewards", "Emission that follows use"),
    ("scheduler", "Work queues and epochs"),
    ("usage", "Providers, channels, vouchers and ucpt"),
    ("vsc", "Updates, verdicts, and challenges"),
];

/// The rows of each.
pub(super) const ROWS: &[&[Row]] = &[
    beacon::ROWS,
    dat::ROWS,
    idao::ROWS,
    quorum::ROWS,
    rewards::ROWS,
    scheduler::ROWS,
    usage::ROWS,
    vsc::ROWS,
];

//! Commands of the protocol's own modules, a file each.

mod beacon;
mod dat;
mod idao;
mod quorum;
mod scheduler;

use super::table::Row;

/// Modules and what their group says of itself.
pub(super) const MODULES: &[(&str, &str)] = &[
    ("beacon", "Register the hash chain that a validator feeds the common dice from"),
    ("dat", "Own, license, share and use assets and their tokens"),
    ("idao", "Form, join and run individual-centric DAOs"),
    ("quorum", "Validators that pledge stake on the truth of their verdicts"),
    ("scheduler", "Work queues and epochs"),
];

/// The rows of each.
<<<<<<< HEAD
pub(super) const ROWS: &[&[Row]] = &[
    beacon::ROWS,
    idao::ROWS,
    quorum::ROWS,
    scheduler::ROWS,
];
=======
pub(super) const ROWS: &[&[Row]] = &[beacon::ROWS, dat::ROWS, idao::ROWS, scheduler::ROWS];
>>>>>>> dat

//! Queries of the protocol's own modules, a file each.

mod audit;
mod beacon;
mod dat;
mod idao;
<<<<<<< HEAD
mod quorum;
=======
mod nft;
>>>>>>> dat
mod scheduler;

use super::table::Row;

/// The modules: command, service, what it says of itself.
pub(super) const MODULES: &[(&str, &str, &str)] = &[
    ("audit", audit::SERVICE, "Querying commands for the audit trail"),
    ("beacon", beacon::SERVICE, "Querying commands for the beacon module"),
    ("dat", dat::SERVICE, "Querying commands for assets and their tokens"),
    ("idao", idao::SERVICE, "Querying commands for iDAOs"),
<<<<<<< HEAD
    ("quorum", quorum::SERVICE, "Querying commands for the quorum module"),
=======
    ("nft", nft::SERVICE, "Querying commands for tokens as wallets see them"),
>>>>>>> dat
    ("scheduler", scheduler::SERVICE, "Querying commands for work queues and epochs"),
];

/// The rows of each.
<<<<<<< HEAD
pub(super) const ROWS: &[&[Row]] = &[
    audit::ROWS,
    beacon::ROWS,
    idao::ROWS,
    quorum::ROWS,
    scheduler::ROWS,
];
=======
pub(super) const ROWS: &[&[Row]] =
    &[audit::ROWS, beacon::ROWS, dat::ROWS, idao::ROWS, nft::ROWS, scheduler::ROWS];
>>>>>>> dat

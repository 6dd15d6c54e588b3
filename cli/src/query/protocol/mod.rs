//! Queries of the protocol's own modules, a file each.

mod audit;
mod beacon;
mod dat;
mod idao;
mod nft;
mod quorum;
mod rewards;
mod scheduler;
mod usage;
mod vsc;

use super::table::Row;

/// The modules: command, service, what it says of itself.
pub(super) const MODULES: &[(&str, &str, &str)] = &[
    ("audit", audit::SERVICE, "Querying commands for the audit trail"),
    ("beacon", beacon::SERVICE, "Querying commands for the beacon module"),
    ("dat", dat::SERVICE, "Querying commands for assets and their tokens"),
    ("idao", idao::SERVICE, "Querying commands for iDAOs"),
    ("nft", nft::SERVICE, "Querying commands for tokens as wallets see them"),
    ("quorum", quorum::SERVICE, "Querying commands for the quorum module"),
    ("rewards", rewards::SERVICE, "Querying commands for emission"),
    ("scheduler", scheduler::SERVICE, "Querying commands for work queues and epochs"),
    ("usage", usage::SERVICE, "Querying commands for providers, channels and ucpt"),
    ("vsc", vsc::SERVICE, "Querying commands for the vsc module"),
];

/// The rows of each.
pub(super) const ROWS: &[&[Row]] = &[
    audit::ROWS,
    beacon::ROWS,
    dat::ROWS,
    idao::ROWS,
    nft::ROWS,
    quorum::ROWS,
    rewards::ROWS,
    scheduler::ROWS,
    usage::ROWS,
    vsc::ROWS,
];

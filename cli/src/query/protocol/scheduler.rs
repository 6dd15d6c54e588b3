//! `lazd query scheduler`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.scheduler.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current scheduler parameters"),
    row(SERVICE, "Epoch", "epoch", &[], "Query the epoch that the chain is in"),
    row(SERVICE, "Queue", "queue [queue]", &["queue"], "Query what waits in a queue"),
    row(SERVICE, "Depths", "depths", &[], "Query how long each queue is"),
    row(SERVICE, "SetAside", "set-aside", &[], "Query entries whose work was refused"),
];

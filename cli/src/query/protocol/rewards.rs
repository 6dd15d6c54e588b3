//! `lazd query rewards`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.rewards.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current rewards parameters"),
    row(SERVICE, "Running", "running", &[], "Query the epoch that runs, and what was sunk in it so far"),
    row(SERVICE, "Emission", "emission [epoch]", &["epoch"], "Query what a past epoch minted, and why"),
    row(SERVICE, "Emissions", "emissions", &[], "Query all past epochs that are kept"),
    row(SERVICE, "Tally", "tally [party]", &["party"], "Query what a party is due, and why; a party is idao-7, a validator or a provider"),
    row(SERVICE, "Tallies", "tallies", &[], "Query all parties with a part that is not minted yet"),
];

//! `lazd query beacon`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.beacon.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current beacon parameters"),
    row(SERVICE, "Beacon", "beacon", &[], "Query the beacon as it stands"),
    row(SERVICE, "Chain", "chain [validator]", &["validator"], "Query the hash chain of a validator"),
    row(SERVICE, "Chains", "chains", &[], "Query all hash chains"),
];

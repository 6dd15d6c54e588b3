//! `lazd query audit`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.audit.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Trail", "trail [subject]", &["subject"], "Query what the state holds of a subject's trail; a subject is idao-7, quorum-3, task-9, asset-12, dat-12.4, channel-5 or a validator"),
    row(SERVICE, "Entries", "entries [subject]", &["subject"], "Query the entries of a subject's trail, oldest first or --newest-first"),
    row(SERVICE, "Proof", "proof [subject] [sequence]", &["subject", "sequence"], "Query one entry of a trail with the branch that proves it"),
];

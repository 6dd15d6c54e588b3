//! `lazd query quorum`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.quorum.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current quorum parameters"),
    row(SERVICE, "Quorum", "quorum [id]", &["id"], "Query one Quorum"),
    row(SERVICE, "Quorums", "quorums", &[], "Query all Quorums, or those of one --status"),
    row(SERVICE, "Member", "member [quorum] [validator]", &["quorum", "validator"], "Query one member: its place, its record, what it has free"),
    row(SERVICE, "Members", "members [quorum]", &["quorum"], "Query the members and applicants of a Quorum"),
    row(SERVICE, "Allocations", "allocations [validator]", &["validator"], "Query where a validator's stake is pledged"),
    row(SERVICE, "Measurement", "measurement [quorum] (epoch)", &["quorum", "epoch"], "Query how the powers of a Quorum come about; the last measurement if no epoch is given"),
    row(SERVICE, "Budget", "budget [quorum]", &["quorum"], "Query what the members of a Quorum have free for new tasks"),
    row(SERVICE, "RulesChange", "rules-change [quorum]", &["quorum"], "Query the change of a Quorum's rules that is voted on or about to apply"),
    row(SERVICE, "Pools", "pools [quorum]", &["quorum"], "Query what the pools of a Quorum hold"),
    row(SERVICE, "Claimable", "claimable [quorum] [validator]", &["quorum", "validator"], "Query what a member could claim of a Quorum's income"),
    row(SERVICE, "Reliability", "reliability [quorum]", &["quorum"], "Query how reliable a Quorum is, and what that comes from"),
    row(SERVICE, "Slash", "slash [id]", &["id"], "Query why a slash is as high as it is, and where it went"),
    row(SERVICE, "Slashes", "slashes", &[], "Query all slashes that are kept, or those of one --quorum"),
];

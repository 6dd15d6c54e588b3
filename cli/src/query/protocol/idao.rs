//! `lazd query idao`

use super::super::table::{Row, row};

pub(super) const SERVICE: &str = "lazchain.idao.v1.Query";

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    row(SERVICE, "Params", "params", &[], "Query the current idao parameters"),
    row(SERVICE, "Idao", "idao [id]", &["id"], "Query an iDAO"),
    row(SERVICE, "Idaos", "idaos", &[], "Query all iDAOs"),
    row(SERVICE, "Treasury", "treasury [idao]", &["idao"], "Query what an iDAO's account holds"),
    row(SERVICE, "Member", "member [idao] [account]", &["idao", "account"], "Query a member, the roles offered to them, and their standing"),
    row(SERVICE, "Members", "members [idao]", &["idao"], "Query the members of an iDAO"),
    row(SERVICE, "Memberships", "memberships [account]", &["account"], "Query the iDAOs that an account is a member of"),
    row(SERVICE, "Points", "points [idao] [account]", &["idao", "account"], "Query a member's points by epoch"),
    row(SERVICE, "MemberRewards", "member-rewards [idao] [account]", &["idao", "account"], "Query what a member could claim"),
    row(SERVICE, "Pots", "pots [idao]", &["idao"], "Query members' income of an iDAO by denomination"),
    row(SERVICE, "Agent", "agent [idao] [account]", &["idao", "account"], "Query an agent"),
    row(SERVICE, "Agents", "agents [idao] [member]", &["idao", "member"], "Query the agents of a member"),
    row(SERVICE, "Application", "application [idao] [applicant]", &["idao", "applicant"], "Query an application"),
    row(SERVICE, "Applications", "applications [idao]", &["idao"], "Query the applications to an iDAO"),
    row(SERVICE, "Invitations", "invitations [idao]", &["idao"], "Query the invitations of an iDAO"),
    row(SERVICE, "Proposal", "proposal [id]", &["id"], "Query a proposal"),
    row(SERVICE, "Proposals", "proposals [idao]", &["idao"], "Query the proposals of an iDAO"),
    row(SERVICE, "Vote", "vote [proposal] [member]", &["proposal", "member"], "Query one vote"),
    row(SERVICE, "Votes", "votes [proposal]", &["proposal"], "Query the votes on a proposal"),
    row(SERVICE, "Outcome", "outcome [proposal]", &["proposal"], "Query why a proposal passes or does not, as its votes stand"),
    row(SERVICE, "VotingPower", "voting-power [proposal] [member]", &["proposal", "member"], "Query what a member's vote weighs on a proposal, or why it has none"),
    row(SERVICE, "TrustEdges", "trust-edges [idao]", &["idao"], "Query the trust edges of an iDAO"),
    row(SERVICE, "TrustEdge", "trust-edge [idao] [quorum]", &["idao", "quorum"], "Query the trust edge to a Quorum"),
    row(SERVICE, "Freeze", "freeze [idao] [kind] [subject]", &["idao", "kind", "subject"], "Query the freeze of an asset, a task or a proposal"),
    row(SERVICE, "Freezes", "freezes [idao]", &["idao"], "Query the freezes of an iDAO"),
];

//! What can be asked.

mod deciding;
mod people;

use proto::address::Address;

use crate::{
    error::{Result, Sdk},
    query::{Query, answer},
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.idao.v1.Query/Params", |s, b| answer(s, b, people::params)),
    Query::new("/lazchain.idao.v1.Query/Idao", |s, b| answer(s, b, people::idao)),
    Query::new("/lazchain.idao.v1.Query/Idaos", |s, b| answer(s, b, people::idaos)),
    Query::new("/lazchain.idao.v1.Query/Treasury", |s, b| answer(s, b, people::treasury)),
    Query::new("/lazchain.idao.v1.Query/Member", |s, b| answer(s, b, people::member)),
    Query::new("/lazchain.idao.v1.Query/Members", |s, b| answer(s, b, people::members)),
    Query::new("/lazchain.idao.v1.Query/Memberships", |s, b| answer(s, b, people::memberships)),
    Query::new("/lazchain.idao.v1.Query/Points", |s, b| answer(s, b, people::points)),
    Query::new("/lazchain.idao.v1.Query/MemberRewards", |s, b| answer(s, b, people::member_rewards)),
    Query::new("/lazchain.idao.v1.Query/Pots", |s, b| answer(s, b, people::pots)),
    Query::new("/lazchain.idao.v1.Query/Agent", |s, b| answer(s, b, people::agent)),
    Query::new("/lazchain.idao.v1.Query/Agents", |s, b| answer(s, b, people::agents)),
    Query::new("/lazchain.idao.v1.Query/Application", |s, b| answer(s, b, people::application)),
    Query::new("/lazchain.idao.v1.Query/Applications", |s, b| answer(s, b, people::applications)),
    Query::new("/lazchain.idao.v1.Query/Invitations", |s, b| answer(s, b, people::invitations)),
    Query::new("/lazchain.idao.v1.Query/Proposal", |s, b| answer(s, b, deciding::proposal)),
    Query::new("/lazchain.idao.v1.Query/Proposals", |s, b| answer(s, b, deciding::proposals)),
    Query::new("/lazchain.idao.v1.Query/Vote", |s, b| answer(s, b, deciding::vote)),
    Query::new("/lazchain.idao.v1.Query/Votes", |s, b| answer(s, b, deciding::votes)),
    Query::new("/lazchain.idao.v1.Query/Outcome", |s, b| answer(s, b, deciding::outcome)),
    Query::new("/lazchain.idao.v1.Query/VotingPower", |s, b| answer(s, b, deciding::voting_power)),
    Query::new("/lazchain.idao.v1.Query/TrustEdges", |s, b| answer(s, b, deciding::trust_edges)),
    Query::new("/lazchain.idao.v1.Query/TrustEdge", |s, b| answer(s, b, deciding::trust_edge)),
    Query::new("/lazchain.idao.v1.Query/Freeze", |s, b| answer(s, b, deciding::freeze)),
    Query::new("/lazchain.idao.v1.Query/Freezes", |s, b| answer(s, b, deciding::freezes)),
];

fn address(text: &str) -> Result<Address> {
    Ok(text.parse().map_err(|error| Sdk::InvalidRequest(format!("invalid address: {error}")))?)
}

fn there<T>(found: Option<T>, what: &str) -> Result<T> {
    Ok(found.ok_or_else(|| Sdk::NotFound(what.to_owned()))?)
}

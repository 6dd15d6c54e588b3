//! The schema.

use proto::{
    address::Address,
    coin::Denom,
    lazchain::{base::v1 as base, idao::v1 as pb},
};
use state::{Item, Map, Pb};

use crate::modules::scheduler::Queue;

/// Votes whose time is up: proposal.
pub(crate) const CLOSINGS: Queue = Queue::by_time("idao/closings");
/// Passed proposals, invitations and freezes that end: see [`super::types::End`].
pub(crate) const ENDS: Queue = Queue::by_time("idao/ends");
/// What is removed in pages: see [`super::types::Leftover`].
pub(crate) const LEFTOVERS: Queue = Queue::by_time("idao/leftovers");

/// idao/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("idao/params");
/// idao/next_id: what the next iDAO gets. Absent means 1.
pub(crate) const NEXT_ID: Item<u64> = Item::new("idao/next_id");
/// idao/next_proposal: what the next proposal gets. Absent means 1.
pub(crate) const NEXT_PROPOSAL: Item<u64> = Item::new("idao/next_proposal");
/// idao/idaos/ iDAO
pub(crate) const IDAOS: Map<u64, Pb<pb::Idao>> = Map::new("idao/idaos");
/// idao/members/ iDAO | account
pub(crate) const MEMBERS: Map<(u64, Address), Pb<pb::Member>> = Map::new("idao/members");
/// idao/memberships/ account | iDAO -> (). The members again, by account.
pub(crate) const MEMBERSHIPS: Map<(Address, u64), ()> = Map::new("idao/memberships");
/// idao/standings/ iDAO | account. Absent means nothing to remember.
pub(crate) const STANDINGS: Map<(u64, Address), Pb<pb::Standing>> = Map::new("idao/standings");
/// idao/checkpoints/ iDAO | account | epoch -> points at its end.
pub(crate) const CHECKPOINTS: Map<(u64, Address, u64), u128> = Map::new("idao/checkpoints");
/// idao/agents/ iDAO | agent
pub(crate) const AGENTS: Map<(u64, Address), Pb<pb::Agent>> = Map::new("idao/agents");
/// idao/agents_of/ iDAO | member | agent -> (). The agents again, by member.
pub(crate) const AGENTS_OF: Map<(u64, Address, Address), ()> = Map::new("idao/agents_of");
/// idao/applications/ iDAO | applicant
pub(crate) const APPLICATIONS: Map<(u64, Address), Pb<pb::Application>> = Map::new("idao/applications");
/// idao/invitations/ iDAO | account
pub(crate) const INVITATIONS: Map<(u64, Address), Pb<pb::Invitation>> = Map::new("idao/invitations");
/// idao/offers/ iDAO | account: roles not yet accepted.
pub(crate) const OFFERS: Map<(u64, Address), Pb<pb::Offer>> = Map::new("idao/offers");
/// idao/dat_members/ asset | serial | iDAO -> member by that DAT.
pub(crate) const DAT_MEMBERS: Map<(u64, u64, u64), Address> = Map::new("idao/dat_members");
/// idao/proposals/ proposal
pub(crate) const PROPOSALS: Map<u64, Pb<pb::Proposal>> = Map::new("idao/proposals");
/// idao/proposals_of/ iDAO | proposal -> ().
pub(crate) const PROPOSALS_OF: Map<(u64, u64), ()> = Map::new("idao/proposals_of");
/// idao/voting/ iDAO | proposal -> the epoch it was opened in. Those that are being voted on.
pub(crate) const VOTING: Map<(u64, u64), u64> = Map::new("idao/voting");
/// idao/votes/ proposal | member
pub(crate) const VOTES: Map<(u64, Address), Pb<pb::Vote>> = Map::new("idao/votes");
/// idao/edges/ iDAO | Quorum
pub(crate) const EDGES: Map<(u64, u64), Pb<pb::TrustEdge>> = Map::new("idao/edges");
/// idao/freezes/ iDAO | kind of subject | subject. Stays after the freeze.
pub(crate) const FREEZES: Map<(u64, u32, u64), Pb<pb::Freeze>> = Map::new("idao/freezes");
/// idao/pots/ iDAO | denomination: members' income.
pub(crate) const POTS: Map<(u64, Denom), Pb<pb::Pot>> = Map::new("idao/pots");
/// idao/shares/ iDAO | member | denomination. Absent means settled up to 0.
pub(crate) const SHARES: Map<(u64, Address, Denom), Pb<base::Share>> = Map::new("idao/shares");

//! The schema. Quorums have numbers from 1; a measurement is named by its Quorum and epoch.

#![expect(clippy::type_complexity, reason = "each key is spelled out where it is declared")]

use proto::{
    address::ValAddress,
    amount::Amount,
    coin::Denom,
    lazchain::{base::v1 as base, quorum::v1 as pb},
};
use state::{Item, Map, Pb};

use crate::modules::scheduler::Queue;

/// quorum/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("quorum/params");
/// quorum/next_id: of Quorums.
pub(crate) const NEXT_ID: Item<u64> = Item::new("quorum/next_id");
/// quorum/quorums/ id -> Quorum.
pub(crate) const QUORUMS: Map<u64, Pb<pb::Quorum>> = Map::new("quorum/quorums");
/// quorum/live/ id -> (). Those that are not closed.
pub(crate) const LIVE: Map<u64, ()> = Map::new("quorum/live");
/// quorum/members/ id | operator -> member or applicant.
pub(crate) const MEMBERS: Map<(u64, ValAddress), Pb<pb::Member>> = Map::new("quorum/members");
/// quorum/memberships/ operator | id -> (). The members again, by validator.
pub(crate) const MEMBERSHIPS: Map<(ValAddress, u64), ()> = Map::new("quorum/memberships");
/// quorum/allocated/ operator -> bps pledged, announced or bound, in all Quorums. Absent means none.
pub(crate) const ALLOCATED: Map<ValAddress, u32> = Map::new("quorum/allocated");
/// quorum/bound/ id | epoch of the last duty | operator -> bps that left and are still liable.
pub(crate) const BOUND: Map<(u64, u64, ValAddress), u32> = Map::new("quorum/bound");
/// quorum/bound_of/ operator | id | epoch -> (). The same by validator.
pub(crate) const BOUND_OF: Map<(ValAddress, u64, u64), ()> = Map::new("quorum/bound_of");
/// quorum/banned/ id | operator -> (). Out for ever.
pub(crate) const BANNED: Map<(u64, ValAddress), ()> = Map::new("quorum/banned");
/// quorum/records/ id | operator -> how it does its duties.
pub(crate) const RECORDS: Map<(u64, ValAddress), Pb<pb::Record>> = Map::new("quorum/records");
/// quorum/reserved/ id | operator -> power reserved for tasks. Absent means none.
pub(crate) const RESERVED: Map<(u64, ValAddress), Amount> = Map::new("quorum/reserved");
/// quorum/slashed/ id | operator -> all that it was ever slashed there. Absent means nothing.
pub(crate) const SLASHED: Map<(u64, ValAddress), Amount> = Map::new("quorum/slashed");
/// quorum/duties/ (id | operator) | (task | round) -> epoch of the measurement. Duties that are not over.
pub(crate) const DUTIES: Map<((u64, ValAddress), (u64, u32)), u64> = Map::new("quorum/duties");
/// quorum/measurements/ id | epoch -> measurement.
pub(crate) const MEASUREMENTS: Map<(u64, u64), Pb<pb::Measurement>> = Map::new("quorum/measurements");
/// quorum/references/ id | epoch -> how many tasks refer to the measurement. Absent means none.
pub(crate) const REFERENCES: Map<(u64, u64), u64> = Map::new("quorum/references");
/// quorum/cursor: the last Quorum that was measured in this epoch, while more wait.
pub(crate) const CURSOR: Item<u64> = Item::new("quorum/cursor");
/// quorum/changes/ id -> change of the rules that is voted on or about to apply.
pub(crate) const CHANGES: Map<u64, Pb<pb::RulesChange>> = Map::new("quorum/changes");
/// quorum/pools/ id -> insurance and audit pools.
pub(crate) const POOLS: Map<u64, Pb<pb::Pools>> = Map::new("quorum/pools");
/// quorum/members_pools/ id | denom -> income shared by power.
pub(crate) const MEMBERS_POOLS: Map<(u64, Denom), Pb<pb::MembersPool>> = Map::new("quorum/members_pools");
/// quorum/shares/ (id | denom) | operator -> a member's part of that.
pub(crate) const SHARES: Map<((u64, Denom), ValAddress), Pb<base::Share>> = Map::new("quorum/shares");
/// quorum/reliability/ id -> how its verdicts fared.
pub(crate) const RELIABILITY: Map<u64, Pb<pb::Reliability>> = Map::new("quorum/reliability");
/// quorum/faults/ id | offence -> power found at fault in this and the last epoch.
pub(crate) const FAULTS: Map<(u64, u8), Pb<pb::Faults>> = Map::new("quorum/faults");
/// quorum/cases/ (id | epoch) | (offence | task | round | operator or zeros) -> what a finding's members share.
pub(crate) const CASES: Map<((u64, u64), (u8, u64, u32, ValAddress)), Pb<pb::Case>> =
    Map::new("quorum/cases");
/// quorum/punished/ (id | epoch) | (operator | task | round | offence) -> number of the slash. What is not punished
/// twice.
pub(crate) const PUNISHED: Map<((u64, u64), (ValAddress, u64, u32, u8)), u64> = Map::new("quorum/punished");
/// quorum/slashes/ number -> slash. Kept as long as its measurement.
pub(crate) const SLASHES: Map<u64, Pb<pb::Slash>> = Map::new("quorum/slashes");
/// quorum/next_slash: of slashes.
pub(crate) const NEXT_SLASH: Item<u64> = Item::new("quorum/next_slash");
/// quorum/slow_exit: how long stake takes to leave at least, after governance lowered it.
pub(crate) const SLOW_EXIT: Item<Pb<pb::SlowExit>> = Item::new("quorum/slow_exit");

/// Slashes on their way; the entry is the number.
pub(crate) const SLASHING: Queue = Queue::by_height("quorum/slashing");
/// Quorums of one epoch in order of their ids; the entry is the epoch.
pub(crate) const MEASURING: Queue = Queue::by_height("quorum/measuring");
/// What belongs to a measurement that nothing refers to any more; the entry is its Quorum and epoch.
pub(crate) const FORGETTING: Queue = Queue::by_height("quorum/forgetting");

//! The schema.

use proto::{
    address::{Address, ValAddress},
    lazchain::vsc::v1 as pb,
};
use state::{Item, Map, Pb};

use crate::modules::scheduler::Queue;

/// vsc/params
pub(crate) const PARAMS: Item<Pb<pb::Params>> = Item::new("vsc/params");
/// vsc/next_seal: the number that the next seal gets, from 1.
pub(crate) const NEXT_SEAL: Item<u64> = Item::new("vsc/next_seal");
/// vsc/next_task: the number that the next task gets, from 1.
pub(crate) const NEXT_TASK: Item<u64> = Item::new("vsc/next_task");
/// vsc/seals/ owner | seal -> what it says. Gone once used or too old.
pub(crate) const SEALS: Map<(Address, [u8; 32]), Pb<pb::Seal>> = Map::new("vsc/seals");
/// vsc/claims/ SHA-256 of content -> the open task that it is with.
pub(crate) const CLAIMS: Map<[u8; 32], u64> = Map::new("vsc/claims");
/// vsc/tasks/ task.
pub(crate) const TASKS: Map<u64, Pb<pb::Task>> = Map::new("vsc/tasks");
/// vsc/contents/ task -> content of a point of view, while the task is open.
pub(crate) const CONTENTS: Map<u64, Vec<u8>> = Map::new("vsc/contents");
/// vsc/tasks_of_idao/ iDAO | task.
pub(crate) const TASKS_OF_IDAO: Map<(u64, u64), ()> = Map::new("vsc/tasks_of_idao");
/// vsc/tasks_of_account/ submitter | task.
pub(crate) const TASKS_OF_ACCOUNT: Map<(Address, u64), ()> = Map::new("vsc/tasks_of_account");
/// vsc/open_of_account/ submitter -> tasks that count as open. Absent means none.
pub(crate) const OPEN_OF_ACCOUNT: Map<Address, u32> = Map::new("vsc/open_of_account");
/// vsc/open_of_idao/ iDAO -> tasks that count as open. Absent means none.
pub(crate) const OPEN_OF_IDAO: Map<u64, u32> = Map::new("vsc/open_of_idao");
/// vsc/rounds/ task | round.
pub(crate) const ROUNDS: Map<(u64, u32), Pb<pb::Round>> = Map::new("vsc/rounds");
/// vsc/ballots/ task | round | member.
pub(crate) const BALLOTS: Map<(u64, u32, ValAddress), Pb<pb::Ballot>> = Map::new("vsc/ballots");
/// vsc/wrapped_keys/ task | round | member -> the data key for that seat; gone when the task is closed.
pub(crate) const WRAPPED_KEYS: Map<(u64, u32, ValAddress), Pb<pb::WrappedKey>> = Map::new("vsc/wrapped_keys");
/// vsc/duties/ member | task | round: rounds that are on.
pub(crate) const DUTIES: Map<(ValAddress, u64, u32), ()> = Map::new("vsc/duties");
/// vsc/drawings/ task | round -> why these members.
pub(crate) const DRAWINGS: Map<(u64, u32), Pb<pb::Drawing>> = Map::new("vsc/drawings");
/// vsc/receipts/ task | round -> why this Quorum; round 0 is the routing of the update.
pub(crate) const RECEIPTS: Map<(u64, u32), Pb<pb::Receipt>> = Map::new("vsc/receipts");
/// vsc/cases/ task | number.
pub(crate) const CASES: Map<(u64, u32), Pb<pb::Case>> = Map::new("vsc/cases");
/// vsc/challengers/ task | number of the verdict | account: who has challenged it.
pub(crate) const CHALLENGERS: Map<(u64, u32, Address), ()> = Map::new("vsc/challengers");
/// vsc/payouts/ task | number.
pub(crate) const PAYOUTS: Map<(u64, u32), Pb<pb::Payout>> = Map::new("vsc/payouts");
/// vsc/canaries/ Quorum -> canaries its audit pool has paid for.
pub(crate) const CANARIES: Map<u64, Pb<pb::Canaries>> = Map::new("vsc/canaries");

/// Cases and canaries to close: money, and the slashes that follow.
pub(crate) const RULINGS: Queue = Queue::by_height("vsc/rulings");
/// Ends of rounds' phases, and their tallies.
pub(crate) const PHASES: Queue = Queue::by_height("vsc/phases");
/// Whatever waits for a throw: routing, rounds, second looks, juries.
pub(crate) const THROWS: Queue = Queue::by_height("vsc/throws");
/// What is over at an instant: windows, liability, appeals, seals.
pub(crate) const DEADLINES: Queue = Queue::by_time("vsc/deadlines");
/// Seals that are too old to be used.
pub(crate) const SEAL_ENDS: Queue = Queue::by_time("vsc/seal_ends");

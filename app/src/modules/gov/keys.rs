//! The schema.

use proto::{
    address::{Address, ValAddress},
    dec::Dec,
};
use state::{Item, Map};

use super::{
    params::Params,
    tally::Running,
    types::{Ballot, Deposited, Proposal},
};

/// gov/params
pub(crate) const PARAMS: Item<Params> = Item::new("gov/params");
/// gov/constitution: a text for people.
pub(crate) const CONSTITUTION: Item<String> = Item::new("gov/constitution");
/// gov/next_id: of the next proposal, from 1.
pub(crate) const NEXT_ID: Item<u64> = Item::new("gov/next_id");
/// gov/proposals/ id -> proposal.
pub(crate) const PROPOSALS: Map<u64, Proposal> = Map::new("gov/proposals");
/// gov/deposits/ proposal | depositor -> coins.
pub(crate) const DEPOSITS: Map<(u64, Address), Deposited> = Map::new("gov/deposits");
/// gov/depositors/ proposal -> how many have deposited.
pub(crate) const DEPOSITORS: Map<u64, u32> = Map::new("gov/depositors");
/// gov/votes/ proposal | voter -> vote.
pub(crate) const VOTES: Map<(u64, Address), Ballot> = Map::new("gov/votes");
/// gov/deposit_queue/ end | proposal -> (). Those that wait for deposits.
pub(crate) const DEPOSIT_QUEUE: Map<(u64, u64), ()> = Map::new("gov/deposit_queue");
/// gov/voting_queue/ end | proposal -> (). Those that are voted on.
pub(crate) const VOTING_QUEUE: Map<(u64, u64), ()> = Map::new("gov/voting_queue");
/// gov/leftover/ proposal -> (). Cancelled ones whose votes are still to be removed.
pub(crate) const LEFTOVER: Map<u64, ()> = Map::new("gov/leftover");
/// gov/running: a count that goes on in the next block.
pub(crate) const RUNNING: Item<Running> = Item::new("gov/running");
/// gov/moved/ delegator | validator -> shares before they changed while a count was running; 0 if there were none.
pub(crate) const MOVED: Map<(Address, ValAddress), Dec> = Map::new("gov/moved");

//! The schema.

use proto::{
    address::{Address, ConsAddress, ValAddress},
    dec::Dec,
};
use state::{Item, Map};

use super::types::{Params, Redelegation, Unbonding, Validator};

/// staking/validators/ operator -> validator.
pub(crate) const VALIDATORS: Map<ValAddress, Validator> = Map::new("staking/validators");
/// staking/by_cons/ address of the consensus key -> operator.
pub(crate) const BY_CONS: Map<ConsAddress, ValAddress> = Map::new("staking/by_cons");
/// staking/by_power/ (largest number less the power) | operator -> (). Who may be in the set, strongest first.
pub(crate) const BY_POWER: Map<(u64, ValAddress), ()> = Map::new("staking/by_power");
/// staking/last_powers/ operator -> the power that the engine was told: the set.
pub(crate) const LAST_POWERS: Map<ValAddress, u64> = Map::new("staking/last_powers");
/// staking/last_total_power
pub(crate) const LAST_TOTAL_POWER: Item<u64> = Item::new("staking/last_total_power");
/// staking/delegations/ delegator | operator -> shares.
pub(crate) const DELEGATIONS: Map<(Address, ValAddress), Dec> = Map::new("staking/delegations");
/// staking/delegators/ operator | delegator -> (). The delegations again, by validator.
pub(crate) const DELEGATORS: Map<(ValAddress, Address), ()> = Map::new("staking/delegators");
/// staking/unbondings/ delegator | operator -> entries.
pub(crate) const UNBONDINGS: Map<(Address, ValAddress), Unbonding> = Map::new("staking/unbondings");
/// staking/unbondings_of/ operator | delegator -> height of the youngest entry. The unbondings again, by validator.
pub(crate) const UNBONDINGS_OF: Map<(ValAddress, Address), u64> = Map::new("staking/unbondings_of");
/// staking/redelegations/ delegator | from | to -> entries.
pub(crate) const REDELEGATIONS: Map<(Address, ValAddress, ValAddress), Redelegation> =
    Map::new("staking/redelegations");
/// staking/redelegations_from/ from | delegator | to -> height of the youngest entry.
pub(crate) const REDELEGATIONS_FROM: Map<(ValAddress, Address, ValAddress), u64> =
    Map::new("staking/redelegations_from");
/// staking/redelegations_to/ delegator | to | from -> ().
pub(crate) const REDELEGATIONS_TO: Map<(Address, ValAddress, ValAddress), ()> =
    Map::new("staking/redelegations_to");
/// staking/unbonding_queue/ due time | delegator | operator -> ().
pub(crate) const UNBONDING_QUEUE: Map<(u64, Address, ValAddress), ()> = Map::new("staking/unbonding_queue");
/// staking/redelegation_queue/ due time | delegator | from | to -> ().
pub(crate) const REDELEGATION_QUEUE: Map<(u64, Address, ValAddress, ValAddress), ()> =
    Map::new("staking/redelegation_queue");
/// staking/validator_queue/ due time | operator -> (). Validators that are liable no more at that time.
pub(crate) const VALIDATOR_QUEUE: Map<(u64, ValAddress), ()> = Map::new("staking/validator_queue");
/// staking/next_id: of unbonding and redelegation entries.
pub(crate) const NEXT_ID: Item<u64> = Item::new("staking/next_id");
/// staking/holds/ operator -> levies on its stake that are not done. Absent means none. Not in a genesis file: who
/// decides levies holds again.
pub(crate) const HOLDS: Map<ValAddress, u64> = Map::new("staking/holds");
/// staking/unbonding_cursor: the last row of the unbonding queue that was looked at, while a hold keeps rows in it.
/// Absent means from its beginning. Not in a genesis file.
pub(crate) const UNBONDING_CURSOR: Item<Vec<u8>> = Item::new("staking/unbonding_cursor");
/// staking/redelegation_cursor: the same of the redelegation queue.
pub(crate) const REDELEGATION_CURSOR: Item<Vec<u8>> = Item::new("staking/redelegation_cursor");
/// staking/params
pub(crate) const PARAMS: Item<Params> = Item::new("staking/params");

//! What everybody has. Worth is what is on an account (`ucpt` at what it costs), what is staked, and what is unbonding,
//! after everything was closed and everything claimed; deposits that are still with the chain count for nothing, at the
//! start as at the end.

use std::{collections::BTreeMap, fmt};

use proto::{
    address::Address,
    coin::Denom,
    cosmos::staking::v1beta1 as staking,
    lazchain::{quorum::v1 as quorum_pb, rewards::v1 as rewards_pb},
};

use super::{
    cast::{Cast, Kind},
    founding::{CARTELS, SHOP, treasury, washers_idao},
    look::{all, ask},
};
use crate::{modules::bank, testkit::TestChain};

/// So many `ulaz`, with a sign.
pub(super) type Ulaz = i128;

fn number(text: &str) -> Ulaz {
    text.parse().expect("a number")
}

fn on_account(chain: &TestChain, account: &str) -> Ulaz {
    let account: Address = account.parse().expect("an address");
    let latest = chain.node.store().latest();
    let of = |denom| bank::balance(&latest, &account, &Denom::known(denom)).expect("reads").units();
    Ulaz::try_from(of("ulaz") + of("ucpt")).expect("fits")
}

fn staked(chain: &TestChain, delegator_addr: String) -> Ulaz {
    let ask_it = staking::QueryDelegatorDelegationsRequest {
        delegator_addr: delegator_addr.clone(),
        pagination: all(),
    };
    let found = ask(chain, "/cosmos.staking.v1beta1.Query/DelegatorDelegations", &ask_it);
    let delegations: staking::QueryDelegatorDelegationsResponse = found.unwrap_or_default();
    let delegated = delegations.delegation_responses.iter().filter_map(|one| one.balance.as_ref());
    let ask_it = staking::QueryDelegatorUnbondingDelegationsRequest { delegator_addr, pagination: all() };
    let found = ask(chain, "/cosmos.staking.v1beta1.Query/DelegatorUnbondingDelegations", &ask_it);
    let leaving: staking::QueryDelegatorUnbondingDelegationsResponse = found.unwrap_or_default();
    let leaving = leaving.unbonding_responses.iter().flat_map(|one| &one.entries);
    delegated.map(|coin| number(&coin.amount)).sum::<Ulaz>()
        + leaving.map(|entry| number(&entry.balance)).sum::<Ulaz>()
}

/// What a Quorum's insurance and audit pools hold.
fn pools_of(chain: &TestChain, quorum: u64) -> (Ulaz, Ulaz) {
    let ask_it = quorum_pb::QueryPoolsRequest { quorum };
    let pools: quorum_pb::QueryPoolsResponse =
        ask(chain, "/lazchain.quorum.v1.Query/Pools", &ask_it).expect("is there");
    let pools = pools.pools.unwrap_or_default();
    (number(&pools.insurance), number(&pools.audit))
}

/// What everybody of each kind has; who has an iDAO to themselves has its treasury too, and the cartel whatever is in
/// the pools of the Quorum that it runs, where most of its own slashes went, as if it could get all of that out.
pub(super) fn worth(chain: &TestChain, cast: &Cast) -> BTreeMap<Kind, Ulaz> {
    let mut worth = BTreeMap::new();
    for (kind, people) in cast.groups() {
        let accounts = people.iter().map(|who| cast.account(who));
        let of = accounts.map(|account| on_account(chain, &account) + staked(chain, account));
        worth.insert(*kind, of.sum());
    }
    *worth.entry(Kind::Front).or_default() += on_account(chain, &treasury(SHOP));
    let (insurance, audits) = pools_of(chain, CARTELS);
    *worth.entry(Kind::Cartel).or_default() += insurance + audits;
    for person in 0..cast.of(Kind::Washer).len() / 3 {
        let treasury = treasury(washers_idao(person));
        *worth.entry(Kind::Washer).or_default() += on_account(chain, &treasury);
    }
    worth
}

/// What is nobody's: by name.
pub(super) fn pools(chain: &TestChain) -> Vec<(String, Ulaz)> {
    let mut found: Vec<(String, Ulaz)> = (1..SHOP)
        .map(|idao| (format!("treasury of idao-{idao}"), on_account(chain, &treasury(idao))))
        .collect();
    for quorum in 1..=4 {
        let (insurance, audits) = pools_of(chain, quorum);
        found.push((format!("insurance of quorum-{quorum}"), insurance));
        found.push((format!("audits of quorum-{quorum}"), audits));
    }
    found
}

/// `ulaz` and `ucpt` that there are.
pub(super) fn supply(chain: &TestChain) -> Ulaz {
    let latest = chain.node.store().latest();
    let of = |denom| bank::supply(&latest, &Denom::known(denom)).expect("reads").units();
    Ulaz::try_from(of("ulaz") + of("ucpt")).expect("fits")
}

/// Those who sank something and could still claim for it.
pub(super) fn tallies(chain: &TestChain) -> Vec<String> {
    let ask_it = rewards_pb::QueryTalliesRequest { pagination: all() };
    let found = ask(chain, "/lazchain.rewards.v1.Query/Tallies", &ask_it);
    let found: rewards_pb::QueryTalliesResponse = found.unwrap_or_default();
    found.tallies.into_iter().map(|tally| tally.party).collect()
}

/// An amount as people read it.
pub(super) struct Laz(pub(super) Ulaz);

impl fmt::Display for Laz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "+" };
        let (whole, part) = (self.0.abs() / 1_000_000, self.0.abs() % 1_000_000 / 1_000);
        f.pad(&format!("{sign}{whole}.{part:03}"))
    }
}

/// Kinds, heads, what they gained or lost in all and each.
pub(super) fn table(cast: &Cast, gains: &BTreeMap<Kind, Ulaz>) -> String {
    let mut rows = format!("{:<12}{:>6}{:>18}{:>16}\n", "kind", "heads", "LAZ in all", "LAZ each");
    for (kind, people) in cast.groups() {
        let heads = people.len();
        let gain = gains[kind];
        let each = gain / Ulaz::try_from(heads).expect("few");
        let kind = format!("{kind:?}");
        rows += &format!("{kind:<12}{heads:>6}{:>18}{:>16}\n", Laz(gain), Laz(each));
    }
    rows
}

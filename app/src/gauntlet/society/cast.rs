//! Who plays: kinds of actors, how many of each, and what they start with.

use std::collections::BTreeMap;

use crate::testkit::address;

pub(super) const LAZ: u128 = 1_000_000;
/// What everybody has to begin with, in LAZ.
const PURSE: u64 = 100_000;
/// A validator's own stake, in LAZ.
const STAKE: u64 = 100_000;
/// What one account that does nothing has, so that emission is bounded by use and not by the supply: the best for those
/// who farm it.
const REST: u64 = 1_000_000_000;

/// What somebody is like. Operators are validators with a seat in a Quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A validator in no Quorum.
    Bystander,
    /// An operator that looks and says what it sees; one look in a hundred is wrong.
    Honest,
    /// An operator that accepts everything without looking.
    Lazy,
    /// An operator that commits to another's commitment.
    Mimic,
    /// An operator of the cartel: accepts its fronts' updates, rejects some of its rivals'.
    Cartel,
    /// An operator that is often away.
    Sleeper,
    /// An operator that signs two ballots now and then.
    TwoFaced,
    /// An operator that rejects everything.
    Grump,
    /// Submits good content, withdraws now and then, and challenges a rejection.
    Submitter,
    /// The same, where the iDAO trusts one Quorum that grumps run.
    Hermit,
    /// A submitter that leaves after each distribution and comes back before the next.
    Leaver,
    /// Submits poor content and hopes.
    Forger,
    /// Submits what nobody can fetch.
    Spammer,
    /// Pays less than any Quorum asks.
    Miser,
    /// Submits sealed content and keeps the key.
    Stingy,
    /// Plants canaries.
    Planter,
    /// Submits the cartel's poor content.
    Front,
    /// Submits poor content, and challenges it once it is accepted.
    Plotter,
    /// Submits what others have made.
    Thief,
    /// Challenges what was wrongly accepted, reports who signs twice.
    Challenger,
    /// Challenges what was rightly accepted.
    Griefer,
    Provider,
    Consumer,
    /// Owner, provider and consumer in one person, who farms emission.
    Washer,
    /// One person in many accounts, who wants a treasury.
    Sybil,
    /// Splits, merges, gives and claims shares.
    Trader,
    /// A member who votes.
    Voter,
    Delegator,
    /// Does nothing.
    Idler,
    /// Founds what there is, carries ballots, brings cases before governance.
    Clerk,
    /// Has the rest of the supply.
    Whale,
}

/// Kinds of validators, and how many.
const VALIDATORS: [(Kind, usize); 8] = [
    (Kind::Bystander, 1),
    (Kind::Honest, 10),
    (Kind::Lazy, 2),
    (Kind::Mimic, 1),
    (Kind::Cartel, 4),
    (Kind::Sleeper, 5),
    (Kind::TwoFaced, 1),
    (Kind::Grump, 3),
];

/// Kinds of others, and how many for each unit of size.
const PEOPLE: [(Kind, usize); 21] = [
    (Kind::Submitter, 16),
    (Kind::Hermit, 3),
    (Kind::Leaver, 5),
    (Kind::Forger, 5),
    (Kind::Spammer, 2),
    (Kind::Miser, 1),
    (Kind::Stingy, 2),
    (Kind::Planter, 3),
    (Kind::Front, 3),
    (Kind::Plotter, 2),
    (Kind::Thief, 3),
    (Kind::Challenger, 4),
    (Kind::Griefer, 3),
    (Kind::Provider, 4),
    (Kind::Consumer, 20),
    (Kind::Washer, 6),
    (Kind::Sybil, 12),
    (Kind::Trader, 6),
    (Kind::Voter, 6),
    (Kind::Delegator, 8),
    (Kind::Idler, 6),
];

/// Everybody, by name.
pub(super) struct Cast {
    kinds: BTreeMap<String, Kind>,
    groups: BTreeMap<Kind, Vec<String>>,
    /// Names by account and by operator, as they are written.
    names: BTreeMap<String, String>,
    accounts: BTreeMap<String, String>,
}

/// The name of one of a kind.
pub(super) fn name(kind: Kind, number: usize) -> String {
    format!("{kind:?}-{number}").to_lowercase()
}

impl Cast {
    /// So many times as many people; validators are as many as ever.
    pub(super) fn new(size: usize) -> Cast {
        let mut cast = Cast {
            kinds: BTreeMap::new(),
            groups: BTreeMap::new(),
            names: BTreeMap::new(),
            accounts: BTreeMap::new(),
        };
        VALIDATORS.iter().for_each(|(kind, count)| cast.enter(*kind, *count));
        PEOPLE.iter().for_each(|(kind, count)| cast.enter(*kind, count * size));
        cast.enter(Kind::Clerk, 3);
        cast.enter(Kind::Whale, 1);
        cast
    }

    fn enter(&mut self, kind: Kind, count: usize) {
        for number in 0..count {
            let name = name(kind, number);
            let account = address(&name);
            self.names.insert(account.to_string(), name.clone());
            self.names.insert(account.operator().to_string(), name.clone());
            self.accounts.insert(name.clone(), account.to_string());
            self.kinds.insert(name.clone(), kind);
            self.groups.entry(kind).or_default().push(name);
        }
    }

    pub(super) fn kind(&self, name: &str) -> Kind {
        self.kinds[name]
    }

    /// Everybody of a kind.
    pub(super) fn of(&self, kind: Kind) -> &[String] {
        self.groups.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The kinds that are there, each with its people.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&Kind, &Vec<String>)> {
        self.groups.iter()
    }

    /// All names.
    pub(super) fn everybody(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// Names of all validators.
    pub(super) fn validators(&self) -> impl Iterator<Item = &str> {
        VALIDATORS.iter().flat_map(|(kind, _)| self.of(*kind)).map(String::as_str)
    }

    /// Whose account or operator this is, if it is somebody's.
    pub(super) fn name_of(&self, address: &str) -> Option<&str> {
        self.names.get(address).map(String::as_str)
    }

    /// Whether an account is of that kind.
    pub(super) fn is(&self, address: &str, kind: Kind) -> bool {
        self.name_of(address).is_some_and(|name| self.kind(name) == kind)
    }

    /// The account of a name, as it is written.
    pub(super) fn account(&self, name: &str) -> String {
        self.accounts[name].clone()
    }

    /// What everybody can spend at the start, in `ulaz`.
    pub(super) fn balances(&self) -> Vec<(&str, u64)> {
        let purse = |kind: Kind| if kind == Kind::Whale { REST } else { PURSE };
        self.kinds.iter().map(|(name, kind)| (name.as_str(), purse(*kind) * 1_000_000)).collect()
    }

    /// What validators have staked at the start, in `ulaz`.
    pub(super) fn stakes(&self) -> Vec<(&str, u64)> {
        self.validators().map(|name| (name, STAKE * 1_000_000)).collect()
    }
}

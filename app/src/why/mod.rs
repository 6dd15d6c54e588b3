//! Why: what a rule decided, worked out once more from what queries answer.
//!
//! One function a rule. Each takes the answers of queries, at one height, and applies the pure functions that the chain
//! itself uses: nothing that the chain says it has recomputed is believed. What was decided long ago may have inputs that
//! the chain no longer keeps; then the [`Finding`] says which it takes as given.

mod allowed;
mod beacon;
mod drawing;
mod payout;
mod payout_case;
mod power;
mod routing;
mod slash;
mod tally;

pub use allowed::{AllowedAsk, allowed};
pub use beacon::{Given, beacon};
pub use drawing::{Drawn, drawing};
pub use payout::{Paid, payout};
pub use power::power;
pub use routing::{Routed, routing};
pub use slash::{Slashed, slash};
pub use tally::tally;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
};

use crate::error::Result;

/// What came of working a decision out again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// What was decided, in words: `drawing of round 1 of task-9`.
    pub title: String,
    /// Inputs that matter, by name.
    pub facts: Vec<(String, String)>,
    /// Inputs of which there are many.
    pub tables: Vec<Table>,
    /// Each rule, with both results.
    pub checks: Vec<Check>,
}

/// Inputs of one kind, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the lines are.
    pub name: String,
    /// Names of the columns.
    pub heads: Vec<String>,
    /// As many cells each as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The rule, in words.
    pub rule: String,
    /// What it comes to.
    pub recomputed: String,
    /// What the chain decided.
    pub chain: String,
}

impl Check {
    /// Whether both are the same.
    pub fn is_right(&self) -> bool {
        self.recomputed == self.chain
    }
}

impl Finding {
    fn new(title: impl Into<String>) -> Finding {
        Finding { title: title.into(), ..Finding::default() }
    }

    /// Whether the chain was right. Without any check nobody can say so.
    pub fn is_right(&self) -> bool {
        !self.checks.is_empty() && self.checks.iter().all(Check::is_right)
    }

    /// The last line: `the chain was right`, or where it was wrong.
    pub fn verdict(&self) -> String {
        let wrong = self.checks.iter().filter(|check| !check.is_right());
        let wrong: Vec<String> = wrong
            .map(|check| {
                format!("{}: {} by rule, {} by the chain", check.rule, check.recomputed, check.chain)
            })
            .collect();
        if self.is_right() {
            "the chain was right".into()
        } else {
            format!("the chain was WRONG: {}", wrong.join("; "))
        }
    }

    fn fact(&mut self, name: &str, value: impl ToString) {
        self.facts.push((name.to_owned(), value.to_string()));
    }

    fn table(&mut self, name: &str, heads: &[&str], rows: Vec<Vec<String>>) {
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        self.tables.push(Table { name: name.to_owned(), heads, rows });
    }

    fn check(&mut self, rule: &str, recomputed: impl ToString, chain: impl ToString) {
        let (recomputed, chain) = (recomputed.to_string(), chain.to_string());
        self.checks.push(Check { rule: rule.to_owned(), recomputed, chain });
    }

    /// A rule that holds for each of many: one line if it does, else one for each that breaks it.
    fn each(&mut self, rule: &str, of: impl IntoIterator<Item = (String, String, String)>) {
        let all: Vec<_> = of.into_iter().collect();
        let count = format!("{} of {}", all.len(), all.len());
        let wrong: Vec<_> = all.into_iter().filter(|(_, recomputed, chain)| recomputed != chain).collect();
        if wrong.is_empty() {
            self.check(rule, &count, &count);
        }
        for (name, recomputed, chain) in wrong {
            self.check(&format!("{rule} of {name}"), recomputed, chain);
        }
    }
}

/// The value of an enum without what all of them begin with: `absent` of `BAR_ABSENT`.
fn word(name: &str) -> String {
    name.split_once('_').map_or(name, |(_, rest)| rest).to_lowercase()
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "none".into() } else { items.join(" ") }
}

/// Amounts of an answer, added up.
fn sum(amounts: impl IntoIterator<Item = Amount>) -> Result<Amount> {
    amounts.into_iter().try_fold(Amount::ZERO, |sum, amount| Ok(sum.plus(amount)?))
}

fn account_of(member: &str) -> Result<Address> {
    Ok(crate::stored::val_address(member)?.account())
}

fn operators(members: &[ValAddress]) -> String {
    list(members.iter())
}

/// How many there are; more than an answer holds is as many as fit.
fn count<T>(of: &[T]) -> u32 {
    u32::try_from(of.len()).unwrap_or(u32::MAX)
}

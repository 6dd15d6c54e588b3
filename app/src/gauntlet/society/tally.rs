//! What happened, counted from what the chain announced.

use std::collections::BTreeMap;

use super::{
    books::Ulaz,
    cast::{Cast, Kind},
};
use crate::{event::Emitted, node::Finalized};

/// Counts by kind of event.
#[derive(Default)]
pub(super) struct Tally {
    /// Of tasks closed, cases decided, offences found, rounds drawn.
    pub(super) counts: BTreeMap<(&'static str, String), u32>,
    /// Offences by whom.
    pub(super) offences: BTreeMap<(Kind, String), u32>,
    /// What members were paid out of their iDAOs' income.
    pub(super) incomes: BTreeMap<Kind, Ulaz>,
    /// Honest operators found at fault: who, of what, in which task and round.
    pub(super) faults: Vec<String>,
    pub(super) burnt: Ulaz,
    pub(super) minted: Ulaz,
    /// Transactions that were refused, by codespace and code, and the last reason.
    pub(super) refusals: BTreeMap<(String, u32), (u32, String)>,
    pub(super) blocks: u32,
    pub(super) transactions: u32,
}

fn field<'a>(event: Emitted<'a>, name: &str) -> &'a str {
    event.value(name).unwrap_or_default()
}

/// `1ucpt,2ulaz`, both counted.
fn coins(text: &str) -> Ulaz {
    let amount = |coin: &str| coin.trim_end_matches(char::is_alphabetic).parse::<Ulaz>().unwrap_or(0);
    text.split(',').map(amount).sum()
}

impl Tally {
    pub(super) fn note(&mut self, finalized: &Finalized, cast: &Cast) {
        self.blocks += 1;
        for result in &finalized.results {
            self.transactions += 1;
            if result.code != 0 {
                let place = self.refusals.entry((result.codespace.clone(), result.code)).or_default();
                *place = (place.0 + 1, result.log.clone());
            }
        }
        let events = finalized.results.iter().flat_map(|result| result.events.iter());
        events.chain(finalized.events.iter()).for_each(|event| self.event(event, cast));
    }

    fn count(&mut self, what: &'static str, which: &str) {
        *self.counts.entry((what, which.to_owned())).or_default() += 1;
    }

    fn event(&mut self, event: Emitted<'_>, cast: &Cast) {
        match event.kind() {
            "burn" => self.burnt += coins(field(event, "amount")),
            "coinbase" => self.minted += coins(field(event, "amount")),
            "vsc.task_moved" if !field(event, "outcome").ends_with("UNSPECIFIED") => {
                self.count("task", field(event, "outcome"));
            }
            "vsc.case_ruled"
                if field(event, "status") == "CASE_STATUS_CLOSING"
                    || field(event, "ruling") == "RULING_DROPPED" =>
            {
                self.count("case", field(event, "ruling"));
            }
            "vsc.case_ruled" => self.count("jury", field(event, "ruling")),
            "vsc.committee_drawn" => self.count("round", field(event, "purpose")),
            "vsc.round_counted" => self.count("verdict", field(event, "verdict")),
            "quorum.offended" => {
                let offence = field(event, "offence");
                self.count("offence", offence);
                let who = cast.name_of(field(event, "validator")).expect("a validator");
                let kind = cast.kind(who);
                *self.offences.entry((kind, offence.to_owned())).or_default() += 1;
                if kind == Kind::Honest {
                    let (task, round) = (field(event, "task"), field(event, "round"));
                    self.faults.push(format!("{who}: {offence} in round {round} of task-{task}"));
                }
            }
            "idao.executed" => self.count("proposal", "executed"),
            "idao.decided" => self.count("proposal", "decided"),
            "quorum.jailed" => self.count("member", "jailed"),
            "scheduler.set_aside" => self.count("queue", "set aside"),
            "idao.claimed" => {
                if let Some(name) = cast.name_of(field(event, "account")) {
                    *self.incomes.entry(cast.kind(name)).or_default() += coins(field(event, "amount"));
                }
            }
            _ => {}
        }
    }

    /// How often something happened.
    pub(super) fn of(&self, what: &'static str, which: &str) -> u32 {
        self.counts.get(&(what, which.to_owned())).copied().unwrap_or(0)
    }
}

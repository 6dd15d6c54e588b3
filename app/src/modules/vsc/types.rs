//! Parameters, limits, and what waits in the queues.

use proto::{amount::Amount, lazchain::vsc::v1 as pb};
use state::{Fault, Key};

use super::money::{CaseRates, FeeSplit};
use crate::{
    error::Result,
    given::{self, amount, refused, span, within},
    stored,
    time::Span,
};

/// Most bytes of content that a point of view carries.
pub(crate) const MAX_CONTENT: usize = 32 * 1024;
/// Most beneficiaries of the owner's shares.
pub(crate) const MAX_BENEFICIARIES: usize = 16;
/// Most consents: of all beneficiaries.
pub(crate) const MAX_CONSENTS: usize = 16;
/// Most ballots in one transaction.
pub(crate) const MAX_BALLOTS: usize = 64;
/// Most seats of a round: members of a Quorum.
pub(crate) const MAX_SEATS: u32 = 64;
/// Most bytes of a wrapped data key.
pub(crate) const MAX_WRAPPED: usize = 256;
/// Most places that evidence is found at.
pub(crate) const MAX_LOCATORS: usize = 4;
/// Most pieces of evidence in a case.
pub(crate) const MAX_EVIDENCE: usize = 32;
/// Most challengers of a case: who opens it, and those who join.
pub(crate) const MAX_CHALLENGERS: usize = 9;
/// Most cases on one verdict, and on one task.
pub(crate) const MAX_CASES: u32 = 8;
/// Most rounds of a task; beyond that no second look is thrown, and a case goes to governance.
pub(crate) const MAX_ROUNDS: u32 = 64;
/// Steps of a Quorum's rounds: n, 2n+1, 4n+3.
pub(crate) const STEPS: u32 = 3;
/// Quorums that a task is given to.
pub(crate) const MAX_TRIED: usize = 2;
/// Conflicts may remove this part of a Quorum's power, over three.
pub(crate) const CONFLICT_THIRDS: u128 = 3;
/// Most of an asset that a trust edge gives to the Quorum's pool, in millionths.
pub(crate) const MAX_POOL_SHARE: u32 = 200_000;
/// All shares of an asset.
pub(crate) const WHOLE: u32 = 1_000_000;
/// Seats to draw when `n` are asked for: n, 2n+1, 4n+3, at most [`MAX_SEATS`].
pub(crate) fn seats_of(committee: u32, step: u32) -> u32 {
    let seats = match step {
        0 => committee,
        1 => committee.saturating_mul(2).saturating_add(1),
        _ => committee.saturating_mul(4).saturating_add(3),
    };
    seats.min(MAX_SEATS)
}

const LAZ: u128 = 1_000_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn secs(secs: u64) -> Option<prost_types::Duration> {
    Some(Span::from_secs(secs).wire())
}

/// What a new chain starts with.
pub(crate) fn live() -> pb::Params {
    pb::Params {
        seal_deposit: LAZ.to_string(),
        seal_life: secs(DAY),
        min_value_at_risk: 100_u128.saturating_mul(LAZ).to_string(),
        deposit_fees: 4,
        deposit_bps: 2_000,
        max_open_account: 16,
        max_open_idao: 256,
        routing_time: secs(7 * DAY),
        liability: secs(7 * DAY),
        appeal_time: secs(DAY),
        ruling_time: secs(5 * DAY),
        slash_time: secs(HOUR),
        reserve_bps: 10_000,
        ballots_bps: 7_500,
        audit_bps: 500,
        burnt_bps: 1_000,
        bond_fees: 2,
        bond_bps: 500,
        bond_burnt_bps: 3_000,
        look_bps: 500,
        canaries: 2,
    }
}

/// What a local network starts with.
pub(crate) fn local() -> pb::Params {
    pb::Params {
        seal_life: secs(HOUR),
        routing_time: secs(HOUR),
        liability: secs(600),
        appeal_time: secs(60),
        ruling_time: secs(1_200),
        slash_time: secs(60),
        ..live()
    }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    amount("seal_deposit", &params.seal_deposit)?;
    amount("min_value_at_risk", &params.min_value_at_risk)?;
    span("seal_life", params.seal_life.as_ref(), 60..=30 * DAY)?;
    within("deposit_fees", params.deposit_fees.into(), 1..=100)?;
    within("deposit_bps", params.deposit_bps.into(), 1..=10_000)?;
    within("max_open_account", params.max_open_account.into(), 1..=1_000)?;
    within("max_open_idao", params.max_open_idao.into(), 1..=100_000)?;
    span("routing_time", params.routing_time.as_ref(), 60..=60 * DAY)?;
    span("liability", params.liability.as_ref(), 60..=60 * DAY)?;
    span("appeal_time", params.appeal_time.as_ref(), 10..=14 * DAY)?;
    let ruling = span("ruling_time", params.ruling_time.as_ref(), 60..=30 * DAY)?;
    let slash = span("slash_time", params.slash_time.as_ref(), 10..=DAY)?;
    if slash >= ruling {
        return Err(refused("slash_time must be less than ruling_time"));
    }
    within("reserve_bps", params.reserve_bps.into(), 10_000..=100_000)?;
    let parts = [params.ballots_bps, params.audit_bps, params.burnt_bps];
    let sum = parts.iter().fold(0_u32, |sum, part| sum.saturating_add(*part));
    given::bps("ballots_bps + audit_bps + burnt_bps", sum, 10_000)?;
    within("bond_fees", params.bond_fees.into(), 1..=100)?;
    within("bond_bps", params.bond_bps.into(), 1..=10_000)?;
    given::bps("bond_burnt_bps", params.bond_burnt_bps, 10_000)?;
    given::bps("look_bps", params.look_bps, 10_000)?;
    within("canaries", params.canaries.into(), 0..=100)?;
    Ok(())
}

/// How a fee is divided.
pub(crate) const fn fee_split(params: &pb::Params) -> FeeSplit {
    FeeSplit { ballots_bps: params.ballots_bps, audit_bps: params.audit_bps, burnt_bps: params.burnt_bps }
}

/// What a case settles by. A jury gets what the ballots of a verdict would.
pub(crate) const fn case_rates(params: &pb::Params, fee: Amount) -> CaseRates {
    CaseRates { fee, jury_bps: params.ballots_bps, bond_burnt_bps: params.bond_burnt_bps }
}

/// A length of time among the parameters.
pub(crate) fn time_of(span: Option<&prost_types::Duration>) -> Span {
    stored::span(span)
}

/// What an entry of a queue is about: a task, and a round or case of it. Seals are entries of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub what: What,
    pub task: u64,
    /// Round, case, or the verdict's number.
    pub number: u32,
    /// Phase of a round, rung of a case; of a canary, 1 if its window is over.
    pub detail: u8,
}

/// Why it is in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// An update, or its next round.
    Route,
    Look,
    Jury,
    Phase,
    RouteBy,
    Window,
    Liability,
    Appeal,
    RuleBy,
    Case,
    Canary,
}

const ALL: [What; 11] = [
    What::Route,
    What::Look,
    What::Jury,
    What::Phase,
    What::RouteBy,
    What::Window,
    What::Liability,
    What::Appeal,
    What::RuleBy,
    What::Case,
    What::Canary,
];

impl Entry {
    pub(crate) const fn new(what: What, task: u64, number: u32) -> Entry {
        Entry { what, task, number, detail: 0 }
    }

    /// As it waits.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let place = ALL.iter().position(|what| *what == self.what).unwrap_or_default();
        let place = u8::try_from(place).expect("there are eleven");
        let mut out = Vec::new();
        (place, self.task, self.number, self.detail).encode(&mut out);
        out
    }

    /// As it was pushed.
    pub(crate) fn read(mut bytes: &[u8]) -> Result<Entry, Fault> {
        let (place, task, number, detail) = <(u8, u64, u32, u8)>::decode(&mut bytes)?;
        let what = ALL.get(usize::from(place)).copied();
        let what = what.ok_or_else(|| Fault::corrupt("entry of a queue", format!("{place} is nothing")))?;
        Ok(Entry { what, task, number, detail })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sets_of_parameters_are_within_their_ranges() {
        check(&live()).expect("live");
        check(&local()).expect("local");
        assert!(check(&pb::Params { ballots_bps: 9_000, ..live() }).is_err());
        assert!(check(&pb::Params { slash_time: secs(1_200), ..local() }).is_err());
        assert!(check(&pb::Params { seal_deposit: "-1".into(), ..live() }).is_err());
        assert!(check(&pb::Params { reserve_bps: 9_999, ..live() }).is_err());
        assert!(check(&pb::Params { liability: None, ..live() }).is_err());
    }

    #[test]
    fn an_entry_survives_its_queue() {
        for what in ALL {
            let entry = Entry { what, task: 7, number: 3, detail: 2 };
            assert_eq!(Entry::read(&entry.bytes()).expect("reads"), entry);
        }
        assert!(Entry::read(&[200; 14]).is_err());
    }

    #[test]
    fn rounds_grow_up_to_the_seats_of_a_quorum() {
        assert_eq!([0, 1, 2].map(|step| seats_of(4, step)), [4, 9, 19]);
        assert_eq!([0, 1, 2].map(|step| seats_of(15, step)), [15, 31, 63]);
        assert_eq!(seats_of(64, 2), MAX_SEATS);
    }
}

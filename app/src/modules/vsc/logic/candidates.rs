//! Which Quorums could take a task, and which of their members.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::{idao::v1 as idao_pb, quorum::v1 as quorum_pb, vsc::v1 as pb},
};
use state::Read;

use super::super::{
    committee::{self, Wanted},
    types::{CONFLICT_THIRDS, MAX_ROUNDS, seats_of},
};
use super::{member, params, rounds_of};
use crate::{
    error::Result,
    fixed::{bps_ceil, product},
    modules::{idao, quorum},
    stored,
    time::Time,
};

/// Open duties of a member in one Quorum, above which it is not drawn.
const MAX_DUTIES: u32 = 32;

/// What a committee is looked for.
pub(super) struct Search {
    pub update: pb::Update,
    /// Rounds drawn so far.
    pub rounds: u32,
    /// 0, 1, 2: n, 2n+1, 4n+3 seats.
    pub step: u32,
    /// Whether an acceptance may come of it, so that its value is reserved and the trust edge must cover it.
    pub anchors: bool,
    /// The most that may be asked; a jury is not paid by its own prices.
    pub most_fee: Option<Amount>,
    /// Quorums out of question.
    pub tried: Vec<u64>,
    /// Accounts in conflict besides the founder and holders of roles.
    pub conflicts: BTreeSet<Address>,
    /// Members out of question.
    pub barred: BTreeMap<ValAddress, pb::Bar>,
    pub now: Time,
}

/// A Quorum whose members were looked at.
pub(super) struct Field {
    pub rules: quorum_pb::Rules,
    pub measurement: quorum_pb::Measurement,
    /// In order of address.
    pub runners: Vec<pb::Runner>,
    /// What the edge says.
    pub dat_backed: bool,
    pub quorum_share_bps: u32,
    pub fee: Amount,
}

/// What came of looking at one.
pub(super) struct Considered {
    pub candidate: pb::Candidate,
    /// Without a bar it has one, unless it waits to be measured in this epoch.
    pub field: Option<Field>,
    pub unmeasured: bool,
}

/// Who is out of question for the next round of a verdict: who was absent in one before. After a verdict, whoever
/// judged the task.
pub(super) fn barred(state: &dyn Read, task: &pb::Task) -> Result<BTreeMap<ValAddress, pb::Bar>> {
    let mut barred = BTreeMap::new();
    for round in rounds_of(state, task.id)? {
        for seat in &round.seats {
            if task.verdicts > 0 {
                barred.insert(member(seat)?, pb::Bar::Judged);
            } else if seat.conduct() == pb::Conduct::Absent {
                barred.insert(member(seat)?, pb::Bar::Absent);
            }
        }
    }
    Ok(barred)
}

/// The task's own conflicts, as of queueing, and those of a case.
pub(super) fn conflicts(task: &pb::Task, case: Option<&pb::Case>) -> Result<BTreeSet<Address>> {
    let parties = case.iter().flat_map(|case| &case.calls).flat_map(|call| &call.parties);
    let texts = task.conflicts.iter().chain(parties.map(|party| &party.account));
    texts.map(|text| Ok(stored::address(text)?)).collect()
}

/// What a committee of these rules takes.
pub(super) fn wanted(params: &pb::Params, rules: &quorum_pb::Rules, step: u32, value: Amount) -> Wanted {
    Wanted {
        most: seats_of(rules.committee, step),
        least: rules.least_seats,
        threshold_bps: rules.threshold_bps,
        value_at_risk: value,
        reserve_bps: params.reserve_bps,
    }
}

/// What is reserved for.
pub(super) fn value_of(search: &Search) -> Result<Amount> {
    if !search.anchors {
        return Ok(Amount::ZERO);
    }
    Ok(stored::amount(&search.update.value_at_risk)?)
}

/// What a Quorum asks for an update; nothing if it does not judge the kind.
fn fee(rules: &quorum_pb::Rules, kind: i32, value: Amount) -> Result<Option<Amount>> {
    let Some(fee) = rules.fees.iter().find(|fee| fee.kind == kind) else { return Ok(None) };
    Ok(Some(stored::amount(&fee.base)?.plus(bps_ceil(value, fee.bps)?)?))
}

/// Looks at the Quorum of a trust edge.
pub(super) fn consider(state: &dyn Read, search: &Search, edge: &idao_pb::TrustEdge) -> Result<Considered> {
    let mut candidate = pb::Candidate { quorum: edge.quorum, ..pb::Candidate::default() };
    let (bar, fee) = terms(state, search, edge, &mut candidate)?;
    if bar != pb::Bar::None {
        candidate.set_bar(bar);
        return Ok(Considered { candidate, field: None, unmeasured: false });
    }
    let Some(mut field) = look(state, search, edge.quorum)? else {
        return Ok(Considered { candidate, field: None, unmeasured: true });
    };
    field.dat_backed = edge.mode() == idao_pb::TrustMode::DatBacked;
    (field.quorum_share_bps, field.fee) = (edge.quorum_share_bps, fee);
    let bar = seatable(state, search, &field)?;
    candidate.set_bar(bar);
    let field = (bar == pb::Bar::None).then_some(field);
    Ok(Considered { candidate, field, unmeasured: false })
}

/// What the edge and the Quorum's rules say, and the fee.
fn terms(
    state: &dyn Read,
    search: &Search,
    edge: &idao_pb::TrustEdge,
    candidate: &mut pb::Candidate,
) -> Result<(pb::Bar, Amount)> {
    let update = &search.update;
    let value = stored::amount(&update.value_at_risk)?;
    let Some(found) = quorum::find(state, edge.quorum)? else {
        return Ok((pb::Bar::QuorumStatus, Amount::ZERO));
    };
    let rules = quorum::rules(&found);
    let asked = fee(&rules, update.kind, value)?;
    candidate.fee = asked.unwrap_or_default().to_string();
    let counted = quorum::reliability(state, edge.quorum)?;
    candidate.reliability_bps = quorum::reliability_bps(&counted)?;
    candidate.verdicts = counted.verdicts;
    (candidate.failed, candidate.overturned) = (counted.failed, counted.overturned);
    candidate.budget = quorum::budget(state, edge.quorum)?.to_string();
    let covers = value <= stored::amount(&edge.max_value_at_risk)?
        && value >= stored::amount(&edge.min_value_at_risk)?;
    let below = rules.committee < edge.min_committee
        || rules.threshold_bps < edge.min_threshold_bps
        || stored::span(rules.challenge_window.as_ref()) < stored::span(edge.min_challenge_window.as_ref());
    let bar = if search.tried.contains(&edge.quorum) {
        pb::Bar::Tried
    } else if found.status() != quorum_pb::Status::Active {
        pb::Bar::QuorumStatus
    } else if asked.is_none() || !edge.kinds.contains(&update.kind) {
        pb::Bar::Kind
    } else if search.anchors && !covers {
        pb::Bar::Value
    } else if below {
        pb::Bar::Floor
    } else if search.most_fee.is_some_and(|most| asked.is_some_and(|fee| fee > most)) {
        pb::Bar::Fee
    } else {
        pb::Bar::None
    };
    Ok((bar, asked.unwrap_or_default()))
}

/// The members of a Quorum as this epoch measured them; nothing while it is not measured.
pub(super) fn look(state: &dyn Read, search: &Search, id: u64) -> Result<Option<Field>> {
    let rules = quorum::rules(&quorum::quorum(state, id)?);
    let Some(measurement) = quorum::measured(state, id)? else { return Ok(None) };
    let idao = search.update.idao;
    let mut runners = Vec::with_capacity(measurement.members.len());
    for row in &measurement.members {
        let operator = stored::val_address(&row.validator)?;
        let account = operator.account();
        let in_conflict =
            search.conflicts.contains(&account) || idao::holds_role_or_founded(state, idao, &account)?;
        let keyless = row.attestation_key.len() != 32 || row.sealing_key.len() != 32;
        let bar = if stored::amount(&row.power)?.is_zero() || keyless {
            pb::Bar::Powerless
        } else if in_conflict {
            pb::Bar::Conflict
        } else if let Some(bar) = search.barred.get(&operator) {
            *bar
        } else if quorum::open_duties(state, id, &operator)? >= MAX_DUTIES {
            pb::Bar::Busy
        } else {
            pb::Bar::None
        };
        let free = quorum::free(state, id, &operator, &measurement)?.to_string();
        let (member, power) = (row.validator.clone(), row.power.clone());
        runners.push(pb::Runner { member, power, free, bar: bar.into() });
    }
    let fee = Amount::ZERO;
    Ok(Some(Field { rules, measurement, runners, dat_backed: false, quorum_share_bps: 0, fee }))
}

/// Those without a bar.
pub(super) fn eligible(field: &Field) -> Result<Vec<committee::Runner>> {
    let free = field.runners.iter().filter(|one| one.bar() == pb::Bar::None);
    let runner = |one: &pb::Runner| -> Result<committee::Runner> {
        let (power, free) = (stored::amount(&one.power)?, stored::amount(&one.free)?);
        Ok(committee::Runner { member: stored::val_address(&one.member)?, power, free })
    };
    free.map(runner).collect()
}

/// Whether conflicts leave enough of it, and there are members for a committee.
fn seatable(state: &dyn Read, search: &Search, field: &Field) -> Result<pb::Bar> {
    let mut lost = Amount::ZERO;
    for runner in field.runners.iter().filter(|one| one.bar() == pb::Bar::Conflict) {
        lost = lost.plus(stored::amount(&runner.power)?)?;
    }
    let total = stored::amount(&field.measurement.total)?;
    if product(lost.units(), CONFLICT_THIRDS) > product(total.units(), 1) {
        return Ok(pb::Bar::Conflicts);
    }
    Ok(if can_seat(state, search, field)? { pb::Bar::None } else { pb::Bar::Seats })
}

/// Whether there are members for a committee.
pub(super) fn can_seat(state: &dyn Read, search: &Search, field: &Field) -> Result<bool> {
    if search.rounds >= MAX_ROUNDS {
        return Ok(false);
    }
    let wanted = wanted(&params(state)?, &field.rules, search.step, value_of(search)?);
    Ok(wanted.seats(&eligible(field)?)?.is_some())
}

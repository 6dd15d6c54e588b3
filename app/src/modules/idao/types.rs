//! Parameters, rules, and what waits in the queues.

use proto::{amount::Amount, lazchain::idao::v1 as pb};

use super::errors::Error;
use crate::{
    error::Result,
    given::{bps, refused, span, within},
    modules, stored,
    time::Span,
};

/// Most messages in one proposal.
pub(crate) const MAX_MESSAGES: usize = 8;
/// Most trust edges of one iDAO.
pub(crate) const MAX_EDGES: u32 = 16;
/// Most denominations that members' income of one iDAO comes in; others go to the treasury whole.
pub(crate) const MAX_POTS: u32 = 16;
/// Most message types of one agent, and of the stewards of one iDAO.
pub(crate) const MAX_TYPES: usize = 16;
/// Most bytes of a type URL.
pub(crate) const MAX_TYPE_URL: usize = 128;
/// Kinds of update there are.
pub(crate) const MAX_KINDS: usize = 5;
/// Most iDAOs that one DAT is a membership of.
pub(crate) const MAX_DAT_MEMBERSHIPS: u32 = 8;
/// Most that can be asked as points' cap: far above what an account can earn, so that sums of powers fit.
pub(crate) const MAX_POINTS_CAP: u128 = 1_000_000_000_000_000_000;
/// Freezes voted down after which a guardian loses the role.
pub(crate) const VOTED_DOWN: u32 = 2;

const DAY: u64 = 86_400;
const LAZ: u64 = 1_000_000;
const YEAR: u64 = 366 * DAY;

fn secs(secs: u64) -> Option<prost_types::Duration> {
    Some(Span::from_secs(secs).wire())
}

fn rules(voting_secs: u64, lock_secs: u64) -> pb::Rules {
    pb::Rules {
        membership: pb::Membership::Application.into(),
        membership_asset: 0,
        membership_deposit: "0".into(),
        voting: pb::Voting::OneMemberOneVote.into(),
        points_cap: "0".into(),
        quorum_bps: 3_000,
        threshold_bps: 5_001,
        veto_bps: 3_334,
        voting_period: secs(voting_secs),
        time_lock: secs(lock_secs),
        vote_needed: Vec::new(),
        steward_messages: Vec::new(),
        split_bps: 1_000,
        points_share_bps: 5_000,
    }
}

/// What a new chain starts with.
pub(crate) fn live() -> pb::Params {
    let laz = |count: u64| (count.saturating_mul(LAZ)).to_string();
    pb::Params {
        create_deposit: laz(100),
        proposal_deposit: laz(10),
        record_deposit: laz(1),
        default_rules: Some(rules(3 * DAY, DAY)),
        application_period: secs(2 * DAY),
        invitation_period: secs(14 * DAY),
        min_voting_period: secs(3_600),
        max_voting_period: secs(30 * DAY),
        min_time_lock: secs(DAY),
        max_time_lock: secs(30 * DAY),
        execution_period: secs(14 * DAY),
        execution_gas: 10_000_000,
        max_open_proposals: 3,
        freeze_period: secs(3 * DAY),
        freeze_vote_period: secs(2 * DAY),
        freeze_extension: secs(30 * DAY),
        max_freezes: 2,
        max_agents: 8,
        weights: Some(pb::Weights { pov: 1, dataset: 2, model: 3, agent: 2, behaviour: 1 }),
        max_split_bps: 3_000,
        max_quorum_share_bps: 2_000,
        retention: secs(30 * DAY),
    }
}

/// What a local network starts with.
pub(crate) fn local() -> pb::Params {
    pb::Params {
        create_deposit: "1000".into(),
        proposal_deposit: "100".into(),
        record_deposit: "10".into(),
        default_rules: Some(rules(30, 5)),
        application_period: secs(30),
        invitation_period: secs(600),
        min_voting_period: secs(5),
        min_time_lock: secs(5),
        execution_period: secs(600),
        freeze_period: secs(60),
        freeze_vote_period: secs(30),
        freeze_extension: secs(300),
        retention: secs(3_600),
        ..live()
    }
}

/// Each in its range.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    for (field, amount) in [
        ("create_deposit", &params.create_deposit),
        ("proposal_deposit", &params.proposal_deposit),
        ("record_deposit", &params.record_deposit),
    ] {
        crate::given::amount(field, amount)?;
    }
    for (field, wire, range) in [
        ("application_period", &params.application_period, 1..=30 * DAY),
        ("invitation_period", &params.invitation_period, 1..=YEAR),
        ("min_voting_period", &params.min_voting_period, 1..=30 * DAY),
        ("max_voting_period", &params.max_voting_period, 1..=YEAR),
        ("min_time_lock", &params.min_time_lock, 0..=30 * DAY),
        ("max_time_lock", &params.max_time_lock, 0..=YEAR),
        ("execution_period", &params.execution_period, 1..=YEAR),
        ("freeze_period", &params.freeze_period, 1..=30 * DAY),
        ("freeze_vote_period", &params.freeze_vote_period, 1..=30 * DAY),
        ("freeze_extension", &params.freeze_extension, 0..=90 * DAY),
        ("retention", &params.retention, 0..=10 * YEAR),
    ] {
        span(field, wire.as_ref(), range)?;
    }
    let length = |wire: &Option<prost_types::Duration>| stored::span(wire.as_ref());
    for (field, less, more) in [
        ("min_voting_period", &params.min_voting_period, &params.max_voting_period),
        ("min_time_lock", &params.min_time_lock, &params.max_time_lock),
        ("freeze_vote_period", &params.freeze_vote_period, &params.freeze_period),
    ] {
        if length(less) > length(more) {
            return Err(refused(format!("{field} is longer than what it has to fit into")));
        }
    }
    within("execution_gas", params.execution_gas, 100_000..=100_000_000)?;
    within("max_open_proposals", params.max_open_proposals.into(), 1..=100)?;
    within("max_freezes", params.max_freezes.into(), 1..=16)?;
    within("max_agents", params.max_agents.into(), 0..=64)?;
    let weights = params.weights.as_ref().ok_or_else(|| refused("weights are missing"))?;
    for weight in [weights.pov, weights.dataset, weights.model, weights.agent, weights.behaviour] {
        within("a weight", weight.into(), 0..=1_000)?;
    }
    bps("max_split_bps", params.max_split_bps, 5_000)?;
    bps("max_quorum_share_bps", params.max_quorum_share_bps, 4_000)?;
    let rules = params.default_rules.clone().ok_or_else(|| refused("default_rules are missing"))?;
    check_rules(params, &parse_rules(rules)?)
}

/// Rules as a message gives them: what can be checked without state.
pub(crate) fn parse_rules(mut rules: pb::Rules) -> Result<pb::Rules> {
    let wrong = |text: &str| -> crate::error::Error { Error::RulesOutOfRange(text.to_owned()).into() };
    let token = rules.membership() == pb::Membership::Token;
    if rules.membership() == pb::Membership::Unspecified || rules.voting() == pb::Voting::Unspecified {
        return Err(wrong("say how members come in and how votes weigh"));
    }
    if token == (rules.membership_asset == 0) {
        return Err(wrong("membership by token names an asset, and no other does"));
    }
    rules.membership_deposit =
        crate::given::amount("membership_deposit", or_zero(&rules.membership_deposit))?.to_string();
    let cap = crate::given::amount("points_cap", or_zero(&rules.points_cap))?;
    if cap.units() > MAX_POINTS_CAP || (rules.voting() == pb::Voting::Points) == cap.is_zero() {
        return Err(wrong("votes by points have a cap from 1 to 10^18, and no others do"));
    }
    rules.points_cap = cap.to_string();
    let part = |field: &str, bps: u32, range: std::ops::RangeInclusive<u32>| {
        let (low, high) = (*range.start(), *range.end());
        if range.contains(&bps) {
            Ok(())
        } else {
            Err(wrong(&format!("{field} is {bps}, not {low} to {high}")))
        }
    };
    part("quorum_bps", rules.quorum_bps, 1..=10_000)?;
    part("threshold_bps", rules.threshold_bps, 5_001..=10_000)?;
    part("veto_bps", rules.veto_bps, 1..=10_000)?;
    part("split_bps", rules.split_bps, 0..=10_000)?;
    part("points_share_bps", rules.points_share_bps, 0..=10_000)?;
    if rules.voting_period.is_none() {
        return Err(wrong("there is no voting period"));
    }
    span("voting_period", rules.voting_period.as_ref(), 1..=YEAR)?;
    rules.time_lock = Some(rules.time_lock.unwrap_or_default());
    span("time_lock", rules.time_lock.as_ref(), 0..=YEAR)?;
    rules.vote_needed = kinds("vote_needed", rules.vote_needed)?;
    rules.steward_messages = types("steward_messages", rules.steward_messages)?;
    let reserved = super::proposable::BY_PROPOSAL_ONLY;
    if let Some(url) = rules.steward_messages.iter().find(|url| reserved.contains(&url.as_str())) {
        return Err(wrong(&format!("{url} takes a proposal, not a steward")));
    }
    Ok(rules)
}

/// An absent amount is 0.
pub(crate) fn or_zero(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}

/// Kinds of update, without duplicates.
pub(crate) fn kinds(field: &str, wire: Vec<i32>) -> Result<Vec<i32>> {
    crate::given::list(field, wire, MAX_KINDS, |kind| match pb::UpdateKind::try_from(kind) {
        Ok(known) if known != pb::UpdateKind::Unspecified => Ok(kind),
        _ => Err(refused(format!("{field}: {kind} is no kind of update"))),
    })
}

/// Full type URLs of messages that the chain knows, without duplicates.
pub(crate) fn types(field: &str, wire: Vec<String>) -> Result<Vec<String>> {
    crate::given::list(field, wire, MAX_TYPES, |url| {
        if url.len() > MAX_TYPE_URL || !modules::routes().any(|route| route.serves(&url)) {
            let shown: String = url.chars().take(MAX_TYPE_URL).collect();
            return Err(refused(format!("{field}: {shown} is no message of this chain")));
        }
        Ok(url)
    })
}

/// Rules against the parameters.
pub(crate) fn check_rules(params: &pb::Params, rules: &pb::Rules) -> Result<()> {
    let (voting, lock) = (stored::span(rules.voting_period.as_ref()), stored::span(rules.time_lock.as_ref()));
    let range = |wire: &Option<prost_types::Duration>| stored::span(wire.as_ref());
    if voting < range(&params.min_voting_period) || voting > range(&params.max_voting_period) {
        let text = format!("the voting period of {} s is not one that the parameters allow", voting.secs());
        return Err(Error::RulesOutOfRange(text).into());
    }
    if lock > range(&params.max_time_lock) {
        let text = format!("the time lock of {} s is longer than the parameters allow", lock.secs());
        return Err(Error::RulesOutOfRange(text).into());
    }
    if rules.split_bps > params.max_split_bps {
        let text = format!("the split of {} bps is more than {}", rules.split_bps, params.max_split_bps);
        return Err(Error::RulesOutOfRange(text).into());
    }
    Ok(())
}

/// The deposit that rules ask of a newcomer.
pub(crate) fn membership_deposit(rules: &pb::Rules) -> Result<Amount> {
    Ok(stored::amount(&rules.membership_deposit)?)
}

/// How many there are in `epoch`.
pub(crate) fn turned(count: Option<&pb::Count>, epoch: u64) -> pb::Count {
    let count = count.cloned().unwrap_or_default();
    if count.epoch >= epoch {
        return count;
    }
    pb::Count { epoch, now: count.now.saturating_add(count.next), next: 0 }
}

/// One more, who counts from an epoch that is this one or the next.
pub(crate) fn entered(count: Option<&pb::Count>, epoch: u64, from: u64) -> Option<pb::Count> {
    let mut count = turned(count, epoch);
    let part = if from <= epoch { &mut count.now } else { &mut count.next };
    *part = part.saturating_add(1);
    Some(count)
}

/// One less, who counted from that epoch.
pub(crate) fn left(count: Option<&pb::Count>, epoch: u64, from: u64) -> Option<pb::Count> {
    let mut count = turned(count, epoch);
    let part = if from <= epoch { &mut count.now } else { &mut count.next };
    *part = part.saturating_sub(1);
    Some(count)
}

/// What a guardian can freeze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Asset(u64),
    Task(u64),
    Proposal(u64),
}

impl Subject {
    /// From the wire.
    pub(crate) fn of(kind: pb::SubjectKind, id: u64) -> Result<Subject> {
        match kind {
            pb::SubjectKind::Asset => Ok(Subject::Asset(id)),
            pb::SubjectKind::Task => Ok(Subject::Task(id)),
            pb::SubjectKind::Proposal => Ok(Subject::Proposal(id)),
            pb::SubjectKind::Unspecified => Err(refused("say what the subject is")),
        }
    }

    /// The wire form.
    pub(crate) const fn wire(self) -> (pb::SubjectKind, u64) {
        match self {
            Subject::Asset(id) => (pb::SubjectKind::Asset, id),
            Subject::Task(id) => (pb::SubjectKind::Task, id),
            Subject::Proposal(id) => (pb::SubjectKind::Proposal, id),
        }
    }

    /// Its key within an iDAO.
    pub(crate) fn key(self, idao: u64) -> (u64, u32, u64) {
        let (kind, id) = self.wire();
        (idao, u32::try_from(i32::from(kind)).unwrap_or(0), id)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Subject::Asset(id) => write!(f, "asset-{id}"),
            Subject::Task(id) => write!(f, "task-{id}"),
            Subject::Proposal(id) => write!(f, "proposal-{id}"),
        }
    }
}

//! Where the money of a task went.

use std::collections::BTreeSet;

use proto::{amount::Amount, lazchain::vsc::v1 as pb};

use super::{Finding, account_of, count, payout_case, sum, word};
use crate::{
    error::Result,
    fixed::bps_floor,
    modules::{
        quorum,
        vsc::{
            money::{FeeSplit, divided},
            tally::sides_with,
        },
    },
    stored::amount,
};

/// What the payouts of a task are recomputed from.
pub struct Paid<'a> {
    /// All of them.
    pub payouts: &'a [pb::Payout],
    /// What was submitted, and how it ended.
    pub task: &'a pb::Task,
    /// Its rounds.
    pub rounds: &'a [pb::Round],
    /// Its cases.
    pub cases: &'a [pb::Case],
}

/// A payout that a rule leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    /// The rule; each is applied once.
    pub rule: String,
    pub lines: Vec<pb::PayoutLine>,
    /// Bonds that go out with it.
    pub bonds: Amount,
    /// What stays in escrow.
    pub fee_left: Amount,
    pub deposit_left: Amount,
}

impl Expected {
    /// Of a payout that leaves the escrow as it is.
    pub(super) fn new(payout: &pb::Payout, rule: impl Into<String>) -> Result<Expected> {
        let (fee_left, deposit_left) = (amount(&payout.fee_held)?, amount(&payout.deposit_held)?);
        Ok(Expected { rule: rule.into(), fee_left, deposit_left, ..Expected::default() })
    }

    /// A line, unless it is of nothing.
    pub(super) fn line(&mut self, to: impl ToString, amount: Amount, what: &str) {
        if !amount.is_zero() {
            let (to, amount, what) = (to.to_string(), amount.to_string(), what.to_owned());
            self.lines.push(pb::PayoutLine { to, amount, what });
        }
    }

    pub(super) fn burn(&mut self, amount: Amount) {
        self.line("", amount, "burnt");
    }
}

/// The payouts of a task: each by its rule, and the sums of the escrow.
///
/// # Errors
/// If a part of the answers cannot be read.
pub fn payout(paid: &Paid<'_>) -> Result<Finding> {
    let task = paid.task;
    let mut finding = Finding::new(format!("payouts of task-{}", task.id));
    let update = task.update.clone().unwrap_or_default();
    finding.fact(
        "status",
        format!("{} {}", word(task.status().as_str_name()), word(task.outcome().as_str_name())),
    );
    finding.fact("most to pay, deposit", format!("{} {}", update.max_fee, task.deposit));
    finding.table("lines", &["payout", "height", "for", "amount", "what", "to"], rows(paid.payouts));
    finding.check("payouts", task.payouts, paid.payouts.len());
    let (mut fee, mut deposit) = (amount(&update.max_fee)?, amount(&task.deposit)?);
    let mut used = BTreeSet::new();
    for (number, payout) in (1_u32..).zip(paid.payouts) {
        let name = format!("payout {number}");
        finding.check(&format!("{name}: its number"), number, payout.number);
        let held = escrow(amount(&payout.fee_held)?, amount(&payout.deposit_held)?);
        finding.check(&format!("{name}: fee and deposit in escrow before"), escrow(fee, deposit), held);
        let all = expected(paid, payout)?;
        let fits = all.iter().find(|one| !used.contains(&one.rule) && one.lines == payout.lines);
        let Some(found) = fits.or_else(|| all.iter().find(|one| !used.contains(&one.rule))) else {
            finding.check(&format!("{name}: a rule for {}", payout.reason), "nothing", text(&payout.lines));
            continue;
        };
        used.insert(found.rule.clone());
        finding.check(&format!("{name}: {}", found.rule), text(&found.lines), text(&payout.lines));
        conserved(&mut finding, &name, payout, found)?;
        (fee, deposit) = (found.fee_left, found.deposit_left);
    }
    let held = escrow(amount(&task.fee_held)?, amount(&task.deposit_held)?);
    finding.check("fee and deposit in escrow now", escrow(fee, deposit), &held);
    if task.status() == pb::TaskStatus::Closed {
        finding.check("nothing stays behind", escrow(Amount::ZERO, Amount::ZERO), held);
    }
    for case in paid.cases.iter().filter(|case| case.status() == pb::CaseStatus::Closed) {
        let staked = !payout_case::staked(case)?.is_zero();
        let settled = used.contains(&payout_case::rule(case));
        finding.check(&format!("bonds of case {} are settled", case.number), true, settled || !staked);
    }
    Ok(finding)
}

fn escrow(fee: Amount, deposit: Amount) -> String {
    format!("{fee} {deposit}")
}

fn rows(payouts: &[pb::Payout]) -> Vec<Vec<String>> {
    let row = |payout: &pb::Payout, line: &pb::PayoutLine| {
        let to = if line.to.is_empty() { "nobody" } else { &line.to };
        let (number, height) = (payout.number.to_string(), payout.height.to_string());
        vec![number, height, payout.reason.clone(), line.amount.clone(), line.what.clone(), to.to_owned()]
    };
    payouts.iter().flat_map(|payout| payout.lines.iter().map(move |line| row(payout, line))).collect()
}

fn text(lines: &[pb::PayoutLine]) -> String {
    super::list(lines.iter().map(|line| {
        let to = if line.to.is_empty() { "nobody" } else { &line.to };
        format!("[{} {} to {to}]", line.amount, line.what)
    }))
}

fn added(payout: &pb::Payout) -> Result<Amount> {
    sum(payout.drawn.iter().map(|one| amount(&one.amount)).collect::<Result<Vec<_>, _>>()?)
}

/// What goes out is what leaves the escrow, the bonds, and what pools added.
fn conserved(finding: &mut Finding, name: &str, payout: &pb::Payout, found: &Expected) -> Result<()> {
    let out = sum(payout.lines.iter().map(|one| amount(&one.amount)).collect::<Result<Vec<_>, _>>()?)?;
    let fee = amount(&payout.fee_held)?.minus_or_zero(found.fee_left);
    let deposit = amount(&payout.deposit_held)?.minus_or_zero(found.deposit_left);
    let from = sum([fee, deposit, found.bonds, added(payout)?])?;
    finding.check(&format!("{name}: out as much as in"), from, out);
    Ok(())
}

/// All that a payout for such a reason may be.
fn expected(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    match payout.reason.as_str() {
        "refund" => refunds(paid, payout),
        "verdict" => verdict(paid, payout).map(|one| vec![one]),
        "keys" => keys(paid, payout),
        "canary" => canary(paid, payout),
        "settlement" => settlement(paid, payout),
        "look" => look(paid, payout),
        "case" => payout_case::expected(paid, payout),
        _ => Ok(Vec::new()),
    }
}

/// All of it, where there was no verdict; the deposit, where it was not forfeited; what the Quorum does not ask for; and
/// the fee of a rejection that fell.
fn refunds(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    use pb::Outcome::{
        Canary, Declined, Displaced, Expired, Rejected, Settled, Unanchored, Undelivered, Withdrawn,
    };
    let (task, mut all) = (paid.task, Vec::new());
    let (fee, deposit) = (amount(&payout.fee_held)?, amount(&payout.deposit_held)?);
    for round in paid.rounds.iter().filter(|round| spoke(round)) {
        let rule = format!("back what round {} does not ask for", round.round);
        let asked = amount(&round.fee)?;
        let mut one = Expected { fee_left: fee.min(asked), ..Expected::new(payout, rule)? };
        one.line(&task.submitter, fee.minus_or_zero(asked), "refund");
        all.push(one);
    }
    let fell =
        |case: &&pb::Case| case.ruling() == pb::Ruling::Overturned && case.against() != pb::Verdict::Accept;
    for case in paid.cases.iter().filter(fell) {
        let rule = format!("back the fee of the rejection that fell in case {}", case.number);
        let mut one = Expected { fee_left: Amount::ZERO, ..Expected::new(payout, rule)? };
        one.line(&task.submitter, fee, "refund");
        all.push(one);
    }
    let no_verdict =
        matches!(task.outcome(), Declined | Displaced | Expired | Unanchored | Undelivered | Withdrawn);
    let kept = matches!(task.outcome(), Canary | Rejected | Settled) && fee.is_zero();
    if no_verdict || kept {
        let mut one = Expected::new(payout, "all back at the end")?;
        (one.fee_left, one.deposit_left) = (Amount::ZERO, Amount::ZERO);
        one.line(&task.submitter, fee, "refund");
        one.line(&task.submitter, deposit, "deposit");
        all.push(one);
    }
    Ok(all)
}

fn spoke(round: &pb::Round) -> bool {
    matches!(round.verdict(), pb::Verdict::Accept | pb::Verdict::Reject | pb::Verdict::Invalid)
}

/// Divides so much of the fee among these, and among the pools of a Quorum.
fn divide(
    payout: &pb::Payout,
    rule: &str,
    (fee, quorum): (Amount, u64),
    paid: &[&pb::Seat],
) -> Result<Expected> {
    let rates = payout.rates.unwrap_or_default();
    let split =
        FeeSplit { ballots_bps: rates.ballots_bps, audit_bps: rates.audit_bps, burnt_bps: rates.burnt_bps };
    let parts = split.of(fee, count(paid))?;
    let mut one = Expected::new(payout, rule)?;
    for seat in paid {
        one.line(account_of(&seat.member)?, parts.each, "ballot");
    }
    one.line(quorum::account(quorum), parts.insurance, "insurance");
    one.line(quorum::account(quorum), parts.audit, "audit");
    one.burn(parts.burnt);
    one.fee_left = one.fee_left.minus_or_zero(fee);
    Ok(one)
}

/// Seats of all verdict rounds of the task's Quorum.
fn judges<'a>(paid: &Paid<'a>, on_side: impl Fn(&pb::Seat) -> bool) -> Vec<&'a pb::Seat> {
    let quorum = paid.task.quorum;
    let mine = |round: &&pb::Round| round.purpose() == pb::Purpose::Verdict && round.quorum == quorum;
    let seats = paid.rounds.iter().filter(mine).flat_map(|round| &round.seats);
    seats.filter(|seat| on_side(seat)).collect()
}

fn verdict(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Expected> {
    let (task, fee) = (paid.task, amount(&payout.fee_held)?);
    let right = judges(paid, |seat| sides_with(seat.verdict(), task.verdict()));
    divide(payout, "the fee to the ballots on the verdict's side", (fee, task.quorum), &right)
}

/// Seats that waited in vain for the data key.
fn keys(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    let waited = |round: &&pb::Round| {
        let excused = round.seats.iter().all(|seat| seat.conduct() == pb::Conduct::Excused);
        round.purpose() == pb::Purpose::Verdict && excused && paid.task.outcome() == pb::Outcome::Undelivered
    };
    let Some(round) = paid.rounds.iter().rev().find(waited) else { return Ok(Vec::new()) };
    let fee = amount(&round.fee)?.min(amount(&payout.fee_held)?);
    let seats: Vec<&pb::Seat> = round.seats.iter().collect();
    Ok(vec![divide(payout, "the fee to the seats that waited for the key", (fee, round.quorum), &seats)?])
}

/// Who did not accept it is paid; the planter has the fee from the audit pool, as far as that reached.
fn canary(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    let task = paid.task;
    if task.outcome() != pb::Outcome::Canary {
        return Ok(Vec::new());
    }
    if payout.drawn.is_empty() {
        let awake = judges(paid, |seat| matches!(seat.verdict(), pb::Verdict::Reject | pb::Verdict::Invalid));
        let fee = (amount(&payout.fee_held)?, task.quorum);
        return Ok(vec![divide(payout, "the fee to those who did not accept the canary", fee, &awake)?]);
    }
    let mut one = Expected::new(payout, "the fee back to the planter from the audit pool")?;
    one.line(&task.submitter, added(payout)?.min(amount(&payout.fee)?), "refund");
    Ok(vec![one])
}

fn settlement(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    if !matches!(paid.task.outcome(), pb::Outcome::Invalid | pb::Outcome::Canary) {
        return Ok(Vec::new());
    }
    let mut one =
        Expected::new(payout, "the deposit of what was invalid, or of a canary revealed late, is burnt")?;
    one.burn(one.deposit_left);
    one.deposit_left = Amount::ZERO;
    Ok(vec![one])
}

/// Those who looked and were on the side that prevailed, from the audit pool, as far as that reached.
fn look(paid: &Paid<'_>, payout: &pb::Payout) -> Result<Vec<Expected>> {
    let Some(round) = paid.rounds.iter().find(|round| round.purpose() == pb::Purpose::Look) else {
        return Ok(Vec::new());
    };
    let called = paid.cases.iter().find(|case| case.by_look);
    let fell = called.is_some_and(|case| case.ruling() == pb::Ruling::Overturned);
    let rejected = matches!(round.verdict(), pb::Verdict::Reject | pb::Verdict::Invalid);
    let side = if fell || (called.is_none() && rejected) { pb::Verdict::Reject } else { pb::Verdict::Accept };
    let seats: Vec<&pb::Seat> = round.seats.iter().filter(|seat| sides_with(seat.verdict(), side)).collect();
    let count = count(&seats);
    let rates = payout.rates.unwrap_or_default();
    let wanted = divided(bps_floor(amount(&payout.fee)?, rates.ballots_bps)?, count).times(count.into())?;
    let drawn = added(payout)?.min(wanted);
    let (each, mut left) = (divided(drawn, count), drawn);
    let mut one = Expected::new(payout, "from the audit pool to those who looked and were right")?;
    for seat in seats {
        one.line(account_of(&seat.member)?, each, "ballot");
        left = left.minus_or_zero(each);
    }
    one.line(quorum::account(round.quorum), left, "audit");
    Ok(vec![one])
}

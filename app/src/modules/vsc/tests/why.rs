//! A chain that had decided otherwise is found out.

use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::acts::{challenge, dataset};
use super::{ACCEPT, REJECT, World};
use crate::{
    error::Result,
    testkit::CHAIN_ID,
    why::{self, Drawn, Finding, Paid, Routed, Slashed},
};

/// Whether a decision is found to be wrong, or its inputs make no sense.
fn wrong(finding: Result<Finding>) -> bool {
    finding
        .map_or(true, |finding| !finding.is_right() && finding.verdict().starts_with("the chain was WRONG"))
}

/// A way in which a chain could have decided otherwise.
type Bend<T> = (&'static str, fn(&mut T));

/// The scenario of a dataset that is accepted, with a dissenter.
fn accepted() -> World {
    let mut world = World::new(false, true);
    let task = world.drawn("ada", dataset("data", 9_000));
    world.judge(task, 1, &[ACCEPT, ACCEPT, ACCEPT, REJECT]);
    world.end_window();
    world
}

#[test]
fn a_choice_that_was_not_by_weight_and_lot_is_found_out() {
    let world = accepted();
    let (answer, task, drawings) =
        (world.why_routing(1, 0).expect("routed"), world.task(1), world.drawings(1, 0));
    let again = |answer: &pb::QueryWhyRoutingResponse, drawings: &[pb::Drawing]| {
        why::routing(&Routed { answer, task: &task, drawings })
    };
    assert!(again(&answer, &drawings).expect("reads").is_right());
    let receipt = |answer: &mut pb::QueryWhyRoutingResponse| answer.receipt.take().expect("there");
    let bends: [Bend<pb::Receipt>; 8] = [
        ("beacon", |receipt| receipt.beacon[3] ^= 1),
        ("seed", |receipt| receipt.seed[3] ^= 1),
        ("chosen", |receipt| receipt.chosen = 3 - receipt.chosen),
        ("nobody chosen", |receipt| receipt.chosen = 0),
        ("height", |receipt| receipt.height += 1),
        ("reliability", |receipt| receipt.candidates[0].reliability_bps -= 1),
        ("failed rounds", |receipt| receipt.candidates[1].failed += 1),
        ("fee beyond the limit", |receipt| {
            receipt.candidates.iter_mut().for_each(|one| one.fee = "40000001".into());
        }),
    ];
    for (name, bend) in bends {
        let mut bent = answer.clone();
        let mut record = receipt(&mut bent);
        bend(&mut record);
        bent.receipt = Some(record);
        assert!(wrong(again(&bent, &drawings)), "{name}");
    }
    let mut bent = answer.clone();
    bent.recomputed = 3 - bent.recomputed;
    assert!(wrong(again(&bent, &drawings)));
    let mut heavier = answer.clone();
    let mut record = receipt(&mut heavier);
    let chosen = record.chosen;
    record.candidates.iter_mut().filter(|one| one.quorum == chosen).for_each(|one| one.budget = "1".into());
    heavier.receipt = Some(record);
    assert!(wrong(again(&heavier, &drawings)), "budget");
    assert!(wrong(again(&answer, &[])), "no committee");
}

#[test]
fn a_committee_that_was_not_drawn_from_the_seed_is_found_out() {
    let world = accepted();
    let (answer, task, rounds) = (world.why_drawing(1, 1).expect("drawn"), world.task(1), world.rounds(1));
    let measurement = world.measurement(rounds[0].quorum, rounds[0].measurement).expect("held");
    let again = |answer: &pb::QueryWhyDrawingResponse, rounds: &[pb::Round], task: &pb::Task| {
        why::drawing(&Drawn { answer, task, rounds, measurement: Some(&measurement) })
    };
    assert!(again(&answer, &rounds, &task).expect("reads").is_right());
    let bends: [Bend<pb::Drawing>; 14] = [
        ("beacon", |drawing| drawing.beacon[0] ^= 1),
        ("seed", |drawing| drawing.seed[0] ^= 1),
        ("order", |drawing| drawing.drawn.swap(0, 1)),
        ("one left out", |drawing| drop(drawing.drawn.pop())),
        ("most seats", |drawing| drawing.most = 3),
        ("threshold", |drawing| drawing.threshold_bps = 10_000),
        ("value at risk", |drawing| drawing.value_at_risk = "0".into()),
        ("reserve factor", |drawing| drawing.reserve_bps = 20_000),
        ("power", |drawing| drawing.runners[0].power = "1".into()),
        ("free power", |drawing| drawing.runners[0].free = "0".into()),
        ("more free than power", |drawing| drawing.runners[0].free = "999999999999999".into()),
        ("a bar without a reason", |drawing| drawing.runners[1].set_bar(pb::Bar::Judged)),
        ("a reserve that it could bear", |drawing| drawing.runners[1].set_bar(pb::Bar::Reserve)),
        ("somebody not asked", |drawing| drop(drawing.runners.pop())),
    ];
    for (name, bend) in bends {
        let mut bent = answer.clone();
        bend(bent.drawing.as_mut().expect("there"));
        assert!(wrong(again(&bent, &rounds, &task)), "{name}");
    }
    let bends: [Bend<pb::Round>; 7] = [
        ("reserve", |round| round.reserve = "1".into()),
        ("ballots that decide", |round| round.needed = 2),
        ("quorum", |round| round.quorum = 3 - round.quorum),
        ("seat", |round| round.seats.swap(1, 2)),
        ("power of a seat", |round| round.seats[0].power = "5".into()),
        ("key of a seat", |round| round.seats[0].attestation_key[0] ^= 1),
        ("measurement", |round| round.measurement += 1),
    ];
    for (name, bend) in bends {
        let mut bent = rounds.clone();
        bend(&mut bent[0]);
        assert!(wrong(again(&answer, &bent, &task)), "{name}");
    }
    let member: proto::address::ValAddress = rounds[0].seats[0].member.parse().expect("an operator");
    let in_conflict = pb::Task { conflicts: vec![member.account().to_string()], ..task.clone() };
    assert!(wrong(again(&answer, &rounds, &in_conflict)), "a member in conflict");
    let mut bent = answer.clone();
    bent.recomputed.swap(0, 1);
    assert!(wrong(again(&bent, &rounds, &task)));
}

#[test]
fn a_tally_that_is_not_what_the_seats_signed_is_found_out() {
    let world = accepted();
    let answer = world.why_tally(1, 1);
    assert!(why::tally(&answer, CHAIN_ID).expect("counted").is_right());
    assert!(wrong(why::tally(&answer, "another-chain")));
    let bends: [Bend<pb::Ballot>; 10] = [
        ("verdict", |ballot| ballot.set_verdict(pb::Verdict::Invalid)),
        ("score", |ballot| ballot.score += 1),
        ("report", |ballot| ballot.report_hash[0] ^= 1),
        ("salt", |ballot| ballot.salt[0] ^= 1),
        ("commitment", |ballot| ballot.commit[0] ^= 1),
        ("signature of the commitment", |ballot| ballot.commit_signature[0] ^= 1),
        ("signature of the ballot", |ballot| ballot.reveal_signature[0] ^= 1),
        ("round", |ballot| ballot.round += 1),
        ("not revealed", |ballot| ballot.reveal_height = 0),
        ("a stranger's", |ballot| ballot.member = "lazvaloper1".into()),
    ];
    for (name, bend) in bends {
        let mut bent = answer.clone();
        bend(&mut bent.ballots[0]);
        assert!(wrong(why::tally(&bent, CHAIN_ID)), "{name}");
    }
    let bends: [Bend<pb::Round>; 9] = [
        ("verdict", |round| round.set_verdict(pb::Verdict::Reject)),
        ("score", |round| round.score += 1),
        ("accepts", |round| round.accepts += 1),
        ("ballots that decide", |round| round.needed -= 1),
        ("threshold", |round| round.threshold_bps = 10_000),
        ("conduct", |round| round.seats[0].set_conduct(pb::Conduct::Absent)),
        ("verdict of a seat", |round| round.seats[3].set_verdict(pb::Verdict::Accept)),
        ("key of a seat", |round| round.seats[0].attestation_key = vec![9; 32]),
        ("reveals", |round| round.reveals -= 1),
    ];
    for (name, bend) in bends {
        let mut bent = answer.clone();
        bend(bent.round.as_mut().expect("there"));
        assert!(wrong(why::tally(&bent, CHAIN_ID)), "{name}");
    }
    let mut fewer = answer.clone();
    fewer.ballots.pop();
    assert!(wrong(why::tally(&fewer, CHAIN_ID)));
    let mut early = answer.clone();
    early.round.as_mut().expect("there").set_phase(pb::Phase::Commit);
    let why = why::tally(&early, CHAIN_ID).expect_err("not counted").to_string();
    assert!(
        why.starts_with("round 1 of task-1 is not counted yet: it waits for commit until height"),
        "{why}"
    );
}

#[test]
fn powers_that_do_not_come_from_stake_and_cap_are_found_out() {
    let world = accepted();
    let round = world.round(1, 1);
    let measurement = world.measurement(round.quorum, round.measurement).expect("held");
    assert!(why::power(&measurement).expect("reads").is_right());
    let bends: [Bend<quorum_pb::Measurement>; 10] = [
        ("tokens", |measurement| measurement.members[0].tokens = "1000000".into()),
        ("own part", |measurement| measurement.members[0].own = "1".into()),
        ("allocation", |measurement| measurement.members[0].allocation_bps -= 100),
        ("pledge", |measurement| measurement.members[0].pledge.push('0')),
        ("power", |measurement| measurement.members[0].power.push('0')),
        ("cap", |measurement| measurement.cap_bps -= 100),
        ("those cut", |measurement| measurement.capped += 1),
        ("level", |measurement| measurement.level.push('0')),
        ("total", |measurement| measurement.total.push('0')),
        ("smallest pledge", |measurement| measurement.smallest_pledge = "99000000000000".into()),
    ];
    for (name, bend) in bends {
        let mut bent = measurement.clone();
        bend(&mut bent);
        assert!(wrong(why::power(&bent)), "{name}");
    }
}

/// An acceptance that falls, at once or once it is final.
fn overturned(late: bool) -> World {
    let mut world = World::new(true, false);
    let task = world.accepted("ada", dataset("data", 9_000));
    if late {
        world.end_window();
    }
    world.trust(2, false);
    world.ok(&challenge("chad", task));
    world.await_round(task, 2);
    world.judge(task, 2, &[REJECT, REJECT, REJECT, ACCEPT, REJECT]);
    world
}

#[test]
fn a_slash_that_is_not_its_price_is_found_out() {
    let mut world = overturned(false);
    let round = world.round(1, 1);
    let measurement = world.measurement(round.quorum, round.measurement).expect("held");
    world.end_appeal();
    world.blocks(5);
    let slashes = world.slashes();
    let slash = slashes.iter().find(|slash| slash.id == 2).expect("was slashed");
    let again = |slash: &quorum_pb::Slash, measurement: Option<&quorum_pb::Measurement>| {
        why::slash(&Slashed { slash, round: Some(&round), measurement, all: &slashes })
    };
    for kept in [None, Some(&measurement)] {
        let finding = again(slash, kept).expect("reads");
        assert!(finding.is_right(), "{}", finding.verdict());
    }
    let bends: [Bend<quorum_pb::Slash>; 20] = [
        ("amount", |slash| slash.amount.push('0')),
        ("pledge", |slash| slash.pledge.push('0')),
        ("penalty", |slash| slash.penalty_bps = 5_000),
        ("factor", |slash| slash.factor_bps += 1),
        ("correlation", |slash| slash.correlation += 1),
        ("power at fault", |slash| slash.at_fault = "1".into()),
        ("all power", |slash| slash.total.push('0')),
        ("at least", |slash| slash.at_least.push('0')),
        ("taken before", |slash| slash.taken_before = slash.pledge.clone()),
        ("tokens", |slash| slash.tokens.push('0')),
        ("offence", |slash| slash.set_offence(quorum_pb::OffenceKind::Absent)),
        ("measurement", |slash| slash.measurement += 1),
        ("height", |slash| slash.height += 1),
        ("when stake is gone", |slash| slash.stake_until = slash.decided_at),
        ("a reporter", |slash| slash.reporter = slash.validator.clone()),
        ("more than decided", |slash| slash.others = slash.pledge.clone()),
        ("burnt", |slash| slash.own_burnt = "0".into()),
        ("to the insurance pool", |slash| slash.to_insurance.push('0')),
        ("to the ruling's", |slash| slash.to_refund = "1".into()),
        ("another's", |slash| slash.validator = proto::address::ValAddress::new([3; 20]).to_string()),
    ];
    for (name, bend) in bends {
        let mut bent = slash.clone();
        bend(&mut bent);
        assert!(wrong(again(&bent, Some(&measurement))), "{name}");
    }
}

/// What a payout is recomputed from.
#[derive(Clone)]
struct Money {
    payouts: Vec<pb::Payout>,
    task: pb::Task,
    rounds: Vec<pb::Round>,
    cases: Vec<pb::Case>,
}

impl Money {
    fn of(world: &World, task: u64) -> Money {
        let (payouts, cases) = (world.payouts(task), world.cases(task));
        Money { payouts, task: world.task(task), rounds: world.rounds(task), cases }
    }

    fn again(&self) -> Result<Finding> {
        let Money { payouts, task, rounds, cases } = self;
        why::payout(&Paid { payouts, task, rounds, cases })
    }

    /// Each line of each payout, another amount, another payee, or gone.
    fn assert_each_line_counts(&self) {
        for (place, payout) in self.payouts.iter().enumerate() {
            for line in 0..payout.lines.len() {
                let mut bent = [self.clone(), self.clone(), self.clone()];
                bent[0].payouts[place].lines[line].amount.push('0');
                let to = &mut bent[1].payouts[place].lines[line].to;
                *to = if to.is_empty() { payout.lines[0].to.clone() } else { String::new() };
                bent[2].payouts[place].lines.remove(line);
                let what = format!("line {line} of payout {}", payout.number);
                assert!(bent.iter().all(|bent| wrong(bent.again())), "{what}");
            }
        }
    }
}

#[test]
fn a_payout_of_a_verdict_that_is_not_by_the_rules_is_found_out() {
    let world = accepted();
    let money = Money::of(&world, 1);
    assert!(money.again().expect("reads").is_right());
    money.assert_each_line_counts();
    let bends: [Bend<Money>; 8] = [
        ("what is held", |money| money.payouts[1].fee_held.push('0')),
        ("what is left", |money| money.task.fee_held = "1".into()),
        ("the deposit", |money| money.task.deposit_held = "0".into()),
        ("rates", |money| money.payouts[1].rates.as_mut().expect("there").burnt_bps += 1),
        ("a payout left out", |money| drop(money.payouts.pop())),
        ("paid twice", |money| money.payouts.push(money.payouts[1].clone())),
        ("a ballot on the other side", |money| money.rounds[0].seats[0].set_verdict(pb::Verdict::Reject)),
        ("a refund instead", |money| money.payouts[1].reason = "refund".into()),
    ];
    for (name, bend) in bends {
        let mut bent = money.clone();
        bend(&mut bent);
        assert!(wrong(bent.again()), "{name}");
    }
}

#[test]
fn a_payout_of_a_case_that_is_not_by_the_rules_is_found_out() {
    for late in [false, true] {
        let mut world = overturned(late);
        world.end_appeal();
        let money = Money::of(&world, 1);
        let finding = money.again().expect("reads");
        assert!(finding.is_right(), "{}", finding.verdict());
        money.assert_each_line_counts();
        let bends: [Bend<Money>; 5] = [
            ("the ruling", |money| money.cases[0].set_ruling(pb::Ruling::Upheld)),
            ("the bond", |money| money.cases[0].calls[0].parties[0].bond.push('0')),
            ("a juror", |money| money.rounds[1].seats[3].set_verdict(pb::Verdict::Reject)),
            ("no case", |money| money.cases.clear()),
            ("the outcome of it", |money| drop(money.payouts.pop())),
        ];
        for (name, bend) in bends {
            let mut bent = money.clone();
            bend(&mut bent);
            assert!(wrong(bent.again()), "{name}");
        }
    }
}

//! Who challenges what, who appeals, who tells on members that sign twice.

use std::collections::BTreeSet;

use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::{
    cast::{Cast, Kind},
    desk::Desk,
    facts::{Facts, Worth},
    operators::Stage,
};
use crate::{
    gauntlet::Dice,
    testkit::{address, ballots::hash},
};

/// All challengers.
#[derive(Default)]
pub(super) struct Challengers {
    /// Who has challenged which verdict of a task already.
    done: BTreeSet<(String, u64, u32)>,
}

fn evidence(what: &str) -> Option<pb::Evidence> {
    Some(pb::Evidence { hash: hash(what).to_vec(), locators: vec!["https://example.org/evidence".into()] })
}

impl Challengers {
    pub(super) fn act(&mut self, stage: &Stage, facts: &mut Facts, dice: &mut Dice, desk: &mut Desk) {
        for task in &stage.look.tasks {
            self.challenge(task, stage, (facts.of(task), dice), desk);
        }
        for case in &stage.look.cases {
            let Some(task) = stage.look.task(case.task) else { continue };
            appeal(task, case, stage.cast, (facts.of(task), dice), desk);
        }
        report(stage, facts, desk);
    }

    /// Whoever has a reason and has not done it yet; somebody else's open case is joined while it can be.
    fn challenge(
        &mut self,
        task: &pb::Task,
        stage: &Stage,
        (worth, dice): (Worth, &mut Dice),
        desk: &mut Desk,
    ) {
        use pb::TaskStatus::{Final, Invalid, Provisional, Rejected};
        let challengers: Vec<String> = match task.status() {
            Provisional | Final => {
                let all = [Kind::Challenger, Kind::Griefer, Kind::Plotter];
                all.iter().flat_map(|kind| stage.cast.of(*kind)).cloned().collect()
            }
            Rejected | Invalid => {
                stage.cast.name_of(&task.submitter).map(str::to_owned).into_iter().collect()
            }
            _ => return,
        };
        for who in challengers {
            if !wants(stage.cast.kind(&who), &who, task, (stage.cast, worth, &mut *dice)) {
                continue;
            }
            if self.done.insert((who.clone(), task.id, task.verdicts)) {
                let challenger = stage.cast.account(&who);
                let evidence = evidence("flaw");
                let max_bond = String::new();
                desk.put(&who, &pb::MsgChallenge { challenger, task: task.id, evidence, max_bond });
            }
        }
    }
}

/// Whether somebody challenges a verdict now.
fn wants(kind: Kind, who: &str, task: &pb::Task, (cast, worth, dice): (&Cast, Worth, &mut Dice)) -> bool {
    let wrong = !worth.agrees(task.verdict());
    let own = cast.name_of(&task.submitter) == Some(who);
    match kind {
        // what is wrong is found sooner or later, and late means a double bond
        Kind::Challenger if matches!(worth, Worth::Nothing(_)) => wrong && dice.one_in(10),
        Kind::Challenger => wrong && dice.one_in(if task.case_open { 20 } else { 40 }),
        Kind::Griefer => !wrong && dice.one_in(250),
        Kind::Plotter => own && wrong && dice.one_in(3),
        Kind::Submitter | Kind::Hermit | Kind::Leaver => own && wrong && dice.one_in(2),
        Kind::Forger => own && dice.one_in(40),
        _ => false,
    }
}

/// The side that a jury ruled against goes on while it is right, or stubborn.
fn appeal(task: &pb::Task, case: &pb::Case, cast: &Cast, (worth, dice): (Worth, &mut Dice), desk: &mut Desk) {
    if case.status() != pb::CaseStatus::Appealable {
        return;
    }
    let ruling = case.calls.last().map(pb::Call::ruling);
    let right = worth.agrees(case.against());
    let who = match ruling {
        Some(pb::Ruling::Overturned) if case.against() == pb::Verdict::Accept => {
            let who = cast.name_of(&task.submitter).map(str::to_owned);
            who.filter(|who| right || cast.kind(who) == Kind::Front && dice.one_in(40))
        }
        Some(pb::Ruling::Upheld) => {
            let callers = case.calls.iter().filter(|call| call.caller() == pb::Side::Challenger);
            let parties = callers.flat_map(|call| &call.parties);
            let mut names = parties.filter_map(|party| cast.name_of(&party.account));
            let stubborn = |who: &str| cast.kind(who) == Kind::Griefer && dice.one_in(60);
            let first = names.next().map(str::to_owned);
            let mut stubborn = stubborn;
            first.filter(|who| !right || stubborn(who))
        }
        _ => None,
    };
    if let Some(who) = who {
        let (appellant, evidence) = (cast.account(&who), evidence("more"));
        let max_bond = String::new();
        desk.put(&who, &pb::MsgAppeal { appellant, task: task.id, evidence, max_bond });
    }
}

/// Two ballots of one member are shown by whoever sees them first.
fn report(stage: &Stage, facts: &mut Facts, desk: &mut Desk) {
    let who = &stage.cast.of(Kind::Challenger)[0];
    for leak in std::mem::take(&mut facts.leaks) {
        let [first, second] = leak.ballots;
        let message = quorum_pb::MsgSubmitEquivocation {
            reporter: stage.cast.account(who),
            task: leak.task,
            round: leak.round,
            member: address(&leak.member).operator().to_string(),
            first: Some(first),
            second: Some(second),
        };
        desk.put(who, &message);
    }
}

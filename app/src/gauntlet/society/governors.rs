//! Governance: cases that no jury could decide, brought by a clerk, voted on by validators.

use std::collections::BTreeSet;

use proto::{
    address::Address,
    cosmos::{base::v1beta1::Coin, gov::v1 as gov_pb},
    lazchain::vsc::v1 as pb,
};

use super::{
    cast::{Kind, name},
    desk::Desk,
    facts::Facts,
    operators::Stage,
};
use crate::{gauntlet::Dice, testkit::any};

/// What governance has seen.
#[derive(Default)]
pub(super) struct Governors {
    brought: BTreeSet<(u64, u32)>,
    voted: BTreeSet<(String, u64)>,
}

impl Governors {
    pub(super) fn act(&mut self, stage: &Stage, facts: &Facts, dice: &mut Dice, desk: &mut Desk) {
        for case in &stage.look.cases {
            let Some(task) = stage.look.task(case.task) else { continue };
            let waits = case.status() == pb::CaseStatus::Governance;
            let right = facts.of(task).agrees(case.against());
            // what is right stands without a ruling too, only later: governance need not hurry
            let neglected = right && task.id.is_multiple_of(2);
            if !waits || neglected || !self.brought.insert((case.task, case.number)) {
                continue;
            }
            let ruling = match (right, case.against()) {
                (true, _) => pb::Ruling::Upheld,
                (false, pb::Verdict::Accept) => pb::Ruling::Overturned,
                _ => pb::Ruling::SentBack,
            };
            bring(task.id, ruling, stage, desk);
        }
        for motion in &stage.look.motions {
            for who in stage.cast.validators() {
                if dice.one_in(3) && self.voted.insert((who.to_owned(), motion.id)) {
                    let against = stage.cast.kind(who) == Kind::Cartel;
                    let option = if against { gov_pb::VoteOption::No } else { gov_pb::VoteOption::Yes };
                    let (voter, metadata) = (stage.cast.account(who), String::new());
                    let (proposal_id, option) = (motion.id, option.into());
                    desk.put(who, &gov_pb::MsgVote { proposal_id, voter, option, metadata });
                }
            }
        }
    }
}

fn bring(task: u64, ruling: pb::Ruling, stage: &Stage, desk: &mut Desk) {
    let authority = Address::module("gov").to_string();
    let reason = "Both sides were heard".into();
    let rule = pb::MsgRule { authority, task, ruling: ruling.into(), reason };
    let clerk = name(Kind::Clerk, 2);
    let message = gov_pb::MsgSubmitProposal {
        messages: vec![any(&rule)],
        initial_deposit: vec![Coin { denom: "ulaz".into(), amount: "1000".into() }],
        proposer: stage.cast.account(&clerk),
        metadata: String::new(),
        title: format!("task-{task}"),
        summary: "A ruling".into(),
        expedited: false,
    };
    desk.put(&clerk, &message);
}

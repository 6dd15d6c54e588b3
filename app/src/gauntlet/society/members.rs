//! Members of iDAOs: those who vote, those who come for the distribution alone, one who is many.

use std::collections::BTreeSet;

use prost_types::Any;
use proto::{
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin},
    lazchain::idao::v1 as pb,
};

use super::{
    cast::{Kind, LAZ, name},
    desk::Desk,
    facts::Facts,
    founding::{LAW, OPEN, join, treasury},
    look::ask,
    operators::Stage,
};
use crate::{gauntlet::Dice, testkit::any};

/// What members have done.
#[derive(Default)]
pub(super) struct Members {
    voted: BTreeSet<(String, u64)>,
    /// Nobody leaves or asks for anything.
    pub(super) rest: bool,
}

impl Members {
    pub(super) fn act(&mut self, stage: &Stage, facts: &Facts, dice: &mut Dice, desk: &mut Desk) {
        for proposal in &stage.look.proposals {
            match proposal.status() {
                pb::ProposalStatus::Voting => self.vote(proposal, stage, (facts, dice), desk),
                _ if dice.one_in(3) => {
                    let sybil = name(Kind::Sybil, 0);
                    let executor = stage.cast.account(&sybil);
                    let (proposal, gas_limit) = (proposal.id, 300_000);
                    desk.put(&sybil, &pb::MsgExecuteProposal { executor, proposal, gas_limit });
                }
                _ => {}
            }
        }
        if !self.rest {
            come_and_go(stage, desk);
            grab(stage, dice, desk);
        }
    }

    /// Everybody in the iDAO who has not voted yet: sybils for their own, others for what is right.
    fn vote(
        &mut self,
        proposal: &pb::Proposal,
        stage: &Stage,
        (facts, dice): (&Facts, &mut Dice),
        desk: &mut Desk,
    ) {
        let right = match proposal.kind() {
            pb::ProposalKind::Learning => {
                let Some(task) = stage.look.task(proposal.subject) else { return };
                facts.of(task).agrees(proto::lazchain::vsc::v1::Verdict::Accept) && !task.id.is_multiple_of(5)
            }
            _ => false, // nobody but sybils proposes
        };
        let voters = [Kind::Voter, Kind::Submitter, Kind::Leaver, Kind::Sybil, Kind::Clerk];
        for who in voters.iter().flat_map(|kind| stage.cast.of(*kind)) {
            if !dice.one_in(4) || !self.voted.insert((who.clone(), proposal.id)) {
                continue;
            }
            let kind = stage.cast.kind(who);
            let there = match proposal.idao {
                LAW => !matches!(kind, Kind::Leaver | Kind::Sybil),
                OPEN => kind != Kind::Voter,
                _ => false,
            };
            let yes = if kind == Kind::Sybil { true } else { right };
            let option = if yes { pb::VoteOption::Yes } else { pb::VoteOption::No };
            if there && votes(stage, who, proposal.idao) {
                let voter = stage.cast.account(who);
                desk.put(who, &pb::MsgVote { voter, proposal: proposal.id, option: option.into() });
            }
        }
    }
}

fn member(stage: &Stage, who: &str, idao: u64) -> Option<pb::Member> {
    let ask_it = pb::QueryMemberRequest { idao, account: stage.cast.account(who) };
    let found = ask(stage.look.chain, "/lazchain.idao.v1.Query/Member", &ask_it);
    found.and_then(|found: pb::QueryMemberResponse| found.member)
}

fn votes(stage: &Stage, who: &str, idao: u64) -> bool {
    member(stage, who, idao).is_some_and(|member| member.votes_from > 0)
}

/// Leavers are members around the turn of the epoch, when royalties and emission come in, and not in between.
fn come_and_go(stage: &Stage, desk: &mut Desk) {
    let left = stage.look.next_epoch.saturating_sub(stage.look.height);
    for who in stage.cast.of(Kind::Leaver) {
        let account = stage.cast.account(who);
        match (left, member(stage, who, OPEN)) {
            (3, None) => desk.put(who, &join(account, OPEN)),
            // what there is to claim, they are paid when they leave
            (16, Some(_)) => desk.put(who, &pb::MsgLeaveIdao { member: account, idao: OPEN }),
            _ => {}
        }
    }
}

/// One person in many accounts wants the treasury: whichever account may propose does, and all of them vote.
fn grab(stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let sybils = stage.cast.of(Kind::Sybil);
    let who = dice.pick(sybils).clone();
    let account = stage.cast.account(&who);
    if dice.one_in(15) {
        let coin = Coin { denom: "ulaz".into(), amount: (20 * LAZ).to_string() };
        let send: Any = any(&MsgSend {
            from_address: treasury(OPEN),
            to_address: stage.cast.account(&sybils[0]),
            amount: vec![coin],
        });
        let (title, summary) = ("A grant".into(), "For the work".into());
        let messages = vec![send];
        desk.put(&who, &pb::MsgPropose { proposer: account, idao: OPEN, title, summary, messages });
    } else if dice.one_in(20) {
        desk.put(&who, &join(account, LAW));
    }
}

//! Guardians.

use proto::lazchain::idao::v1 as pb;

use super::super::{Subject, is_frozen, logic};
use super::{
    any, chain, create, executing, join, last_proposal, member, next_epoch, ok, proposal, propose, refused,
    rules, spend, text, treasury, vote,
};
use crate::{
    testkit::{TestChain, address},
    time::Time,
};

fn freezing(who: &str, idao: u64, subject: u64) -> pb::MsgFreezeSubject {
    pb::MsgFreezeSubject {
        guardian: text(who),
        idao,
        kind: pb::SubjectKind::Proposal.into(),
        subject,
        reason_hash: vec![7; 32],
    }
}

/// Ada, who is the guardian, ben and cleo, who all vote.
fn three() -> (TestChain, u64) {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "ben", id, &["ada"]);
    join(&mut chain, "cleo", id, &["ada"]);
    next_epoch(&mut chain);
    (chain, id)
}

fn standing(chain: &TestChain, id: u64, who: &str) -> pb::Standing {
    logic::standing(&chain.node.store().latest(), id, &address(who)).expect("reads")
}

fn closes(chain: &TestChain, id: u64) -> Time {
    crate::stored::time(proposal(chain, id).closes.as_ref())
}

#[test]
fn a_frozen_proposal_takes_no_votes_and_its_clock_goes_on_from_where_it_stood() {
    let (mut chain, id) = three();
    let bad = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    let before = closes(&chain, bad);
    ok(&mut chain, "ada", &freezing("ada", id, bad));
    let on_it = last_proposal(&chain);
    let ballot = pb::MsgVote { voter: text("ben"), proposal: bad, option: pb::VoteOption::Yes.into() };
    assert_eq!(refused(&mut chain, "ben", &ballot), 20);
    let frozen_at = crate::stored::time(proposal(&chain, bad).frozen_at.as_ref());
    // nobody votes on the freeze: at the end of that vote it is lifted, and the guardian is not blamed
    chain.skip_secs(30);
    chain.blocks(1);
    assert_eq!(proposal(&chain, on_it).status(), pb::ProposalStatus::Rejected);
    let lifted = closes(&chain, on_it);
    let after = closes(&chain, bad);
    assert_eq!(after.since(before), lifted.since(frozen_at));
    assert_eq!(standing(&chain, id, "ada"), pb::Standing::default());
    ok(&mut chain, "ben", &ballot);
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, bad)), 36);
    let ask = pb::QueryFreezeRequest { idao: id, kind: pb::SubjectKind::Proposal.into(), subject: bad };
    let answer: pb::QueryFreezeResponse = chain.ask("/lazchain.idao.v1.Query/Freeze", &ask).expect("answers");
    assert!(answer.freeze.is_some_and(|freeze| freeze.ended && !freeze.extended));
}

#[test]
fn members_extend_a_freeze_once_and_it_ends_at_its_instant() {
    let (mut chain, id) = three();
    let bad = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    for who in ["ada", "ben", "cleo"] {
        vote(&mut chain, who, bad, pb::VoteOption::Yes);
    }
    assert_eq!(proposal(&chain, bad).status(), pb::ProposalStatus::Passed);
    ok(&mut chain, "ada", &freezing("ada", id, bad));
    let on_it = last_proposal(&chain);
    for who in ["ada", "ben", "cleo"] {
        vote(&mut chain, who, on_it, pb::VoteOption::Yes);
    }
    chain.skip_secs(70);
    assert_eq!(refused(&mut chain, "ben", &executing("ben", bad)), 20);
    let latest = chain.node.store().latest();
    let freeze = logic::freezes::find(&latest, id, Subject::Proposal(bad)).expect("reads").expect("frozen");
    let until = crate::stored::time(freeze.until.as_ref());
    let just_before = Time::from_nanos(until.nanos() - 1);
    assert!(freeze.extended && is_frozen(&latest, Subject::Proposal(bad), just_before).expect("reads"));
    assert!(!is_frozen(&latest, Subject::Proposal(bad), until).expect("reads"));
    chain.skip_secs(300);
    ok(&mut chain, "ben", &executing("ben", bad));
    assert_eq!(proposal(&chain, bad).failed_runs, 1, "the treasury is empty, but it ran");
}

#[test]
fn a_guardian_voted_down_twice_loses_the_role_and_has_two_freezes_at_a_time() {
    let (mut chain, id) = three();
    let opened: Vec<u64> =
        (0..3).map(|_| propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)])).collect();
    ok(&mut chain, "ada", &freezing("ada", id, opened[0]));
    ok(&mut chain, "ada", &freezing("ada", id, opened[1]));
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, opened[2])), 37);
    let votes = [last_proposal(&chain) - 1, last_proposal(&chain)];
    for (times, on_it) in votes.into_iter().enumerate() {
        for who in ["ada", "ben", "cleo"] {
            vote(&mut chain, who, on_it, pb::VoteOption::No);
        }
        let left = standing(&chain, id, "ada");
        assert_eq!(left.voted_down, if times == 0 { 1 } else { 0 });
    }
    let ada = member(&chain, id, "ada").expect("a member");
    assert!(!ada.roles.contains(&i32::from(pb::Role::Guardian)));
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, opened[2])), 35);
}

#[test]
fn votes_on_a_freeze_or_on_guardians_cannot_be_frozen_nor_can_what_is_not_the_idaos() {
    let (mut chain, id) = three();
    let roles = |account: &str, roles: Vec<i32>| {
        any(&pb::MsgSetRoles { idao_account: treasury(id), idao: id, account: text(account), roles })
    };
    let against = propose(&mut chain, "ben", id, vec![roles("ada", Vec::new())]);
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, against)), 38);
    let remove = any(&pb::MsgRemoveMember { idao_account: treasury(id), idao: id, account: text("ada") });
    let removal = propose(&mut chain, "ben", id, vec![remove]);
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, removal)), 38);
    let new = propose(&mut chain, "cleo", id, vec![roles("ben", vec![pb::Role::Guardian.into()])]);
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, new)), 38);
    let harmless = propose(&mut chain, "ben", id, vec![roles("cleo", vec![pb::Role::Steward.into()])]);
    ok(&mut chain, "ada", &freezing("ada", id, harmless));
    let on_it = last_proposal(&chain);
    assert_eq!(refused(&mut chain, "ada", &freezing("ada", id, on_it)), 38);
    for kind in [pb::SubjectKind::Asset, pb::SubjectKind::Task] {
        let strange = pb::MsgFreezeSubject { kind: kind.into(), ..freezing("ada", id, 77) };
        assert_eq!(refused(&mut chain, "ada", &strange), 38);
    }
    assert_eq!(refused(&mut chain, "ben", &freezing("ben", id, harmless)), 35);
}

#[test]
fn a_freeze_that_nobody_worked_yet_does_not_hold_past_its_instant() {
    let (mut chain, id) = three();
    let bad = propose(&mut chain, "ben", id, vec![spend(id, "ben", 1)]);
    ok(&mut chain, "ada", &freezing("ada", id, bad));
    // the block that comes after everything is over: vote, freeze and the rest are worked in it
    chain.skip_secs(500);
    let ballot = pb::MsgVote { voter: text("ben"), proposal: bad, option: pb::VoteOption::Yes.into() };
    let tx = chain.run("ben", vec![any(&ballot)]);
    assert_ne!(tx.code, 0, "its vote is still to be counted, so it is frozen");
    chain.blocks(1);
    assert!(proposal(&chain, bad).frozen_at.is_none());
    assert_eq!(standing(&chain, id, "ada").freezes, 0);
}

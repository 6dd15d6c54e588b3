//! Members of Quorums, each with its own idea of a duty.

use std::collections::BTreeMap;

use prost::Message;
use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::{
    cast::{Cast, Kind, name},
    desk::Desk,
    facts::{Facts, Leak, Worth},
    look::{Look, all, ask},
};
use crate::{
    gauntlet::Dice,
    testkit::ballots::{Said, commit, reveal, sign_commit},
};

const ACCEPT: Said = (pb::Verdict::Accept, 7_000);
const REJECT: Said = (pb::Verdict::Reject, 0);
const ABSTAIN: Said = (pb::Verdict::Abstain, 0);

/// What an operator has done in a round.
enum Duty {
    /// It sleeps through it.
    Slept,
    Committed(Said),
    Revealed,
}

/// All operators.
#[derive(Default)]
pub(super) struct Operators {
    duties: BTreeMap<(u64, u32, String), Duty>,
}

/// What everybody can read, and who there is.
pub(super) struct Stage<'a> {
    pub(super) look: &'a Look<'a>,
    pub(super) cast: &'a Cast,
}

impl Operators {
    /// Whoever has a seat does what it does. Most ballots are carried together; what others would leave out is not.
    pub(super) fn act(&mut self, stage: &Stage, facts: &mut Facts, dice: &mut Dice, desk: &mut Desk) {
        let (mut commits, mut reveals) = (Vec::new(), Vec::new());
        for round in &stage.look.rounds {
            let Some(task) = stage.look.task(round.task) else { continue };
            for seat in &round.seats {
                let who = stage.cast.name_of(&seat.member).expect("a validator").to_owned();
                match round.phase() {
                    pb::Phase::Commit => {
                        commits.extend(self.commits((stage, task, round), &who, facts, dice));
                    }
                    pb::Phase::Reveal => {
                        let Some(ballot) = self.reveals(round, &who) else { continue };
                        if stage.cast.kind(&who) == Kind::Mimic {
                            let carrier = stage.cast.account(&who);
                            desk.put(&who, &pb::MsgSubmitReveals { carrier, reveals: vec![ballot] });
                        } else {
                            reveals.push(ballot);
                        }
                    }
                    _ => {}
                }
            }
        }
        let clerk = name(Kind::Clerk, 1);
        for commits in commits.chunks(64) {
            let (carrier, commits) = (stage.cast.account(&clerk), commits.to_vec());
            desk.put(&clerk, &pb::MsgSubmitCommits { carrier, commits });
        }
        for reveals in reveals.chunks(64) {
            let (carrier, reveals) = (stage.cast.account(&clerk), reveals.to_vec());
            desk.put(&clerk, &pb::MsgSubmitReveals { carrier, reveals });
        }
    }

    /// What it commits to now, if it does.
    fn commits(
        &mut self,
        (stage, task, round): (&Stage, &pb::Task, &pb::Round),
        who: &str,
        facts: &mut Facts,
        dice: &mut Dice,
    ) -> Option<pb::SignedCommit> {
        let key = (round.task, round.round, who.to_owned());
        let late = stage.look.height + 4 >= round.until;
        if self.duties.contains_key(&key) || !(late || dice.one_in(2)) {
            return None;
        }
        let kind = stage.cast.kind(who);
        let jury = round.purpose() == pb::Purpose::Jury;
        if kind == Kind::Sleeper && (jury || !dice.one_in(3)) {
            self.duties.insert(key, Duty::Slept);
            return None;
        }
        if kind == Kind::Mimic {
            let other = others_commit(stage.look, round);
            if other.is_none() && !late {
                return None;
            }
            self.duties.insert(key, Duty::Committed(ACCEPT));
            let copied = other.map(|other| sign_commit(who, round.task, round.round, other));
            return copied.or_else(|| Some(commit(who, round.task, round.round, ACCEPT)));
        }
        let said = opinion(kind, task, stage.cast, facts.of(task), dice);
        self.duties.insert(key, Duty::Committed(said));
        let ballot = commit(who, round.task, round.round, said);
        if kind == Kind::TwoFaced && dice.one_in(8) {
            let other = commit(who, round.task, round.round, (said.0, said.1 ^ 1));
            facts.leaks.push(leak(round, who, [&ballot, &other]));
        }
        Some(ballot)
    }

    /// What it reveals now, if it does.
    fn reveals(&mut self, round: &pb::Round, who: &str) -> Option<pb::SignedReveal> {
        let duty = self.duties.get_mut(&(round.task, round.round, who.to_owned()))?;
        let Duty::Committed(said) = *duty else { return None };
        *duty = Duty::Revealed;
        Some(reveal(who, round.task, round.round, said))
    }
}

/// A commitment that is on chain already.
fn others_commit(look: &Look, round: &pb::Round) -> Option<Vec<u8>> {
    let ask_it = pb::QueryBallotsRequest { task: round.task, round: round.round, pagination: all() };
    let found = ask(look.chain, "/lazchain.vsc.v1.Query/Ballots", &ask_it);
    found.and_then(|found: pb::QueryBallotsResponse| Some(found.ballots.first()?.commit.clone()))
}

/// What an operator of this kind says of a task.
fn opinion(kind: Kind, task: &pb::Task, cast: &Cast, worth: Worth, dice: &mut Dice) -> Said {
    let truth = worth.deserves();
    let ours = cast.is(&task.submitter, Kind::Front);
    match kind {
        Kind::Lazy => ACCEPT,
        Kind::Grump => REJECT,
        Kind::Cartel if ours => ACCEPT,
        // all of them sabotage the same
        Kind::Cartel if worth == Worth::Good && task.id.is_multiple_of(3) => REJECT,
        Kind::Honest if dice.one_in(100) => match worth {
            Worth::Good => REJECT,
            Worth::Poor => ACCEPT,
            // that bytes are not there, nobody overlooks who looks
            Worth::Missing | Worth::Nothing(_) => ABSTAIN,
        },
        _ if worth == Worth::Good => {
            let spread = u32::try_from(dice.below(1_500)).expect("small");
            (truth.0, truth.1 + spread)
        }
        _ => truth,
    }
}

fn leak(round: &pb::Round, who: &str, ballots: [&pb::SignedCommit; 2]) -> Leak {
    let ballots = ballots.map(|ballot| quorum_pb::SignedBallot {
        phase: quorum_pb::BallotPhase::Commit.into(),
        statement: ballot.statement.clone().expect("is there").encode_to_vec(),
        signature: ballot.signature.clone(),
    });
    Leak { task: round.task, round: round.round, member: who.to_owned(), ballots }
}

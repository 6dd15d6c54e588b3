//! What is announced.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::vsc::v1 as pb,
};

use crate::event::Event;

fn task(id: u64) -> (&'static str, String) {
    ("task", format!("task-{id}"))
}

/// Content is sealed.
pub(crate) struct Sealed<'a> {
    pub owner: &'a Address,
    pub seal: &'a [u8; 32],
    pub number: u64,
}

impl Event for Sealed<'_> {
    const KIND: &'static str = "vsc.update_sealed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            ("owner", self.owner.to_string()),
            ("seal", hex::encode(self.seal)),
            ("number", self.number.to_string()),
        ]
    }
}

/// An update is submitted.
pub(crate) struct Submitted<'a> {
    pub task: &'a pb::Task,
}

impl Event for Submitted<'_> {
    const KIND: &'static str = "vsc.update_submitted";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let update = self.task.update.clone().unwrap_or_default();
        let digest = update.manifest.as_ref().map(|manifest| hex::encode(&manifest.sha256));
        vec![
            task(self.task.id),
            ("idao", format!("idao-{}", update.idao)),
            ("submitter", self.task.submitter.clone()),
            ("agent", self.task.agent.clone()),
            ("kind", update.kind().as_str_name().to_owned()),
            ("digest", digest.unwrap_or_default()),
            ("value_at_risk", update.value_at_risk),
        ]
    }
}

/// A task stands somewhere else now.
pub(crate) struct Moved<'a> {
    pub task: &'a pb::Task,
}

impl Event for Moved<'_> {
    const KIND: &'static str = "vsc.task_moved";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task.id),
            ("status", self.task.status().as_str_name().to_owned()),
            ("outcome", self.task.outcome().as_str_name().to_owned()),
            ("quorum", format!("quorum-{}", self.task.quorum)),
        ]
    }
}

/// A committee is drawn.
pub(crate) struct Drawn<'a> {
    pub round: &'a pb::Round,
}

impl Event for Drawn<'_> {
    const KIND: &'static str = "vsc.committee_drawn";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let seats: Vec<&str> = self.round.seats.iter().map(|seat| seat.member.as_str()).collect();
        vec![
            task(self.round.task),
            ("round", self.round.round.to_string()),
            ("purpose", self.round.purpose().as_str_name().to_owned()),
            ("quorum", format!("quorum-{}", self.round.quorum)),
            ("seats", seats.join(",")),
        ]
    }
}

/// A round waits for something else now.
pub(crate) struct PhaseBegan<'a> {
    pub round: &'a pb::Round,
}

impl Event for PhaseBegan<'_> {
    const KIND: &'static str = "vsc.phase_began";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.round.task),
            ("round", self.round.round.to_string()),
            ("phase", self.round.phase().as_str_name().to_owned()),
            ("until", self.round.until.to_string()),
        ]
    }
}

/// A member committed or revealed.
pub(crate) struct Balloted<'a> {
    pub task: u64,
    pub round: u32,
    pub member: &'a str,
    pub phase: pb::Phase,
}

impl Event for Balloted<'_> {
    const KIND: &'static str = "vsc.ballot_taken";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task),
            ("round", self.round.to_string()),
            ("member", self.member.to_owned()),
            ("phase", self.phase.as_str_name().to_owned()),
        ]
    }
}

/// A round is counted.
pub(crate) struct Counted<'a> {
    pub round: &'a pb::Round,
}

impl Event for Counted<'_> {
    const KIND: &'static str = "vsc.round_counted";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        let round = self.round;
        vec![
            task(round.task),
            ("round", round.round.to_string()),
            ("verdict", round.verdict().as_str_name().to_owned()),
            ("score", round.score.to_string()),
            ("accepts", round.accepts.to_string()),
            ("rejects", round.rejects.to_string()),
            ("invalids", round.invalids.to_string()),
            ("abstains", round.abstains.to_string()),
            ("needed", round.needed.to_string()),
        ]
    }
}

/// A verdict is challenged, or a challenge joined.
pub(crate) struct Challenged<'a> {
    pub task: u64,
    pub case: u32,
    pub challenger: &'a Address,
    pub bond: Amount,
}

impl Event for Challenged<'_> {
    const KIND: &'static str = "vsc.verdict_challenged";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task),
            ("case", self.case.to_string()),
            ("challenger", self.challenger.to_string()),
            ("bond", self.bond.to_string()),
        ]
    }
}

/// A ruling is appealed.
pub(crate) struct Appealed<'a> {
    pub task: u64,
    pub case: u32,
    pub appellant: &'a Address,
    pub bond: Amount,
    pub rung: u32,
}

impl Event for Appealed<'_> {
    const KIND: &'static str = "vsc.ruling_appealed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task),
            ("case", self.case.to_string()),
            ("appellant", self.appellant.to_string()),
            ("bond", self.bond.to_string()),
            ("rung", self.rung.to_string()),
        ]
    }
}

/// Evidence is added to a case.
pub(crate) struct EvidenceAdded<'a> {
    pub task: u64,
    pub case: u32,
    pub account: &'a Address,
    pub hash: &'a [u8],
}

impl Event for EvidenceAdded<'_> {
    const KIND: &'static str = "vsc.evidence_added";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task),
            ("case", self.case.to_string()),
            ("account", self.account.to_string()),
            ("hash", hex::encode(self.hash)),
        ]
    }
}

/// A case is ruled on, or over.
pub(crate) struct Ruled<'a> {
    pub case: &'a pb::Case,
    pub ruling: pb::Ruling,
}

impl Event for Ruled<'_> {
    const KIND: &'static str = "vsc.case_ruled";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.case.task),
            ("case", self.case.number.to_string()),
            ("rung", self.case.rung.to_string()),
            ("ruling", self.ruling.as_str_name().to_owned()),
            ("status", self.case.status().as_str_name().to_owned()),
        ]
    }
}

/// An update turns out to be a canary.
pub(crate) struct CanaryRevealed {
    pub task: u64,
}

impl Event for CanaryRevealed {
    const KIND: &'static str = "vsc.canary_revealed";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![task(self.task)]
    }
}

/// A member signed two ballots.
pub(crate) struct Equivocated<'a> {
    pub task: u64,
    pub round: u32,
    pub member: &'a ValAddress,
    pub reporter: &'a Address,
}

impl Event for Equivocated<'_> {
    const KIND: &'static str = "vsc.member_equivocated";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.task),
            ("round", self.round.to_string()),
            ("member", self.member.to_string()),
            ("reporter", self.reporter.to_string()),
        ]
    }
}

/// Money of a task moved.
pub(crate) struct PaidOut<'a> {
    pub payout: &'a pb::Payout,
}

impl Event for PaidOut<'_> {
    const KIND: &'static str = "vsc.paid_out";

    fn attributes(&self) -> Vec<(&'static str, String)> {
        vec![
            task(self.payout.task),
            ("number", self.payout.number.to_string()),
            ("reason", self.payout.reason.clone()),
            ("lines", self.payout.lines.len().to_string()),
        ]
    }
}

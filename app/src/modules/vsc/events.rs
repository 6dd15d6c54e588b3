//! What is announced.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::vsc::v1 as pb,
};

use crate::event::{Attributes, Event};

fn task(to: &mut Attributes<'_>, id: u64) {
    to.add("task", &format_args!("task-{id}"));
}

/// Content is sealed.
pub(crate) struct Sealed<'a> {
    pub owner: &'a Address,
    pub seal: &'a [u8; 32],
    pub number: u64,
}

impl Event for Sealed<'_> {
    const KIND: &'static str = "vsc.update_sealed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        to.add("owner", &self.owner);
        to.text("seal", &hex::encode(self.seal));
        to.add("number", &self.number);
    }
}

/// An update is submitted.
pub(crate) struct Submitted<'a> {
    pub task: &'a pb::Task,
}

impl Event for Submitted<'_> {
    const KIND: &'static str = "vsc.update_submitted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let update = self.task.update.clone().unwrap_or_default();
        let digest = update.manifest.as_ref().map(|manifest| hex::encode(&manifest.sha256));
        task(to, self.task.id);
        to.add("idao", &format_args!("idao-{}", update.idao));
        to.text("submitter", &self.task.submitter);
        to.text("agent", &self.task.agent);
        to.text("kind", update.kind().as_str_name());
        to.text("digest", &digest.unwrap_or_default());
        to.text("value_at_risk", &update.value_at_risk);
    }
}

/// A task stands somewhere else now.
pub(crate) struct Moved<'a> {
    pub task: &'a pb::Task,
}

impl Event for Moved<'_> {
    const KIND: &'static str = "vsc.task_moved";

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task.id);
        to.text("status", self.task.status().as_str_name());
        to.text("outcome", self.task.outcome().as_str_name());
        to.add("quorum", &format_args!("quorum-{}", self.task.quorum));
    }
}

/// A committee is drawn.
pub(crate) struct Drawn<'a> {
    pub round: &'a pb::Round,
}

impl Event for Drawn<'_> {
    const KIND: &'static str = "vsc.committee_drawn";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let seats: Vec<&str> = self.round.seats.iter().map(|seat| seat.member.as_str()).collect();
        task(to, self.round.task);
        to.add("round", &self.round.round);
        to.text("purpose", self.round.purpose().as_str_name());
        to.add("quorum", &format_args!("quorum-{}", self.round.quorum));
        to.text("seats", &seats.join(","));
    }
}

/// A round waits for something else now.
pub(crate) struct PhaseBegan<'a> {
    pub round: &'a pb::Round,
}

impl Event for PhaseBegan<'_> {
    const KIND: &'static str = "vsc.phase_began";

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.round.task);
        to.add("round", &self.round.round);
        to.text("phase", self.round.phase().as_str_name());
        to.add("until", &self.round.until);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
        to.add("round", &self.round);
        to.text("member", self.member);
        to.text("phase", self.phase.as_str_name());
    }
}

/// A round is counted.
pub(crate) struct Counted<'a> {
    pub round: &'a pb::Round,
}

impl Event for Counted<'_> {
    const KIND: &'static str = "vsc.round_counted";

    fn attributes(&self, to: &mut Attributes<'_>) {
        let round = self.round;
        task(to, round.task);
        to.add("round", &round.round);
        to.text("verdict", round.verdict().as_str_name());
        to.add("score", &round.score);
        to.add("accepts", &round.accepts);
        to.add("rejects", &round.rejects);
        to.add("invalids", &round.invalids);
        to.add("abstains", &round.abstains);
        to.add("needed", &round.needed);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
        to.add("case", &self.case);
        to.add("challenger", &self.challenger);
        to.add("bond", &self.bond);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
        to.add("case", &self.case);
        to.add("appellant", &self.appellant);
        to.add("bond", &self.bond);
        to.add("rung", &self.rung);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
        to.add("case", &self.case);
        to.add("account", &self.account);
        to.text("hash", &hex::encode(self.hash));
    }
}

/// A case is ruled on, or over.
pub(crate) struct Ruled<'a> {
    pub case: &'a pb::Case,
    pub ruling: pb::Ruling,
}

impl Event for Ruled<'_> {
    const KIND: &'static str = "vsc.case_ruled";

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.case.task);
        to.add("case", &self.case.number);
        to.add("rung", &self.case.rung);
        to.text("ruling", self.ruling.as_str_name());
        to.text("status", self.case.status().as_str_name());
    }
}

/// An update turns out to be a canary.
pub(crate) struct CanaryRevealed {
    pub task: u64,
}

impl Event for CanaryRevealed {
    const KIND: &'static str = "vsc.canary_revealed";

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
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

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.task);
        to.add("round", &self.round);
        to.add("member", &self.member);
        to.add("reporter", &self.reporter);
    }
}

/// Money of a task moved.
pub(crate) struct PaidOut<'a> {
    pub payout: &'a pb::Payout,
}

impl Event for PaidOut<'_> {
    const KIND: &'static str = "vsc.paid_out";

    fn attributes(&self, to: &mut Attributes<'_>) {
        task(to, self.payout.task);
        to.add("number", &self.payout.number);
        to.text("reason", &self.payout.reason);
        to.add("lines", &self.payout.lines.len());
    }
}

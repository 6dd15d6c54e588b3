//! What people and validators do in these scenarios.

use prost::Message;
use proto::{
    address::Address,
    cosmos::base::v1beta1::Coin,
    lazchain::{dat::v1 as dat_pb, idao::v1::UpdateKind, vsc::v1 as pb},
};

use super::{LAZ, World, text};
use crate::testkit::ballots::{Said, hash, seal};
pub(super) use crate::testkit::ballots::{commit, reveal, signing_key};

/// A manifest of content of this name.
pub(super) fn manifest(name: &str) -> dat_pb::Manifest {
    dat_pb::Manifest {
        sha256: hash(name).to_vec(),
        size: 1_000_000,
        chunk_size: 262_144,
        merkle_root: hash(&format!("root of {name}")).to_vec(),
        media_type: "text/csv".into(),
        ..dat_pb::Manifest::default()
    }
}

pub(super) fn policy() -> dat_pb::PolicyTerms {
    dat_pb::PolicyTerms {
        purposes: vec![dat_pb::Purpose::Infer.into(), dat_pb::Purpose::Derive.into()],
        grantees: dat_pb::Grantees::Anyone.into(),
        prices: vec![Coin { denom: "ulaz".into(), amount: "3".into() }],
        unit: dat_pb::Unit::Token.into(),
        provider_bps: 4_000,
        derivative_royalty_bps: 1_500,
        on_revoke: dat_pb::OnRevoke::Keep.into(),
        ..dat_pb::PolicyTerms::default()
    }
}

/// A dataset with so many LAZ at risk.
pub(super) fn dataset(name: &str, value: u128) -> pb::Update {
    pb::Update {
        idao: 1,
        kind: UpdateKind::Dataset.into(),
        manifest: Some(manifest(name)),
        policy: Some(policy()),
        value_at_risk: (value * LAZ).to_string(),
        max_fee: (40 * LAZ).to_string(),
        ..pb::Update::default()
    }
}

pub(super) fn evidence(name: &str) -> Option<pb::Evidence> {
    Some(pb::Evidence { hash: hash(name).to_vec(), locators: vec!["https://example.org/evidence".into()] })
}

/// A submission of an update that was sealed with the salt of its owner's name.
pub(super) fn submission(who: &str, update: pb::Update) -> pb::MsgSubmitUpdate {
    pb::MsgSubmitUpdate {
        submitter: text(who),
        update: Some(update),
        salt: hash(who).to_vec(),
        ..pb::MsgSubmitUpdate::default()
    }
}

pub(super) fn challenge(who: &str, task: u64) -> pb::MsgChallenge {
    pb::MsgChallenge { challenger: text(who), task, evidence: evidence("flaw"), max_bond: String::new() }
}

pub(super) fn appeal(who: &str, task: u64) -> pb::MsgAppeal {
    pb::MsgAppeal { appellant: text(who), task, evidence: evidence("no flaw"), max_bond: String::new() }
}

impl World {
    /// Seals content for its owner.
    pub(super) fn seal(&mut self, who: &str, content: &str) {
        self.ok(&pb::MsgSealUpdate { owner: text(who), seal: seal(who, &hash(content)) });
    }

    /// Seals in one block and submits in the next; the task.
    pub(super) fn submit(&mut self, who: &str, update: pb::Update) -> u64 {
        let digest = update.manifest.clone().expect("there").sha256;
        let digest: [u8; 32] = digest.try_into().expect("32 bytes");
        self.ok(&pb::MsgSealUpdate { owner: text(who), seal: seal(who, &digest) });
        self.pass(1);
        let answer = self.ok(&submission(who, update));
        pb::MsgSubmitUpdateResponse::decode(answer.as_slice()).expect("decodes").task
    }

    /// Submits and waits until a committee is drawn.
    pub(super) fn drawn(&mut self, who: &str, update: pb::Update) -> u64 {
        let task = self.submit(who, update);
        self.await_round(task, 1);
        task
    }

    /// Waits until a round is on; a draw waits for the epoch's measurement at most.
    pub(super) fn await_round(&mut self, task: u64, round: u32) {
        for _ in 0..30 {
            if self.task(task).rounds >= round {
                return;
            }
            self.pass(1);
        }
        panic!("no round {round} of task-{task}: {:?}", self.task(task).status());
    }

    /// Those named commit and reveal; then the round is counted, at the end of its windows at the latest.
    pub(super) fn vote(&mut self, task: u64, round: u32, said: &[(String, Said)]) {
        let carrier = text("bot");
        let commits: Vec<_> = said.iter().map(|(name, said)| commit(name, task, round, *said)).collect();
        if !commits.is_empty() {
            self.ok(&pb::MsgSubmitCommits { carrier: carrier.clone(), commits });
        }
        for _ in 0..12 {
            if self.round(task, round).phase() != pb::Phase::Commit {
                break;
            }
            self.pass(1);
        }
        if self.round(task, round).phase() == pb::Phase::Reveal {
            let reveals: Vec<_> = said.iter().map(|(name, said)| reveal(name, task, round, *said)).collect();
            self.ok(&pb::MsgSubmitReveals { carrier, reveals });
        }
        for _ in 0..12 {
            if self.round(task, round).phase() == pb::Phase::Over {
                return;
            }
            self.pass(1);
        }
        panic!("round {round} of task-{task} is not over");
    }

    /// The seats of a round say this, in the order drawn; the rest is silent.
    pub(super) fn judge(&mut self, task: u64, round: u32, said: &[Said]) {
        let seats: Vec<(String, Said)> =
            self.seats(task, round).into_iter().zip(said.iter().copied()).collect();
        self.vote(task, round, &seats);
    }

    /// Those who sit say one thing, the rest another.
    pub(super) fn all_say(&mut self, task: u64, round: u32, said: Said) {
        let count = self.round(task, round).seats.len();
        self.judge(task, round, &vec![said; count]);
    }

    /// A task that is accepted by its first round.
    pub(super) fn accepted(&mut self, who: &str, update: pb::Update) -> u64 {
        let task = self.drawn(who, update);
        self.all_say(task, 1, super::ACCEPT);
        assert_eq!(self.task(task).status(), pb::TaskStatus::Provisional);
        task
    }

    /// The challenge window passes.
    pub(super) fn end_window(&mut self) {
        self.pass(60);
    }

    /// Liability passes.
    pub(super) fn end_liability(&mut self) {
        self.pass(600);
    }

    /// Nobody appeals a ruling.
    pub(super) fn end_appeal(&mut self) {
        self.pass(60);
        self.pass(1); // the case is closed first thing in the next block's work
    }

    pub(super) fn rule(&self, task: u64, ruling: pb::Ruling) -> pb::MsgRule {
        let authority = Address::module("gov").to_string();
        pb::MsgRule { authority, task, ruling: ruling.into(), reason: "Heard both sides".into() }
    }
}

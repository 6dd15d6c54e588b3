//! What is true, whatever the chain says: what each content is worth, and who signed what besides.

use std::collections::BTreeMap;

use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use crate::testkit::ballots::Said;

/// What a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// Worth anchoring.
    Good,
    /// There, and not worth it.
    Poor,
    /// Nobody can fetch it.
    Missing,
    /// A canary with this salt.
    Nothing([u8; 32]),
}

impl Worth {
    /// What somebody who looks says of it.
    pub(super) const fn deserves(self) -> Said {
        match self {
            Worth::Good => (pb::Verdict::Accept, 8_000),
            Worth::Poor => (pb::Verdict::Reject, 0),
            Worth::Missing | Worth::Nothing(_) => (pb::Verdict::Invalid, 0),
        }
    }

    /// As people say it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Worth::Good => "good",
            Worth::Poor => "poor",
            Worth::Missing => "missing",
            Worth::Nothing(_) => "canary",
        }
    }

    /// Whether a verdict is what it deserves: to reject and to find invalid is the same here.
    pub(super) fn agrees(self, verdict: pb::Verdict) -> bool {
        (self == Worth::Good) == (verdict == pb::Verdict::Accept)
    }
}

/// Two ballots of one member that somebody has seen.
pub(super) struct Leak {
    pub(super) task: u64,
    pub(super) round: u32,
    pub(super) member: String,
    pub(super) ballots: [quorum_pb::SignedBallot; 2],
}

/// A content that was made and not yet submitted, as thieves see it.
#[derive(Clone)]
pub(super) struct Lying {
    pub(super) update: pb::Update,
    /// Its maker has sealed it by then,
    pub(super) sealed: u64,
    /// and submits it then.
    pub(super) from: u64,
}

/// All of it.
#[derive(Default)]
pub(super) struct Facts {
    worth: BTreeMap<Vec<u8>, Worth>,
    pub(super) leaks: Vec<Leak>,
    pub(super) lying: Vec<Lying>,
}

impl Facts {
    /// A content comes into the world.
    pub(super) fn made(&mut self, digest: &[u8; 32], worth: Worth) {
        self.worth.insert(digest.to_vec(), worth);
    }

    /// What a task is about.
    pub(super) fn of(&self, task: &pb::Task) -> Worth {
        let manifest = task.update.as_ref().and_then(|update| update.manifest.as_ref());
        self.worth[&manifest.expect("every task has one").sha256]
    }
}

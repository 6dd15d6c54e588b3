//! What was found, a file each, so that it can be served and is known after a restart.

use std::{fs, path::Path, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    operator::journal,
};

/// Findings that are kept and served: a chain that is wrong so often needs no more of them.
const MAX_KEPT: usize = 1_000;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::operator) enum Kind {
    /// The chain decided against its own rules.
    Rule,
    /// A seat signed two different ballots.
    Equivocation,
    /// Others accepted what is not what it says.
    Verdict,
}

impl Kind {
    pub(in crate::operator) fn name(self) -> &'static str {
        match self {
            Kind::Rule => "rule",
            Kind::Equivocation => "equivocation",
            Kind::Verdict => "verdict",
        }
    }
}

/// Something that this operator can prove.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::operator) struct Found {
    pub(in crate::operator) kind: Kind,
    pub(in crate::operator) task: u64,
    pub(in crate::operator) round: u32,
    /// Whose ballots, if it is about one seat.
    pub(in crate::operator) member: Option<String>,
    /// In words.
    pub(in crate::operator) because: String,
    /// What proves it.
    pub(in crate::operator) proof: serde_json::Value,
    /// The transaction that takes it to the chain, the latest of them.
    #[serde(default)]
    pub(in crate::operator) sent: Option<String>,
    /// What became of it; nothing while it is to be taken to the chain.
    pub(in crate::operator) outcome: Option<String>,
}

impl Found {
    pub(in crate::operator) fn new(
        kind: Kind,
        (task, round): (u64, u32),
        because: String,
        proof: serde_json::Value,
    ) -> Found {
        Found { kind, task, round, member: None, because, proof, sent: None, outcome: None }
    }

    /// One finding of a kind, round and member: what comes again is the same.
    pub(super) fn name(&self) -> String {
        let (kind, task, round) = (self.kind.name(), self.task, self.round);
        let member = self.member.as_ref().map(|member| format!("-{member}")).unwrap_or_default();
        format!("{kind}-task-{task}-round-{round}{member}.json")
    }
}

/// All that was found, in its folder.
pub(in crate::operator) struct Findings {
    folder: PathBuf,
    waiting: Vec<Found>,
    kept: usize,
}

impl Findings {
    pub(in crate::operator) fn open(folder: &Path) -> Result<Findings> {
        let folder = folder.join("findings");
        fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
        let all = Findings::read(&folder)?;
        let (kept, waiting) = (all.len(), all.into_iter().filter(|found| found.outcome.is_none()).collect());
        Ok(Findings { folder, waiting, kept })
    }

    /// All of a folder, in order of their names.
    pub(in crate::operator) fn read(folder: &Path) -> Result<Vec<Found>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(Error::at(folder))? {
            paths.push(entry.map_err(Error::at(folder))?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: PathBuf| -> Result<Found> {
            let bytes = fs::read(&path).map_err(Error::at(&path))?;
            let found = serde_json::from_slice(&bytes);
            let remedy = "move it away; it is found again only if its block is read again";
            found.map_err(|error| Error::Damaged { path, why: error.to_string(), remedy })
        };
        paths.into_iter().take(MAX_KEPT).map(read).collect()
    }

    /// Keeps it, and says whether it is new.
    pub(super) fn add(&mut self, found: &Found) -> Result<bool> {
        let path = self.folder.join(found.name());
        if path.exists() {
            return Ok(false);
        }
        if self.kept >= MAX_KEPT {
            return Ok(true); // said in the log all the same
        }
        self.kept += 1;
        self.keep(found)?;
        Ok(true)
    }

    /// What is to be taken to the chain.
    pub(super) fn waiting(&self) -> Vec<Found> {
        self.waiting.clone()
    }

    /// Writes what became of it so far.
    pub(super) fn keep(&mut self, found: &Found) -> Result<()> {
        journal::write(
            &self.folder.join(found.name()),
            &serde_json::to_vec_pretty(found).expect("it is JSON"),
        )?;
        self.waiting.retain(|other| other.name() != found.name());
        if found.outcome.is_none() {
            self.waiting.push(found.clone());
        }
        Ok(())
    }
}

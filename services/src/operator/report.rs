//! What was found. A report is a function of the content and of what the operator had seen before, so it has no times and
//! no names of machines: the same look gives the same bytes.

use std::collections::BTreeMap;

use proto::lazchain::vsc::v1::Verdict;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The best score.
pub(crate) const BEST: u32 = 10_000;

/// What one evaluator found.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Section {
    /// `integrity`, `table`, `model`, `behaviour`, `exec`.
    pub evaluator: String,
    /// 0 to 10,000: `10,000` less what each finding costs.
    pub score: u32,
    /// What was measured, by name.
    pub facts: BTreeMap<String, String>,
    /// What speaks against it.
    pub findings: Vec<Finding>,
}

/// One thing that speaks against the content.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Finding {
    /// In words.
    pub what: String,
    /// What it costs of the score.
    pub costs: u32,
}

impl Section {
    /// Nothing found yet.
    pub(crate) fn new(evaluator: &str) -> Section {
        Section { evaluator: evaluator.into(), score: BEST, facts: BTreeMap::new(), findings: Vec::new() }
    }

    pub(crate) fn fact(&mut self, name: &str, value: impl ToString) {
        self.facts.insert(name.into(), value.to_string());
    }

    /// Speaks against the content.
    pub(crate) fn find(&mut self, costs: u32, what: impl Into<String>) {
        let costs = costs.min(BEST);
        self.score = self.score.saturating_sub(costs);
        self.findings.push(Finding { what: what.into(), costs });
    }
}

/// A member's evaluation report. Its hash is in the ballot, and it is served to whoever asks.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Report {
    /// Of this form: 1.
    pub form: u32,
    /// The chain.
    pub chain_id: String,
    /// The task.
    pub task: u64,
    /// SHA-256 that the manifest states, in hex.
    pub sha256: String,
    /// `accept`, `reject`, `invalid` or `abstain`.
    pub verdict: String,
    /// The least of the sections'; 0 unless it accepts.
    pub score: u32,
    /// Why, in one sentence.
    pub because: String,
    /// What each evaluator found.
    pub sections: Vec<Section>,
}

impl Report {
    /// The bytes that are hashed, kept and served.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("texts and numbers are JSON")
    }

    /// SHA-256 over them.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }

    /// Whether it found bytes that are not those of the manifest, which anyone can find again.
    pub(crate) fn is_of_other_bytes(&self) -> bool {
        self.verdict == "invalid"
            && self.sections.iter().any(|one| one.evaluator == "integrity" && one.score == 0)
    }

    /// The verdict as the chain counts it.
    pub(crate) fn counted(&self) -> Verdict {
        match self.verdict.as_str() {
            "accept" => Verdict::Accept,
            "reject" => Verdict::Reject,
            "invalid" => Verdict::Invalid,
            _ => Verdict::Abstain,
        }
    }
}

/// What a report is about.
pub(crate) struct About<'a> {
    pub(crate) chain_id: &'a str,
    pub(crate) task: u64,
    pub(crate) sha256: &'a [u8],
}

impl About<'_> {
    fn report(&self, verdict: &str, score: u32, because: String, sections: Vec<Section>) -> Report {
        Report {
            form: 1,
            chain_id: self.chain_id.into(),
            task: self.task,
            sha256: hex::encode(self.sha256),
            verdict: verdict.into(),
            score,
            because,
            sections,
        }
    }

    /// The bytes are not there, or not what the manifest says.
    pub(crate) fn invalid(&self, because: String) -> Report {
        self.report("invalid", 0, because, Vec::new())
    }

    /// The bytes are all there, and they are others.
    pub(crate) fn other_bytes(&self, because: String) -> Report {
        let mut integrity = Section::new("integrity");
        integrity.find(BEST, "wherever it can be had, it is not what the manifest says");
        self.report("invalid", 0, because, vec![integrity])
    }

    /// Nothing can be said in time, or by this operator.
    pub(crate) fn abstain(&self, because: String) -> Report {
        self.report("abstain", 0, because, Vec::new())
    }

    /// By the least score of what was found.
    pub(crate) fn judged(&self, accept_from: u32, sections: Vec<Section>) -> Report {
        let least = sections.iter().min_by_key(|section| section.score);
        let (score, by) = least.map_or((BEST, "nothing"), |section| (section.score, &section.evaluator));
        if score >= accept_from {
            let because = format!("the least score is {score} ({by}), and {accept_from} is enough");
            return self.report("accept", score, because, sections);
        }
        let because = format!("the least score is {score} ({by}), below {accept_from}");
        self.report("reject", 0, because, sections)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_score_decides_and_the_same_look_gives_the_same_bytes() {
        let about = About { chain_id: "lazchain-7", task: 9, sha256: &[7; 32] };
        let mut bad = Section::new("table");
        bad.find(6_000, "half of it is missing");
        bad.fact("rows", 12);
        let good = Section::new("integrity");
        let report = about.judged(5_000, vec![good.clone(), bad.clone()]);
        assert_eq!((report.counted(), report.score), (Verdict::Reject, 0));
        let report = about.judged(4_000, vec![good, bad]);
        assert_eq!((report.counted(), report.score), (Verdict::Accept, 4_000));
        assert_eq!(report.hash(), serde_json::from_slice::<Report>(&report.bytes()).unwrap().hash());
        assert_eq!(about.invalid("gone".into()).counted(), Verdict::Invalid);
        assert!(!about.invalid("gone".into()).is_of_other_bytes());
        assert!(about.other_bytes("changed".into()).is_of_other_bytes());
        assert_eq!(about.abstain("late".into()).counted(), Verdict::Abstain);
    }

    #[test]
    fn a_score_never_falls_below_nothing() {
        let mut section = Section::new("table");
        section.find(9_000, "one");
        section.find(50_000, "two");
        assert_eq!((section.score, section.findings[1].costs), (0, BEST));
    }
}

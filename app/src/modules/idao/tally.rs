//! Counting, without state: what a vote adds, and what the sums mean.

use proto::lazchain::idao::v1::{self as pb, ProposalKind, VoteOption};
use state::Fault;

use crate::{
    error::{Result, Sdk},
    fixed::{BPS, product},
    stored,
};

/// Votes so far. Powers are at most 10^18 each, so their sums fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub yes: u128,
    pub no: u128,
    pub abstain: u128,
    pub veto: u128,
    pub heads: u64,
    pub in_person: u64,
}

impl Tally {
    /// From its record.
    pub(crate) fn of(record: Option<&pb::Tally>) -> Result<Tally, Fault> {
        let Some(record) = record else { return Ok(Tally::default()) };
        Ok(Tally {
            yes: stored::amount(&record.yes)?.units(),
            no: stored::amount(&record.no)?.units(),
            abstain: stored::amount(&record.abstain)?.units(),
            veto: stored::amount(&record.veto)?.units(),
            heads: record.heads,
            in_person: record.in_person,
        })
    }

    /// Its record.
    pub(crate) fn record(&self) -> pb::Tally {
        pb::Tally {
            yes: self.yes.to_string(),
            no: self.no.to_string(),
            abstain: self.abstain.to_string(),
            veto: self.veto.to_string(),
            heads: self.heads,
            in_person: self.in_person,
        }
    }

    fn part(&mut self, option: VoteOption) -> &mut u128 {
        match option {
            VoteOption::Yes => &mut self.yes,
            VoteOption::No => &mut self.no,
            VoteOption::Veto => &mut self.veto,
            VoteOption::Abstain | VoteOption::Unspecified => &mut self.abstain,
        }
    }

    /// Counts a vote.
    pub(crate) fn add(&mut self, option: VoteOption, power: u128, in_person: bool) -> Result<()> {
        let part = self.part(option);
        *part = part.checked_add(power).ok_or_else(|| Sdk::Logic("a tally over 128 bits".into()))?;
        self.heads = self.heads.saturating_add(1);
        self.in_person = self.in_person.saturating_add(in_person.into());
        Ok(())
    }

    /// Takes a counted vote out again.
    pub(crate) fn take(&mut self, option: VoteOption, power: u128, in_person: bool) {
        let part = self.part(option);
        *part = part.saturating_sub(power);
        self.heads = self.heads.saturating_sub(1);
        self.in_person = self.in_person.saturating_sub(in_person.into());
    }

    /// Yes, no and veto.
    pub(crate) const fn decided(&self) -> u128 {
        self.yes.saturating_add(self.no).saturating_add(self.veto)
    }

    /// All that was cast.
    pub(crate) const fn cast(&self) -> u128 {
        self.decided().saturating_add(self.abstain)
    }

    /// Whether everybody has voted in person.
    pub(crate) const fn complete(&self, voters: u64) -> bool {
        voters > 0 && self.in_person >= voters
    }
}

/// What the sums mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Enough heads.
    pub quorum: bool,
    /// Enough yes.
    pub threshold: bool,
    /// Too much veto.
    pub vetoed: bool,
    pub passes: bool,
}

/// Judges a count by the rules that were frozen with the proposal. Ratios are compared by cross-multiplying.
pub(crate) fn judge(kind: ProposalKind, tally: &Tally, voters: u64, rules: &pb::Rules) -> Verdict {
    if kind == ProposalKind::Application {
        let more = tally.yes > tally.no.saturating_add(tally.veto);
        return Verdict { quorum: true, threshold: more, vetoed: false, passes: more };
    }
    let whole = u128::from(BPS);
    let quorum =
        product(tally.heads.into(), whole) >= product(voters.into(), rules.quorum_bps.into()) && voters > 0;
    let threshold =
        tally.yes > 0 && product(tally.yes, whole) >= product(tally.decided(), rules.threshold_bps.into());
    let vetoed = tally.veto > 0 && product(tally.veto, whole) >= product(tally.cast(), rules.veto_bps.into());
    Verdict { quorum, threshold, vetoed, passes: quorum && threshold && !vetoed }
}

/// In words.
pub(crate) fn reason(kind: ProposalKind, verdict: &Verdict) -> &'static str {
    match (kind, verdict) {
        (_, Verdict { passes: true, .. }) => "it passes",
        (ProposalKind::Application, _) => "no more yes than no",
        (_, Verdict { vetoed: true, .. }) => "vetoed",
        (_, Verdict { quorum: false, .. }) => "too few voted",
        _ => "too little yes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules() -> pb::Rules {
        pb::Rules { quorum_bps: 3_000, threshold_bps: 5_001, veto_bps: 3_334, ..Default::default() }
    }

    fn count(votes: &[(VoteOption, u128)]) -> Tally {
        let mut tally = Tally::default();
        votes.iter().for_each(|(option, power)| tally.add(*option, *power, true).expect("small"));
        tally
    }

    fn passes(votes: &[(VoteOption, u128)], voters: u64) -> bool {
        judge(ProposalKind::Messages, &count(votes), voters, &rules()).passes
    }

    /// G37, peers 7.6: weights of 0, and of all there can be.
    #[test]
    fn thresholds_are_exact_and_nothing_divides_by_zero() {
        use VoteOption::{Abstain, No, Veto, Yes};
        assert!(!passes(&[], 0));
        assert!(!passes(&[], 10));
        assert!(!passes(&[(Yes, 1)], 0)); // nobody could vote
        assert!(!passes(&[(Yes, 0)], 1)); // powers of 0 decide nothing
        assert!(!passes(&[(Abstain, 5)], 1));
        assert!(passes(&[(Yes, 1)], 3)); // one of three is 3,333 bps
        assert!(!passes(&[(Yes, 1)], 4));
        assert!(passes(&[(Yes, 5_001), (No, 4_999)], 2));
        assert!(!passes(&[(Yes, 5_000), (No, 5_000)], 2));
        assert!(passes(&[(Yes, 6_667), (Veto, 3_333)], 2));
        assert!(!passes(&[(Yes, 6_666), (Veto, 3_334)], 2));
        assert!(!passes(&[(Yes, u128::MAX / 2), (No, u128::MAX / 2)], 2)); // products have 256 bits
        assert!(count(&[(Yes, u128::MAX)]).add(Yes, 1, true).is_err());
    }

    #[test]
    fn an_application_takes_more_yes_than_no_and_a_veto_is_a_no() {
        use VoteOption::{No, Veto, Yes};
        let admits = |votes: &[(VoteOption, u128)]| {
            judge(ProposalKind::Application, &count(votes), 100, &rules()).passes
        };
        assert!(admits(&[(Yes, 1)]));
        assert!(!admits(&[]));
        assert!(!admits(&[(Yes, 1), (No, 1)]));
        assert!(!admits(&[(Yes, 2), (No, 1), (Veto, 1)]));
    }

    proptest! {
        /// G37.
        #[test]
        fn changing_votes_counts_only_the_last_of_each(
            votes in prop::collection::vec((0_usize..5, 1_i32..=4, any::<bool>()), 0..40),
        ) {
            let mut tally = Tally::default();
            let mut last: [Option<(VoteOption, bool)>; 5] = [None; 5];
            for (who, option, person) in votes {
                let (option, power) = (VoteOption::try_from(option).unwrap(), who as u128 + 1);
                if let Some((old, person)) = last[who] {
                    tally.take(old, power, person);
                }
                tally.add(option, power, person).unwrap();
                last[who] = Some((option, person));
            }
            let mut fresh = Tally::default();
            for (who, vote) in last.iter().enumerate() {
                if let Some((option, person)) = vote {
                    fresh.add(*option, who as u128 + 1, *person).unwrap();
                }
            }
            prop_assert_eq!(tally, fresh);
            prop_assert_eq!(Tally::of(Some(&tally.record())).unwrap(), tally);
        }
    }
}

//! What a committee said. Pure.

use proto::lazchain::vsc::v1::Verdict;

/// Highest score.
pub(crate) const MAX_SCORE: u32 = 10_000;

/// The ballots of a round, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub accepts: u32,
    pub rejects: u32,
    pub invalids: u32,
    pub abstains: u32,
    /// Accept, invalid or reject if that many seats say so; nothing if none does.
    pub verdict: Option<Verdict>,
    /// Lower median of the accepting ballots, 0 without any.
    pub score: u32,
}

impl Tally {
    /// By seats drawn, not by ballots cast: `needed` of them accept, else find it invalid, else reject it or find it
    /// invalid together.
    pub(crate) fn of(ballots: &[(Verdict, u32)], needed: u32) -> Tally {
        let count = |verdict: Verdict| {
            let ballots = ballots.iter().filter(|(said, _)| *said == verdict).count();
            u32::try_from(ballots).unwrap_or(u32::MAX)
        };
        let (accepts, rejects) = (count(Verdict::Accept), count(Verdict::Reject));
        let (invalids, abstains) = (count(Verdict::Invalid), count(Verdict::Abstain));
        let verdict = if needed == 0 {
            None
        } else if accepts >= needed {
            Some(Verdict::Accept)
        } else if invalids >= needed {
            Some(Verdict::Invalid)
        } else if rejects.saturating_add(invalids) >= needed {
            Some(Verdict::Reject)
        } else {
            None
        };
        let accepting = ballots.iter().filter(|(said, _)| *said == Verdict::Accept).map(|(_, score)| *score);
        Tally { accepts, rejects, invalids, abstains, verdict, score: lower_median(accepting.collect()) }
    }

    /// Ballots revealed, abstentions too.
    pub(crate) const fn revealed(&self) -> u32 {
        self.accepts.saturating_add(self.rejects).saturating_add(self.invalids).saturating_add(self.abstains)
    }
}

/// The middle one, the lower of two.
fn lower_median(mut scores: Vec<u32>) -> u32 {
    scores.sort_unstable();
    let middle = scores.len().saturating_sub(1).div_euclid(2);
    scores.get(middle).copied().unwrap_or(0)
}

/// Whether a ballot is on the side of a verdict: whoever finds an update invalid also says that it is to be rejected.
pub(crate) fn sides_with(ballot: Verdict, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Accept | Verdict::Invalid => ballot == verdict,
        Verdict::Reject => matches!(ballot, Verdict::Reject | Verdict::Invalid),
        Verdict::Abstain | Verdict::Unspecified => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: Verdict = Verdict::Accept;
    const R: Verdict = Verdict::Reject;
    const I: Verdict = Verdict::Invalid;

    fn verdict(ballots: &[Verdict], needed: u32) -> Option<Verdict> {
        let ballots: Vec<_> = ballots.iter().map(|said| (*said, 1)).collect();
        Tally::of(&ballots, needed).verdict
    }

    #[test]
    fn the_worked_example_accepts_with_the_lower_median_of_three_scores() {
        let tally = Tally::of(&[(A, 8_200), (A, 7_900), (A, 8_600), (R, 0)], 3);
        assert_eq!((tally.verdict, tally.score, tally.accepts, tally.rejects), (Some(A), 8_200, 3, 1));
    }

    #[test]
    fn of_two_middle_scores_the_lower_counts() {
        assert_eq!(Tally::of(&[(A, 4), (A, 2), (A, 3), (A, 1)], 3).score, 2);
        assert_eq!(Tally::of(&[(R, 9)], 1).score, 0);
    }

    #[test]
    fn the_threshold_is_of_seats_and_silence_counts_for_nobody() {
        assert_eq!(verdict(&[A, A, A], 3), Some(A));
        assert_eq!(verdict(&[A, A], 3), None);
        assert_eq!(verdict(&[], 3), None);
        assert_eq!(verdict(&[], 0), None);
        assert_eq!(verdict(&[I, I, I, R], 3), Some(I));
        assert_eq!(verdict(&[I, I, R], 3), Some(R));
        assert_eq!(verdict(&[A, A, R, R], 3), None);
        assert_eq!(verdict(&[Verdict::Abstain; 4], 3), None);
        assert!(sides_with(I, R) && !sides_with(R, I) && !sides_with(A, R));
    }

    proptest! {
        #[test]
        fn at_most_one_verdict_fits_and_order_does_not_matter(
            ballots in prop::collection::vec((1_i32..=4, 0_u32..=10_000), 0..64),
            extra in 0_u32..20,
            threshold in 6_667_u32..=10_000,
        ) {
            let ballots: Vec<(Verdict, u32)> =
                ballots.into_iter().map(|(said, score)| (Verdict::try_from(said).unwrap(), score)).collect();
            let seats = u32::try_from(ballots.len()).unwrap() + extra;
            let needed = super::super::committee::needed(seats, threshold);
            let tally = Tally::of(&ballots, needed);
            let mut back = ballots.clone();
            back.reverse();
            prop_assert_eq!(Tally::of(&back, needed), tally);
            prop_assert_eq!(tally.revealed() as usize, ballots.len());
            match tally.verdict {
                Some(Verdict::Accept) => prop_assert!(tally.accepts * 10_000 >= threshold * seats),
                Some(Verdict::Invalid) => prop_assert!(tally.invalids * 10_000 >= threshold * seats),
                Some(_) => prop_assert!((tally.invalids + tally.rejects) * 10_000 >= threshold * seats),
                None => {}
            }
            if tally.accepts > 0 {
                let below = ballots.iter().filter(|(v, s)| *v == A && *s < tally.score).count();
                let above = ballots.iter().filter(|(v, s)| *v == A && *s > tally.score).count();
                prop_assert!(below * 2 < tally.accepts as usize && above * 2 <= tally.accepts as usize);
            }
        }
    }
}

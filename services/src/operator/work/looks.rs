//! Looks at content that are under way. Each ends at the latest when nobody waits for its judgement any more.

use std::{collections::BTreeMap, future::Future};

use tokio::task::{AbortHandle, JoinSet};

/// A round of a task.
pub(super) type Round = (u64, u32);

/// Those under way, at most one a round.
pub(super) struct Looks<T> {
    running: JoinSet<(Round, T)>,
    on: BTreeMap<Round, AbortHandle>,
}

impl<T: Send + 'static> Looks<T> {
    pub(super) fn new() -> Looks<T> {
        Looks { running: JoinSet::new(), on: BTreeMap::new() }
    }

    pub(super) fn is_on(&self, round: &Round) -> bool {
        self.on.contains_key(round)
    }

    pub(super) fn begin(&mut self, round: Round, look: impl Future<Output = T> + Send + 'static) {
        let handle = self.running.spawn(async move { (round, look.await) });
        self.on.insert(round, handle);
    }

    /// What the next one found; nothing if none is under way.
    pub(super) async fn next(&mut self) -> Option<(Round, T)> {
        loop {
            let (id, found) = match self.running.join_next_with_id().await? {
                Ok((id, found)) => (id, Some(found)),
                Err(error) => {
                    if error.is_panic() {
                        // that content's doing: the round is looked at again, or abstains
                        tracing::error!(%error, "a look at some content broke off");
                    }
                    (error.id(), None)
                }
            };
            let were = self.on.len();
            self.on.retain(|_, handle| handle.id() != id);
            if found.is_some() && self.on.len() < were {
                return found;
            }
        }
    }

    /// Ends all but those of these rounds.
    pub(super) fn keep(&mut self, wanted: impl Fn(&Round) -> bool) {
        self.on.retain(|round, handle| {
            let stays = wanted(round);
            if !stays {
                tracing::warn!(task = round.0, round = round.1, "no judgement in time; the look is given up");
                handle.abort();
            }
            stays
        });
    }

    /// Ends all.
    pub(super) async fn shutdown(&mut self) {
        self.running.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, sync::Arc};

    use futures_util::FutureExt as _;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn a_look_that_is_over_gives_back_what_it_holds_and_the_others_go_on() {
        let turns = Arc::new(Semaphore::new(1));
        let turn = Arc::clone(&turns).acquire_owned().await.unwrap();
        let mut looks = Looks::new();
        looks.begin((1, 1), async move {
            let _turn = turn;
            pending::<&str>().await
        });
        looks.begin((2, 1), async { "good" });
        looks.keep(|round| *round == (2, 1));
        assert!(!looks.is_on(&(1, 1)) && looks.is_on(&(2, 1)));
        assert_eq!(looks.next().await, Some(((2, 1), "good")));
        assert_eq!(looks.next().await, None);
        assert_eq!(turns.available_permits(), 1);
    }

    #[tokio::test]
    async fn what_was_found_by_a_look_that_is_given_up_does_not_count() {
        let mut looks = Looks::new();
        looks.begin((1, 1), async { "late" });
        tokio::task::yield_now().await; // it is done, and nobody has asked
        looks.keep(|_| false);
        looks.begin((1, 1), async { "anew" });
        assert_eq!(looks.next().await, Some(((1, 1), "anew")));
        assert_eq!(looks.next().await, None);
    }

    #[tokio::test]
    async fn one_that_breaks_off_takes_no_other_with_it() {
        let mut looks = Looks::new();
        looks.begin((1, 1), async { panic!("hostile content") });
        looks.begin((2, 1), pending::<()>());
        while looks.is_on(&(1, 1)) {
            assert!(looks.next().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        assert!(looks.is_on(&(2, 1)), "or it would be begun twice");
    }
}

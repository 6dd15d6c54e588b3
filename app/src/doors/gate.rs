//! Who may ask now: so many at once, so many waiting, nobody for ever.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};
use tonic::Code;

use super::{Desk, Trouble, desk};

/// Queries that wait for CometBFT at once: they hold a thread and little else.
const ENGINE_AT_ONCE: usize = 32;
/// What a query may take beyond its reading: a search of the index, a simulation, CometBFT's answer.
const BEYOND: Duration = Duration::from_secs(15);

/// The way from the doors to the desk.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) desk: Arc<Desk>,
    state: Arc<Semaphore>,
    engine: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new(desk: Arc<Desk>) -> Gate {
        let state = Arc::new(Semaphore::new(desk.limits.at_once));
        Gate { desk, state, engine: Arc::new(Semaphore::new(ENGINE_AT_ONCE)) }
    }

    /// Runs `work`, which answers the query at `path`, on a thread made for blocking.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        path: &str,
        work: impl FnOnce(&Desk) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turns = if desk::waits(path) { &self.engine } else { &self.state };
        let permit = self.turn(turns).await?;
        let desk = Arc::clone(&self.desk);
        let task = spawn_blocking(move || {
            let running = desk.node.metrics().queries_running();
            running.inc();
            let answer = work(&desk);
            running.dec();
            drop(permit); // a caller that went away does not make room before its query has ended
            answer
        });
        match timeout(self.desk.limits.time.saturating_add(BEYOND), task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(Trouble::status(Code::Internal, "internal error; the node's log says more")),
            Err(_) => Err(Trouble::status(Code::DeadlineExceeded, "the query took too long")),
        }
    }

    async fn turn(&self, turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Trouble> {
        let busy = || {
            Trouble::status(Code::ResourceExhausted, "the node answers too many queries at once; try again")
        };
        let waiting = self.desk.node.metrics().queries_waiting();
        if usize::try_from(waiting.get()).unwrap_or(0) >= self.desk.limits.waiting {
            return Err(busy());
        }
        let counted = Waiting::count(waiting.clone());
        let permit = timeout(self.desk.limits.time, Arc::clone(turns).acquire_owned()).await;
        drop(counted);
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(busy()),
        }
    }
}

/// Counts one who waits, until it is dropped: also when the caller goes away.
struct Waiting(prometheus::IntGauge);

impl Waiting {
    fn count(gauge: prometheus::IntGauge) -> Waiting {
        gauge.inc();
        Waiting(gauge)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

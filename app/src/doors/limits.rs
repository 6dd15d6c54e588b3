//! What one query may cost, and all of them together.

use std::{cell::Cell, time::Duration};

use state::{Entry, Fault, Read};
use tonic::Code;

use super::Trouble;
use crate::metrics::Deadline;

/// Limits of the doors; all of them are on by default.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a request, at most.
    pub request_bytes: usize,
    /// Bytes of an answer, at most.
    pub response_bytes: usize,
    /// Entries of state that one query reads, at most.
    pub rows: u64,
    /// How long one query may read, and how long it may wait for its turn.
    pub time: Duration,
    /// Queries that run at once; those that wait for CometBFT are counted apart.
    pub at_once: usize,
    /// Queries that wait for their turn, at most.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            request_bytes: 10 << 20,
            response_bytes: 64 << 20,
            rows: 250_000,
            time: Duration::from_secs(5),
            at_once: 16,
            waiting: 512,
        }
    }
}

/// A state that stops answering once a limit is reached. The error it then gives is a fault in form only: whoever made
/// this reader asks [`Bounded::over`] first.
pub(crate) struct Bounded<'a> {
    state: &'a dyn Read,
    rows: u64,
    until: Deadline,
    read: Cell<u64>,
    over: Cell<Option<&'static str>>,
}

impl<'a> Bounded<'a> {
    pub(crate) fn new(state: &'a dyn Read, limits: &Limits) -> Bounded<'a> {
        let until = Deadline::after(limits.time);
        Bounded { state, rows: limits.rows, until, read: Cell::new(0), over: Cell::new(None) }
    }

    /// The refusal, if a limit was reached.
    pub(crate) fn over(&self) -> Option<Trouble> {
        let text = match self.over.get()? {
            "rows" => return Some(Trouble::status(Code::ResourceExhausted, self.rows_text())),
            _ => "the query took too long; ask for less at a time",
        };
        Some(Trouble::status(Code::DeadlineExceeded, text))
    }

    fn rows_text(&self) -> String {
        format!("the query reads more than {} entries; ask for less at a time", self.rows)
    }

    fn count(&self, rows: usize) -> Result<(), Fault> {
        self.read.set(self.read.get().saturating_add(u64::try_from(rows).unwrap_or(u64::MAX)));
        if self.read.get() > self.rows {
            self.over.set(Some("rows"));
        } else if self.until.passed() {
            self.over.set(Some("time"));
        }
        match self.over.get() {
            None => Ok(()),
            Some(what) => Err(Fault::misuse(format!("a query went over its limit of {what}"))),
        }
    }
}

impl Read for Bounded<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.count(1)?;
        self.state.get(key)
    }

    fn page(&self, prefix: &[u8], after: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.count(1)?;
        let page = self.state.page(prefix, after, limit)?;
        self.count(page.len())?;
        Ok(page)
    }

    fn page_back(&self, prefix: &[u8], before: Option<&[u8]>, limit: u32) -> Result<Vec<Entry>, Fault> {
        self.count(1)?;
        let page = self.state.page_back(prefix, before, limit)?;
        self.count(page.len())?;
        Ok(page)
    }
}

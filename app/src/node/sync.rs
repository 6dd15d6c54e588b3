//! State sync: snapshots offered to us, and their chunks as they arrive. What we serve comes straight from the store.

use std::sync::MutexGuard;

use state::{Arrival, Fault, Restore, SNAPSHOT_FORMAT};

use super::{Node, must_read, pool};
use crate::{modules::consensus, time::Time};

/// A snapshot that a peer offers.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// The height it is of.
    pub height: u64,
    /// The format of its chunks.
    pub format: u32,
    /// How many chunks it has.
    pub chunks: u32,
    /// The hash of its manifest.
    pub hash: Vec<u8>,
    /// Its manifest.
    pub manifest: Vec<u8>,
}

/// What we say to an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Send the chunks.
    Accept,
    /// We do not know this format.
    UnknownFormat,
    /// It is not what it claims to be, so neither is the sender.
    Refuse(String),
}

impl Node {
    /// Judges an offer by the app hash that the engine's light client trusts; a good one begins to be restored, in place
    /// of one being restored before. What is in the store stays until the last chunk has arrived.
    pub fn offer(&self, offer: &Offer, app_hash: &[u8]) -> Result<Answer, Fault> {
        let mut restoring = self.restoring();
        drop(restoring.take()); // only one database is built beside the one in use
        if offer.format != SNAPSHOT_FORMAT {
            return Ok(Answer::UnknownFormat);
        }
        let Ok(app_hash) = app_hash.try_into() else {
            return Ok(Answer::Refuse(format!("an app hash of {} bytes", app_hash.len())));
        };
        if proto::proof::digest(&offer.manifest).as_slice() != offer.hash {
            return Ok(Answer::Refuse("its hash is not that of its manifest".into()));
        }
        let restore = match self.store.restore(&offer.manifest, Some(app_hash))? {
            Ok(restore) => restore,
            Err(unsound) => return Ok(Answer::Refuse(unsound.to_string())),
        };
        if restore.height() != offer.height || restore.chunks() as u64 != u64::from(offer.chunks) {
            return Ok(Answer::Refuse("its height or number of chunks is not that of its manifest".into()));
        }
        *restoring = Some(restore);
        Ok(Answer::Accept)
    }

    /// Takes a chunk of the snapshot being restored; `None` if there is none. With the last one, the state is the
    /// restored one.
    pub fn chunk(&self, index: u32, bytes: &[u8]) -> Result<Option<Arrival>, Fault> {
        let mut restoring = self.restoring();
        let Some(restore) = restoring.as_mut() else { return Ok(None) };
        let arrival = restore.chunk(index, bytes)?;
        match &arrival {
            Arrival::Restored => {
                drop(restoring.take());
                self.begin_anew()?;
            }
            Arrival::Bad(unsound) => {
                tracing::warn!(%unsound, "the snapshot being restored is bad");
                drop(restoring.take());
            }
            Arrival::Taken | Arrival::Foreign => {}
        }
        Ok(Some(arrival))
    }

    /// Puts what we hold in memory on the state that is in the store now.
    fn begin_anew(&self) -> Result<(), Fault> {
        let latest = self.store.latest();
        let chain_id = consensus::chain_id(&latest).map_err(must_read)?.unwrap_or_default();
        let mut chain = self.chain();
        chain.chain_id.clone_from(&chain_id);
        chain.genesis = None;
        if let Some(ahead) = chain.ahead.take() {
            drop(ahead.join());
        }
        chain.finalized = None;
        *self.pool() = pool::Pool::on(&latest, chain_id, Time::EPOCH);
        self.metrics.height.set(super::signed(latest.height()));
        tracing::info!(height = latest.height(), "state restored from a snapshot");
        Ok(())
    }

    fn restoring(&self) -> MutexGuard<'_, Option<Restore>> {
        self.restoring.lock().expect("a panic with this lock held has ended the process")
    }
}

//! Block life: check, propose, process, finalize, commit, info.
//!
//! The consensus connection owns the block being built; checks have their own view of the last committed state with
//! pending transactions on top; queries read snapshots. None waits for another.

mod dice;
mod execute;
mod index;
mod pool;
mod propose;
mod result;
mod search;
mod simulate;
mod sync;
mod verify;

use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering},
};

use proto::{coin::DecCoin, tendermint::types::ConsensusParams};
use state::{Changes, Fault, Overlay, Snapshot, Store};
use tendermint_proto::v0_38::abci::ValidatorUpdate;

pub use dice::Dice;
pub use execute::{Misbehavior, Seen, Vote};
pub(crate) use execute::{hash, messages, panicked, signed};
pub(crate) use index::meets;
pub use index::{Condition, TxRecord, forget_above, record};
pub use result::ExecTxResult;
pub use search::search;
pub use simulate::Simulated;
pub use sync::{Answer, Offer};

pub use crate::modules::consensus::MAX_BLOCK_BYTES;

use crate::{
    error::{Error, Result, Sdk},
    event::Events,
    genesis::{self, InitChain},
    metrics::{Metrics, block_work},
    modules::consensus,
    time::Time,
};

/// What an operator sets. None of it is part of consensus.
#[derive(Clone, Debug)]
pub struct Config {
    /// Any one of these prices per gas is enough to enter the pool; none asks for nothing.
    pub prices: Vec<DecCoin>,
    /// Whether transactions can be looked up and searched.
    pub index: bool,
    /// Blocks that CometBFT keeps at least; 0 keeps all.
    pub min_retain_blocks: u64,
    /// The node stops once it has committed this height; 0 never.
    pub halt_height: u64,
    /// The node stops once it has committed a block of this time, in seconds since 1970, or later; 0 never.
    pub halt_time: u64,
    /// What this validator feeds the beacon from; nothing if it is none.
    pub beacon: Option<Arc<Dice>>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            prices: Vec::new(),
            index: true,
            min_retain_blocks: 0,
            halt_height: 0,
            halt_time: 0,
            beacon: None,
        }
    }
}

/// The chain on this machine.
pub struct Node {
    store: Store,
    config: Config,
    metrics: Arc<Metrics>,
    chain: Mutex<Chain>,
    pool: Mutex<pool::Pool>,
    known: verify::Known,
    halted: AtomicBool,
    /// A snapshot whose chunks are arriving.
    restoring: Mutex<Option<state::Restore>>,
}

/// What the consensus connection owns.
struct Chain {
    /// Empty before genesis.
    chain_id: String,
    /// Genesis, until it is committed with the first block.
    genesis: Option<Genesis>,
    /// The proposal being executed ahead of its decision.
    ahead: Option<execute::Ahead>,
    /// The block that the next Commit makes permanent.
    finalized: Option<execute::Pending>,
}

impl Chain {
    /// The last committed state to write on, with genesis on top before the first block.
    fn overlay(&self, latest: &Snapshot) -> Overlay {
        match &self.genesis {
            Some(genesis) => Overlay::with(latest.clone(), genesis.changes.clone()),
            None => Overlay::new(latest.clone()),
        }
    }
}

struct Genesis {
    changes: Changes,
    initial_height: u64,
}

/// What a genesis leads to.
pub struct Initialised {
    /// The set that signs the first block.
    pub validators: Vec<ValidatorUpdate>,
    /// The state's root.
    pub app_hash: [u8; 32],
}

impl Node {
    /// A node over an open store.
    pub fn open(store: Store, config: Config, metrics: Arc<Metrics>) -> Result<Arc<Node>, Fault> {
        let latest = store.latest();
        let chain_id = consensus::chain_id(&latest).map_err(must_read)?.unwrap_or_default();
        let pool = pool::Pool::on(&latest, chain_id.clone(), Time::EPOCH);
        let halted = config.halt_height > 0 && latest.height() >= config.halt_height;
        Ok(Arc::new(Node {
            store,
            config,
            metrics,
            chain: Mutex::new(Chain { chain_id, genesis: None, ahead: None, finalized: None }),
            pool: Mutex::new(pool),
            known: verify::Known::default(),
            halted: AtomicBool::new(halted),
            restoring: Mutex::new(None),
        }))
    }

    /// Last committed height and root.
    pub fn info(&self) -> (u64, [u8; 32]) {
        (self.store.durable_height(), self.store.app_hash())
    }

    /// The store.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The settings.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The counters.
    pub const fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The chain's id, empty before genesis. Does not wait for a block being executed.
    pub fn chain_id(&self) -> String {
        self.pool().block().chain_id
    }

    /// Time of the last block committed since the start; 1970 before there is one.
    pub fn last_block_time(&self) -> Time {
        self.pool().block().time
    }

    /// Whether the height or time at which the operator wants the node to stop is committed.
    pub fn halted(&self) -> bool {
        self.halted.load(Ordering::Acquire)
    }

    /// Builds the first state. Nothing is kept on disk before the first block is committed, so CometBFT may ask again
    /// after a crash.
    pub fn init_chain(&self, init: InitChain) -> Result<Initialised> {
        if self.store.height() > 0 {
            let text = format!("this store is at height {}; genesis comes before", self.store.height());
            return Err(Sdk::InvalidRequest(text).into());
        }
        let (state, validators) = genesis::build(self.store.latest(), &init)?;
        let changes = state.into_changes();
        let app_hash = self.store.root_of(&changes)?;
        let mut chain = self.chain();
        chain.chain_id.clone_from(&init.chain_id);
        chain.genesis = Some(Genesis { changes, initial_height: init.initial_height.max(1) });
        chain.ahead = None;
        chain.finalized = None;
        *self.pool() = pool::Pool::on(&self.store.latest(), init.chain_id, Time::EPOCH);
        Ok(Initialised { validators, app_hash })
    }

    /// Executes a decided block, or takes the result of the same block executed ahead.
    pub fn finalize(&self, seen: Seen) -> Result<Finalized> {
        let mut chain = self.chain();
        let base = self.base(&chain, seen.height)?;
        let ahead = chain.ahead.take().filter(|ahead| ahead.is(&seen.hash));
        let executed = match ahead {
            Some(ahead) => ahead.join()?,
            None => {
                let parsed = verify::parse_all(seen.rest(), &self.known)?;
                execute::block(base, seen, parsed, &self.tools())?
            }
        };
        chain.finalized = Some(executed.pending);
        Ok(executed.finalized)
    }

    /// Makes the finalized block permanent; returns the height below which CometBFT may forget its blocks.
    pub fn commit(&self) -> Result<u64, Fault> {
        let mut chain = self.chain();
        let pending = chain.finalized.take();
        let pending = pending.ok_or_else(|| Fault::corrupt("commit", "no block was finalized before it"))?;
        let execute::Pending { height, time, evidence_blocks, staged, index } = pending;
        block_work("store", "commit", || self.store.commit(staged, index))?;
        chain.genesis = None;
        chain.ahead = None;
        let next = pool::Pool::on(&self.store.latest(), chain.chain_id.clone(), time);
        std::mem::replace(&mut *self.pool(), next).discard();
        self.known.turn(height);
        self.metrics.height.set(signed(height));
        self.halt_after(height, time);
        Ok(self.retain_height(height, evidence_blocks))
    }

    fn halt_after(&self, height: u64, time: Time) {
        let (at_height, at_time) = (self.config.halt_height, self.config.halt_time);
        if (at_height > 0 && height >= at_height) || (at_time > 0 && time.secs() >= at_time) {
            tracing::info!(height, %time, "halting node per configuration");
            self.halted.store(true, Ordering::Release);
        }
    }

    /// CometBFT may forget blocks below this: never one that our durable state or an evidence could still need.
    fn retain_height(&self, height: u64, evidence_blocks: u64) -> u64 {
        if self.config.min_retain_blocks == 0 {
            return 0;
        }
        let keep = self.config.min_retain_blocks.max(evidence_blocks);
        self.store.retain_height(height.saturating_sub(keep), evidence_blocks)
    }

    /// Whether transactions can be looked up and searched.
    pub fn is_indexed(&self) -> bool {
        self.config.index
    }

    /// The state that a block of `height` is executed on.
    fn base(&self, chain: &Chain, height: u64) -> Result<execute::Base> {
        let latest = self.store.latest();
        let next = match &chain.genesis {
            Some(genesis) => genesis.initial_height,
            None => self.store.height().saturating_add(1),
        };
        if height != next {
            let text = format!("block {height} was handed over, but the next is {next}");
            return Err(Error::Fault(Fault::corrupt("block height", text)));
        }
        Ok(execute::Base { overlay: chain.overlay(&latest), chain_id: chain.chain_id.clone() })
    }

    fn tools(&self) -> execute::Tools {
        let index = self.config.index;
        let (store, metrics, known) = (self.store.clone(), self.metrics.clone(), self.known.clone());
        execute::Tools { store, metrics, known, index }
    }

    fn chain(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().expect("a panic with this lock held has ended the process")
    }

    fn pool(&self) -> MutexGuard<'_, pool::Pool> {
        self.pool.lock().expect("a panic with this lock held has ended the process")
    }
}

/// What FinalizeBlock answers.
#[derive(Clone, Debug)]
pub struct Finalized {
    /// One per transaction.
    pub results: Vec<ExecTxResult>,
    /// Of begin and end of the block.
    pub events: Events,
    /// What changes in the validator set.
    pub validators: Vec<ValidatorUpdate>,
    /// What changes for the engine.
    pub params: Option<ConsensusParams>,
    /// The root after this block.
    pub app_hash: [u8; 32],
}

/// A refusal where the program reads its own state is a fault.
pub(crate) fn must_read(error: Error) -> Fault {
    match error {
        Error::Fault(fault) => fault,
        Error::Reject(reject) => Fault::corrupt("state", reject),
    }
}

/// Gas of a whole block, if limited.
pub(crate) fn block_gas(snapshot: &dyn state::Read) -> Result<Option<u64>> {
    let params = consensus::params(snapshot)?;
    Ok(params.block.and_then(|block| u64::try_from(block.max_gas).ok()))
}

//! A second node of the same chain, kept in its own way, that executes the blocks it is given.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use state::{Options, Store};

use crate::{
    genesis::InitChain,
    metrics::Metrics,
    node::{Config, Finalized, Node, Seen},
    time::Time,
};

/// How a node differs from its neighbour where no consensus is touched.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    pub(crate) options: Options,
    pub(crate) config: Config,
    /// Threads that verify and hash; as many as there are cores if not stated.
    pub(crate) threads: Option<usize>,
}

pub(crate) struct Follower {
    pub(crate) node: Arc<Node>,
    folder: tempfile::TempDir,
    setup: Setup,
}

/// The first block of a test chain.
pub(crate) fn first(height: u64) -> Seen {
    let time = Time::from_secs(1_700_000_000 + height);
    Seen { height, time, hash: Sha256::digest([]).to_vec(), ..Seen::default() }
}

fn open(folder: &std::path::Path, setup: &Setup) -> Arc<Node> {
    let mut store = Store::open(folder, setup.options.clone());
    // the thread that executed a proposal ahead dies with its process; here it is waited for
    for _ in 0..500 {
        if store.is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        store = Store::open(folder, setup.options.clone());
    }
    let store = store.expect("opens");
    Node::open(store, setup.config.clone(), Arc::new(Metrics::new().expect("counters"))).expect("opens")
}

impl Follower {
    /// After its first block, as a test chain is.
    pub(crate) fn start(setup: Setup, init: InitChain) -> Follower {
        let height = init.initial_height;
        let follower = Follower::empty(setup);
        follower.node.init_chain(init).expect("a good genesis");
        follower.run(&first(height));
        follower
    }

    /// Before genesis.
    pub(crate) fn empty(setup: Setup) -> Follower {
        let folder = tempfile::tempdir().expect("a folder");
        Follower { node: open(folder.path(), &setup), folder, setup }
    }

    /// Executes and commits a block.
    pub(crate) fn run(&self, seen: &Seen) -> Finalized {
        let finalized = self.finalize(seen);
        self.node.commit().expect("commits");
        assert_eq!(self.node.store().latest().app_hash(), finalized.app_hash);
        finalized
    }

    /// Executes a block.
    pub(crate) fn finalize(&self, seen: &Seen) -> Finalized {
        let work = || self.node.finalize(seen.clone()).expect("executes");
        match self.setup.threads {
            None => work(),
            Some(threads) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.expect("threads").install(work)
            }
        }
    }

    /// Ends as a process does that is killed, and starts again.
    pub(crate) fn restart(self) -> Follower {
        let Follower { node, folder, setup } = self;
        drop(node);
        Follower { node: open(folder.path(), &setup), folder, setup }
    }
}

/// Everything that a block leads to is the same.
pub(crate) fn assert_same(one: &Finalized, other: &Finalized, what: &str) {
    assert_eq!(one.results, other.results, "results {what}");
    assert_eq!(one.events, other.events, "events {what}");
    assert_eq!(one.validators, other.validators, "validators {what}");
    assert_eq!(one.params, other.params, "parameters {what}");
    assert_eq!(one.app_hash, other.app_hash, "app hash {what}");
}

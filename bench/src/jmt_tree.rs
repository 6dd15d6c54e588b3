//! The `jmt` crate on the same keys, as it comes: it stores nothing itself, so its nodes are kept in memory.

use std::{collections::HashMap, time::Instant};

use anyhow::Result;
use jmt::{
    KeyHash, OwnedValue, Sha256Jmt, Version,
    storage::{HasPreimage, LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch},
};
use sha2::Sha256;

use crate::{
    meter::{Meter, Report, Run, nanos},
    tree::{BLOCK, KEYS, ROUNDS, WARM, pick, value},
    workload::number,
};

const PROOFS: u64 = 2_000;

/// The newest version's nodes and values.
#[derive(Default)]
struct Memory {
    nodes: HashMap<NodeKey, Node>,
    values: HashMap<KeyHash, OwnedValue>,
}

impl TreeReader for Memory {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>> {
        Ok(self.nodes.get(key).cloned())
    }

    fn get_value_option(&self, _: Version, key: KeyHash) -> Result<Option<OwnedValue>> {
        Ok(self.values.get(&key).cloned())
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>> {
        Ok(None) // asked only while a tree is restored
    }
}

impl HasPreimage for Memory {
    fn preimage(&self, _: KeyHash) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

impl Memory {
    fn write(&mut self, batch: TreeUpdateBatch) {
        for (key, node) in batch.node_batch.nodes() {
            self.nodes.insert(key.clone(), node.clone());
        }
        for stale in &batch.stale_node_index_batch {
            self.nodes.remove(&stale.node_key);
        }
        for ((_, key), value) in batch.node_batch.values() {
            if let Some(value) = value {
                self.values.insert(*key, value.clone());
            }
        }
    }
}

fn hash(index: u64) -> KeyHash {
    KeyHash::with::<Sha256>(number(&[index]))
}

pub(crate) fn measure() -> Result<Report> {
    let mut memory = Memory::default();
    let mut version = 0;
    for from in (0..KEYS).step_by(100_000) {
        let set: Vec<_> = (from..from + 100_000).map(|index| (number(&[index]), value(0, index))).collect();
        update(&mut memory, version, set)?;
        version += 1;
    }
    let mut report = Report { units: BLOCK, ..Report::default() };
    let mut meter = Meter::begin()?;
    for round in 0..WARM + ROUNDS {
        if round == WARM {
            meter = Meter::begin()?;
        }
        let picked = (0..BLOCK).map(|j| pick(KEYS, round, j));
        let set: Vec<_> = picked.map(|index| (number(&[index]), value(round + 1, index))).collect();
        let run = update(&mut memory, version, set)?;
        version += 1;
        if round >= WARM {
            report.runs.push(run);
        }
    }
    meter.end(&mut report)?;
    let tree = Sha256Jmt::new(&memory);
    let start = Instant::now();
    for j in 0..PROOFS {
        tree.get_with_proof(hash(pick(KEYS, 99, j * (BLOCK / PROOFS))), version - 1)?;
    }
    report.extra.insert("proof_ns".into(), nanos(start.elapsed()) / PROOFS);
    Ok(report)
}

fn update(memory: &mut Memory, version: Version, set: Vec<([u8; 32], Vec<u8>)>) -> Result<Run> {
    let start = Instant::now();
    let set = set.into_iter().map(|(key, value)| (KeyHash::with::<Sha256>(key), value)).collect();
    let (_, batch) = Sha256Jmt::new(memory).batch_put_value_sets(vec![set], None, version)?;
    let finalize_ns = nanos(start.elapsed());
    let start = Instant::now();
    memory.write(batch);
    Ok(Run { finalize_ns, commit_ns: nanos(start.elapsed()) })
}

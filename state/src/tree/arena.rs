//! Where nodes live: numbered slots in blocks of fixed size, with free lists. A node never changes once written, so
//! every version of the trie that reaches it sees the same; slots are reused when no version does.
#![expect(
    clippy::indexing_slicing,
    reason = "slot numbers come from this arena; a wrong one is a bug that must stop us"
)]

use super::hash::{EMPTY_ROOT, Hash, Sum};
use std::hint::black_box;

/// A subtree by number: nothing, a leaf, or an inner node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ref(u32);

const LEAF_BIT: u32 = 1 << 31;

impl Ref {
    /// No key below.
    pub(crate) const EMPTY: Ref = Ref(u32::MAX);

    /// Which of the three it is.
    pub(crate) fn kind(self) -> Kind {
        match self.0 {
            u32::MAX => Kind::Empty,
            slot if slot & LEAF_BIT != 0 => Kind::Leaf(slot ^ LEAF_BIT),
            slot => Kind::Node(slot),
        }
    }
}

/// A [`Ref`], taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Empty,
    Leaf(u32),
    Node(u32),
}

/// An inner node.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) hash: Hash,
    pub(crate) left: Ref,
    pub(crate) right: Ref,
}

/// A key with its value. What the value hashes to is not kept: it is read from disk where it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leaf {
    /// Over the hashes of key and value.
    pub(crate) hash: Hash,
    /// Hash of the key.
    pub(crate) key: Hash,
}

const BLOCK_BITS: u32 = 10;
const BLOCK: usize = 1 << BLOCK_BITS;

/// Slots of one kind.
struct Slots<T> {
    blocks: Vec<Vec<T>>,
    free: Vec<u32>,
    used: u32,
}

impl<T: Copy> Slots<T> {
    const fn new() -> Slots<T> {
        Slots { blocks: Vec::new(), free: Vec::new(), used: 0 }
    }

    fn add(&mut self, value: T) -> u32 {
        if let Some(slot) = self.free.pop() {
            *self.at_mut(slot) = value;
            return slot;
        }
        let slot = self.used;
        self.used = slot.checked_add(1).filter(|used| *used < LEAF_BIT - 1).expect("2^31 slots are 200 GB");
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            // the first block of each shard grows as needed, so that a small chain stays small
            let size = if self.blocks.is_empty() { 16 } else { BLOCK };
            self.blocks.push(Vec::with_capacity(size));
        }
        self.blocks.last_mut().expect("one was just pushed").push(value);
        slot
    }

    fn at(&self, slot: u32) -> &T {
        &self.blocks[(slot >> BLOCK_BITS) as usize][slot as usize & (BLOCK - 1)]
    }

    fn at_mut(&mut self, slot: u32) -> &mut T {
        &mut self.blocks[(slot >> BLOCK_BITS) as usize][slot as usize & (BLOCK - 1)]
    }

    fn look_ahead(&self, count: usize) {
        for slot in self.free.iter().rev().take(count) {
            black_box(*self.at(*slot));
        }
    }

    fn live(&self) -> u64 {
        u64::from(self.used).saturating_sub(self.free.len() as u64)
    }

    fn bytes(&self) -> u64 {
        let slots = self.blocks.len().saturating_mul(BLOCK).saturating_mul(size_of::<T>());
        slots.saturating_add(self.free.capacity().saturating_mul(4)) as u64
    }
}

/// All nodes of one sixteenth of the key space, of all stores.
pub(crate) struct Arena {
    nodes: Slots<Node>,
    leaves: Slots<Leaf>,
}

impl Arena {
    pub(crate) const fn new() -> Arena {
        Arena { nodes: Slots::new(), leaves: Slots::new() }
    }

    pub(crate) fn add_leaf(&mut self, leaf: Leaf) -> Ref {
        Ref(self.leaves.add(leaf) | LEAF_BIT)
    }

    pub(crate) fn add_node(&mut self, node: Node) -> Ref {
        Ref(self.nodes.add(node))
    }

    /// Goes to the slots that so many additions will take, so that the waits for memory overlap.
    pub(crate) fn look_ahead(&self, leaves: usize, nodes: usize) {
        self.leaves.look_ahead(leaves);
        self.nodes.look_ahead(nodes);
    }

    pub(crate) fn leaf(&self, slot: u32) -> &Leaf {
        self.leaves.at(slot)
    }

    pub(crate) fn node(&self, slot: u32) -> &Node {
        self.nodes.at(slot)
    }

    /// Gives slots back. No version may reach them any more.
    pub(crate) fn free(&mut self, dead: &[Ref]) {
        for subtree in dead {
            match subtree.kind() {
                Kind::Empty => {}
                Kind::Leaf(slot) => self.leaves.free.push(slot),
                Kind::Node(slot) => self.nodes.free.push(slot),
            }
        }
    }

    pub(crate) fn sum(&self, subtree: Ref) -> Sum {
        match subtree.kind() {
            Kind::Empty => Sum::Empty,
            Kind::Leaf(slot) => Sum::Leaf(self.leaf(slot).hash),
            Kind::Node(slot) => Sum::Node(self.node(slot).hash),
        }
    }

    pub(crate) fn hash(&self, subtree: Ref) -> Hash {
        match subtree.kind() {
            Kind::Empty => EMPTY_ROOT,
            Kind::Leaf(slot) => self.leaf(slot).hash,
            Kind::Node(slot) => self.node(slot).hash,
        }
    }

    /// Leaves and inner nodes in use.
    pub(crate) fn live(&self) -> (u64, u64) {
        (self.leaves.live(), self.nodes.live())
    }

    /// Bytes held, free slots included.
    pub(crate) fn bytes(&self) -> u64 {
        self.nodes.bytes().saturating_add(self.leaves.bytes())
    }
}

//! One pass over one sixteenth of a trie: sorted updates in, a new root out. Old nodes stay as they are.

use super::arena::{Arena, Kind, Leaf, Node, Ref};
use super::hash::{self, Hash};
use std::hint::black_box;

/// Keys that are looked for side by side.
const ABREAST: usize = 32;

/// What happens to one key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update {
    /// Hash of the key.
    pub(crate) key: Hash,
    /// Hash of its new leaf; `None` removes it.
    pub(crate) leaf: Option<Hash>,
}

impl Update {
    /// Sets a key to a value, both by hash, or removes it.
    pub(crate) fn new(key: Hash, value: Option<Hash>) -> Update {
        Update { key, leaf: value.map(|value| hash::leaf(&key, &value)) }
    }
}

/// A pass being made, and what it leaves behind.
pub(crate) struct Pass<'a> {
    pub(crate) arena: &'a mut Arena,
    /// Slots only the new version reaches.
    pub(crate) born: &'a mut Vec<Ref>,
    /// Slots only older versions reach.
    pub(crate) dead: &'a mut Vec<Ref>,
}

impl Pass<'_> {
    /// The subtree after `updates`, which are sorted by key and agree in all bits before `depth`, and what it hashes to:
    /// to read that where it was just written would wait for memory.
    pub(crate) fn apply(&mut self, subtree: Ref, updates: &[Update], depth: usize) -> (Ref, Hash) {
        if updates.is_empty() {
            return (subtree, self.arena.hash(subtree));
        }
        match subtree.kind() {
            Kind::Empty => self.grow(None, updates, depth),
            Kind::Leaf(slot) => {
                let leaf = *self.arena.leaf(slot);
                self.grow(Some((subtree, leaf)), updates, depth)
            }
            Kind::Node(slot) => {
                let Node { left, right, .. } = *self.arena.node(slot);
                let (low, high) = halves(updates, depth);
                let below = depth.saturating_add(1);
                let many = updates.len() > ABREAST;
                if many {
                    look_ahead(self.arena, left, low, below);
                }
                let new_left = self.apply(left, low, below);
                if many {
                    look_ahead(self.arena, right, high, below);
                }
                let new_right = self.apply(right, high, below);
                if (new_left.0, new_right.0) == (left, right) {
                    return (subtree, self.arena.hash(subtree));
                }
                self.dead.push(subtree);
                self.join(new_left, new_right)
            }
        }
    }

    /// The subtree over at most one leaf that was there before, and updates.
    fn grow(&mut self, old: Option<(Ref, Leaf)>, updates: &[Update], depth: usize) -> (Ref, Hash) {
        match (old, updates) {
            (None, []) => (Ref::EMPTY, hash::EMPTY_ROOT),
            (Some((subtree, leaf)), []) => (subtree, leaf.hash),
            (None, [update]) => self.plant(update),
            (Some((subtree, leaf)), [update]) if update.key == leaf.key => {
                if update.leaf == Some(leaf.hash) {
                    return (subtree, leaf.hash);
                }
                self.dead.push(subtree);
                self.plant(update)
            }
            _ => {
                let (low, high) = halves(updates, depth);
                let goes_right = old.is_some_and(|(_, leaf)| hash::bit(&leaf.key, depth));
                let (old_left, old_right) = if goes_right { (None, old) } else { (old, None) };
                let below = depth.saturating_add(1);
                let (left, right) = (self.grow(old_left, low, below), self.grow(old_right, high, below));
                self.join(left, right)
            }
        }
    }

    fn plant(&mut self, update: &Update) -> (Ref, Hash) {
        let Some(hash) = update.leaf else { return (Ref::EMPTY, hash::EMPTY_ROOT) };
        let planted = self.arena.add_leaf(Leaf { hash, key: update.key });
        self.born.push(planted);
        (planted, hash)
    }

    fn join(&mut self, left: (Ref, Hash), right: (Ref, Hash)) -> (Ref, Hash) {
        match (left.0.kind(), right.0.kind()) {
            (Kind::Empty, Kind::Empty | Kind::Leaf(_)) => right,
            (Kind::Leaf(_), Kind::Empty) => left,
            _ => {
                let hash = hash::inner(&left.1, &right.1);
                let joined = self.arena.add_node(Node { hash, left: left.0, right: right.0 });
                self.born.push(joined);
                (joined, hash)
            }
        }
    }
}

/// Goes to the leaves of a few keys side by side. The pass that follows goes to one after the other, and would wait for
/// memory at each step; here the waits overlap, and the pass finds in the cache what it needs, and where it will write.
fn look_ahead(arena: &Arena, subtree: Ref, updates: &[Update], mut depth: usize) {
    if updates.len() > ABREAST {
        return; // their halves will
    }
    let (mut places, mut under_way, mut steps) = ([subtree; ABREAST], true, 0usize);
    while under_way {
        under_way = false;
        for (place, update) in places.iter_mut().zip(updates) {
            if let Kind::Node(slot) = place.kind() {
                let Node { left, right, .. } = *arena.node(slot);
                let (here, there) = if hash::bit(&update.key, depth) { (right, left) } else { (left, right) };
                *place = here;
                black_box(arena.sum(there)); // what it hashes to is needed as well
                under_way = true;
                steps = steps.saturating_add(1);
            }
        }
        depth = depth.saturating_add(1);
    }
    for (place, _) in places.iter().zip(updates) {
        black_box(arena.sum(*place));
    }
    arena.look_ahead(updates.len(), steps);
}

/// Splits sorted updates by bit `depth`.
fn halves(updates: &[Update], depth: usize) -> (&[Update], &[Update]) {
    let middle = updates.partition_point(|update| !hash::bit(&update.key, depth));
    updates.split_at(middle)
}

//! Merkle trees as in RFC 6962: leaf `H(0x00 || data)`, node `H(0x01 || left || right)`, SHA-256; a tree splits at the
//! largest power of two below its size.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Most siblings of a branch: trees have at most 2^64 leaves.
pub const MAX_BRANCH: usize = 64;

/// The hash of a leaf.
pub fn leaf(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash over two subtrees.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root over leaves that come one after the other, in memory that grows with the logarithm of their number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    count: u64,
    /// Roots of the perfect subtrees, the largest first: one per bit of `count` that is set.
    roots: Vec<Hash>,
}

impl Frontier {
    /// From its parts; nothing if they do not fit each other.
    pub fn from_parts(count: u64, roots: Vec<Hash>) -> Option<Frontier> {
        (roots.len() == usize::try_from(count.count_ones()).ok()?).then_some(Frontier { count, roots })
    }

    /// Leaves so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Roots of the perfect subtrees, the largest first.
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut grown = leaf;
        let merges = self.count.trailing_ones();
        for _ in 0..merges {
            let left = self.roots.pop().expect("a subtree per set bit of the count");
            grown = node(&left, &grown);
        }
        self.roots.push(grown);
        self.count = self.count.saturating_add(1);
    }

    /// The root; the hash of nothing for an empty tree, as RFC 6962 has it.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let Some(last) = roots.next() else { return Sha256::digest([]).into() };
        roots.fold(last, |right, left| node(&left, &right))
    }
}

/// The root over leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The siblings that lead from leaf `index` to the root, from the leaf up; nothing if there is no such leaf.
pub fn branch(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut siblings, mut leaves, mut index) = (Vec::new(), leaves, index);
    while leaves.len() > 1 {
        let split = split(leaves.len());
        let (left, right) = leaves.split_at(split);
        if index < split {
            siblings.push(root(right));
            leaves = left;
        } else {
            siblings.push(root(left));
            leaves = right;
            index = index.saturating_sub(split);
        }
    }
    siblings.reverse();
    Some(siblings)
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: usize) -> usize {
    let half = size.next_power_of_two() >> 1_u32;
    half.max(1)
}

/// Whether `branch` leads from leaf `index` of `count` to `root` (RFC 9162, 2.1.3.2).
pub fn verify(leaf: &Hash, index: u64, count: u64, branch: &[Hash], root: &Hash) -> bool {
    if index >= count || branch.len() > MAX_BRANCH {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, count.saturating_sub(1), *leaf);
    for sibling in branch {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1_u32;
                last >>= 1_u32;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1_u32;
        last >>= 1_u32;
    }
    last == 0 && hash == *root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u8) -> Vec<Hash> {
        (0..count).map(|byte| leaf(&[byte])).collect()
    }

    #[test]
    fn the_root_of_known_trees_is_that_of_certificate_transparency() {
        // the test vectors that the certificate transparency implementations share
        let data: [&[u8]; 8] = [
            &[],
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let leaves: Vec<Hash> = data.iter().map(|data| leaf(data)).collect();
        let expect = [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ];
        for (count, hex) in expect {
            assert_eq!(hex::encode(root(&leaves[..count])), hex, "{count} leaves");
        }
    }

    /// lazai 7.21: a part can be shown without the rest.
    #[test]
    fn every_leaf_of_every_tree_is_proved_and_nothing_else_is() {
        for count in 1..=33_u8 {
            let leaves = leaves(count);
            let root = root(&leaves);
            for index in 0..count {
                let branch = branch(&leaves, index.into()).expect("there");
                let of = |leaf: &Hash, index: u8, branch: &[Hash]| {
                    verify(leaf, index.into(), count.into(), branch, &root)
                };
                assert!(of(&leaves[usize::from(index)], index, &branch), "{index} of {count}");
                assert!(!of(&leaf(b"other"), index, &branch));
                assert!(count == 1 || !of(&leaves[usize::from(index)], (index + 1) % count, &branch));
                let longer = [branch.as_slice(), &[root]].concat();
                assert!(!of(&leaves[usize::from(index)], index, &longer));
                assert!(branch.is_empty() || !of(&leaves[usize::from(index)], index, &branch[1..]));
            }
            assert_eq!(super::branch(&leaves, count.into()), None);
        }
    }

    #[test]
    fn a_frontier_survives_its_parts() {
        let mut frontier = Frontier::default();
        for leaf in leaves(21) {
            frontier.push(leaf);
            let again = Frontier::from_parts(frontier.count(), frontier.roots().to_vec()).expect("fits");
            assert_eq!(again, frontier);
        }
        assert_eq!(Frontier::from_parts(3, vec![[0; 32]]), None);
        assert_eq!(frontier.root(), root(&leaves(21)));
    }
}

//! Proofs of what the state holds: ICS-23 messages over a trie with the JMT hash specification, and their verifier.
//!
//! A key `store/within` is proved in two operations, each an encoded `cosmos.ics23.v1.CommitmentProof` of type
//! [`OPERATION`]: `within` in the trie of the store, then the store's name and root in the trie over all stores, whose
//! root is the app hash. `docs/proofs.md` has the format for those who verify with other tools.

use prost::Message;
use sha2::{Digest, Sha256, compress256};

use crate::tendermint::crypto::{ProofOp, ProofOps};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The type of both operations.
pub const OPERATION: &str = "ics23:jmt";
/// The root of a trie without keys, and the hash of a subtree without keys.
pub const EMPTY_ROOT: Hash = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";
/// What is hashed before a leaf.
pub const LEAF_TAG: &[u8] = b"JMT::LeafNode";
/// What is hashed before an inner node.
pub const INNER_TAG: &[u8] = b"JMT::IntrnalNode";

/// The ICS-23 name of SHA-256.
const SHA256: i32 = 1;
/// What SHA-256 begins with.
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// A hash has so many bits, so no way is longer.
const MAX_DEPTH: usize = 256;

/// `cosmos.ics23.v1.CommitmentProof`, of which existence and absence are used.
#[derive(Clone, PartialEq, prost::Message)]
pub struct CommitmentProof {
    /// Which of the two.
    #[prost(oneof = "Proof", tags = "1, 2")]
    pub proof: Option<Proof>,
}

/// What is proved.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Proof {
    /// The key is there.
    #[prost(message, tag = "1")]
    Exist(ExistenceProof),
    /// The key is not there.
    #[prost(message, tag = "2")]
    Nonexist(NonExistenceProof),
}

/// `cosmos.ics23.v1.ExistenceProof`: a leaf and the way from it to the root.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExistenceProof {
    /// The key.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// Its value.
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
    /// How the leaf is hashed.
    #[prost(message, optional, tag = "3")]
    pub leaf: Option<LeafOp>,
    /// The steps to the root, the leaf's sibling first.
    #[prost(message, repeated, tag = "4")]
    pub path: Vec<InnerOp>,
}

/// `cosmos.ics23.v1.NonExistenceProof`: the nearest leaves on both sides of where the key would be.
#[derive(Clone, PartialEq, prost::Message)]
pub struct NonExistenceProof {
    /// The key that is not there.
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    /// The last leaf before it, unless it would be the first.
    #[prost(message, optional, tag = "2")]
    pub left: Option<ExistenceProof>,
    /// The first leaf behind it, unless it would be the last.
    #[prost(message, optional, tag = "3")]
    pub right: Option<ExistenceProof>,
}

/// `cosmos.ics23.v1.LeafOp`
#[derive(Clone, PartialEq, prost::Message)]
pub struct LeafOp {
    /// Hash of the whole.
    #[prost(int32, tag = "1")]
    pub hash: i32,
    /// Hash of the key.
    #[prost(int32, tag = "2")]
    pub prehash_key: i32,
    /// Hash of the value.
    #[prost(int32, tag = "3")]
    pub prehash_value: i32,
    /// Lengths before key and value; 0 is none.
    #[prost(int32, tag = "4")]
    pub length: i32,
    /// What comes first.
    #[prost(bytes = "vec", tag = "5")]
    pub prefix: Vec<u8>,
}

/// `cosmos.ics23.v1.InnerOp`: one step towards the root.
#[derive(Clone, PartialEq, prost::Message)]
pub struct InnerOp {
    /// Hash of the whole.
    #[prost(int32, tag = "1")]
    pub hash: i32,
    /// The tag, and the left sibling should there be one.
    #[prost(bytes = "vec", tag = "2")]
    pub prefix: Vec<u8>,
    /// The right sibling should there be one.
    #[prost(bytes = "vec", tag = "3")]
    pub suffix: Vec<u8>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("proof refused: {0}")]
pub struct ProofError(&'static str);

/// Hash of a key or of a value.
pub fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// Hash of a leaf, from the hashes of key and value.
pub fn leaf_hash(key: &Hash, value: &Hash) -> Hash {
    tagged(LEAF_TAG, key, value)
}

/// Hash of an inner node.
pub fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    tagged(INNER_TAG, left, right)
}

/// SHA-256 of a short tag and two hashes, which an update needs a dozen times. Its two blocks are laid out at once: a
/// hasher that takes the parts one after the other needs half as long again.
fn tagged(tag: &[u8], first: &Hash, second: &Hash) -> Hash {
    let (from, end) = (tag.len(), tag.len() + 64);
    let mut message = [0; 128];
    message[..from].copy_from_slice(tag);
    message[from..from + 32].copy_from_slice(first);
    message[from + 32..end].copy_from_slice(second);
    message[end] = 0x80;
    message[120..].copy_from_slice(&(8 * end as u64).to_be_bytes());
    let mut state = START;
    let (blocks, _) = message.as_chunks::<64>();
    for block in blocks {
        compress256(&mut state, &[(*block).into()]);
    }
    let mut hash = [0; 32];
    for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

/// Bit `depth` of a key's hash, the most significant first: whether the way to it turns right there.
pub fn bit(key: &Hash, depth: usize) -> bool {
    let byte = key.get(depth >> 3).copied().unwrap_or_default();
    (byte >> (7 ^ (depth & 7))) & 1 == 1
}

/// The proof of a key, from the siblings on the way to it, the root's children first.
pub fn existence(key: Vec<u8>, value: Vec<u8>, siblings: &[Hash]) -> ExistenceProof {
    let hash = digest(&key);
    let step = |(depth, sibling): (usize, &Hash)| {
        if bit(&hash, depth) {
            InnerOp { hash: SHA256, prefix: [INNER_TAG, sibling].concat(), suffix: Vec::new() }
        } else {
            InnerOp { hash: SHA256, prefix: INNER_TAG.to_vec(), suffix: sibling.to_vec() }
        }
    };
    let path = siblings.iter().enumerate().rev().map(step).collect();
    ExistenceProof { key, value, leaf: Some(leaf_op()), path }
}

fn leaf_op() -> LeafOp {
    LeafOp { hash: SHA256, prehash_key: SHA256, prehash_value: SHA256, length: 0, prefix: LEAF_TAG.to_vec() }
}

/// An operation as it is sent.
pub fn operation(key: Vec<u8>, proof: Proof) -> ProofOp {
    ProofOp { r#type: OPERATION.into(), key, data: CommitmentProof { proof: Some(proof) }.encode_to_vec() }
}

/// Checks that `store/within` holds `value` (`None`: holds nothing) in the state with this app hash. The app hash of
/// height `h` stands in the header of height `h + 1`, which must be trusted for this to mean anything.
pub fn verify(
    app_hash: &Hash,
    store: &str,
    within: &[u8],
    value: Option<&[u8]>,
    ops: &ProofOps,
) -> Result<(), ProofError> {
    let store = store.as_bytes();
    match (ops.ops.as_slice(), value) {
        // a state without any key needs no words
        ([], None) if *app_hash == EMPTY_ROOT => Ok(()),
        // a store without keys is not in the trie over the stores
        ([whole], None) => absent(read(whole, store)?, store, app_hash),
        ([inner, whole], _) => {
            let Proof::Exist(proof) = read(whole, store)? else { return Err(ProofError("no such store")) };
            let root: Hash = proof
                .value
                .as_slice()
                .try_into()
                .map_err(|_| ProofError("the store's root is not a hash"))?;
            present(&proof, store, app_hash)?;
            match (read(inner, within)?, value) {
                (Proof::Exist(proof), Some(value)) if proof.value == value => {
                    present(&proof, within, &root).map(drop)
                }
                (Proof::Exist(_), _) => Err(ProofError("it proves another value")),
                (Proof::Nonexist(_), Some(_)) => Err(ProofError("it proves that there is no value")),
                (proof, None) => absent(proof, within, &root),
            }
        }
        _ => Err(ProofError("wrong number of operations")),
    }
}

fn read(op: &ProofOp, key: &[u8]) -> Result<Proof, ProofError> {
    if op.r#type != OPERATION || op.key != key {
        return Err(ProofError("an operation of another type, or about another key"));
    }
    let proof = CommitmentProof::decode(op.data.as_slice()).map_err(|_| ProofError("it does not decode"))?;
    proof.proof.ok_or(ProofError("neither existence nor absence"))
}

/// One step of a way, seen from the root.
struct Step {
    right: bool,
    sibling: Hash,
}

/// Checks an existence proof; returns the way to it, the root's children first.
fn present(proof: &ExistenceProof, key: &[u8], root: &Hash) -> Result<Vec<Step>, ProofError> {
    if proof.key != key || key.is_empty() || proof.value.is_empty() {
        return Err(ProofError("another key, or an empty one"));
    }
    if proof.leaf.as_ref() != Some(&leaf_op()) || proof.path.len() > MAX_DEPTH {
        return Err(ProofError("not a leaf of this trie"));
    }
    let hash = digest(key);
    let mut sum = leaf_hash(&hash, &digest(&proof.value));
    let mut steps = Vec::with_capacity(proof.path.len());
    for (height, op) in proof.path.iter().enumerate() {
        let step = step(op)?;
        let depth = proof.path.len().saturating_sub(height).saturating_sub(1);
        if step.right != bit(&hash, depth) {
            return Err(ProofError("the way does not lead to the key"));
        }
        sum = if step.right { inner_hash(&step.sibling, &sum) } else { inner_hash(&sum, &step.sibling) };
        steps.push(step);
    }
    if sum != *root {
        return Err(ProofError("another root"));
    }
    steps.reverse();
    Ok(steps)
}

fn step(op: &InnerOp) -> Result<Step, ProofError> {
    let wrong = ProofError("not an inner node of this trie");
    let left = op.prefix.strip_prefix(INNER_TAG).filter(|_| op.hash == SHA256).ok_or(wrong.clone())?;
    let (right, sibling) = if left.is_empty() { (false, op.suffix.as_slice()) } else { (true, left) };
    if right && !op.suffix.is_empty() {
        return Err(wrong);
    }
    Ok(Step { right, sibling: sibling.try_into().map_err(|_| wrong)? })
}

/// Checks that `key` is in no leaf: its neighbours are there, and there is nothing between them.
fn absent(proof: Proof, key: &[u8], root: &Hash) -> Result<(), ProofError> {
    let Proof::Nonexist(proof) = proof else { return Err(ProofError("it proves that there is a value")) };
    let hash = digest(key);
    if proof.key != key {
        return Err(ProofError("it is about another key"));
    }
    let way = |side: &Option<ExistenceProof>| {
        side.as_ref().map(|proof| Ok((digest(&proof.key), present(proof, &proof.key, root)?))).transpose()
    };
    let (left, right) = (way(&proof.left)?, way(&proof.right)?);
    let ordered = left.as_ref().is_none_or(|(left, _)| *left < hash)
        && right.as_ref().is_none_or(|(right, _)| hash < *right);
    let nothing_between = match (&left, &right) {
        (None, None) => false,
        (Some((_, steps)), None) => outermost(steps, true),
        (None, Some((_, steps))) => outermost(steps, false),
        (Some((_, left)), Some((_, right))) => neighbours(left, right),
    };
    if ordered && nothing_between { Ok(()) } else { Err(ProofError("the leaves are not its neighbours")) }
}

/// Whether no leaf lies further right (or left) than the one these steps lead to.
fn outermost(steps: &[Step], right: bool) -> bool {
    steps.iter().all(|step| step.right == right || step.sibling == EMPTY_ROOT)
}

fn neighbours(left: &[Step], right: &[Step]) -> bool {
    let fork = left.iter().zip(right).position(|(left, right)| left.right != right.right);
    let Some(fork) = fork else { return false };
    let below = |steps: &'_ [Step]| fork.saturating_add(1).min(steps.len());
    let (_, after_left) = left.split_at(below(left));
    let (_, after_right) = right.split_at(below(right));
    right.get(fork).is_some_and(|step| step.right)
        && outermost(after_left, true)
        && outermost(after_right, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_and_inner_nodes_hash_as_sha256_does() {
        let (first, second) = (digest(b"1"), digest(b"2"));
        let expect = |tag: &[u8]| digest(&[tag, &first, &second].concat());
        assert_eq!(leaf_hash(&first, &second), expect(LEAF_TAG));
        assert_eq!(inner_hash(&first, &second), expect(INNER_TAG));
    }

    #[test]
    fn a_state_of_one_key_is_proved_and_nothing_else_is() {
        let root = leaf_hash(&digest(b"k"), &digest(b"v"));
        let app_hash = leaf_hash(&digest(b"bank"), &digest(&root));
        let whole =
            operation(b"bank".to_vec(), Proof::Exist(existence(b"bank".to_vec(), root.to_vec(), &[])));
        let held = Proof::Exist(existence(b"k".to_vec(), b"v".to_vec(), &[]));
        let ops = ProofOps { ops: vec![operation(b"k".to_vec(), held), whole.clone()] };
        verify(&app_hash, "bank", b"k", Some(b"v"), &ops).unwrap();
        for (store, key, value) in [
            ("bank", b"k", Some(&b"w"[..])),
            ("bank", b"k", None),
            ("bank", b"l", Some(b"v")),
            ("auth", b"k", Some(b"v")),
        ] {
            verify(&app_hash, store, key, value, &ops).unwrap_err();
        }
        verify(&root, "bank", b"k", Some(b"v"), &ops).unwrap_err();
        let left = digest(b"k") < digest(b"l");
        let only = Some(existence(b"k".to_vec(), b"v".to_vec(), &[]));
        let (left, right) = if left { (only, None) } else { (None, only) };
        let proof = NonExistenceProof { key: b"l".to_vec(), left, right };
        let gone = operation(b"l".to_vec(), Proof::Nonexist(proof));
        verify(&app_hash, "bank", b"l", None, &ProofOps { ops: vec![gone, whole] }).unwrap();
        verify(&EMPTY_ROOT, "bank", b"l", None, &ProofOps::default()).unwrap();
        verify(&app_hash, "bank", b"l", None, &ProofOps::default()).unwrap_err();
    }
}

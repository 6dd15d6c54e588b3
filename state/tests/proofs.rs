//! Proofs, judged by the published verifier (`ics23`), by ours, and compared with those of the `jmt` crate.

use std::collections::BTreeMap;

use ics23::{HostFunctionsManager, commitment_proof::Proof, verify_membership, verify_non_membership};
use jmt::mock::MockTreeStore;
use jmt::{KeyHash, Sha256Jmt};
use lazchain_state::{Changes, Index, Options, Pruning, Read, Snapshot, Store};
use prost_of_ics23::Message;
use proto::proof::verify;
use proto::tendermint::crypto::ProofOps;
use sha2::Sha256;

fn commit(store: &Store, height: u64, changes: &[(String, Option<Vec<u8>>)]) {
    let changes: Changes =
        changes.iter().map(|(key, value)| (key.clone().into_bytes(), value.clone())).collect();
    let staged = store.stage(height, changes).expect("stages");
    store.commit(staged, Index::default()).expect("commits");
}

fn theirs(ops: &ProofOps) -> Vec<ics23::CommitmentProof> {
    ops.ops.iter().map(|op| ics23::CommitmentProof::decode(op.data.as_slice()).expect("decodes")).collect()
}

/// Both verifiers agree that the proof is right, and that nothing else follows from it.
fn judge(snapshot: &Snapshot, store: &str, within: &str) {
    let key = format!("{store}/{within}");
    let value = snapshot.get(key.as_bytes()).expect("reads");
    let ops = snapshot.prove(key.as_bytes()).expect("proves").expect("is not too far back");
    let (root, spec) = (snapshot.app_hash(), jmt::ics23_spec());
    verify(&root, store, within.as_bytes(), value.as_deref(), &ops).expect("our verifier agrees");
    let other = if value.is_some() { None } else { Some(&b"x"[..]) };
    for wrong in [other, Some(b"wrong")] {
        verify(&root, store, within.as_bytes(), wrong, &ops).expect_err("that is not so");
    }
    verify(&[7; 32], store, within.as_bytes(), value.as_deref(), &ops).expect_err("another root");
    if !ops.ops.is_empty() {
        verify(&root, "other", within.as_bytes(), value.as_deref(), &ops).expect_err("another store");
    }
    type Host = HostFunctionsManager;
    let proofs = theirs(&ops);
    match (proofs.as_slice(), value) {
        ([inner, whole], value) => {
            let Some(Proof::Exist(there)) = &whole.proof else { panic!("the store is there") };
            let (top, below) = (root.to_vec(), there.value.clone());
            assert!(verify_membership::<Host>(whole, &spec, &top, store.as_bytes(), &below));
            assert!(match value {
                Some(value) => verify_membership::<Host>(inner, &spec, &below, within.as_bytes(), &value),
                None => verify_non_membership::<Host>(inner, &spec, &below, within.as_bytes()),
            });
        }
        ([whole], None) => {
            assert!(verify_non_membership::<Host>(whole, &spec, &root.to_vec(), store.as_bytes()));
        }
        (_, None) => assert_eq!(root, lazchain_state::EMPTY_ROOT),
        _ => panic!("no proof of a value"),
    }
    tamper(&root, (store, within), &ops);
}

/// No bit of a proof can be changed.
fn tamper(root: &[u8; 32], (store, within): (&str, &str), ops: &ProofOps) {
    let value = |ops: &ProofOps| match theirs(ops).first()?.proof.clone()? {
        Proof::Exist(proof) if ops.ops.len() == 2 => Some(proof.value),
        _ => None,
    };
    let value = value(ops);
    for (at, op) in ops.ops.iter().enumerate() {
        for byte in (0..op.data.len()).step_by(7) {
            let mut ops = ops.clone();
            ops.ops[at].data[byte] ^= 1 << (byte % 8);
            if ops.ops[at].data != op.data {
                assert!(
                    verify(root, store, within.as_bytes(), value.as_deref(), &ops).is_err(),
                    "byte {byte} of operation {at} means nothing"
                );
            }
        }
    }
}

fn filled(height: u64) -> Vec<(String, Option<Vec<u8>>)> {
    let value = |key: u64| Some(vec![1 + (height + key) as u8; 1 + key as usize % 40]);
    let keys = (0..60).filter(|key| key % 5 != height % 5);
    let mut changes: Vec<_> = keys.map(|key| (format!("bank/k{key}"), value(key))).collect();
    changes.extend((0..60).filter(|key| key % 5 == height % 5).map(|key| (format!("bank/k{key}"), None)));
    changes.push((format!("gov/only{}", height % 2), value(height)));
    changes.push((format!("gov/only{}", (height + 1) % 2), None));
    if height == 3 {
        changes.push(("late/x".into(), value(1)));
    }
    changes
}

fn judge_all(snapshot: &Snapshot) {
    for key in (0..66).step_by(3) {
        judge(snapshot, "bank", &format!("k{key}"));
    }
    for (store, within) in [("gov", "only0"), ("gov", "only1"), ("late", "x"), ("void", "x"), ("auth", "y")] {
        judge(snapshot, store, within);
    }
}

#[test]
fn everything_there_and_everything_absent_is_proved_at_every_kept_height() {
    let folder = tempfile::tempdir().expect("a folder");
    // two heights in memory, the others in the log
    let options = Options { recent: 2, rollback_blocks: 6, pruning: Pruning::Nothing, ..Options::default() };
    let store = Store::open(folder.path(), options.clone()).expect("opens");
    judge(&store.latest(), "bank", "k1");
    let early = |store: &Store| store.at(1).expect("kept");
    commit(&store, 1, &filled(1));
    let held = store.latest();
    for height in 2..=140 {
        commit(&store, height, &filled(height));
    }
    judge_all(&store.latest());
    for height in [139, 138, 135, 100, 4, 3, 2, 1] {
        judge_all(&store.at(height).expect("kept"));
    }
    judge_all(&held);
    drop(held);
    drop(store);
    let store = Store::open(folder.path(), options).expect("opens again");
    judge_all(&store.latest());
    judge_all(&early(&store));
    store.rollback(137).expect("rolls back");
    judge_all(&store.latest());
    judge_all(&early(&store));
    commit(&store, 138, &filled(138));
    judge_all(&store.at(1).expect("kept"));
}

#[test]
fn names_of_removed_keys_are_known_to_whoever_still_holds_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options { recent: 2, ..Options::default() }).expect("opens");
    let all = |value: Option<Vec<u8>>| {
        (0..40).map(move |key| (format!("a/{key}"), value.clone())).collect::<Vec<_>>()
    };
    commit(&store, 1, &all(Some(vec![1])));
    let held = store.latest();
    commit(&store, 2, &all(None));
    for height in 3..9 {
        commit(&store, height, &[("a/new".into(), Some(vec![2]))]);
    }
    for key in 30..50 {
        judge(&held, "a", &key.to_string());
        judge(&store.latest(), "a", &key.to_string());
        judge(&store.at(1).expect("kept"), "a", &key.to_string());
    }
}

#[test]
fn they_are_the_proofs_of_jmt() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), Options::default()).expect("opens");
    let model: BTreeMap<String, Vec<u8>> =
        (0..200_u64).map(|key| (format!("k{key}"), vec![key as u8 + 1; 3])).collect();
    let changes: Vec<_> =
        model.iter().map(|(key, value)| (format!("a/{key}"), Some(value.clone()))).collect();
    commit(&store, 1, &changes);
    let oracle = MockTreeStore::default();
    let hash = |key: &str| KeyHash::with::<Sha256>(key);
    for key in model.keys() {
        oracle.put_key_preimage(hash(key), &key.clone().into_bytes());
    }
    let set = model.iter().map(|(key, value)| (hash(key), Some(value.clone())));
    let (_, batch) = Sha256Jmt::new(&oracle).put_value_set(set, 0).expect("puts");
    oracle.write_tree_update_batch(batch).expect("writes");
    for key in (0..400).step_by(7) {
        let within = format!("k{key}");
        let ops = store.latest().prove(format!("a/{within}").as_bytes()).expect("proves").expect("near");
        let (_, expected) =
            Sha256Jmt::new(&oracle).get_with_ics23_proof(within.into_bytes(), 0).expect("proves");
        assert_eq!(theirs(&ops)[0], expected);
    }
}

//! The engine's calls as it makes them: state sync from node to node, proofs, and a disk that fails.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::process::ExitStatusExt,
    process::Command,
    sync::Arc,
};

use prost::Message;
use state::{Options, Store};
use tendermint_abci::Application;
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::abci::{
        CheckTxType, CommitInfo, ExecTxResult, Request, RequestApplySnapshotChunk, RequestCheckTx,
        RequestCommit, RequestExtendVote, RequestFinalizeBlock, RequestInfo, RequestLoadSnapshotChunk,
        RequestOfferSnapshot, RequestQuery, RequestVerifyVoteExtension, Response, ResponseApplySnapshotChunk,
        Snapshot, Validator, VoteInfo, request::Value as Ask, response::Value as Reply,
        response_apply_snapshot_chunk::Result as Applied, response_offer_snapshot::Result as Offered,
        response_verify_vote_extension::VerifyStatus,
    },
    v0_38::types::BlockIdFlag,
};

use super::{Address, Chain, Server};
use crate::{
    doors::{Desk, Facts, Limits},
    metrics::Metrics,
    node::{Config, Node, Seen, Vote},
    testkit::{CHAIN_ID, Odd, TestChain, send},
};

fn served(node: &Arc<Node>) -> Chain {
    Chain::new(Arc::new(Desk::new(node.clone(), None, Facts::default(), Limits::default())))
}

fn empty(folder: &std::path::Path) -> Arc<Node> {
    let store = Store::open(folder, Options::default()).expect("opens");
    Node::open(store, Config::default(), Arc::new(Metrics::new().expect("counters"))).expect("opens")
}

fn offer(to: &Chain, snapshot: &Snapshot, app_hash: &[u8]) -> i32 {
    let (snapshot, app_hash) = (Some(snapshot.clone()), app_hash.to_vec().into());
    to.offer_snapshot(RequestOfferSnapshot { snapshot, app_hash }).result
}

fn apply(to: &Chain, index: u32, chunk: Vec<u8>) -> ResponseApplySnapshotChunk {
    to.apply_snapshot_chunk(RequestApplySnapshotChunk { index, chunk: chunk.into(), sender: "peer".into() })
}

fn load(from: &Chain, snapshot: &Snapshot, chunk: u32) -> Vec<u8> {
    let (height, format) = (snapshot.height, snapshot.format);
    from.load_snapshot_chunk(RequestLoadSnapshotChunk { height, format, chunk }).chunk.into()
}

/// peers 7.8: vote extensions are off. Ours are empty, and whatever else comes as one is refused.
#[test]
fn any_vote_extension_but_none_is_refused() {
    let chain = TestChain::with_balances(&[("ada", 10_000)]);
    let app = served(&chain.node);
    assert!(app.extend_vote(RequestExtendVote::default()).vote_extension.is_empty());
    let verdict = |bytes: Vec<u8>, height: i64| {
        let ask = RequestVerifyVoteExtension {
            vote_extension: bytes.into(),
            height,
            ..RequestVerifyVoteExtension::default()
        };
        app.verify_vote_extension(ask).status
    };
    assert_eq!(verdict(Vec::new(), 2), i32::from(VerifyStatus::Accept));
    for bytes in [vec![0], vec![0xff; 1_000_000], b"late".to_vec()] {
        assert_eq!(verdict(bytes.clone(), 2), i32::from(VerifyStatus::Reject));
        assert_eq!(verdict(bytes, i64::MAX), i32::from(VerifyStatus::Reject));
    }
}

/// A block as the engine decides it, so many after the next one.
fn decided(seen: Seen, later: i64) -> RequestFinalizeBlock {
    let seconds = i64::try_from(seen.time.secs()).expect("soon") + later;
    let vote = |vote: &Vote| {
        let (address, power) = (vote.validator.as_bytes().to_vec().into(), vote.power as i64);
        VoteInfo { validator: Some(Validator { address, power }), block_id_flag: BlockIdFlag::Commit.into() }
    };
    RequestFinalizeBlock {
        txs: seen.txs.into_iter().map(Into::into).collect(),
        decided_last_commit: Some(CommitInfo { round: 0, votes: seen.votes.iter().map(vote).collect() }),
        height: i64::try_from(seen.height).expect("low") + later,
        time: Some(Timestamp { seconds, nanos: 0 }),
        ..RequestFinalizeBlock::default()
    }
}

fn framed(value: Reply) -> Vec<u8> {
    Response { value: Some(value) }.encode_length_delimited_to_vec()
}

#[test]
fn the_engine_reads_the_same_bytes_as_from_the_generated_types() {
    let start = || TestChain::with_validators(&[("ada", 100_000), ("bob", 0)], &[("val", 5_000_000)]);
    let (one, other) = (start(), start());
    let odd = |sequence, gas| Odd { sequence: Some(sequence), gas, ..Odd::default() };
    let txs = [
        one.sign("ada", vec![send("ada", "bob", 700), send("ada", "bob", 1)], &Odd::default()),
        one.sign("ada", vec![send("ada", "bob", 1), send("ada", "bob", 900_000)], &odd(1, None)),
        one.sign("ada", vec![send("ada", "bob", 5)], &odd(7, None)),
        one.sign("ada", vec![send("ada", "bob", 5)], &odd(2, Some(1))),
        b"no transaction".to_vec(),
    ];
    let server =
        Server::start(&"tcp://127.0.0.1:0".parse().expect("good"), served(&one.node), Default::default());
    let server = server.expect("starts");
    let Address::Tcp(host) = server.address().clone() else { panic!("asked for TCP") };
    let stock = served(&other.node);

    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    let mut kinds = Vec::new();
    for tx in &txs {
        for r#type in [CheckTxType::New, CheckTxType::Recheck] {
            let ask = RequestCheckTx { tx: tx.clone().into(), r#type: r#type.into() };
            let checked = stock.check_tx(ask.clone());
            kinds.push((checked.code, checked.events.len()));
            expected.extend(framed(Reply::CheckTx(checked)));
            asked.push(Ask::CheckTx(ask));
        }
    }
    assert_eq!(kinds[0], (0, 7));
    let blocks = [decided(one.seen(txs.to_vec()), 0), decided(one.seen(Vec::new()), 1)];
    let [first, second] = blocks.map(|block| {
        let finalized = stock.finalize_block(block.clone());
        expected.extend(framed(Reply::FinalizeBlock(finalized.clone())));
        expected.extend(framed(Reply::Commit(stock.commit())));
        asked.extend([Ask::FinalizeBlock(block), Ask::Commit(RequestCommit {})]);
        finalized
    });
    let shape = |result: &ExecTxResult| (result.code, result.events.len(), result.data.is_empty());
    let shapes: Vec<_> = first.tx_results.iter().map(shape).collect();
    let refused = [(32, 0, true), (11, 0, true), (2, 0, true)];
    assert_eq!(shapes, [&[(0, 17, false), (5, 7, true)], &refused[..]].concat());
    assert!(!second.events.is_empty(), "a fee is shared out");

    let mut stream = TcpStream::connect(host).expect("listens");
    for ask in asked {
        let bytes = Request { value: Some(ask) }.encode_length_delimited_to_vec();
        stream.write_all(&bytes).expect("writes");
    }
    let mut got = vec![0; expected.len()];
    stream.read_exact(&mut got).expect("as many bytes");
    assert_eq!(hex::encode(got), hex::encode(expected));
    drop(stream);
    assert!(server.shutdown(std::time::Duration::from_secs(5)));
}

#[test]
fn a_node_joins_by_state_sync_and_goes_on_as_the_others_do() {
    let mut chain = TestChain::with_balances(&[("ada", 10_000), ("bob", 0)]);
    chain.run("ada", vec![send("ada", "bob", 700)]);
    chain.node.store().make_snapshot().expect("makes one");
    let (height, app_hash) = chain.node.info();
    let folder = tempfile::tempdir().expect("a folder");
    let joining = empty(folder.path());
    let (old, new) = (served(&chain.node), served(&joining));
    let snapshot = old.list_snapshots().snapshots.pop().expect("one");
    assert_eq!(snapshot.height, height);

    assert_eq!(apply(&new, 0, vec![1]).result, i32::from(Applied::RetrySnapshot));
    assert_eq!(offer(&new, &snapshot, &[3; 32]), i32::from(Offered::RejectSender));
    let odd = Snapshot { format: 3, ..snapshot.clone() };
    assert_eq!(offer(&new, &odd, &app_hash), i32::from(Offered::RejectFormat));
    let odd = Snapshot { chunks: snapshot.chunks + 1, ..snapshot.clone() };
    assert_eq!(offer(&new, &odd, &app_hash), i32::from(Offered::RejectSender));
    let odd = Snapshot { hash: vec![1; 32].into(), ..snapshot.clone() };
    assert_eq!(offer(&new, &odd, &app_hash), i32::from(Offered::RejectSender));
    assert_eq!(offer(&new, &snapshot, &app_hash), i32::from(Offered::Accept));

    assert!(load(&old, &snapshot, snapshot.chunks).is_empty());
    for index in 0..snapshot.chunks {
        let chunk = load(&old, &snapshot, index);
        let spoiled = [chunk.as_slice(), &[0]].concat();
        let refused = apply(&new, index, spoiled);
        assert_eq!(refused.result, i32::from(Applied::Retry));
        assert_eq!((refused.refetch_chunks, refused.reject_senders), (vec![index], vec!["peer".to_owned()]));
        assert_eq!(apply(&new, index, chunk).result, i32::from(Applied::Accept));
    }
    let info = new.info(RequestInfo::default());
    assert_eq!(
        (info.last_block_height as u64, info.last_block_app_hash.to_vec()),
        (height, app_hash.to_vec())
    );
    assert_eq!(joining.chain_id(), CHAIN_ID);

    let tx = chain.sign("ada", vec![send("ada", "bob", 5)], &Odd::default());
    assert_eq!(joining.check(&tx).expect("no fault").code, 0);
    let seen = chain.seen(vec![tx.clone()]);
    chain.block(vec![tx]);
    let finalized = joining.finalize(seen).expect("executes");
    joining.commit().expect("commits");
    assert_eq!(finalized.app_hash, chain.node.info().1);
    assert_eq!(chain.balance("bob"), 705);
    drop((new, joining));
    assert_eq!(empty(folder.path()).info(), chain.node.info());
}

/// lazai 7.20.
#[test]
fn a_raw_value_comes_with_its_proof_and_so_does_its_absence() {
    let mut chain = TestChain::with_balances(&[("ada", 10_000), ("bob", 0)]);
    chain.run("ada", vec![send("ada", "bob", 700)]);
    let (latest, chain_served) = (chain.node.store().latest(), served(&chain.node));
    let ask = |path: &str, data: &[u8], height| {
        let (path, data) = (path.to_owned(), data.to_vec().into());
        chain_served.query(RequestQuery { path, data, height, prove: true })
    };
    let entries = state::Read::page(&latest, b"bank/", None, 1_000).expect("reads");
    let keys: Vec<&[u8]> = entries.iter().filter_map(|entry| entry.key.strip_prefix(b"bank/")).collect();
    assert!(keys.len() > 3);
    for height in [1, 2, 0] {
        for key in keys.iter().copied().chain([&b"nothing"[..]]) {
            let answer = ask("/store/bank/key", key, height);
            assert_eq!((answer.code, answer.key.as_ref()), (0, key), "{}", answer.log);
            let root = chain.node.store().at(answer.height as u64).expect("kept").app_hash();
            let op = |op: tendermint_proto::v0_38::crypto::ProofOp| proto::tendermint::crypto::ProofOp {
                r#type: op.r#type,
                key: op.key,
                data: op.data,
            };
            let ops = answer.proof_ops.expect("asked for").ops.into_iter().map(op).collect();
            let ops = proto::tendermint::crypto::ProofOps { ops };
            let value = Some(answer.value.as_ref()).filter(|value| !value.is_empty());
            proto::proof::verify(&root, "bank", key, value, &ops).expect("verifies");
        }
    }
    for (path, data) in [("/store//key", &b"x"[..]), ("/store/bank/key", b""), ("/store/bank/subspace", b"x")]
    {
        assert_ne!(ask(path, data, 0).code, 0, "{path}");
    }
    assert_ne!(ask("/store/a/b/key", b"x", 0).code, 0);
}

/// Not a test by itself: the process whose disk fails.
#[test]
#[ignore = "started by another"]
#[expect(clippy::disallowed_methods, reason = "how a test tells its child what to do")]
fn child() {
    let Ok(step) = std::env::var("LAZCHAIN_TEST_FAIL_AT") else { return };
    let chain = TestChain::with_balances(&[("ada", 10_000)]);
    let served = served(&chain.node);
    chain.node.finalize(chain.seen(Vec::new())).expect("executes");
    fail::cfg(step, "return").expect("a failpoint");
    served.commit();
}

#[test]
fn a_write_that_fails_ends_the_process_before_it_answers() {
    const ABORTED: i32 = 6;
    for step in ["commit.before-link", "commit.before-write", "commit.after-write"] {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "abci::tests::child", "--ignored"]).env("LAZCHAIN_TEST_FAIL_AT", step);
        let ended = command.output().expect("runs");
        assert_eq!(ended.status.signal(), Some(ABORTED), "{step}");
    }
}

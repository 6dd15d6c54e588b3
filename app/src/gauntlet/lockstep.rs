//! The same blocks, the same bytes: rows G01 and G02.

use prost::Message;
use proto::cosmos::tx::v1beta1::TxRaw;
use state::{Options, Pruning};

use super::{
    Dice,
    follower::{Follower, Setup, assert_same},
    seed, times,
    traffic::{Traffic, chain, world},
};
use crate::{
    modules,
    node::{Config, ExecTxResult, Seen},
    testkit::{Odd, TestChain, genesis, init_chain, send},
};

fn setups() -> Vec<Setup> {
    let small = Options {
        pruning: Pruning::Everything,
        cache_bytes: 16 << 20,
        recent: 1,
        rollback_blocks: 1,
        checkpoint_interval: 3,
        snapshot_interval: 4,
        snapshot_keep: 1,
        chunk_bytes: 1_000,
        ..Options::default()
    };
    let large = Options {
        pruning: Pruning::Nothing,
        checkpoint_interval: 0,
        snapshot_interval: 7,
        snapshot_keep: 0,
        ..Options::default()
    };
    vec![
        Setup { options: small, config: Config { index: false, ..Config::default() }, threads: Some(1) },
        Setup { options: large, config: Config::default(), threads: Some(5) },
    ]
}

/// G01: three nodes, one of them on one thread with the smallest cache, pruning everything and often at a snapshot, one
/// that keeps all, and the plain one, agree on hash, codes, data, gas, events and validator updates at every height.
#[test]
fn nodes_that_are_kept_differently_agree_on_every_byte_of_every_block() {
    let seed = seed(1);
    for round in 0..times() {
        let mut chain = chain();
        let mut traffic = Traffic::new(seed + round);
        let start = |setup| Follower::start(setup, init_chain(world(), Vec::new()));
        let followers: Vec<Follower> = setups().into_iter().map(start).collect();
        for _ in 0..60 * times().min(8) {
            let txs = traffic.block(&mut chain);
            let seen = chain.seen(txs);
            let finalized = chain.advance(seen.clone());
            for (index, follower) in followers.iter().enumerate() {
                let what = format!("of follower {index}, height {}, seed {}", seen.height, seed + round);
                assert_same(&finalized, &follower.run(&seen), &what);
            }
        }
    }
}

fn script_hash() -> String {
    let mut chain = chain();
    let mut traffic = Traffic::new(5);
    for _ in 0..12 {
        let txs = traffic.block(&mut chain);
        chain.block(txs);
    }
    hex::encode(chain.node.info().1)
}

/// Not a test by itself: the process that lives elsewhere.
#[test]
#[ignore = "started by another"]
fn elsewhere() {
    println!("hash {}", script_hash());
}

/// G01: locale, time zone and the number of cores are no part of consensus.
#[test]
fn a_process_in_another_place_and_time_zone_computes_the_same_hash() {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "gauntlet::lockstep::elsewhere", "--ignored", "--nocapture"]);
    command.envs([("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("RAYON_NUM_THREADS", "1")]);
    let output = command.output().expect("runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(&format!("hash {}", script_hash())), "{text}");
}

/// Everything that may come between two blocks and must leave no trace.
fn noise(chain: &TestChain, seen: &Seen, dice: &mut Dice) {
    let node = &chain.node;
    for tx in &seen.txs {
        node.check(tx).expect("no fault");
        node.check(tx).expect("no fault");
        let raw = TxRaw::decode(tx.as_slice()).unwrap_or_default();
        drop(node.simulate(&TxRaw { signatures: vec![Vec::new()], ..raw }.encode_to_vec()));
        let spoiled: Vec<u8> = tx.iter().map(|byte| byte ^ u8::from(dice.one_in(9))).collect();
        node.check(&spoiled).expect("no fault");
    }
    let latest = node.store().latest();
    for query in modules::QUERIES.iter().flat_map(|list| list.iter()) {
        drop((query.answer)(&latest, &dice.bytes(12)));
        drop((query.answer)(&latest, &[]));
    }
    let prepared = node.prepare(seen.txs.clone(), 4_000).expect("no fault");
    let other = Seen { hash: vec![7; 32], txs: prepared.clone(), ..seen.clone() };
    assert_eq!(node.process(other).expect("no fault"), Ok(()));
    drop(node.process(seen.clone()).expect("no fault"));
    // decided after all, then superseded by the block that counts
    node.finalize(Seen { hash: vec![8; 32], txs: prepared, ..seen.clone() }).expect("executes");
}

/// G02: a block executed twice from one state, and with or without checks, proposals, simulations, queries and another
/// block executed before it, gives the same bytes.
#[test]
fn traffic_between_blocks_leaves_no_trace_in_them() {
    let (mut quiet, mut noisy) = (chain(), chain());
    let mut traffic = Traffic::new(seed(2));
    let mut dice = Dice::new(2);
    for _ in 0..15 * times() {
        let txs = traffic.block(&mut quiet);
        let seen = quiet.seen(txs);
        noise(&noisy, &seen, &mut dice);
        let first = noisy.node.finalize(seen.clone()).expect("executes");
        let again = noisy.advance(seen.clone());
        let finalized = quiet.advance(seen.clone());
        assert_same(&finalized, &first, &format!("at height {}", seen.height));
        assert_same(&finalized, &again, &format!("again at height {}", seen.height));
    }
}

/// G02: transactions go through a block in portions, which are read ahead and verified while earlier ones are executed.
/// What those change, later ones find, however many threads there are.
#[test]
fn a_block_of_many_portions_gives_each_transaction_what_short_blocks_give_it() {
    let newcomers: Vec<String> = (0..400).map(|number| format!("newcomer {number}")).collect();
    let names: Vec<&str> = ["ada"].into_iter().chain(newcomers.iter().map(String::as_str)).collect();
    let world = || genesis(&[("ada", 1_000_000)], &[]);
    let (mut short, mut long) =
        (TestChain::with_genesis(&names, world()), TestChain::with_genesis(&names, world()));
    let (mut txs, mut results): (Vec<Vec<u8>>, Vec<ExecTxResult>) = (Vec::new(), Vec::new());
    let mut run = |short: &mut TestChain, some: Vec<Vec<u8>>| {
        for few in some.chunks(90) {
            txs.extend_from_slice(few);
            results.extend(short.block(few.to_vec()));
        }
    };
    let paid = newcomers.iter().zip(0..).map(|(name, sequence)| {
        let odd = Odd { sequence: Some(sequence), ..Odd::default() };
        short.sign("ada", vec![send("ada", name, 100 + sequence)], &odd)
    });
    let paid: Vec<Vec<u8>> = paid.collect();
    run(&mut short, paid);
    // they did not exist before; some want to spend more than they got, or sign for another sequence
    let spent = newcomers.iter().zip(newcomers.iter().rev()).zip(0..).map(|((name, to), number)| {
        let odd = Odd { sequence: (number % 11 == 3).then_some(1), ..Odd::default() };
        short.sign(name, vec![send(name, to, if number % 7 == 2 { 5_000 } else { 30 })], &odd)
    });
    let spent: Vec<Vec<u8>> = spent.collect();
    run(&mut short, spent);
    let codes = [0, 5, 32].map(|code| results.iter().filter(|result| result.code == code).count());
    assert!(codes.iter().all(|count| *count > 30) && codes.iter().sum::<usize>() == 800, "{codes:?}");

    let setup = |threads| Setup { threads: Some(threads), ..Setup::default() };
    let start = |setup| Follower::start(setup, init_chain(world(), Vec::new()));
    let (one, five, ahead) = (start(setup(1)), start(setup(5)), start(Setup::default()));
    let seen = long.seen(txs);
    assert_eq!(ahead.node.process(seen.clone()).expect("no fault"), Ok(()));
    let finalized = long.advance(seen.clone());
    assert_eq!(finalized.results, results);
    for (follower, what) in [(one, "on one thread"), (five, "on five"), (ahead, "ahead")] {
        assert_same(&finalized, &follower.run(&seen), what);
    }
    for name in names {
        assert_eq!((long.balance(name), long.sequence(name)), (short.balance(name), short.sequence(name)));
    }
}

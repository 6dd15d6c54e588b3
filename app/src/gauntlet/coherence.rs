//! What one node proposes, every other accepts: row G03.

use prost::Message;
use proto::tendermint::types::BlockParams;

use super::{
    Dice, Draft,
    follower::{Follower, Setup},
    seed, times,
    traffic::{PEOPLE, pay, world},
};
use crate::testkit::{TestChain, init_chain};

const MAX_GAS: u64 = 1_500_000;

/// Candidates as a pool that was flooded has them: good ones of any size, wrong sequences, absurd gas, repeats, rubbish.
fn candidates(chain: &TestChain, dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut used = [0_u64; PEOPLE.len()];
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..dice.below(14) {
        let place = usize::try_from(dice.below(6)).expect("small");
        let mut draft = Draft::of(chain, PEOPLE[place], vec![pay(PEOPLE[place], "bob", "ulaz", "1")]);
        draft.signers[0].2 += used[place];
        draft.fee.gas_limit =
            *dice.pick(&[40_000, 60_000, 200_000, 700_000, MAX_GAS, MAX_GAS + 1, u64::MAX, 0]);
        draft.body.memo = "m".repeat(usize::try_from(dice.below(256)).expect("small"));
        used[place] += u64::from(!dice.one_in(4));
        match dice.below(9) {
            0 => all.push(dice.bytes(1)),
            1 => all.push(Vec::new()),
            2 => {
                draft.body.memo = "m".repeat(1_000_000);
                all.push(draft.seal());
            }
            3 => {
                let tx = draft.seal();
                all.extend([tx.clone(), tx]);
            }
            4 => {
                let mut tx = draft.seal();
                let place =
                    usize::try_from(dice.below(u64::try_from(tx.len()).expect("small"))).expect("small");
                tx[place] ^= 1;
                all.push(tx);
            }
            _ => all.push(draft.seal()),
        }
    }
    all
}

/// Bytes of these in a block, as the engine counts them.
fn framed(txs: &[Vec<u8>]) -> u64 {
    let data = tendermint_proto::v0_38::types::Data { txs: txs.to_vec() };
    u64::try_from(data.encoded_len()).expect("small")
}

/// G03: whatever the pool holds and however little room there is, a prepared proposal fits and is accepted by another
/// node, which has seen none of it.
#[test]
fn any_prepared_proposal_fits_and_is_accepted_by_another_node() {
    let seed = seed(3);
    let mut init = init_chain(world(), Vec::new());
    let max_gas = i64::try_from(MAX_GAS).expect("fits");
    init.params.block = Some(BlockParams { max_bytes: 4_000_000, max_gas });
    let again = |init: &crate::genesis::InitChain| crate::genesis::InitChain {
        params: init.params.clone(),
        ..init_chain(world(), Vec::new())
    };
    let follower = Follower::start(Setup::default(), again(&init));
    let mut chain = TestChain::start(&PEOPLE, init).expect("a good genesis");
    let mut dice = Dice::new(seed);
    let mut full = 0;
    for case in 0..120 * times() {
        let all = candidates(&chain, &mut dice);
        for tx in all.iter().filter(|_| dice.clone().one_in(2)) {
            chain.node.check(tx).expect("no fault");
        }
        let room = *dice.pick(&[0, 1, 250, 500, 1_000, 3_000, 1_000_200, 4_000_000]);
        let prepared = chain.node.prepare(all.clone(), room).expect("no fault");
        assert!(framed(&prepared) <= room, "case {case} of seed {seed}");
        full += usize::from(prepared.len() > 1);
        let seen = chain.seen(prepared);
        let accepted = follower.node.process(seen.clone()).expect("no fault");
        assert_eq!(accepted, Ok(()), "case {case} of seed {seed}");
        assert_eq!(chain.node.process(seen.clone()).expect("no fault"), Ok(()), "case {case} of seed {seed}");
        let finalized = chain.advance(seen.clone());
        assert_eq!(follower.run(&seen).app_hash, finalized.app_hash, "case {case} of seed {seed}");
        let wanted: i64 = finalized.results.iter().map(|result| result.gas_wanted).sum();
        assert!(wanted <= max_gas, "case {case} of seed {seed}");
        assert!(
            finalized.results.iter().all(|result| result.code == 0),
            "case {case}: {:?}",
            finalized.results
        );
    }
    assert!(full > 10, "the cases are too easy: {full}");
}

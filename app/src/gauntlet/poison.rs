//! Blocks that the engine decided on although nobody should have proposed them: row G05; and transactions that fail half
//! way: row G32.

use super::{
    Dice, Draft,
    samples::{Cast, sample},
    seed, times,
    traffic::{Traffic, chain, pay},
};
use crate::testkit::TestChain;

/// G05: any bytes at all are decided: one result each, never a panic, and garbage has no effect.
#[test]
fn a_decided_block_of_garbage_gets_one_refusal_each_and_changes_nothing() {
    let (mut poisoned, mut clean) = (chain(), chain());
    let mut dice = Dice::new(seed(4));
    let mut traffic = Traffic::new(4);
    for _ in 0..8 * times() {
        let mut txs = Vec::new();
        for tx in traffic.block(&mut poisoned).iter().filter(|tx| !tx.is_empty()) {
            let length = u64::try_from(tx.len()).expect("small");
            let cut = usize::try_from(dice.below(length)).expect("small");
            txs.push(tx[..cut].to_vec());
            txs.push([tx.as_slice(), &[0]].concat());
            txs.push(dice.bytes(length));
            let mut flipped = tx.clone();
            flipped[cut] ^= 1 << dice.below(8);
            txs.push(flipped);
        }
        let seen = poisoned.seen(txs);
        let finalized = poisoned.advance(seen.clone());
        assert_eq!(finalized.results.len(), seen.txs.len());
        assert!(finalized.results.iter().all(|result| result.code != 0 && !result.codespace.is_empty()));
        let empty = clean.advance(crate::node::Seen { txs: Vec::new(), ..seen });
        assert_eq!(finalized.app_hash, empty.app_hash);
    }
}

/// G05: the same block many times over: repeats and empty transactions.
#[test]
fn ten_thousand_empty_transactions_and_repeats_are_refused_one_by_one() {
    let mut chain = chain();
    let good = Draft::of(&chain, "ada", vec![pay("ada", "bob", "ulaz", "5")]).seal();
    let mut txs = vec![Vec::new(); 10_000];
    txs.extend(vec![good; 20]);
    assert!(chain.node.process(chain.seen(txs.clone())).expect("no fault").is_err());
    let results = chain.block(txs);
    assert_eq!(results.len(), 10_020);
    assert_eq!(results.iter().filter(|result| result.code == 0).count(), 1);
    assert!(results[10_001..].iter().all(|result| result.code == 32));
    assert_eq!(chain.balance("bob"), 50_000_005);
}

/// G05: what CheckTx refuses for its price alone is executed if it was decided; everything else is refused there too.
#[test]
fn what_a_check_refuses_is_refused_in_a_block_except_for_its_price() {
    let mut chain = chain();
    let mut traffic = Traffic::new(seed(6));
    for _ in 0..25 * times() {
        let txs = traffic.block(&mut chain);
        let checked: Vec<u32> = txs.iter().map(|tx| chain.check(tx).code).collect();
        let seen = chain.seen(txs);
        // behind one that was too cheap for the pool, the pool expects another sequence than the block
        let cheap = checked.iter().position(|code| *code == 13).unwrap_or(checked.len());
        for (result, checked) in chain.advance(seen).results.iter().zip(checked).take(cheap) {
            let passed_its_checks = !result.events.is_empty();
            assert_eq!(passed_its_checks, checked == 0, "{checked}: {result:?}");
        }
    }
}

fn effects(chain: &mut TestChain, messages: Vec<prost_types::Any>) -> ([u8; 32], Vec<String>) {
    let tx = Draft::of(chain, "ada", messages).seal();
    let result = chain.block(vec![tx]).remove(0);
    assert_eq!((result.codespace.as_str(), result.code), ("sdk", 5), "{}", result.log);
    assert!(result.data.is_empty());
    (chain.node.info().1, result.events.iter().map(|event| event.kind().to_owned()).collect())
}

/// G32: a transaction whose last message fails, after messages of every kind that succeed by themselves, leaves the
/// same state to the byte and the same events as one that fails at once: the fee, and the sequence moved by one.
#[test]
fn a_transaction_that_fails_half_way_leaves_its_fee_and_its_sequence_and_nothing_else() {
    let kinds = [
        "cosmos.bank.v1beta1.MsgSend",
        "cosmos.bank.v1beta1.MsgMultiSend",
        "cosmos.staking.v1beta1.MsgDelegate",
        "cosmos.staking.v1beta1.MsgUndelegate",
        "cosmos.staking.v1beta1.MsgBeginRedelegate",
        "cosmos.distribution.v1beta1.MsgSetWithdrawAddress",
        "cosmos.distribution.v1beta1.MsgFundCommunityPool",
        "cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward",
        "cosmos.gov.v1.MsgSubmitProposal",
        "cosmos.gov.v1.MsgDeposit",
        "cosmos.gov.v1.MsgVote",
        "cosmos.gov.v1beta1.MsgSubmitProposal",
    ];
    let too_much = || pay("ada", "bob", "ulaz", "90000000");
    let prepare = || {
        let mut chain = chain();
        let cast = Cast { amount: 5_000, ..Cast::default() };
        for name in ["cosmos.staking.v1beta1.MsgDelegate", "cosmos.gov.v1.MsgSubmitProposal"] {
            let message = sample(&chain, name, &cast);
            let tx = Draft::of(&chain, "ada", vec![message]).seal();
            assert_eq!(chain.block(vec![tx])[0].code, 0);
        }
        chain.blocks(3);
        chain
    };
    let mut chain = prepare();
    let sequence = chain.sequence("ada");
    let control = effects(&mut chain, vec![too_much()]);
    assert_eq!(chain.sequence("ada"), sequence + 1);
    assert_eq!(control.1, ["coin_spent", "coin_received", "transfer", "message", "tx", "tx", "tx"]);
    for name in kinds {
        let mut chain = prepare();
        let cast = Cast { amount: 4_000, ..Cast::default() };
        let message = sample(&chain, name, &cast);
        let alone = Draft::of(&chain, "ada", vec![message.clone()]).seal();
        let finalized = chain.node.finalize(chain.seen(vec![alone])).expect("executes");
        assert_eq!(finalized.results[0].code, 0, "{name}: {}", finalized.results[0].log);
        assert_eq!(effects(&mut chain, vec![message, too_much()]), control, "{name}");
    }
}

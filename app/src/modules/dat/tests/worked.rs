//! The worked example of the protocol's description, number for number: revenue.

use super::*;
use crate::modules::{
    dat::keys::{CREDITS, INCOMES, POTS},
    idao,
};

fn income(chain: &TestChain, asset: u64) -> u128 {
    let income = INCOMES.get(&state(chain), &(asset, ulaz())).expect("reads");
    income.map_or(0, |income| income.0.added.parse().expect("a number"))
}

fn credit(chain: &TestChain, asset: u64, serial: u64) -> u128 {
    let credit = CREDITS.get(&state(chain), &(asset, serial, ulaz())).expect("reads");
    credit.map_or(0, |credit| credit.0.credit.parse().expect("a number"))
}

/// Ada's dataset: Ben has 80,000, the treasury 10 %, the Quorum's pool 2 %. Cleo's model is made from it.
fn made(chain: &mut TestChain, idao: u64) {
    let dataset = NewAnchor {
        idao,
        shares: vec![(address("ben"), 80_000)],
        treasury_bps: 1_000,
        quorum_pool: Some((1, 200)),
        deposit: Amount::new(1_800_000_000),
        ..new("ada", "dataset")
    };
    assert_eq!(settled(chain, dataset), (1, 1));
    let model = NewAnchor {
        idao,
        treasury_bps: 1_000,
        quorum_pool: Some((1, 200)),
        ..derived("cleo", "model", &[1])
    };
    assert_eq!(settled(chain, model), (2, 1));
}

/// lazai 7.14, lazai 7.17.
#[test]
fn the_worked_example_of_revenue_comes_out_to_the_last_unit() {
    let mut chain = chain();
    let create = proto::lazchain::idao::v1::MsgCreateIdao {
        founder: text("ada"),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: idao::local().default_rules,
    };
    let _: proto::lazchain::idao::v1::MsgCreateIdaoResponse = ok(&mut chain, "ada", &create);
    made(&mut chain, 1);
    let (treasury, pool) = (idao::account(1), Address::module("quorum/1"));

    let owners = [address("ada"), address("ben"), treasury, pool];
    let shares = [800_000, 80_000, 100_000, 20_000];
    for (serial, (owner, share)) in (1..).zip(owners.iter().zip(shares)) {
        let dat = dat(&chain, 1, serial);
        assert_eq!((dat.owner, dat.share), (owner.to_string(), share));
    }
    let version = logic::version(&state(&chain), 2, 1).expect("is there");
    assert_eq!(version.royalties, vec![pb::Royalty { asset: 1, bps: 1_500 }]);
    assert_eq!((version.depth, dat(&chain, 2, 1).share), (2, 880_000));

    // the first voucher, 20,000 of which was the protocol's
    let split = pay(&mut chain, payment((2, 1), 979_999));
    let expected = |royalties, provider, holders| Split {
        royalties: Amount::new(royalties),
        provider: Amount::new(provider),
        provider_held: Amount::ZERO,
        holders: Amount::new(holders),
    };
    assert_eq!(split, expected(147_000, 333_199, 499_800));
    next_epoch(&mut chain);
    assert_eq!(income(&chain, 1), 146_999);

    let split_off = pb::MsgSplitDat { owner: text("ada"), asset: 1, serial: 1, share: 300_000 };
    let made: pb::MsgSplitDatResponse = ok(&mut chain, "ada", &split_off);
    assert_eq!((made.serial, credit(&chain, 1, 1)), (5, 117_599_200_000));
    let give = pb::MsgTransferDat { sender: text("ada"), asset: 1, serial: 5, to: text("eve") };
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "ada", &give);

    // the second voucher, 40,001 of which was the protocol's
    let split = pay(&mut chain, payment((2, 1), 1_960_003));
    assert_eq!(split, expected(294_001, 666_400, 999_602));
    next_epoch(&mut chain);
    assert_eq!((income(&chain, 1), income(&chain, 2)), (441_000, 1_499_402));
    let pot = POTS.get(&state(&chain), &(2, 1, ulaz())).expect("reads").expect("is there").0;
    assert_eq!(pot.balance, "1");

    let before: Vec<u128> = ["ada", "ben", "eve"].map(|who| wealth(&chain, &address(who))).to_vec();
    let claims: Vec<u128> = (1..=5).map(|serial| claim(&mut chain, &[(1, serial)])).collect();
    assert_eq!(claims, [264_599, 35_280, 44_100, 8_820, 88_200]);
    assert_eq!(claims.iter().sum::<u128>(), 440_999);
    let after: Vec<u128> = ["ada", "ben", "eve"].map(|who| wealth(&chain, &address(who))).to_vec();
    let gained: Vec<u128> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
    assert_eq!(gained, [264_599, 35_280, 88_200]);
    assert_eq!((credit(&chain, 1, 1), credit(&chain, 1, 5)), (700_000, 300_000));

    let claims: Vec<u128> = (1..=3).map(|serial| claim(&mut chain, &[(2, serial)])).collect();
    assert_eq!(claims, [1_319_473, 149_940, 29_988]);
    let rest = [1, 2, 3].map(|serial| credit(&chain, 2, serial));
    assert_eq!(rest, [760_000, 200_000, 40_000]);
    assert_eq!(wealth(&chain, &treasury), 44_100 + 149_940);
}

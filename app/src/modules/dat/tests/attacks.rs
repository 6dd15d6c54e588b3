//! Attacks that broke others, and what they come to here.

use super::*;
use crate::testkit::{World, genesis};

fn claiming(dats: &[(u64, u64)], denoms: &[&str]) -> pb::MsgClaimRevenue {
    pb::MsgClaimRevenue {
        sender: text("zoe"),
        dats: dats.iter().map(|(asset, serial)| pb::DatRef { asset: *asset, serial: *serial }).collect(),
        denoms: denoms.iter().map(|denom| (*denom).to_owned()).collect(),
    }
}

/// peers 7.10, peers 7.3: two claims in one transaction pay once, and one of a token that nothing came in is no trouble.
#[test]
fn a_claim_made_twice_in_a_transaction_pays_once() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    pay(&mut chain, payment(made, 1_000));
    let before = wealth(&chain, &address("ada"));
    let claim = any(&claiming(&[(1, 1)], &["ucpt", "ulaz"]));
    let odd = Odd { gas: Some(20_000_000), fee: Some(("ulaz", 1_000)), ..Odd::default() };
    let tx = chain.sign("zoe", vec![claim.clone(), claim], &odd);
    assert_eq!(chain.block(vec![tx])[0].code, 0);
    assert_eq!(wealth(&chain, &address("ada")) - before, 600);
}

/// peers 7.10: a claim whose token moved in the middle of an epoch: the past is the old owner's, and nobody's twice.
#[test]
fn a_token_that_moves_before_the_claim_takes_no_past_along() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    let before = [wealth(&chain, &address("ada")), wealth(&chain, &address("eve"))];
    pay(&mut chain, payment(made, 1_000));
    let give = pb::MsgTransferDat { sender: text("ada"), asset: 1, serial: 1, to: text("eve") };
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "ada", &give);
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0);
    pay(&mut chain, payment(made, 1_000));
    assert_eq!(claim(&mut chain, &[(1, 1)]), 600);
    let after = [wealth(&chain, &address("ada")), wealth(&chain, &address("eve"))];
    assert_eq!((after[0] + 1_000 - before[0], after[1] - before[1]), (600, 600), "a fee of 1,000 was Ada's");
}

/// peers 7.14: whatever anybody may call, called a thousand times by a stranger between payments, changes nobody's yield.
#[test]
fn a_thousand_pokes_by_a_stranger_change_nobodys_yield() {
    let yields = |pokes: u32| {
        let mut world = World::new(genesis(&PEOPLE.map(|name| (name, WEALTH)), &[]));
        let made = |world: &mut World, new: NewAnchor| {
            let anchored = world.act(|ctx| {
                let (asset, version) = logic::anchor(ctx, &new)?;
                logic::finalize(ctx, asset, version)?;
                logic::settle(ctx, asset, version)
            });
            anchored.expect("anchors");
        };
        made(&mut world, new("ada", "a"));
        made(&mut world, NewAnchor { shares: vec![(address("ben"), 333_333)], ..derived("cleo", "b", &[1]) });
        let before = ["ada", "ben", "cleo"].map(|name| of(&world, name));
        for base in [7, 1_000_003, 11] {
            world.act(|ctx| logic::receive(ctx, &payment((2, 1), base))).expect("is received");
            for _ in 0..pokes {
                let denoms = vec!["ulaz".to_owned()];
                let settle = pb::MsgSettleRoyalties { sender: text("eve"), asset: 2, version: 1, denoms };
                let _: pb::MsgSettleRoyaltiesResponse = world.send(&settle).expect("anybody may");
                let all = claiming(&[(1, 1), (2, 1), (2, 2)], &["ulaz"]);
                let _: pb::MsgClaimRevenueResponse = world.send(&all).expect("anybody may");
            }
        }
        let last =
            pb::MsgSettleRoyalties { sender: text("eve"), asset: 2, version: 1, denoms: vec!["ulaz".into()] };
        let _: pb::MsgSettleRoyaltiesResponse = world.send(&last).expect("anybody may");
        let all = claiming(&[(1, 1), (2, 1), (2, 2)], &["ulaz"]);
        let _: pb::MsgClaimRevenueResponse = world.send(&all).expect("anybody may");
        let after = ["ada", "ben", "cleo"].map(|name| of(&world, name));
        [0, 1, 2].map(|at: usize| after[at] - before[at])
    };
    let calm = yields(0);
    assert!(calm.iter().all(|earned| *earned > 0), "{calm:?}");
    assert_eq!(yields(350), calm);
}

fn of(world: &World, name: &str) -> u128 {
    bank::balance(&world.ctx.state, &address(name), &ulaz()).expect("reads").units()
}

//! Pots that take more than one block to empty.

use proto::lazchain::scheduler::v1 as scheduler_pb;

use super::*;
use crate::{
    modules::{dat::keys::POTS, scheduler},
    testkit::{World, genesis},
};

/// Ancestors of each model.
const PARENTS: u64 = 16;
/// Models, each with a pot of its own: together they owe more ancestors than a block can look at.
const MODELS: u64 = 7;
/// The model whose pot is worked last.
const LAST: u64 = PARENTS + MODELS;

fn added(world: &World, asset: u64) -> u128 {
    let income = crate::modules::dat::keys::INCOMES.get(&world.ctx.state, &(asset, ulaz())).expect("reads");
    income.map_or(0, |income| income.0.added.parse().expect("a number"))
}

fn pot(world: &World, asset: u64) -> pb::Pot {
    POTS.get(&world.ctx.state, &(asset, 1, ulaz())).expect("reads").expect("is there").0
}

fn pay_model(world: &mut World, asset: u64) {
    world.act(|ctx| logic::receive(ctx, &payment((asset, 1), 10_000))).expect("is received");
}

/// Sixteen datasets that ask 1 % each, seven models made from all of them, and 100 units of work a block.
fn many() -> World {
    let mut world = World::new(genesis(&PEOPLE.map(|name| (name, WEALTH)), &[]));
    let params = Some(scheduler_pb::Params { budget: 100, epoch_blocks: 20 });
    let authority = Address::module("gov").to_string();
    let slow = scheduler_pb::MsgUpdateParams { authority, params };
    let _: scheduler_pb::MsgUpdateParamsResponse = world.send(&slow).expect("is governance");
    let parents: Vec<u64> = (1..=PARENTS).collect();
    for number in 1..=LAST {
        let name = format!("asset {number}");
        let new = if number <= PARENTS { new("ada", &name) } else { derived("cleo", &name, &parents) };
        let policy = Some(pb::PolicyTerms { derivative_royalty_bps: 100, ..terms() });
        let new = NewAnchor { policy, ..new };
        let made = world.act(|ctx| {
            let (asset, version) = logic::anchor(ctx, &new)?;
            logic::finalize(ctx, asset, version)?;
            logic::settle(ctx, asset, version)?;
            Ok(asset)
        });
        assert_eq!(made.expect("anchors"), number);
    }
    world
}

fn turn(world: &mut World) {
    let start = scheduler::next_start(&world.ctx.state).expect("reads");
    while world.ctx.block.height < start {
        world.pass(1);
    }
}

#[test]
fn what_comes_into_a_pot_that_is_being_emptied_waits_for_the_next_round_and_is_moved_once() {
    let mut world = many();
    for model in PARENTS + 1..=LAST {
        pay_model(&mut world, model);
    }
    turn(&mut world);
    let before = pot(&world, LAST);
    assert!(before.cursor > 0 && before.moved.len() < 16, "it is in the middle: {before:?}");
    pay_model(&mut world, LAST);
    world.pass(1);
    assert_eq!(pot(&world, LAST).cursor, 0, "the round is over");
    let early = before.moved.last().expect("one was looked at").asset;
    assert_eq!(added(&world, early), u128::from(MODELS) * 100, "it got its part before the second payment");
    turn(&mut world);
    world.pass(1);
    for ancestor in 1..=PARENTS {
        assert_eq!(added(&world, ancestor), u128::from(MODELS + 1) * 100, "asset-{ancestor}");
    }
    let after = pot(&world, LAST);
    assert_eq!((after.balance.as_str(), after.queued), ("0", false));
}

//! Scenarios.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    dec::Dec,
    lazchain::rewards::v1 as pb,
};
use serde_json::json;

use super::{
    logic::{self, KEPT_EPOCHS},
    types::{Party, live},
};
use crate::{
    error::{Reject, Result},
    modules::{GOVERNANCE, bank, hooks},
    testkit::{TestChain, World, address, any, genesis},
};

/// 1,000,000,000 LAZ.
const SUPPLY: u64 = 1_000_000_000_000_000;

/// Ada has all there is; the yearly rate is that of a new chain.
fn world() -> World {
    let mut state = genesis(&[("ada", SUPPLY)], &[]);
    state["mint"] = json!({});
    World::new(state)
}

fn supply(world: &World, denom: &'static str) -> u128 {
    bank::supply(&world.ctx.state, &Denom::known(denom)).expect("reads").units()
}

fn balance(world: &World, who: &Address, denom: &'static str) -> u128 {
    bank::balance(&world.ctx.state, who, &Denom::known(denom)).expect("reads").units()
}

/// A turn of the epoch, so many seconds after the last.
fn turn(world: &mut World, secs: u64) {
    let number = logic::running(&world.ctx.state).expect("runs").epoch + 1;
    world.ctx.block.time = world.ctx.block.time.plus(crate::time::Span::from_secs(secs));
    world.act(|ctx| super::epoch_began(ctx, number)).expect("turns");
}

fn fee(world: &mut World, idao: Option<u64>, provider: &str, denom: &'static str, amount: u128) {
    let fee = Coin::new(Denom::known(denom), Amount::new(amount));
    world.act(|ctx| hooks::protocol_fee(ctx, idao, &address(provider), &fee)).expect("counts");
}

fn burn(world: &mut World, members: &[&str], amount: u128) {
    let members: Vec<_> = members.iter().map(|name| address(name).operator()).collect();
    world.act(|ctx| hooks::task_fee_burnt(ctx, 1, &members, Amount::new(amount))).expect("counts");
}

fn claim(world: &mut World, party: &str) -> Result<Coins, Reject> {
    let message = pb::MsgClaimEmission { sender: address("ada").to_string(), party: party.to_owned() };
    let response: pb::MsgClaimEmissionResponse = world.send(&message)?;
    Ok(Coins::parse_any(response.minted).expect("coins"))
}

fn member(name: &str) -> String {
    address(name).operator().to_string()
}

fn provider(name: &str) -> String {
    address(name).to_string()
}

// section 12
#[test]
fn an_hour_of_a_billion_laz_mints_what_the_worked_example_says() {
    let mut world = world();
    fee(&mut world, Some(1), "pia", "ulaz", 60_001);
    turn(&mut world, 3_600);
    let emission = logic::emission(&world.ctx.state, 1).expect("is kept");
    assert_eq!(emission.most, "7985398129");
    assert_eq!(emission.stakers, "3992699064");
    assert_eq!([&emission.quorums_most, &emission.idaos_most], ["1597079625", "1597079625"]);
    assert_eq!(emission.providers_most, "798539812");
    assert_eq!(supply(&world, "ulaz"), u128::from(SUPPLY) + 3_992_699_064, "stakers at once, parties later");
    assert_eq!(claim(&mut world, &provider("pia")).expect("due").to_string(), "15000ucpt");
    assert_eq!(claim(&mut world, "idao-1").expect("due").to_string(), "15000ulaz");
    assert_eq!(balance(&world, &address("pia"), "ucpt"), 15_000);
}

#[test]
fn a_third_of_a_burnt_fee_is_worth_at_most_half_of_it_to_each_ballot() {
    let mut world = world();
    burn(&mut world, &["vic", "val", "eva"], 2_900_000);
    turn(&mut world, 3_600);
    for name in ["vic", "val", "eva"] {
        assert_eq!(claim(&mut world, &member(name)).expect("due").to_string(), "483333ulaz");
        assert_eq!(balance(&world, &address(name), "ulaz"), 483_333);
    }
}

#[test]
fn where_more_is_sunk_than_the_part_reaches_for_it_is_shared_in_proportion() {
    let mut world = world();
    let rich = 100_000_000_000;
    burn(&mut world, &["vic", "val", "vic", "vic"], 4 * rich);
    turn(&mut world, 3_600);
    let (vic, val) = (claim(&mut world, &member("vic")), claim(&mut world, &member("val")));
    assert_eq!(vic.expect("due").to_string(), format!("{}ulaz", 1_597_079_625_u64 * 3 / 4));
    assert_eq!(val.expect("due").to_string(), format!("{}ulaz", 1_597_079_625_u64 / 4));
}

/// G36, peers 7.14.
#[test]
fn a_partys_part_is_minted_when_it_sinks_again_and_never_twice() {
    let mut world = world();
    fee(&mut world, None, "pia", "ulaz", 1_000);
    turn(&mut world, 3_600);
    assert_eq!(balance(&world, &address("pia"), "ucpt"), 0);
    fee(&mut world, None, "pia", "ulaz", 8);
    assert_eq!(balance(&world, &address("pia"), "ucpt"), 250);
    let running = claim(&mut world, &provider("pia")).expect_err("the epoch runs");
    assert_eq!((running.space, running.code), ("rewards", 3));
    turn(&mut world, 3_600);
    assert_eq!(claim(&mut world, &provider("pia")).expect("due").to_string(), "2ucpt");
    for _ in 0..3 {
        let again = claim(&mut world, &provider("pia")).expect_err("nothing is due");
        assert_eq!((again.space, again.code), ("rewards", 2));
    }
    assert_eq!(supply(&world, "ucpt"), 252);
}

#[test]
fn a_tally_that_nobody_touches_for_long_is_still_minted_by_its_own_epoch() {
    let mut world = world();
    fee(&mut world, None, "pia", "ulaz", 1_000);
    for _ in 0..5 {
        turn(&mut world, 60);
    }
    assert_eq!(claim(&mut world, &provider("pia")).expect("due").to_string(), "250ucpt");
}

#[test]
fn fees_in_other_tokens_count_for_nothing() {
    let mut world = world();
    fee(&mut world, Some(1), "pia", "ucpt", 1_000_000);
    fee(&mut world, Some(1), "pia", "umetis", 1_000_000);
    fee(&mut world, Some(1), "pia", "ulaz", 0);
    turn(&mut world, 3_600);
    assert_eq!(claim(&mut world, "idao-1").expect_err("nothing").code, 2);
    assert_eq!(claim(&mut world, &provider("pia")).expect_err("nothing").code, 2);
}

/// G36: block time may jump a second, a day, a year.
#[test]
fn a_jump_of_the_clock_mints_nothing_beyond_two_hours() {
    let mut jumps = Vec::new();
    for secs in [7_200, 7_201, 86_400, 31_557_600, 100 * 31_557_600] {
        let mut world = world();
        fee(&mut world, None, "pia", "ulaz", 4_000_000_000_000);
        turn(&mut world, secs);
        let stakers = supply(&world, "ulaz") - u128::from(SUPPLY);
        jumps.push((stakers, claim(&mut world, &provider("pia")).expect("due").to_string()));
    }
    assert!(jumps.iter().all(|jump| *jump == jumps[0]), "{jumps:?}");
    assert_eq!(jumps[0].0, 7_985_398_129);
    let mut still = world();
    turn(&mut still, 0);
    assert_eq!(supply(&still, "ulaz"), u128::from(SUPPLY), "no time, no coins");
}

#[test]
fn the_turn_comes_with_the_chains_epochs_and_stakers_get_their_part_as_fees() {
    let mut state = genesis(&[("ada", SUPPLY), ("vic", 10_000_000)], &[("vic", 10_000_000)]);
    state["mint"] = json!({});
    let mut chain = TestChain::with_genesis(&["ada", "vic"], state);
    let answer = |chain: &TestChain| -> pb::QueryRunningResponse {
        chain.ask("/lazchain.rewards.v1.Query/Running", &pb::QueryRunningRequest {}).expect("answers")
    };
    assert_eq!(answer(&chain).running.expect("runs").epoch, 1);
    chain.blocks(20);
    assert_eq!(answer(&chain).running.expect("runs").epoch, 2);
    let one: pb::QueryEmissionResponse = chain
        .ask("/lazchain.rewards.v1.Query/Emission", &pb::QueryEmissionRequest { epoch: 1 })
        .expect("answers");
    let emission = one.emission.expect("is kept");
    // height 20 is 20 seconds after genesis
    assert_eq!((emission.epoch, emission.nanos), (1, 20_000_000_000));
    assert_eq!(emission.inflation, Dec::percent(7).to_string());
    let pool: proto::cosmos::distribution::v1beta1::QueryCommunityPoolResponse = chain
        .ask(
            "/cosmos.distribution.v1beta1.Query/CommunityPool",
            &proto::cosmos::distribution::v1beta1::QueryCommunityPoolRequest {},
        )
        .expect("answers");
    // the test genesis taxes all income for the community
    assert_eq!(pool.pool.len(), 1);
    let all: pb::QueryEmissionsResponse = chain
        .ask("/lazchain.rewards.v1.Query/Emissions", &pb::QueryEmissionsRequest::default())
        .expect("answers");
    assert_eq!(all.emissions, [emission]);
    let reject = chain
        .ask::<_, pb::QueryEmissionResponse>(
            "/lazchain.rewards.v1.Query/Emission",
            &pb::QueryEmissionRequest { epoch: 2 },
        )
        .expect_err("it runs");
    assert_eq!(reject.reject().expect("by rule").code, 4);
}

#[test]
fn a_tally_says_what_is_due_and_from_what() {
    let mut world = world();
    fee(&mut world, Some(7), "pia", "ulaz", 1_000);
    let ask = |world: &World, party: &str| -> pb::QueryTallyResponse {
        let path = "/lazchain.rewards.v1.Query/Tally";
        let query = super::QUERIES.iter().find(|query| query.path == path).expect("is there");
        let ask = pb::QueryTallyRequest { party: party.to_owned() };
        let bytes = (query.answer)(&world.ctx.state, &prost::Message::encode_to_vec(&ask)).expect("answers");
        prost::Message::decode(bytes.as_slice()).expect("decodes")
    };
    let running = ask(&world, "idao-7");
    assert_eq!((running.emission, running.by_cap.as_str(), running.due.len()), (None, "250", 0));
    turn(&mut world, 3_600);
    let over = ask(&world, "idao-7");
    assert_eq!((over.by_use.as_str(), over.by_cap.as_str()), ("1597079625", "250"));
    assert_eq!((over.due[0].denom.as_str(), over.due[0].amount.as_str()), ("ulaz", "250"));
    assert_eq!(ask(&world, &provider("pia")).due[0].denom, "ucpt");
}

#[test]
fn old_epochs_go_once_all_their_parts_are_minted() {
    let mut world = world();
    fee(&mut world, None, "pia", "ulaz", 1_000);
    for _ in 0..KEPT_EPOCHS + 3 {
        let number = logic::running(&world.ctx.state).expect("runs").epoch + 1;
        super::epoch_began(&mut world.ctx, number).expect("turns");
    }
    assert!(logic::emission(&world.ctx.state, 1).is_ok(), "a party has not claimed");
    assert!(logic::emission(&world.ctx.state, 2).is_err());
    assert!(logic::emission(&world.ctx.state, 5).is_ok());
    claim(&mut world, &provider("pia")).expect("due");
    assert!(logic::emission(&world.ctx.state, 1).is_err());
}

#[test]
fn the_part_of_an_idao_that_is_gone_is_the_communitys() {
    let mut world = world();
    fee(&mut world, Some(99), "pia", "ulaz", 1_000);
    turn(&mut world, 3_600);
    let before = supply(&world, "ulaz");
    assert_eq!(claim(&mut world, "idao-99").expect("due").to_string(), "250ulaz");
    assert_eq!(supply(&world, "ulaz"), before + 250);
    assert_eq!(balance(&world, &Address::module("idao/99"), "ulaz"), 0);
}

#[test]
fn only_governance_changes_the_parameters_and_only_within_their_ranges() {
    let mut chain = TestChain::with_balances(&[("ada", 1_000_000)]);
    let mut update = |params: Option<pb::Params>| {
        let authority = address("ada").to_string();
        let result = chain.run("ada", vec![any(&pb::MsgUpdateParams { authority, params })]);
        (result.codespace, result.code)
    };
    assert_eq!(update(Some(live())), ("gov".into(), 13));
    assert_eq!(update(None), ("sdk".into(), 18));
    assert_eq!(update(Some(pb::Params { quorums_cap_bps: 5_001, ..live() })), ("sdk".into(), 18));
    let mut world = world();
    let half = pb::Params { max_seconds: 1_800, ..live() };
    let message =
        pb::MsgUpdateParams { authority: Address::module(GOVERNANCE).to_string(), params: Some(half) };
    let _: pb::MsgUpdateParamsResponse = world.send(&message).expect("governance may");
    turn(&mut world, 3_600);
    assert_eq!(supply(&world, "ulaz") - u128::from(SUPPLY), 3_992_699_064 / 2);
}

#[test]
fn a_claim_that_names_no_party_is_refused() {
    let mut world = world();
    for party in ["", "idao-", "idao-01", "quorum-1", "laz1"] {
        assert_eq!(claim(&mut world, party).expect_err("refused").code, 18, "{party}");
    }
    assert_eq!(claim(&mut world, &Party::Idao(3).to_string()).expect_err("nothing due").code, 2);
}

#[test]
fn tallies_and_epochs_survive_an_export() {
    let mut world = world();
    fee(&mut world, Some(1), "pia", "ulaz", 1_000);
    burn(&mut world, &["vic"], 500);
    turn(&mut world, 3_600);
    fee(&mut world, Some(2), "pia", "ulaz", 1_000);
    let exported = world.export();
    let mut again = World::new(exported.clone());
    assert_eq!(again.export()["rewards"], exported["rewards"]);
    assert_eq!(claim(&mut again, &member("vic")).expect("due").to_string(), "250ulaz");
}

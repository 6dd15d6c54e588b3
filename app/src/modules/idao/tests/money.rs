//! Income of members by points, and the treasury.

use proptest::prelude::*;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::idao::v1 as pb,
};

use super::super::{
    account, add_points, income,
    keys::POTS,
    logic::{income as incomes, members::leave},
    take_points,
};
use super::{chain, create, ctx, join, ok, refused, rules, sound, text, treasury, work};
use crate::{
    ctx::Ctx,
    modules::bank,
    testkit::{TestChain, address},
};

pub(super) fn ulaz(amount: u128) -> Coins {
    Coins::one(Coin::new(Denom::known("ulaz"), Amount::new(amount)))
}

pub(super) fn held(ctx: &Ctx, who: &Address) -> u128 {
    bank::balance(&ctx.state, who, &Denom::known("ulaz")).expect("reads").units()
}

pub(super) fn claim(ctx: &mut Ctx, id: u64, who: &str) -> u128 {
    let member = super::super::member(&ctx.state, id, &address(who)).expect("reads").expect("a member");
    let paid = incomes::claim(ctx, id, &address(who), &member);
    paid.map_or(0, |paid| paid.amount_of(&Denom::known("ulaz")).units())
}

/// Ada and cleo of section 12 of the protocol, and dan, who pays.
fn health() -> (TestChain, u64) {
    let mut chain = chain();
    let id = create(&mut chain, "ada", rules());
    join(&mut chain, "cleo", id, &["ada"]);
    (chain, id)
}

#[test]
fn the_worked_example_pays_ada_and_cleo_by_their_points() {
    let (chain, id) = health();
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ada"), 16_400).expect("adds");
    add_points(&mut ctx, id, &address("cleo"), 21_000).expect("adds");
    // claims of `dat-1/3` and `dat-2/2`, and emission
    for amount in [44_100, 149_940, 15_000] {
        income(&mut ctx, id, &address("dan"), &ulaz(amount)).expect("comes in");
    }
    assert_eq!(held(&ctx, &account(id)), 209_040 / 2);
    sound(&ctx);
    let (ada, cleo) = (claim(&mut ctx, id, "ada"), claim(&mut ctx, id, "cleo"));
    assert_eq!((ada, cleo), (45_832, 58_687));
    assert_eq!(209_040 / 2 - ada - cleo, 1, "one unit in fractions");
    assert_eq!(claim(&mut ctx, id, "ada"), 0);
    sound(&ctx);
}

/// peers 4.10, lazai 7.15: income that nobody has a share in has an owner.
#[test]
fn income_without_points_is_the_treasurys_and_points_earn_nothing_of_the_past() {
    let (chain, id) = health();
    let mut ctx = ctx(&chain);
    income(&mut ctx, id, &address("dan"), &ulaz(1_000)).expect("comes in");
    assert_eq!(held(&ctx, &account(id)), 1_000);
    add_points(&mut ctx, id, &address("ada"), 10).expect("adds");
    income(&mut ctx, id, &address("dan"), &ulaz(1_000)).expect("comes in");
    add_points(&mut ctx, id, &address("cleo"), 1_000_000).expect("adds");
    assert_eq!((claim(&mut ctx, id, "ada"), claim(&mut ctx, id, "cleo")), (500, 0));
    take_points(&mut ctx, id, &address("ada"), u128::MAX).expect("takes");
    income(&mut ctx, id, &address("dan"), &ulaz(1_000)).expect("comes in");
    assert_eq!((claim(&mut ctx, id, "ada"), claim(&mut ctx, id, "cleo")), (0, 500));
    sound(&ctx);
}

/// G36.
#[test]
fn who_leaves_takes_what_was_earned_and_nothing_after_and_a_phantom_earns_nothing() {
    let (chain, id) = health();
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ada"), 1).expect("adds");
    add_points(&mut ctx, id, &address("cleo"), 2).expect("adds");
    income(&mut ctx, id, &address("dan"), &ulaz(2_000)).expect("comes in");
    let before = held(&ctx, &address("cleo"));
    leave(&mut ctx, id, &address("cleo"), "left").expect("leaves");
    assert_eq!(held(&ctx, &address("cleo")), before + 666 + 10);
    income(&mut ctx, id, &address("dan"), &ulaz(2_000)).expect("comes in");
    add_points(&mut ctx, id, &address("cleo"), 5).expect("ignored");
    add_points(&mut ctx, id, &address("eve"), 5).expect("ignored");
    assert_eq!(claim(&mut ctx, id, "ada"), 333 + 1_000);
    sound(&ctx);
    // with the last member the fractions go to the community, and so does what comes later
    leave(&mut ctx, id, &address("ada"), "left").expect("leaves");
    work(&mut ctx);
    income(&mut ctx, id, &address("dan"), &ulaz(77)).expect("comes in");
    assert_eq!(held(&ctx, &account(id)), 0);
    assert_eq!(held(&ctx, &Address::module(super::super::ACCOUNT)), 0);
    assert!(POTS.page(&ctx.state, &id, None, 10).expect("reads").is_empty());
    sound(&ctx);
}

#[test]
fn members_income_comes_in_at_most_sixteen_denominations() {
    let (chain, id) = health();
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ada"), 1).expect("adds");
    let donor = Address::module("idao-test");
    for n in 0..20 {
        let denom: Denom = format!("coin{n:02}").parse().expect("a name");
        let coin = Coins::one(Coin::new(denom.clone(), Amount::new(100)));
        bank::mint(&mut ctx, &donor, &coin).expect("mints");
        income(&mut ctx, id, &donor, &coin).expect("comes in");
        let kept = bank::balance(&ctx.state, &account(id), &denom).expect("reads").units();
        assert_eq!(kept, if n < 16 { 50 } else { 100 }, "{n}");
    }
    sound(&ctx);
}

#[test]
fn a_gift_is_the_treasurys_alone_and_a_member_without_income_has_nothing_to_claim() {
    let (mut chain, id) = health();
    super::fund(&mut chain, "dan", id, 1_000);
    let ask = pb::QueryTreasuryRequest { idao: id };
    let answer: pb::QueryTreasuryResponse =
        chain.ask("/lazchain.idao.v1.Query/Treasury", &ask).expect("answers");
    assert_eq!((answer.account, answer.balances[0].amount.as_str()), (treasury(id), "1000"));
    let claim = pb::MsgClaimMemberRewards { member: text("ada"), idao: id };
    assert_eq!(refused(&mut chain, "ada", &claim), 42);
}

/// peers 7.10.
#[test]
fn a_claim_pays_a_member_once() {
    let (mut chain, id) = health();
    // only modules above bring income, so the state that claims is made here and handed over by genesis
    let mut ctx = ctx(&chain);
    add_points(&mut ctx, id, &address("ada"), 2).expect("adds");
    income(&mut ctx, id, &address("dan"), &ulaz(1_000)).expect("comes in");
    let sections = crate::modules::export(&ctx.state).expect("exports");
    let exported = sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect();
    drop(ctx);
    chain = TestChain::with_genesis(&super::PEOPLE, exported);
    let before = chain.balance("ada");
    let claim = pb::MsgClaimMemberRewards { member: text("ada"), idao: id };
    ok(&mut chain, "ada", &claim);
    assert_eq!(chain.balance("ada"), before + 500 - 10);
    assert_eq!(refused(&mut chain, "ada", &claim), 42);
    assert_eq!(refused(&mut chain, "eve", &pb::MsgClaimMemberRewards { member: text("eve"), idao: id }), 5);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// G34, G35.
    /// Whatever happens in whatever order: nobody is paid more than came in, and what is owed is there.
    #[test]
    fn any_order_of_income_points_claims_and_leaving_keeps_the_books(
        steps in prop::collection::vec((0_usize..4, 0_u8..5, 0_u128..100_000), 1..40),
    ) {
        let names = ["ada", "ben", "cleo", "dan"];
        let mut chain = chain();
        let id = create(&mut chain, "ada", rules());
        for who in &names[1..] {
            join(&mut chain, who, id, &["ada"]);
        }
        let mut ctx = ctx(&chain);
        for (who, what, amount) in steps {
            let who = names[who];
            match what {
                0 => add_points(&mut ctx, id, &address(who), amount).unwrap(),
                1 => take_points(&mut ctx, id, &address(who), amount).unwrap(),
                2 => income(&mut ctx, id, &address("eve"), &ulaz(amount % 10_000)).unwrap(),
                3 if super::super::member(&ctx.state, id, &address(who)).unwrap().is_some() => {
                    claim(&mut ctx, id, who);
                }
                4 if amount < 20_000 && super::super::member(&ctx.state, id, &address(who)).unwrap().is_some() => {
                    leave(&mut ctx, id, &address(who), "left").unwrap();
                }
                _ => {}
            }
            prop_assert_eq!(crate::invariant::broken(&ctx.state).unwrap(), Vec::<String>::new());
        }
    }
}

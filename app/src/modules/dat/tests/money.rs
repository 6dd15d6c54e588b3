//! Revenue under any order of what holders do, and what claims wait for.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Do {
    Pay(u64),
    Split(usize, u32),
    Merge(usize, usize),
    Give(usize, usize),
    Claim(usize),
    Settle,
    Epoch,
}

fn acts() -> impl Strategy<Value = Vec<Do>> {
    let one = prop_oneof![
        3 => (1_u64..1_000_000).prop_map(Do::Pay),
        2 => (0_usize..8, 1_u32..400_000).prop_map(|(at, share)| Do::Split(at, share)),
        1 => (0_usize..8, 0_usize..8).prop_map(|(into, from)| Do::Merge(into, from)),
        2 => (0_usize..8, 0_usize..8).prop_map(|(at, to)| Do::Give(at, to)),
        2 => (0_usize..8).prop_map(Do::Claim),
        1 => Just(Do::Settle),
        1 => Just(Do::Epoch),
    ];
    prop::collection::vec(one, 1..24)
}

/// The tokens of an asset, in order.
fn tokens(chain: &TestChain, id: u64) -> Vec<pb::Dat> {
    let page = crate::modules::dat::keys::DATS.page(&state(chain), &id, None, 1_000).expect("reads");
    page.into_iter().map(|(_, dat)| dat.0).collect()
}

fn who(at: usize) -> &'static str {
    PEOPLE[at % PEOPLE.len()]
}

fn name_of(text_: &str) -> &'static str {
    PEOPLE.into_iter().find(|name| text(name) == text_).expect("one of them")
}

/// Does one thing; what cannot be done is refused and changes nothing.
fn one(chain: &mut TestChain, act: &Do) {
    let tokens = tokens(chain, 2);
    let at = |index: usize| &tokens[index % tokens.len()];
    match act {
        Do::Pay(base) => drop(pay(chain, payment((2, 1), *base))),
        Do::Split(index, share) => {
            let dat = at(*index);
            let owner = name_of(&dat.owner);
            let message = pb::MsgSplitDat { owner: text(owner), asset: 2, serial: dat.serial, share: *share };
            drop(run(chain, owner, &message));
        }
        Do::Merge(into, from) => {
            let (into, from) = (at(*into), at(*from));
            let owner = name_of(&into.owner);
            let message =
                pb::MsgMergeDats { owner: text(owner), asset: 2, into: into.serial, from: vec![from.serial] };
            drop(run(chain, owner, &message));
        }
        Do::Give(index, to) => {
            let dat = at(*index);
            let sender = name_of(&dat.owner);
            let to = text(who(*to));
            drop(run(
                chain,
                sender,
                &pb::MsgTransferDat { sender: text(sender), asset: 2, serial: dat.serial, to },
            ));
        }
        Do::Claim(index) => drop(claim(chain, &[(2, at(*index).serial)])),
        Do::Settle => {
            let denoms = vec!["ulaz".into()];
            let message = pb::MsgSettleRoyalties { sender: text("zoe"), asset: 2, version: 1, denoms };
            let _: pb::MsgSettleRoyaltiesResponse = ok(chain, "zoe", &message);
        }
        Do::Epoch => next_epoch(chain),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// G34, G35, peers 4.10.
    /// The invariants of every block say that in millionths nothing is lost or made; this says that in the end everybody
    /// together was paid what came in, less a unit a token and ancestor.
    #[test]
    fn any_order_of_splitting_merging_giving_settling_and_claiming_pays_out_what_came_in(acts in acts()) {
        let mut chain = chain();
        settled(&mut chain, new("ada", "dataset"));
        settled(&mut chain, NewAnchor {
            shares: vec![(address("ben"), 333_333), (address("eve"), 1)],
            ..derived("cleo", "model", &[1])
        });
        acts.iter().for_each(|act| one(&mut chain, act));
        next_epoch(&mut chain);
        let rest: Vec<(u64, u64)> = tokens(&chain, 2).iter().map(|dat| (2, dat.serial)).collect();
        for dats in rest.chunks(100) {
            claim(&mut chain, dats);
        }
        claim(&mut chain, &[(1, 1)]);
        // what is left on the account: deposits, and fractions
        let deposits: u128 = tokens(&chain, 2).iter().map(|dat| dat.deposit.parse::<u128>().unwrap()).sum();
        let left = wealth(&chain, &logic::account()) - deposits;
        prop_assert!(left <= rest.len() as u128 + 2, "{left} left, {} tokens", rest.len());
    }
}

/// G35, peers 7.10.
#[test]
fn claiming_a_thousand_times_pays_no_more_than_claiming_once() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { shares: vec![(address("ben"), 333_333)], ..new("ada", "a") });
    let mut piecemeal = 0;
    for _ in 0..20 {
        pay(&mut chain, payment((1, 1), 7));
        piecemeal += claim(&mut chain, &[(1, 2)]);
    }
    // 7 less 2 for the provider is 5 each time
    assert_eq!(piecemeal, 100 * 333_333 / 1_000_000);
    assert_eq!(claim(&mut chain, &[(1, 2)]), 0);
}

/// peers 7.9, peers 7.10.
#[test]
fn a_token_named_twice_in_a_claim_is_refused() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let one = pb::DatRef { asset: 1, serial: 1 };
    let claim = |dats| pb::MsgClaimRevenue { sender: text("zoe"), dats, denoms: vec!["ulaz".into()] };
    assert!(invalid(&mut chain, "zoe", &claim(vec![one, one])).contains("twice"));
    assert!(invalid(&mut chain, "zoe", &claim(vec![])).contains("empty"));
    let many = (1..=101).map(|serial| pb::DatRef { asset: 1, serial }).collect();
    assert!(invalid(&mut chain, "zoe", &claim(many)).contains("at most 100"));
    assert_eq!(refused(&mut chain, "zoe", &claim(vec![pb::DatRef { asset: 1, serial: 9 }])), 5);
}

/// G35.
#[test]
fn paying_in_pieces_saves_no_royalty() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    settled(&mut chain, derived("cleo", "b", &[1]));
    let mut royalties = 0;
    for _ in 0..10 {
        royalties += pay(&mut chain, payment((2, 1), 1)).royalties.units();
    }
    assert_eq!(royalties, 2, "15 % of 10, rounded up once");
}

/// G38: cheap state that later work would walk through is bounded.
#[test]
fn an_asset_earns_a_bounded_number_of_denominations() {
    use crate::modules::dat::keys::INCOMES;
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    let refused = chain.act(move |ctx| {
        let none = pb::Income { added: "0".into(), claimed: "0".into(), dust: "0".into() };
        for number in 0..64 {
            let denom: Denom = format!("coin{number}").parse()?;
            INCOMES.set(&mut ctx.state, &(1, denom), &state::Pb(none.clone()));
        }
        logic::receive(ctx, &payment(made, 5))
    });
    assert_eq!(code(refused), 39);
}

/// G33.
#[test]
fn overflowing_amounts_are_refused_and_change_nothing() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    let refused = chain.act(move |ctx| {
        let most = Coin::new(ulaz(), Amount::MAX);
        let version = logic::version(&ctx.state, made.0, made.1)?;
        crate::modules::dat::logic::add_income(ctx, version.asset, &most.denom, most.amount)
    });
    assert!(refused.is_err());
}

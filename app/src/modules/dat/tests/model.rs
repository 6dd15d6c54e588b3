//! G34, the differential half: random acts on the chain and on a model that shares no formula with it. The model pays every
//! holder at once, in a loop, in millionths; the chain adds to one number and settles later. Every claim pays the same.

use std::collections::BTreeMap;

use super::*;
use crate::{
    gauntlet::{Dice, seed, times},
    testkit::{World, genesis},
};

const MILLION: u128 = 1_000_000;
/// Worlds, and acts in each.
const SEEDS: u64 = 20;
const ACTS: u64 = 120;

/// Who may hold tokens: not the provider, who is paid apart.
const HOLDERS: [&str; 6] = ["ada", "ben", "cleo", "eve", "bot", "zoe"];

struct Token {
    owner: &'static str,
    share: u128,
    /// In millionths.
    credit: u128,
}

/// `asset-2`, which owes `asset-1` 15 %; its provider gets 40 % of the rest.
struct Model {
    tokens: BTreeMap<u64, Token>,
    serials: u64,
    /// All that was ever paid for use.
    base: u128,
    /// What Ada, who has all of `asset-1`, was credited, and took.
    moved: u128,
    taken: u128,
    provider: u128,
}

/// `ceil(number x 15 %)`.
fn royalties(number: u128) -> u128 {
    (number * 15).div_ceil(100)
}

impl Model {
    fn pay(&mut self, base: u128) {
        let part = royalties(self.base + base) - royalties(self.base);
        self.base += base;
        let provider = (base - part) * 2 / 5;
        self.provider += provider;
        for token in self.tokens.values_mut() {
            token.credit += (base - part - provider) * token.share;
        }
    }

    /// What the ancestor is owed moves to it.
    fn turn(&mut self) {
        self.moved = self.base * 15 / 100;
    }

    fn claim(&mut self, serial: u64) -> u128 {
        let token = self.tokens.get_mut(&serial).expect("is there");
        let whole = token.credit / MILLION;
        token.credit %= MILLION;
        whole
    }
}

fn world() -> (World, Model) {
    let mut world = World::new(genesis(&PEOPLE.map(|name| (name, WEALTH)), &[]));
    let shares = vec![(address("ben"), 333_333), (address("eve"), 1)];
    for new in [new("ada", "a"), NewAnchor { shares, ..derived("cleo", "b", &[1]) }] {
        let made = world.act(|ctx| {
            let (asset, version) = logic::anchor(ctx, &new)?;
            logic::finalize(ctx, asset, version)?;
            logic::settle(ctx, asset, version)
        });
        made.expect("anchors");
    }
    let first = [("cleo", 666_666), ("ben", 333_333), ("eve", 1)];
    let token = |(owner, share)| Token { owner, share, credit: 0 };
    let tokens = (1..).zip(first.map(token)).collect();
    (world, Model { tokens, serials: 3, base: 0, moved: 0, taken: 0, provider: 0 })
}

fn sent<M: Message + Name, R: Message + Default>(world: &mut World, message: &M) -> R {
    world.send(message).unwrap_or_else(|reject| panic!("{}: {reject}", M::NAME))
}

fn claimed(world: &mut World, asset: u64, serial: u64) -> u128 {
    let dats = vec![pb::DatRef { asset, serial }];
    let claim = pb::MsgClaimRevenue { sender: text("zoe"), dats, denoms: vec!["ulaz".into()] };
    let paid = sent::<_, pb::MsgClaimRevenueResponse>(world, &claim).paid;
    paid.first().map_or(0, |coin| coin.amount.parse().expect("a number"))
}

/// Does the same to both; whatever is paid is the same.
fn act(dice: &mut Dice, world: &mut World, model: &mut Model) {
    let serials: Vec<u64> = model.tokens.keys().copied().collect();
    let serial = *dice.pick(&serials);
    let (owner, share) = model.tokens.get(&serial).map(|token| (token.owner, token.share)).expect("is there");
    match dice.below(8) {
        0..=2 => {
            let base = if dice.one_in(3) { 1 + dice.below(9) } else { 1 + dice.below(1_000_000) };
            world.act(|ctx| logic::receive(ctx, &payment((2, 1), base))).expect("is received");
            model.pay(base.into());
        }
        3 if share > 1 => {
            let part = 1 + dice.below(u64::try_from(share).expect("small") - 1);
            let split = pb::MsgSplitDat {
                owner: text(owner),
                asset: 2,
                serial,
                share: u32::try_from(part).expect("small"),
            };
            let made = sent::<_, pb::MsgSplitDatResponse>(world, &split).serial;
            model.serials += 1;
            assert_eq!(made, model.serials);
            model.tokens.get_mut(&serial).expect("is there").share -= u128::from(part);
            model.tokens.insert(made, Token { owner, share: part.into(), credit: 0 });
        }
        4 => {
            let other = *dice.pick(&serials);
            if other != serial && model.tokens.get(&other).is_some_and(|token| token.owner == owner) {
                let merge =
                    pb::MsgMergeDats { owner: text(owner), asset: 2, into: serial, from: vec![other] };
                let _: pb::MsgMergeDatsResponse = sent(world, &merge);
                let gone = model.tokens.remove(&other).expect("is there");
                let into = model.tokens.get_mut(&serial).expect("is there");
                into.share += gone.share;
                into.credit += gone.credit;
            }
        }
        5 => {
            let to = *dice.pick(&HOLDERS);
            if to != owner {
                let give = pb::MsgTransferDat { sender: text(owner), asset: 2, serial, to: text(to) };
                let before = balance(world, owner);
                let _: pb::MsgTransferDatResponse = sent(world, &give);
                assert_eq!(balance(world, owner) - before, model.claim(serial), "the old owner's past");
                model.tokens.get_mut(&serial).expect("is there").owner = to;
            }
        }
        6 => {
            let denoms = vec!["ulaz".into()];
            let settle = pb::MsgSettleRoyalties { sender: text("zoe"), asset: 2, version: 1, denoms };
            let _: pb::MsgSettleRoyaltiesResponse = sent(world, &settle);
            model.turn();
            let owed = model.moved - model.taken;
            assert_eq!(claimed(world, 1, 1), owed, "what the ancestor gets");
            model.taken = model.moved;
        }
        _ => assert_eq!(claimed(world, 2, serial), model.claim(serial), "dat-2/{serial}"),
    }
}

fn balance(world: &World, name: &str) -> u128 {
    bank::balance(&world.ctx.state, &address(name), &ulaz()).expect("reads").units()
}

#[test]
fn the_revenue_index_pays_what_a_model_pays_that_credits_every_holder_at_once() {
    let first = seed(1);
    for seed in first..first + SEEDS {
        let mut dice = Dice::new(seed);
        let (mut world, mut model) = world();
        let provider = balance(&world, "pat");
        for number in 0..ACTS * times() {
            println!("seed {seed}, act {number}");
            act(&mut dice, &mut world, &mut model);
        }
        for (serial, token) in &model.tokens {
            let dat = logic::dat(&world.ctx.state, 2, *serial).expect("is there");
            let account = logic::claimable(&world.ctx.state, &dat).expect("reads");
            let credit = account.first().map_or(0, |(_, _, account)| account.credit.units());
            assert_eq!(
                (dat.owner, u128::from(dat.share), credit),
                (text(token.owner), token.share, token.credit)
            );
        }
        assert_eq!(balance(&world, "pat") - provider, model.provider);
        assert!(model.base > 0);
    }
}

//! A society on the chain: hundreds of actors, each with its own aims, play through transactions, and the books are made
//! at the end. What an update is worth is hidden from the chain ([`facts`]); who looks, knows it.
//!
//! Everything comes from one seed. `SEED=7 make sim` replays a play and prints who gained and who lost; `GAUNTLET=n`
//! makes it `n` times as long, with up to three times as many people. Three nodes play it in lockstep ([`Trio`]), and
//! every invariant is run after every block.

mod books;
mod cast;
mod challengers;
mod chronicle;
mod desk;
mod ending;
mod facts;
mod founding;
mod governors;
mod look;
mod makers;
mod market;
mod members;
mod operators;
mod settling;
mod tally;
mod traders;
mod verdicts;

use self::{
    cast::Cast,
    challengers::Challengers,
    desk::Desk,
    facts::Facts,
    governors::Governors,
    look::Watch,
    makers::Makers,
    market::Market,
    members::Members,
    operators::{Operators, Stage},
    tally::Tally,
};
use super::{Dice, seed, times, trio::Trio};
use crate::{modules::scheduler, node::Finalized};

/// A play.
struct Society {
    trio: Trio,
    cast: Cast,
    dice: Dice,
    seed: u64,
    facts: Facts,
    watch: Watch,
    tally: Tally,
    makers: Makers,
    operators: Operators,
    challengers: Challengers,
    members: Members,
    governors: Governors,
    market: Market,
}

impl Society {
    /// After its founding.
    fn new(seed: u64, size: usize) -> Society {
        let cast = Cast::new(size);
        let names: Vec<&str> = cast.everybody().collect();
        let trio = Trio::start(&names, &founding::genesis(&cast), (seed, 12));
        let mut society = Society {
            trio,
            cast,
            dice: Dice::new(seed),
            seed,
            facts: Facts::default(),
            watch: Watch::default(),
            tally: Tally::default(),
            makers: Makers::default(),
            operators: Operators::default(),
            challengers: Challengers::default(),
            members: Members::default(),
            governors: Governors::default(),
            market: Market::default(),
        };
        society.found();
        society
    }

    fn epoch(&self) -> u64 {
        scheduler::epoch(&self.trio.a.node.store().latest()).expect("reads")
    }

    fn step(&mut self, txs: Vec<Vec<u8>>) -> Finalized {
        let finalized = self.trio.step(txs);
        self.tally.note(&finalized, &self.cast);
        finalized
    }

    /// A block in which everybody does what they do; whether nothing was open before it.
    fn play(&mut self) -> bool {
        let look = self.watch.look(&self.trio.a, self.trio.now);
        let stage = Stage { look: &look, cast: &self.cast };
        let (facts, dice, mut desk) = (&mut self.facts, &mut self.dice, Desk::default());
        self.makers.act(&stage, facts, dice, &mut desk);
        self.operators.act(&stage, facts, dice, &mut desk);
        self.challengers.act(&stage, facts, dice, &mut desk);
        self.members.act(&stage, facts, dice, &mut desk);
        self.governors.act(&stage, facts, dice, &mut desk);
        self.market.act(&stage, facts, dice, &mut desk);
        if !self.makers.rest {
            traders::act(&stage, dice, &mut desk);
        }
        let quiet = look.tasks.is_empty() && look.channels.is_empty();
        let txs = desk.signed(&self.trio.a, Some(dice));
        self.trio.a.skip_secs(self.dice.below(4));
        self.step(txs);
        quiet
    }
}

/// G01, G08, G34, G36, G37: a society plays; nodes agree, invariants hold, books add up, and no listed attack pays.
#[test]
fn in_a_society_of_many_honest_work_pays_and_no_listed_attack_does() {
    let (seed, times) = (seed(11), times());
    let size = usize::try_from(times.min(3)).expect("small");
    let mut society = Society::new(seed, size);
    let (before, there) = (books::worth(&society.trio.a, &society.cast), books::supply(&society.trio.a));
    society.tally = Tally::default();
    let blocks = 260 * times.min(20);
    for block in 0..blocks {
        society.play();
        if block == blocks / 2 {
            society.trio.branch();
        }
    }
    society.wind_down();
    society.claim();
    society.trio.end();
    let after = books::worth(&society.trio.a, &society.cast);
    let gains = after.iter().map(|(kind, worth)| (*kind, worth - before[kind])).collect();
    chronicle::print(&society);
    verdicts::print(&society, &gains);
    let made = society.tally.minted - society.tally.burnt;
    assert_eq!(books::supply(&society.trio.a) - there, made, "SEED={seed}: what was made and burnt is all");
    verdicts::check(&society, &gains);
}

//! Scenarios.

use proto::lazchain::scheduler::v1 as pb;
use state::{Overlay, Pb, Snapshot, Write};

use super::{
    Queue, Step, Work,
    keys::{DEPTHS, DUE, SET_ASIDE},
    logic::{push, turn, work},
};
use crate::{
    ctx::{Block, Ctx},
    error::Result,
    given::refused,
    testkit::{TestChain, any},
    time::Time,
};

const LETTERS: Queue = Queue::by_height("test/letters");
const BELLS: Queue = Queue::by_time("test/bells");
const BAD: Queue = Queue::by_height("test/bad");

fn ctx(height: u64) -> Ctx {
    let block = Block { height, time: Time::from_nanos(height), ..Block::default() };
    Ctx::new(block, Overlay::new(Snapshot::empty()))
}

/// Writes the entry down, in the order of the work.
fn note(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
    let mut done = read(ctx);
    done.extend_from_slice(entry);
    ctx.state.set(b"done".to_vec(), done);
    Ok(Step::Done(1))
}

fn read(ctx: &Ctx) -> Vec<u8> {
    state::Read::get(&ctx.state, b"done").expect("reads").unwrap_or_default()
}

fn refuse(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
    note(ctx, entry, budget)?;
    Err(refused("never"))
}

#[test]
fn what_is_due_is_worked_in_order_and_the_rest_waits() {
    let mut ctx = ctx(10);
    for (due, entry) in [(9, b"c"), (8, b"a"), (8, b"b"), (11, b"x")] {
        push(&mut ctx, &LETTERS, due, entry).expect("pushes");
    }
    let list: &[(&Queue, Work)] = &[(&LETTERS, note)];
    work(&mut ctx, list, 2).expect("works");
    assert_eq!(read(&ctx), b"ab");
    work(&mut ctx, list, 100).expect("works");
    assert_eq!(read(&ctx), b"abc");
    assert_eq!(DEPTHS.get(&ctx.state, &LETTERS.name.to_owned()).expect("reads"), Some(1));
}

/// G38.
#[test]
fn a_flooded_queue_cannot_starve_another() {
    let mut ctx = ctx(10);
    for _ in 0..1_000 {
        push(&mut ctx, &LETTERS, 1, b"l").expect("pushes");
    }
    for _ in 0..3 {
        push(&mut ctx, &BELLS, 1, b"B").expect("pushes");
    }
    let list: &[(&Queue, Work)] = &[(&LETTERS, note), (&BELLS, note)];
    work(&mut ctx, list, 64).expect("works");
    let done = read(&ctx);
    assert_eq!(done.len(), 64);
    assert_eq!(done.iter().filter(|byte| **byte == b'B').count(), 3, "its sixteenth is 4");
}

/// G38: one that always errors.
#[test]
fn a_refused_entry_is_set_aside_and_the_others_go_on() {
    let mut ctx = ctx(10);
    push(&mut ctx, &BAD, 1, b"!").expect("pushes");
    push(&mut ctx, &LETTERS, 1, b"a").expect("pushes");
    work(&mut ctx, &[(&BAD, refuse), (&LETTERS, note)], 100).expect("works");
    assert_eq!(read(&ctx), b"a", "what the refused work wrote is gone");
    let Some(Pb(aside)) = SET_ASIDE.get(&ctx.state, &1).expect("reads") else { panic!("set aside") };
    assert_eq!((aside.codespace.as_str(), aside.code, aside.height), ("sdk", 18, 10));
    assert_eq!(aside.due.expect("there").entry, b"!");
    assert_eq!(DEPTHS.get(&ctx.state, &BAD.name.to_owned()).expect("reads"), None);
}

#[test]
fn work_with_more_to_do_keeps_its_place_and_later_work_waits() {
    fn slow(ctx: &mut Ctx, entry: &[u8], budget: u32) -> Result<Step> {
        note(ctx, entry, budget)?;
        Ok(if read(ctx).len() < 5 { Step::More(1) } else { Step::Later(10, 1) })
    }
    let mut ctx = ctx(10);
    push(&mut ctx, &LETTERS, 1, b"s").expect("pushes");
    work(&mut ctx, &[(&LETTERS, slow)], 3).expect("works");
    assert_eq!(read(&ctx), b"sss");
    work(&mut ctx, &[(&LETTERS, slow)], 100).expect("works");
    assert_eq!(read(&ctx), b"sssss", "once later, not again in this block");
    let waits = DUE.page(&ctx.state, &LETTERS.name.to_owned(), None, 10).expect("reads");
    assert_eq!(waits.iter().map(|((_, due, _), _)| *due).collect::<Vec<_>>(), [11]);
}

/// G38, peers 7.7.
#[test]
fn a_hundred_thousand_entries_due_at_once_take_many_blocks_in_order() {
    let mut ctx = ctx(10);
    for number in 0..100_000_u32 {
        push(&mut ctx, &LETTERS, 10, &number.to_be_bytes()).expect("pushes");
    }
    fn in_order(ctx: &mut Ctx, entry: &[u8], _: u32) -> Result<Step> {
        let expected = state::Read::get(&ctx.state, b"next")?
            .map_or(0, |next| u32::from_be_bytes(next.try_into().expect("4 bytes")));
        assert_eq!(entry, expected.to_be_bytes());
        ctx.state.set(b"next".to_vec(), (expected + 1).to_be_bytes().to_vec());
        Ok(Step::Done(1))
    }
    for block in 0..5_u32 {
        work(&mut ctx, &[(&LETTERS, in_order)], 1_000).expect("works");
        let next = state::Read::get(&ctx.state, b"next").expect("reads").expect("there");
        assert_eq!(next, ((block + 1) * 1_000).to_be_bytes(), "the budget, no more");
    }
}

#[test]
fn an_epoch_turns_after_its_blocks() {
    let mut ctx = ctx(999);
    assert_eq!(turn(&mut ctx).expect("turns"), None);
    ctx.block.height = 1_000;
    assert_eq!(turn(&mut ctx).expect("turns"), Some(2));
    ctx.block.height = 1_001;
    assert_eq!(turn(&mut ctx).expect("turns"), None);
}

#[test]
fn only_governance_changes_parameters_or_brings_an_entry_back() {
    let mut chain = TestChain::with_balances(&[("ada", 1_000_000)]);
    let authority = crate::testkit::address("ada").to_string();
    let params = Some(pb::Params { budget: 500, epoch_blocks: 10 });
    let result = chain.run("ada", vec![any(&pb::MsgUpdateParams { authority: authority.clone(), params })]);
    assert_eq!((result.codespace.as_str(), result.code), ("gov", 13));
    let result = chain.run("ada", vec![any(&pb::MsgRetry { authority, sequence: 1 })]);
    assert_eq!((result.codespace.as_str(), result.code), ("gov", 13));
}

#[test]
fn an_entry_comes_back_by_governance_and_one_that_is_not_there_does_not() {
    let authority = proto::address::Address::module(crate::modules::GOVERNANCE);
    let mut ctx = ctx(10);
    push(&mut ctx, &BAD, 1, b"!").expect("pushes");
    work(&mut ctx, &[(&BAD, refuse)], 100).expect("works");
    let retry = super::Retry { authority, sequence: 1 };
    super::handlers::retry(&mut ctx, &retry).expect("comes back");
    assert!(DUE.has(&ctx.state, &(BAD.name.to_owned(), 1, 1)).expect("reads"));
    let again = super::handlers::retry(&mut ctx, &retry).expect_err("is no longer set aside");
    assert_eq!(again.to_string(), "no entry 1 is set aside");
}

#[test]
fn parameters_have_ranges() {
    for params in [pb::Params { budget: 99, epoch_blocks: 20 }, pb::Params { budget: 100, epoch_blocks: 1 }] {
        assert!(super::types::check(&params).is_err());
    }
    assert!(super::types::check(&super::types::live()).is_ok());
}

//! Scenarios.

use prost::Message;
use proto::{address::Address, lazchain::audit::v1 as pb, merkle};
use state::{Overlay, Snapshot};

use super::{Entry, Subject, digest_of, logic, record};
use crate::{
    ctx::{Block, Ctx},
    given::refused,
};

fn ctx() -> Ctx {
    Ctx::new(Block { height: 7, ..Block::default() }, Overlay::new(Snapshot::empty()))
}

/// lazai 7.19, lazai 7.20.
#[test]
fn every_entry_of_a_trail_is_proved_by_what_state_holds() {
    let (mut ctx, ada) = (ctx(), Address::module("ada"));
    for _ in 0..5 {
        record(&mut ctx, Entry::new(Subject::Asset(3), "dat.moved", &ada, [1; 32])).expect("records");
    }
    record(&mut ctx, Entry::by_rule(Subject::Task(1), "vsc.drawn", [2; 32])).expect("records");
    let trail = logic::trail(&ctx.state, &Subject::Asset(3)).expect("reads");
    assert_eq!(trail.count, 5);
    let root = logic::frontier(&trail).expect("fits").root();
    let kept = ctx.take_trail();
    assert_eq!(kept.len(), 6);
    let leaves: Vec<_> = kept.iter().take(5).map(|kept| merkle::leaf(&kept.entry)).collect();
    for (index, leaf) in leaves.iter().enumerate() {
        let branch = merkle::branch(&leaves, index).expect("there");
        assert!(merkle::verify(leaf, index as u64, 5, &branch, &root));
        let entry = pb::Entry::decode(kept[index].entry.as_slice()).expect("decodes");
        assert_eq!((entry.sequence, entry.subject.as_str(), entry.height), (index as u64, "asset-3", 7));
    }
}

#[test]
fn what_a_failed_attempt_recorded_is_gone() {
    let (mut ctx, ada) = (ctx(), Address::module("ada"));
    let failed = ctx.attempt(|ctx| {
        record(ctx, Entry::new(Subject::Idao(1), "idao.created", &ada, [1; 32]))?;
        Err::<(), _>(refused("no"))
    });
    assert!(failed.expect("no fault").is_err());
    assert_eq!(logic::trail(&ctx.state, &Subject::Idao(1)).expect("reads").count, 0);
    assert!(ctx.take_trail().is_empty());
}

#[test]
fn an_agents_act_is_marked_as_the_agents() {
    let (mut ctx, ada, bot) = (ctx(), Address::module("ada"), Address::module("bot"));
    let digest = digest_of(&pb::Trail::default());
    record(&mut ctx, Entry::new(Subject::Channel(1), "usage.opened", &ada, digest).by_agent(Some(&bot)))
        .expect("records");
    let kept = ctx.take_trail();
    let entry = pb::Entry::decode(kept[0].entry.as_slice()).expect("decodes");
    assert_eq!((entry.actor, entry.agent), (ada.to_string(), bot.to_string()));
}

#[test]
fn subjects_are_read_as_they_are_written() {
    let subjects = [
        Subject::Idao(7),
        Subject::Quorum(3),
        Subject::Task(9),
        Subject::Asset(12),
        Subject::Dat(12, 4),
        Subject::Channel(5),
        Subject::Validator(Address::module("v").operator()),
    ];
    for subject in subjects {
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
    for text in ["", "idao", "idao-", "idao-07", "idao-x", "thing-1", "dat-1", "asset-99999999999999999999"] {
        assert!(text.parse::<Subject>().is_err(), "{text}");
    }
}

//! What versions are made from: limits, royalties, taint, unlearning.

use super::*;
use crate::{
    ctx::Ctx,
    error::Error,
    given,
    modules::dat::types::{Derivation, Fate},
};
use state::{Pb, Value};

fn check(chain: &TestChain, parents: &[pb::Parent]) -> Result<crate::modules::dat::types::Lineage, Reject> {
    let (eve, now) = (address("eve"), chain.seen(vec![]).time);
    let derivation = Derivation { submitter: &eve, target: None, parents, dropped: &[], now };
    crate::error::split(logic::check_parents(&state(chain), &derivation)).expect("no fault")
}

fn asks(royalty_bps: u32) -> Option<pb::PolicyTerms> {
    Some(pb::PolicyTerms { derivative_royalty_bps: royalty_bps, ..terms() })
}

/// peers 7.13, lazai 7.22.
#[test]
fn dummy_layers_do_not_dilute_an_ancestor() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    settled(&mut chain, NewAnchor { policy: asks(0), ..derived("cleo", "dummy", &[1]) });
    settled(&mut chain, NewAnchor { policy: asks(100), ..derived("cleo", "dummy2", &[2]) });
    let lineage = check(&chain, &[parent(3)]).expect("fine");
    let royalty = |asset, bps| pb::Royalty { asset, bps };
    assert_eq!(lineage.royalties, vec![royalty(1, 1_500), royalty(3, 100)]);
    assert_eq!((lineage.depth, lineage.ancestors.len()), (4, 3));
}

/// peers 7.13: a parent twice under two licences.
#[test]
fn of_two_ways_to_an_ancestor_the_larger_rate_counts() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { policy: asks(1_000), ..new("ada", "a") });
    settled(&mut chain, derived("cleo", "b", &[1]));
    let dearer = pb::MsgPublishPolicy { owner: text("ada"), asset: 1, terms: asks(2_000) };
    let _: pb::MsgPublishPolicyResponse = ok(&mut chain, "ada", &dearer);
    let dearer = pb::Parent { policy_version: 2, ..parent(1) };
    let lineage = check(&chain, &[parent(2), dearer]).expect("fine");
    assert_eq!(lineage.royalties.first(), Some(&pb::Royalty { asset: 1, bps: 2_000 }));
    // the licence is pinned by number: who submits under the first one is told that it is superseded
    assert_eq!(check(&chain, &[parent(1)]).expect_err("refused").code, 20);
    // as the only licence of the asset, whichever it is: the same parent twice is refused
    let new = NewAnchor { parents: vec![parent(1), dearer], ..new("eve", "c") };
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &new))), 20);
}

/// peers 7.13: the whole stack is at most half.
#[test]
fn royalties_ancestors_and_generations_have_their_limits() {
    let mut chain = chain();
    for (name, bps) in [("a", 3_000), ("b", 2_000), ("c", 1)] {
        settled(&mut chain, NewAnchor { policy: asks(bps), ..new("ada", name) });
    }
    assert!(check(&chain, &[parent(1), parent(2)]).is_ok(), "5,000 in all");
    assert_eq!(check(&chain, &[parent(1), parent(2), parent(3)]).expect_err("5,001").code, 22);
    let mut last = 3;
    for depth in 2..=32 {
        last = settled(
            &mut chain,
            NewAnchor { policy: asks(0), ..derived("ada", &format!("d{depth}"), &[last]) },
        )
        .0;
    }
    assert_eq!(logic::version(&state(&chain), last, 1).expect("is there").depth, 32);
    assert_eq!(check(&chain, &[parent(last)]).expect_err("too deep").code, 22);
    let many: Vec<pb::Parent> = (1..=17).map(parent).collect();
    assert_eq!(check(&chain, &many).expect_err("17 parents").code, 22);
}

/// peers 7.13: sixteen parents with 64 ancestors are a version; 65 are none, however few parents bring them.
#[test]
fn sixteen_parents_with_sixty_four_ancestors_are_the_most() {
    let mut chain = chain();
    let free = |new: NewAnchor| NewAnchor { policy: asks(0), ..new };
    for number in 1..=62 {
        settled(&mut chain, free(new("ada", &format!("base {number}"))));
    }
    let group = |from: u64| (from..from + 16).collect::<Vec<u64>>();
    for (at, parents) in [group(1), group(17), group(33), vec![62]].into_iter().enumerate() {
        settled(&mut chain, free(derived("ada", &format!("group {at}"), &parents)));
    }
    // three groups of sixteen, and thirteen more
    let parents = |rest: std::ops::RangeInclusive<u64>| [63, 64, 65].into_iter().chain(rest).map(parent);
    let most: Vec<pb::Parent> = parents(49..=61).collect();
    let lineage = check(&chain, &most).expect("fits");
    assert_eq!((lineage.parents.len(), lineage.ancestors.len()), (16, 64));
    // the last of them is a group of one: itself and its base
    let too_many: Vec<pb::Parent> = parents(49..=60).chain([parent(66)]).collect();
    assert_eq!(too_many.len(), 16);
    assert_eq!(check(&chain, &too_many).expect_err("65").code, 22);
}

#[test]
fn a_parent_must_be_final_and_licensed_to_the_submitter() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    assert_eq!(check(&chain, &[parent(1)]).expect_err("provisional").code, 20);
    finalize(&mut chain, made);
    assert!(check(&chain, &[parent(1)]).is_ok());
    let infer_only = pb::PolicyTerms { purposes: vec![pb::Purpose::Infer.into()], ..terms() };
    let publish = pb::MsgPublishPolicy { owner: text("ada"), asset: 1, terms: Some(infer_only) };
    let _: pb::MsgPublishPolicyResponse = ok(&mut chain, "ada", &publish);
    let second = pb::Parent { policy_version: 2, ..parent(1) };
    assert_eq!(check(&chain, &[second]).expect_err("no derivation").code, 20);
    let unknown = pb::Parent { version: 9, policy_version: 1, asset: 1 };
    assert_eq!(check(&chain, &[unknown]).expect_err("no such version").code, 20);
    assert_eq!(check(&chain, &[parent(9)]).expect_err("no such asset").code, 2);
    // a parent that falls before the mint closes the task
    revoke(&mut chain, made);
    let late = derived("eve", "b", &[1]);
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &late))), 20);
}

/// lazai 7.22, peers 4.10.
#[test]
fn a_new_version_inherits_its_parents_except_those_it_drops() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    settled(&mut chain, NewAnchor { policy: asks(700), ..new("ada", "b") });
    settled(&mut chain, derived("cleo", "m", &[1, 2]));
    assert_eq!(settled(&mut chain, next("cleo", "m2", 3)), (3, 2));
    let of = |chain: &TestChain, number| logic::version(&state(chain), 3, number).expect("is there");
    assert_eq!((of(&chain, 2).parents, of(&chain, 2).depth), (of(&chain, 1).parents, 2));
    let without = NewAnchor { dropped: vec![1], ..next("cleo", "m3", 3) };
    settled(&mut chain, without);
    assert_eq!(of(&chain, 3).royalties, vec![pb::Royalty { asset: 2, bps: 700 }]);
    let again = NewAnchor { dropped: vec![1], ..next("cleo", "m4", 3) };
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &again))), 21);
    let itself = NewAnchor { parents: vec![parent(3)], ..next("cleo", "m4", 3) };
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &itself))), 20);
}

#[test]
fn a_fallen_ancestor_taints_until_a_clean_version_comes() {
    let mut chain = chain();
    let origin = liable(&mut chain, new("ada", "a"));
    settled(&mut chain, derived("cleo", "m", &[1]));
    settled(&mut chain, derived("eve", "n", &[2]));
    pay(&mut chain, payment((3, 1), 1_000));
    revoke(&mut chain, origin);
    let message = pb::MsgClaimRevenue {
        sender: text("zoe"),
        dats: vec![pb::DatRef { asset: 3, serial: 1 }],
        denoms: vec!["ulaz".into()],
    };
    assert_eq!(refused(&mut chain, "zoe", &message), 13, "two generations later too");
    let give = pb::MsgTransferDat { sender: text("eve"), asset: 3, serial: 1, to: text("ben") };
    assert_eq!(refused(&mut chain, "eve", &give), 13);
    // its parent must be clean first
    let unclean = NewAnchor { dropped: vec![], ..next("eve", "n2", 3) };
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &unclean))), 20);
    settled(&mut chain, NewAnchor { dropped: vec![1], ..next("cleo", "m2", 2) });
    let renewed = pb::Parent { asset: 2, version: 2, policy_version: 1 };
    settled(&mut chain, NewAnchor { dropped: vec![2], parents: vec![renewed], ..next("eve", "n2", 3) });
    next_epoch(&mut chain);
    // 30 % royalties are 150 for each of two ancestors; the fallen one's part is the payer's holders'
    assert_eq!(claim(&mut chain, &[(3, 1)]), 700 * 60 / 100 + 150);
    assert_eq!(claim(&mut chain, &[(2, 1)]), 150);
}

#[test]
fn within_a_block_a_fallen_ancestor_is_seen_at_once_and_forgotten_with_what_was_undone() {
    let mut chain = chain();
    let (asset, version) = liable(&mut chain, new("ada", "a"));
    settled(&mut chain, derived("cleo", "m", &[1]));
    let seen = chain.act(move |ctx| {
        let dat = logic::dat(&ctx.state, 2, 1)?;
        let claims = |ctx: &mut Ctx, what: &str| -> Result<(), Error> {
            let asked = ctx.attempt(|ctx| logic::claim(ctx, &dat, &[ulaz()]).map(drop))?;
            let found = logic::claims_wait(&ctx.state, &logic::asset(&ctx.state, 2)?, ctx.block.time)?;
            assert_eq!(asked.err().map(|reject| reject.code), found.map(|_| 13), "{what}");
            Ok(())
        };
        let fall = |ctx: &mut Ctx| logic::revoke(ctx, asset, version, Amount::ZERO, &address("ada"));
        claims(ctx, "clean")?;
        claims(ctx, "clean, and known to be")?;
        let undone = ctx.attempt(|ctx| {
            fall(ctx)?;
            claims(ctx, "fallen")?;
            Err::<(), _>(given::refused("undone"))
        })?;
        assert!(undone.is_err());
        claims(ctx, "clean again")?;
        fall(ctx)?;
        claims(ctx, "fallen for good")?;
        Ok(logic::burden(&ctx.state, &logic::asset(&ctx.state, 2)?)?.tainted)
    });
    assert!(seen.expect("runs"));
}

#[test]
fn the_fate_of_a_version_is_read_from_the_same_record() {
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let version = pb::Version {
        asset: 1,
        royalties: vec![pb::Royalty { asset: 2, bps: 3 }; 40],
        ancestors: vec![pb::VersionRef { asset: 2, version: 1 }; 40],
        status: pb::VersionStatus::Revoked.into(),
        unlearning: vec![pb::Unlearning { ancestor: 2, due_at: time(5) }],
        anchored_at: time(6),
        revoked_at: time(7),
        ..pb::Version::default()
    };
    let Pb(fate) = Pb::<Fate>::decode(&Pb(version.clone()).encode()).expect("decodes");
    let expect =
        Fate { status: version.status, unlearning: version.unlearning, revoked_at: version.revoked_at };
    assert_eq!(fate, expect);
}

#[test]
fn an_owner_can_ask_to_unlearn_only_under_a_licence_that_says_so_and_a_kept_parent_keeps_the_demand() {
    let mut chain = chain();
    let mut unlearn = terms();
    unlearn.set_on_revoke(pb::OnRevoke::Unlearn);
    settled(&mut chain, NewAnchor { policy: Some(unlearn), ..new("ada", "a") });
    settled(&mut chain, new("ada", "kept"));
    settled(&mut chain, derived("cleo", "m", &[1, 2]));
    let revoke = |asset, account: &str, of: (u64, u64)| pb::MsgRevokeAccess {
        owner: text("ada"),
        asset,
        account: text(account),
        unlearn: vec![pb::VersionRef { asset: of.0, version: of.1 }],
        ..pb::MsgRevokeAccess::default()
    };
    assert_eq!(
        refused(&mut chain, "ada", &revoke(2, "cleo", (3, 1))),
        38,
        "its licence keeps what was derived"
    );
    assert_eq!(refused(&mut chain, "ada", &revoke(1, "eve", (3, 1))), 38, "it is not Eve's");
    assert_eq!(refused(&mut chain, "ada", &revoke(1, "cleo", (2, 1))), 38, "not made from it");
    assert_eq!(refused(&mut chain, "ada", &revoke(1, "cleo", (9, 1))), 3);
    let _: pb::MsgRevokeAccessResponse = ok(&mut chain, "ada", &revoke(1, "cleo", (3, 1)));
    assert_eq!(refused(&mut chain, "ada", &revoke(1, "cleo", (3, 1))), 38, "asked already");
    assert_eq!(claim(&mut chain, &[(3, 1)]), 0, "not due yet");
    chain.skip_secs(600);
    let message = pb::MsgClaimRevenue {
        sender: text("zoe"),
        dats: vec![pb::DatRef { asset: 3, serial: 1 }],
        denoms: vec!["ulaz".into()],
    };
    assert_eq!(refused(&mut chain, "zoe", &message), 13);
    // a version that keeps the parent keeps the demand
    settled(&mut chain, next("cleo", "m2", 3));
    assert_eq!(refused(&mut chain, "zoe", &message), 13);
    let release = |version| pb::MsgReleaseDescendant { owner: text("ada"), asset: 1, descendant: 3, version };
    let _: pb::MsgReleaseDescendantResponse = ok(&mut chain, "ada", &release(2));
    assert_eq!(refused(&mut chain, "ada", &release(2)), 38);
    assert_eq!(claim(&mut chain, &[(3, 1)]), 0, "open again");
    settled(&mut chain, NewAnchor { dropped: vec![1], ..next("cleo", "m3", 3) });
    assert!(logic::version(&state(&chain), 3, 3).expect("is there").unlearning.is_empty());
}

#[test]
fn only_an_active_or_retired_asset_gets_a_new_version() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    let early = chain.act(|ctx| logic::anchor(ctx, &next("ada", "a2", 1)));
    assert_eq!(code(early), 10);
    revoke(&mut chain, made);
    let late = chain.act(|ctx| logic::anchor(ctx, &next("ada", "a2", 1)));
    assert_eq!(code(late), 10);
}

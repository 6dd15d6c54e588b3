//! Tokens: given, split, merged, approved, burnt.

use super::*;

fn give(asset: u64, serial: u64, from: &str, to: &str) -> pb::MsgTransferDat {
    pb::MsgTransferDat { sender: text(from), asset, serial, to: text(to) }
}

fn split(owner: &str, serial: u64, share: u32) -> pb::MsgSplitDat {
    pb::MsgSplitDat { owner: text(owner), asset: 1, serial, share }
}

/// lazai 7.15, peers 7.10.
#[test]
fn a_transfer_first_pays_the_old_owner_and_clears_the_operator() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    pay(&mut chain, payment(made, 100));
    let approve = pb::MsgApproveOperator { owner: text("ada"), asset: 1, serial: 1, operator: text("bot") };
    let _: pb::MsgApproveOperatorResponse = ok(&mut chain, "ada", &approve);
    assert_eq!(refused(&mut chain, "eve", &give(1, 1, "eve", "eve")), 8);
    let before = wealth(&chain, &address("ada"));
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "bot", &give(1, 1, "bot", "ben"));
    assert_eq!(wealth(&chain, &address("ada")) - before, 60);
    let given = dat(&chain, 1, 1);
    assert_eq!((given.owner, given.approved_operator), (text("ben"), String::new()));
    assert_eq!(refused(&mut chain, "bot", &give(1, 1, "bot", "bot")), 8, "approved once");
    assert_eq!(claim(&mut chain, &[(1, 1)]), 0);
    let again = run(&mut chain, "ben", &give(1, 1, "ben", "ben"));
    assert_eq!((again.codespace.as_str(), again.code), ("sdk", 18), "to oneself");
}

/// G39: nothing is to be had from what a committee may still take back.
#[test]
fn nothing_of_a_provisional_asset_moves() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    assert_eq!(refused(&mut chain, "ada", &give(1, 1, "ada", "ben")), 12);
    assert_eq!(refused(&mut chain, "ada", &split("ada", 1, 5)), 12);
    let burn = pb::MsgBurnDat { owner: text("ada"), asset: 1, serial: 1 };
    assert_eq!(refused(&mut chain, "ada", &burn), 12);
    finalize(&mut chain, made);
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "ada", &give(1, 1, "ada", "ben"));
    // the proof of a new version waits for its own verdict
    anchor(&mut chain, next("ada", "a2", 1));
    assert_eq!(refused(&mut chain, "ada", &give(1, 2, "ada", "ben")), 12);
}

/// Claims pay a token's owner, and the books of a module know nothing of that.
#[test]
fn no_token_is_a_modules() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let buy: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &super::access::buy("dan", 10, 30));
    for (name, _) in crate::modules::MODULE_ACCOUNTS {
        let module = Address::module(name).to_string();
        let to = pb::MsgTransferDat { to: module.clone(), ..give(1, 1, "ada", "ada") };
        assert_eq!(refused(&mut chain, "ada", &to), 43, "{name}");
        let grant = pb::MsgGrantAccess {
            owner: text("ada"),
            asset: 1,
            policy_version: 1,
            grantee: module.clone(),
            ..pb::MsgGrantAccess::default()
        };
        assert_eq!(refused(&mut chain, "ada", &grant), 43, "{name}");
        let (owner, serial) = (text("dan"), buy.serial);
        let value = pb::MsgTransferValue { owner, asset: 1, serial, units: 1, to: module, to_serial: 0 };
        assert_eq!(refused(&mut chain, "dan", &value), 43, "{name}");
    }
    // an iDAO's account is nobody's module: its shares are its treasury's
    let idao = crate::modules::idao::account(1).to_string();
    let to = pb::MsgTransferDat { to: idao.clone(), ..give(1, 1, "ada", "ada") };
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "ada", &to);
    assert_eq!(dat(&chain, 1, 1).owner, idao);
}

#[test]
fn a_share_is_split_and_merged_with_its_credit() {
    let mut chain = chain();
    let made = settled(&mut chain, new("ada", "a"));
    pay(&mut chain, payment(made, 100));
    assert_eq!(refused(&mut chain, "ada", &split("ada", 1, 1_000_000)), 17);
    assert_eq!(refused(&mut chain, "ben", &split("ben", 1, 1)), 8);
    assert!(invalid(&mut chain, "ada", &split("ada", 1, 0)).contains("share is 0"));
    let before = wealth(&chain, &address("ada"));
    let made: pb::MsgSplitDatResponse = ok(&mut chain, "ada", &split("ada", 1, 400_000));
    assert_eq!((made.serial, dat(&chain, 1, 1).share, dat(&chain, 1, 2).share), (2, 600_000, 400_000));
    assert_eq!(asset(&chain, 1).tokens, 2);
    pay(&mut chain, payment((1, 1), 100));
    let merge = |into, from: Vec<u64>| pb::MsgMergeDats { owner: text("ada"), asset: 1, into, from };
    assert!(invalid(&mut chain, "ada", &merge(2, vec![2])).contains("names the token to merge into"));
    assert!(invalid(&mut chain, "ada", &merge(2, vec![1, 1])).contains("twice"));
    assert_eq!(refused(&mut chain, "ada", &merge(2, vec![9])), 5);
    let _: pb::MsgMergeDatsResponse = ok(&mut chain, "ada", &merge(2, vec![1]));
    assert_eq!((dat(&chain, 1, 2).share, asset(&chain, 1).tokens), (1_000_000, 1));
    assert!(logic::find_dat(&state(&chain), 1, 1).expect("reads").is_none());
    assert_eq!(claim(&mut chain, &[(1, 2)]), 120);
    // the deposit of the token that was split off stays with it; the first one had none. Three fees: what is wrong in
    // itself costs none.
    assert_eq!(before + 120 - 1_000 - 3 * 1_000, wealth(&chain, &address("ada")));
}

#[test]
fn a_token_without_share_is_burnt_with_its_deposit_back() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let burn = |serial| pb::MsgBurnDat { owner: text("ada"), asset: 1, serial };
    assert_eq!(refused(&mut chain, "ada", &burn(1)), 18, "it has all the revenue");
    settled(&mut chain, next("ada", "a2", 1));
    assert_eq!((dat(&chain, 1, 2).proof_of, dat(&chain, 1, 2).share), (2, 0));
    let _: pb::MsgBurnDatResponse = ok(&mut chain, "ada", &burn(2));
    assert_eq!(refused(&mut chain, "ada", &burn(2)), 5);

    let _: pb::MsgSplitDatResponse = ok(&mut chain, "ada", &split("ada", 1, 333_333));
    pay(&mut chain, payment((1, 1), 1));
    let mut emptied = dat(&chain, 1, 3);
    emptied.share = 0;
    let before = wealth(&chain, &address("ada"));
    // its fraction of a unit becomes dust of the asset, and nothing is lost by it
    let burnt = chain.act(move |ctx| {
        let mut asset = logic::asset(&ctx.state, 1)?;
        let mut first = logic::dat(&ctx.state, 1, 1)?;
        logic::merge(ctx, &mut asset, first.clone(), vec![])?;
        let third = logic::dat(&ctx.state, 1, 3)?;
        // settle the third with its share, then hand the share to the first
        logic::claim(ctx, &third, &[ulaz()])?;
        logic::claim(ctx, &first, &[ulaz()])?;
        first.share = 1_000_000;
        logic::put(ctx, &first, "dat.merged", &address("ada"))?;
        logic::burn(ctx, &mut asset, emptied)?;
        crate::modules::dat::keys::ASSETS.set(&mut ctx.state, &1, &state::Pb(asset));
        Ok(())
    });
    burnt.expect("burns");
    assert_eq!(wealth(&chain, &address("ada")) - before, 1_000);
    let income = crate::modules::dat::keys::INCOMES.get(&state(&chain), &(1, ulaz())).expect("reads");
    assert_eq!(income.expect("is there").0.dust, "333333");
}

/// lazai 7.15, peers 4.10: no share saturates.
#[test]
fn shares_cannot_pass_the_whole() {
    let mut chain = chain();
    let too_many =
        NewAnchor { shares: vec![(address("ben"), 900_001)], treasury_bps: 1_000, ..new("ada", "a") };
    assert_eq!(code(chain.act(move |ctx| logic::anchor(ctx, &too_many))), 16);
    let crowd = NewAnchor { shares: vec![(address("ben"), 1); 17], ..new("ada", "a") };
    assert!(chain.act(move |ctx| logic::anchor(ctx, &crowd)).is_err());
    let none = NewAnchor { policy: None, ..new("ada", "a") };
    assert!(chain.act(move |ctx| logic::anchor(ctx, &none)).is_err());
}

/// G39, peers 4.8: one content, one anchor, and no anchor is overwritten.
#[test]
fn one_content_is_anchored_once() {
    let mut chain = chain();
    let made = anchor(&mut chain, new("ada", "a"));
    let twice = chain.act(|ctx| logic::anchor(ctx, &new("eve", "a")));
    assert_eq!(code(twice), 15);
    // two in one block: a single winner by order
    let both = chain.act(|ctx| {
        logic::anchor(ctx, &new("ben", "b"))?;
        logic::anchor(ctx, &new("eve", "b"))
    });
    assert_eq!(code(both), 15);
    // a verdict that fell frees the content for whom it belongs to
    revoke(&mut chain, made);
    assert_eq!(logic::anchored(&state(&chain), &Sha256::digest("content/a").into()).expect("reads"), None);
    assert_eq!(anchor(&mut chain, new("eve", "a")), (2, 1));
}

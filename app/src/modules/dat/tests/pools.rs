//! What tokens of treasuries and pools earn is shared by their members.

use proto::lazchain::{idao::v1 as idao_pb, quorum::v1 as quorum_pb};

use super::*;
use crate::modules::{
    idao,
    quorum::{
        self,
        tests::{equal, val},
    },
};

/// Ada's iDAO, half of whose income is its members', by points: all are hers.
fn ours(chain: &mut TestChain) {
    let rules = idao::local().default_rules.expect("has some");
    let create = idao_pb::MsgCreateIdao {
        founder: text("ada"),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: Some(idao_pb::Rules { points_share_bps: 5_000, ..rules }),
    };
    let _: idao_pb::MsgCreateIdaoResponse = ok(chain, "ada", &create);
    chain.act(|ctx| idao::add_points(ctx, 1, &address("ada"), 5)).expect("adds");
}

/// What Ada takes out of her iDAO.
fn members_part(chain: &mut TestChain) -> u128 {
    let claim = idao_pb::MsgClaimMemberRewards { member: text("ada"), idao: 1 };
    let before = wealth(chain, &address("ada"));
    let _: idao_pb::MsgClaimMemberRewardsResponse = ok(chain, "ada", &claim);
    wealth(chain, &address("ada")) + 1_000 - before
}

#[test]
fn what_the_pool_of_a_quorum_earns_is_claimed_by_its_members_by_power() {
    let mut chain = equal();
    settled(&mut chain, NewAnchor { quorum_pool: Some((1, 200)), ..new("ada", "a") });
    let used = Payment { from: address("ada"), provider: address("del"), ..payment((1, 1), 1_000_000) };
    pay(&mut chain, used);
    let dats = vec![pb::DatRef { asset: 1, serial: 2 }];
    let claim = pb::MsgClaimRevenue { sender: text("del"), dats, denoms: vec!["ulaz".into()] };
    let claimed: pb::MsgClaimRevenueResponse = ok(&mut chain, "del", &claim);
    // 2 % of the holders' 600,000
    assert_eq!(claimed.paid, vec![wire(12_000)]);
    assert_eq!(wealth(&chain, &quorum::account(1)), 0, "nobody could ever take it out of there");
    for name in ["v1", "v2", "v3", "v4", "v5"] {
        let claim = quorum_pb::MsgClaimQuorumPool { validator: val(name).to_string(), quorum: 1 };
        let before = wealth(&chain, &address(name));
        let _: quorum_pb::MsgClaimQuorumPoolResponse = ok(&mut chain, name, &claim);
        assert_eq!(wealth(&chain, &address(name)) + 1_000 - before, 12_000 / 5, "{name}");
    }
}

#[test]
fn what_a_treasury_earns_is_its_members_by_points_and_the_rest_its_own() {
    let mut chain = chain();
    ours(&mut chain);
    settled(&mut chain, NewAnchor { idao: 1, treasury_bps: 1_000, ..new("ada", "a") });
    pay(&mut chain, payment((1, 1), 1_000));
    assert_eq!(claim(&mut chain, &[(1, 2)]), 60);
    assert_eq!((members_part(&mut chain), wealth(&chain, &idao::account(1))), (30, 30));
}

#[test]
fn a_share_that_an_idao_holds_of_its_own_assets_is_its_income_however_it_came_by_it() {
    let mut chain = chain();
    ours(&mut chain);
    let treasury = idao::account(1);
    // the iDAO contributed it itself
    settled(&mut chain, NewAnchor { idao: 1, owner: treasury, ..new("ada", "its own") });
    pay(&mut chain, payment((1, 1), 1_000));
    assert_eq!(claim(&mut chain, &[(1, 1)]), 600);
    assert_eq!((members_part(&mut chain), wealth(&chain, &treasury)), (300, 300));
    // a member gave it a part
    settled(&mut chain, NewAnchor { idao: 1, ..new("ada", "a member's") });
    let split = pb::MsgSplitDat { owner: text("ada"), asset: 2, serial: 1, share: 100_000 };
    let _: pb::MsgSplitDatResponse = ok(&mut chain, "ada", &split);
    let give = pb::MsgTransferDat { sender: text("ada"), asset: 2, serial: 2, to: treasury.to_string() };
    let _: pb::MsgTransferDatResponse = ok(&mut chain, "ada", &give);
    pay(&mut chain, payment((2, 1), 1_000));
    assert_eq!(claim(&mut chain, &[(2, 2)]), 60);
    assert_eq!((members_part(&mut chain), wealth(&chain, &treasury)), (30, 330));
}

#[test]
fn the_share_of_a_quorum_that_judged_an_idaos_own_asset_wrongly_is_the_treasurys() {
    let mut chain = chain();
    ours(&mut chain);
    let its = |new| NewAnchor { idao: 1, owner: idao::account(1), ..new };
    let first = liable(&mut chain, its(NewAnchor { quorum_pool: Some((1, 200)), ..new("ada", "a") }));
    settled(&mut chain, its(next("ada", "a2", 1)));
    revoke(&mut chain, first);
    pay(&mut chain, payment((1, 2), 1_000));
    assert_eq!(claim(&mut chain, &[(1, 2)]), 12);
    assert_eq!((members_part(&mut chain), wealth(&chain, &idao::account(1))), (6, 6));
}

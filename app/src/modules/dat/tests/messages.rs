//! What is wrong in a message itself, parameters, and how wallets see tokens.

use proto::cosmos::nft::v1beta1 as nft;

use super::*;
use crate::{
    modules::{
        GOVERNANCE,
        dat::{given_manifest, given_parents, given_policy},
    },
    testkit::any,
};

fn says<T: std::fmt::Debug>(result: crate::error::Result<T>, words: &str) {
    let error = result.expect_err("refused").to_string();
    assert!(error.contains(words), "{error}");
}

#[test]
fn a_manifest_says_exactly_what_content_is() {
    assert!(given_manifest(Some(sealed("a"))).is_ok());
    says(given_manifest(None), "manifest is missing");
    let wrong = |change: fn(&mut pb::Manifest), words: &str| {
        let mut manifest = sealed("a");
        change(&mut manifest);
        says(given_manifest(Some(manifest)), words);
    };
    wrong(|manifest| manifest.sha256.truncate(31), "sha256");
    wrong(|manifest| manifest.merkle_root.clear(), "merkle_root");
    wrong(|manifest| manifest.size = 0, "empty content");
    wrong(|manifest| manifest.chunk_size = 1, "chunk_size");
    wrong(|manifest| manifest.media_type = "text plain".into(), "media_type");
    wrong(|manifest| manifest.locators = vec![String::new()], "locator");
    wrong(|manifest| manifest.locators = (0..5).map(|n| format!("ipfs://{n}")).collect(), "at most 4");
    wrong(|manifest| manifest.schema = vec![1], "schema");
    wrong(|manifest| manifest.evaluator = vec![1], "evaluator");
    wrong(|manifest| manifest.encryption = Some(pb::Encryption::default()), "scheme");
}

#[test]
fn a_licence_is_complete_and_within_its_limits() {
    assert!(given_policy(Some(terms())).is_ok());
    says(given_policy(None), "missing");
    let wrong = |change: fn(&mut pb::PolicyTerms), words: &str| {
        let mut terms = terms();
        change(&mut terms);
        says(given_policy(Some(terms)), words);
    };
    wrong(|terms| terms.purposes.clear(), "purposes");
    wrong(|terms| terms.purposes.reverse(), "ascending");
    wrong(|terms| terms.purposes = vec![1, 1], "twice");
    wrong(|terms| terms.purposes = vec![77], "no purpose");
    wrong(|terms| terms.grantees = 0, "grantees");
    wrong(|terms| terms.unit = 9, "unit");
    wrong(|terms| terms.on_revoke = 0, "on_revoke");
    wrong(|terms| terms.grantee_list = vec![text("ada")], "GRANTEES_LIST");
    wrong(|terms| terms.providers = vec![text("ada").to_uppercase()], "lower case");
    wrong(|terms| terms.providers = (0..65).map(|n| text(&n.to_string())).collect(), "at most 64");
    wrong(|terms| terms.prices = vec![wire(1), wire(2)], "twice");
    wrong(|terms| terms.prices[0].amount = "-1".into(), "prices");
    wrong(|terms| terms.provider_bps = 9_001, "at most 9000");
    wrong(|terms| terms.derivative_royalty_bps = 5_001, "at most 5000");
    wrong(|terms| terms.fields = vec!["x".repeat(33)], "at most 32");
    wrong(|terms| terms.code_digests = vec![vec![1]], "code_digests");
}

#[test]
fn parents_are_named_once_each() {
    assert!(given_parents(vec![parent(1), parent(2)]).is_ok());
    says(given_parents(vec![parent(1), pb::Parent { policy_version: 2, ..parent(1) }]), "twice");
    says(given_parents((1..=17).map(parent).collect()), "at most 16");
    says(given_parents(vec![pb::Parent::default()]), "ids are counted from 1");
}

#[test]
fn a_licence_that_is_over_before_it_begins_is_refused() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let over = pb::PolicyTerms { valid_until: Some(chain.seen(vec![]).time.wire()), ..terms() };
    let message = pb::MsgPublishPolicy { owner: text("ada"), asset: 1, terms: Some(over) };
    assert!(invalid(&mut chain, "ada", &message).contains("not in the future"));
    assert_eq!(
        refused(
            &mut chain,
            "eve",
            &pb::MsgPublishPolicy { owner: text("eve"), asset: 1, terms: Some(terms()) }
        ),
        7
    );
    let past = pb::MsgGrantAccess {
        owner: text("ada"),
        asset: 1,
        policy_version: 1,
        grantee: text("dan"),
        expires_at: Some(chain.seen(vec![]).time.wire()),
        ..pb::MsgGrantAccess::default()
    };
    assert!(invalid(&mut chain, "ada", &past).contains("not in the future"));
}

#[test]
fn parameters_are_governances() {
    let mut chain = chain();
    let params = crate::modules::dat::local();
    let message = pb::MsgUpdateParams { authority: text("ada"), params: Some(params.clone()) };
    let result = chain.run("ada", vec![any(&message)]);
    assert_eq!(result.codespace, "gov");
    let changed = pb::Params { dat_deposit: "5".into(), ..params };
    let message = pb::MsgUpdateParams {
        authority: Address::module(GOVERNANCE).to_string(),
        params: Some(changed.clone()),
    };
    let routed = chain.act(move |ctx| crate::msg::route(&any(&message))?.action.apply(ctx).map(drop));
    routed.expect("applies");
    let answer: pb::QueryParamsResponse =
        chain.ask("/lazchain.dat.v1.Query/Params", &pb::QueryParamsRequest {}).expect("answers");
    assert_eq!(answer.params, Some(changed));
}

#[test]
fn wallets_see_tokens_as_nfts() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { shares: vec![(address("ben"), 5)], ..new("ada", "a") });
    let class = "asset-1".to_owned();
    let ask = nft::QueryNfTsRequest { class_id: class.clone(), ..Default::default() };
    let all: nft::QueryNfTsResponse = chain.ask("/cosmos.nft.v1beta1.Query/NFTs", &ask).expect("answers");
    let shown: Vec<(&str, &str)> =
        all.nfts.iter().map(|one| (one.class_id.as_str(), one.id.as_str())).collect();
    assert_eq!(shown, [("asset-1", "1"), ("asset-1", "2")]);
    assert_eq!(all.nfts[0].uri, "https://example.org/a");
    let ask = nft::QueryNfTsRequest { owner: text("ben"), ..Default::default() };
    let own: nft::QueryNfTsResponse = chain.ask("/cosmos.nft.v1beta1.Query/NFTs", &ask).expect("answers");
    assert_eq!(own.nfts.len(), 1);
    let ask = nft::QueryOwnerRequest { class_id: class.clone(), id: "2".into() };
    let owner: nft::QueryOwnerResponse = chain.ask("/cosmos.nft.v1beta1.Query/Owner", &ask).expect("answers");
    assert_eq!(owner.owner, text("ben"));
    let ask = nft::QueryBalanceRequest { class_id: class.clone(), owner: text("ben") };
    let count: nft::QueryBalanceResponse =
        chain.ask("/cosmos.nft.v1beta1.Query/Balance", &ask).expect("answers");
    let ask = nft::QuerySupplyRequest { class_id: class.clone() };
    let supply: nft::QuerySupplyResponse =
        chain.ask("/cosmos.nft.v1beta1.Query/Supply", &ask).expect("answers");
    assert_eq!((count.amount, supply.amount), (1, 2));
    let ask = nft::QueryClassRequest { class_id: class.clone() };
    let shown: nft::QueryClassResponse = chain.ask("/cosmos.nft.v1beta1.Query/Class", &ask).expect("answers");
    assert_eq!(shown.class.expect("is there").description, "dataset");
    let wrong = chain.ask::<_, nft::QueryClassResponse>(
        "/cosmos.nft.v1beta1.Query/Class",
        &nft::QueryClassRequest { class_id: "asset-01".into() },
    );
    assert!(wrong.is_err());
}

#[test]
fn a_chain_of_assets_goes_on_from_its_export() {
    let mut chain = chain();
    settled(&mut chain, NewAnchor { shares: vec![(address("ben"), 333_333)], ..new("ada", "a") });
    let model = liable(&mut chain, derived("cleo", "m", &[1]));
    pay(&mut chain, payment(model, 1_001));
    let buy = super::access::buy("dan", 10, 30);
    let _: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &buy);
    let exported = chain.export();
    let again = TestChain::with_genesis(&PEOPLE, exported.clone());
    assert_eq!(again.export()["dat"], exported["dat"]);
}

#[test]
fn lists_and_reasons_are_shown() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let model = settled(&mut chain, derived("cleo", "m", &[1]));
    pay(&mut chain, payment(model, 1_000));
    let ask = pb::QueryLineageRequest { asset: 2, version: 1 };
    let lineage: pb::QueryLineageResponse =
        chain.ask("/lazchain.dat.v1.Query/Lineage", &ask).expect("answers");
    assert_eq!(lineage.contributions[0].bps, 1_500);
    let ask = pb::QueryRevenueRequest { asset: 2 };
    let revenue: pb::QueryRevenueResponse =
        chain.ask("/lazchain.dat.v1.Query/Revenue", &ask).expect("answers");
    assert_eq!(revenue.earned[0].income.as_ref().map(|income| income.added.as_str()), Some("510"));
    assert_eq!(revenue.owed[0].pot.as_ref().map(|pot| pot.balance.as_str()), Some("150"));
    let ask = pb::QueryClaimableRequest { asset: 2, serial: 1 };
    let shown: pb::QueryClaimableResponse =
        chain.ask("/lazchain.dat.v1.Query/Claimable", &ask).expect("answers");
    assert_eq!((shown.claimable[0].amount.as_str(), shown.waits.as_str()), ("510", ""));
    let ask = pb::QueryAssetsRequest { owner: text("cleo"), ..Default::default() };
    let assets: pb::QueryAssetsResponse = chain.ask("/lazchain.dat.v1.Query/Assets", &ask).expect("answers");
    assert_eq!(assets.assets.len(), 1);
    let ask = pb::QueryAnchorRequest { sha256: manifest("m").sha256 };
    let anchor: pb::QueryAnchorResponse = chain.ask("/lazchain.dat.v1.Query/Anchor", &ask).expect("answers");
    assert_eq!(anchor.version, Some(pb::VersionRef { asset: 2, version: 1 }));
    let ask = pb::QueryAllowedRequest {
        asset: 1,
        account: text("dan"),
        purpose: pb::Purpose::Train.into(),
        policy_version: 0,
    };
    let answer: pb::QueryAllowedResponse =
        chain.ask("/lazchain.dat.v1.Query/Allowed", &ask).expect("answers");
    assert_eq!((answer.allowed, answer.why.as_str()), (false, "the licence does not name this purpose"));
}

//! Answers about use are worked out again from their facts, and one that does not follow from them is found out.

use super::*;
use crate::why::{self, AllowedAsk};

fn ask(who: &str, purpose: pb::Purpose) -> AllowedAsk {
    AllowedAsk { asset: 1, account: address(who), purpose, policy_version: None }
}

fn answer(chain: &TestChain, ask: &AllowedAsk) -> pb::QueryAllowedResponse {
    let ask = pb::QueryAllowedRequest {
        asset: ask.asset,
        account: ask.account.to_string(),
        purpose: ask.purpose.into(),
        policy_version: ask.policy_version.unwrap_or(0),
    };
    chain.ask("/lazchain.dat.v1.Query/Allowed", &ask).expect("answers")
}

/// The chain's reason, after it was worked out again.
fn reason(chain: &TestChain, who: &str, purpose: pb::Purpose) -> String {
    let ask = ask(who, purpose);
    let answer = answer(chain, &ask);
    let finding = why::allowed(&ask, &answer).expect("reads");
    assert!(finding.is_right(), "{}", finding.verdict());
    answer.why
}

#[test]
fn each_answer_about_use_follows_from_its_facts() {
    let mut chain = chain();
    let made = anchor(&mut chain, NewAnchor { policy: Some(terms()), ..new("ada", "a") });
    let infer = pb::Purpose::Infer;
    assert_eq!(reason(&chain, "dan", infer), "the asset is provisional: its verdict may still be challenged");
    finalize(&mut chain, made);
    settle(&mut chain, made);
    assert_eq!(reason(&chain, "dan", infer), "the licence admits anyone");
    assert_eq!(reason(&chain, "ada", infer), "the account controls the asset");
    assert_eq!(reason(&chain, "dan", pb::Purpose::Train), "the licence does not name this purpose");
    let _: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &super::access::buy("dan", 1, 3));
    assert_eq!(
        reason(&chain, "dan", infer),
        "the account holds a token that grants access under this licence"
    );
    let retire = pb::MsgRetireAsset { owner: text("ada"), asset: 1 };
    let _: pb::MsgRetireAssetResponse = ok(&mut chain, "ada", &retire);
    assert_eq!(reason(&chain, "eve", infer), "the asset is retired: only what was granted goes on");
    assert!(answer(&chain, &ask("dan", infer)).allowed);
}

/// A way in which an answer could be otherwise.
type Bend = (&'static str, fn(&mut pb::QueryAllowedResponse));

fn facts(answer: &mut pb::QueryAllowedResponse) -> &mut pb::AllowedFacts {
    answer.facts.as_mut().expect("there")
}

fn policy(answer: &mut pb::QueryAllowedResponse) -> &mut pb::Policy {
    facts(answer).policy.as_mut().expect("there")
}

fn fact_asset(answer: &mut pb::QueryAllowedResponse) -> &mut pb::Asset {
    facts(answer).asset.as_mut().expect("there")
}

#[test]
fn an_answer_that_does_not_follow_from_its_facts_is_found_out() {
    let mut chain = chain();
    settled(&mut chain, new("ada", "a"));
    let _: pb::MsgBuyAccessResponse = ok(&mut chain, "dan", &super::access::buy("dan", 1, 3));
    let ask = ask("dan", pb::Purpose::Infer);
    let right = answer(&chain, &ask);
    assert!(why::allowed(&ask, &right).expect("reads").is_right());
    let bends: [Bend; 17] = [
        ("the answer", |answer| answer.allowed = false),
        ("the reason", |answer| answer.why = "the licence lists the account".into()),
        ("the licence", |answer| answer.policy_version = 2),
        ("the token", |answer| answer.serial += 1),
        ("no facts", |answer| answer.facts = None),
        ("another asset", |answer| fact_asset(answer).id = 2),
        ("status", |answer| fact_asset(answer).set_status(pb::AssetStatus::Revoked)),
        ("owner", |answer| fact_asset(answer).owner = text("dan")),
        ("a freeze", |answer| facts(answer).frozen = true),
        ("access of the account", |answer| facts(answer).account_revoked_at = facts(answer).now),
        ("no token", |answer| facts(answer).holdings.clear()),
        ("the token's time", |answer| facts(answer).holdings[0].expires_at = facts(answer).now),
        ("the token's end", |answer| facts(answer).holdings[0].revoked_at = facts(answer).now),
        ("the token's licence", |answer| facts(answer).holdings[0].policy_version = 2),
        ("purposes", |answer| {
            policy(answer).terms.as_mut().expect("there").purposes = vec![pb::Purpose::Train.into()];
        }),
        ("the licence's end", |answer| policy(answer).revoked_at = facts(answer).now),
        ("another licence", |answer| policy(answer).number = 2),
    ];
    for (name, bend) in bends {
        let mut bent = right.clone();
        bend(&mut bent);
        assert!(why::allowed(&ask, &bent).map_or(true, |finding| !finding.is_right()), "{name}");
    }
}

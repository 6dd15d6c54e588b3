//! One good example of every message about updates and verdicts.

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use prost::Message;
use proto::lazchain::vsc::v1::CommitStatement;
use serde_json::{Value as Json, json};

use super::{Cast, account};

const HASH: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const SIGNATURE: &str =
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";

fn update() -> Json {
    json!({
        "idao": "1", "kind": "UPDATE_KIND_DATASET", "value_at_risk": "9000000000", "max_fee": "40000000",
        "manifest": {
            "sha256": HASH, "size": "1000000", "chunk_size": 262_144, "merkle_root": HASH,
            "media_type": "text/csv", "locators": ["https://example.org/data"],
        },
        "policy": {
            "purposes": ["PURPOSE_INFER"], "grantees": "GRANTEES_ANYONE", "unit": "UNIT_TOKEN",
            "prices": [{"denom": "ulaz", "amount": "3"}], "provider_bps": 4_000,
            "derivative_royalty_bps": 1_500, "on_revoke": "ON_REVOKE_KEEP",
        },
    })
}

pub(super) fn fields(message: &str, cast: &Cast) -> Option<Json> {
    let (who, task) = (account(cast.who).to_string(), cast.id.to_string());
    let member = account(cast.validators[0]).operator().to_string();
    let evidence = json!({"hash": HASH, "locators": ["https://example.org/flaw"]});
    Some(match message {
        "MsgSealUpdate" => json!({"owner": who, "seal": HASH}),
        "MsgSubmitUpdate" => json!({"submitter": who, "update": update(), "salt": HASH}),
        "MsgWithdrawUpdate" => json!({"submitter": who, "task": task}),
        "MsgShareKeys" => json!({
            "submitter": who, "task": task, "round": 1, "keys": [{"member": member, "key": HASH}],
        }),
        "MsgSubmitCommits" => json!({"carrier": who, "commits": [{
            "statement": {"task": task, "round": 1, "member": member, "commit": HASH}, "signature": SIGNATURE,
        }]}),
        "MsgSubmitReveals" => json!({"carrier": who, "reveals": [{
            "statement": {
                "task": task, "round": 1, "member": member, "verdict": "VERDICT_ACCEPT", "score": 8_200,
                "report_hash": HASH, "salt": HASH,
            },
            "signature": SIGNATURE,
        }]}),
        "MsgChallenge" => json!({
            "challenger": who, "task": task, "evidence": evidence, "max_bond": "900000000",
        }),
        "MsgAppeal" => json!({"appellant": who, "task": task, "evidence": evidence}),
        "MsgAddEvidence" => json!({"party": who, "task": task, "evidence": evidence}),
        "MsgRevealCanary" => json!({"planter": who, "task": task, "salt": HASH}),
        "MsgRule" => json!({
            "authority": who, "task": task, "ruling": "RULING_UPHELD", "reason": "Both sides were heard",
        }),
        _ => return None,
    })
}

/// Two ballots of one member: the message is a Quorum's, the ballots are ours.
pub(super) fn equivocation(cast: &Cast) -> Option<Json> {
    let member = account(cast.validators[0]).operator().to_string();
    let ballot = |byte: u8| {
        let (task, commit) = (cast.id, vec![byte; 32]);
        let statement = CommitStatement { task, round: 1, member: member.clone(), commit }.encode_to_vec();
        json!({"phase": "BALLOT_PHASE_COMMIT", "statement": BASE64.encode(statement), "signature": SIGNATURE})
    };
    Some(json!({
        "reporter": account(cast.who).to_string(), "task": cast.id.to_string(), "round": 1, "member": member,
        "first": ballot(7), "second": ballot(8),
    }))
}

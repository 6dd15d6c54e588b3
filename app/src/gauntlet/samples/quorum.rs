//! Messages about Quorums.

use base64::{Engine, prelude::BASE64_STANDARD as BASE64};
use serde_json::{Value as Json, json};

use super::{Cast, account};
use crate::modules::quorum::tests::attestation_key;

pub(super) fn fields(message: &str, cast: &Cast) -> Option<Json> {
    let (who, id) = (account(cast.who).to_string(), cast.id.to_string());
    let validator = account(cast.who).operator().to_string();
    let key = |name: &str| BASE64.encode(attestation_key(name));
    let rules = json!({
        "domains": ["health"], "fees": [{"kind": "UPDATE_KIND_DATASET", "base": "20000002", "bps": 10}],
    });
    Some(match message {
        "MsgCreateQuorum" => {
            json!({"creator": who, "name": "Health", "description": "Reads health data", "rules": rules})
        }
        "MsgJoinQuorum" => json!({
            "validator": validator, "quorum": id, "allocation_bps": 2_000,
            "attestation_key": key(cast.who), "sealing_key": key(cast.other),
            "endpoint": "https://quorum.example.org",
        }),
        "MsgAdmitMember" => json!({
            "admitter": who, "quorum": id, "applicant": account(cast.validators[0]).operator().to_string(),
        }),
        "MsgUpdateAllocation" => json!({"validator": validator, "quorum": id, "allocation_bps": 1_500}),
        "MsgRotateKeys" => {
            json!({"validator": validator, "quorum": id, "attestation_key": key(cast.other)})
        }
        "MsgProposeParams" => json!({"validator": validator, "quorum": id, "rules": rules}),
        "MsgVoteParams" => json!({"validator": validator, "quorum": id, "number": "1", "yes": true}),
        "MsgLeaveQuorum" | "MsgUnjailMember" | "MsgClaimQuorumPool" => {
            json!({"validator": validator, "quorum": id})
        }
        "MsgFundQuorum" => json!({
            "funder": who, "quorum": id, "pool": "POOL_INSURANCE", "amount": cast.amount.to_string(),
        }),
        _ => return None,
    })
}

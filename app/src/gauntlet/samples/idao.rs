//! One good example of every message of iDAOs.

use proto::address::Address;
use serde_json::{Value as Json, json};

use super::{Cast, account};

/// The account of the iDAO with this number.
fn treasury(id: u64) -> String {
    Address::module(&format!("idao/{id}")).to_string()
}

/// Rules that the local parameters allow.
pub(crate) fn rules() -> Json {
    json!({
        "membership": "MEMBERSHIP_APPLICATION", "membership_deposit": "3",
        "voting": "VOTING_ONE_MEMBER_ONE_VOTE", "quorum_bps": 3_000, "threshold_bps": 5_001, "veto_bps": 3_334,
        "voting_period": "30s", "time_lock": "5s", "vote_needed": ["UPDATE_KIND_MODEL"],
        "steward_messages": ["/lazchain.idao.v1.MsgInvite"], "split_bps": 1_000, "points_share_bps": 5_000,
    })
}

pub(super) fn fields(message: &str, cast: &Cast) -> Option<Json> {
    let (who, other) = (account(cast.who).to_string(), account(cast.other).to_string());
    let (id, quorum, hash) = (cast.id.to_string(), "1", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
    Some(match message {
        "MsgCreateIdao" => json!({
            "founder": who, "name": "Open Health", "domain": "health", "charter_uri": "https://example.org/c",
            "charter_hash": hash, "rules": rules(),
        }),
        "MsgUpdateIdao" => json!({
            "idao_account": who, "idao": id, "name": "Open Health", "domain": "health", "rules": rules(),
        }),
        "MsgCloseIdao" => json!({"idao_account": who, "idao": id}),
        "MsgApplyToJoin" => json!({
            "applicant": who, "idao": id, "statement": "Cardiology", "max_deposit": "1000",
        }),
        "MsgWithdrawApplication" => json!({"applicant": who, "idao": id}),
        "MsgInvite" => json!({"inviter": who, "idao": id, "account": other}),
        "MsgAcceptInvite" => json!({"account": who, "idao": id, "max_deposit": "1000"}),
        "MsgLeaveIdao" => json!({"member": who, "idao": id}),
        "MsgRemoveMember" => json!({"idao_account": who, "idao": id, "account": other}),
        "MsgSetRoles" => json!({
            "idao_account": who, "idao": id, "account": other, "roles": ["ROLE_GATEKEEPER", "ROLE_GUARDIAN"],
        }),
        "MsgAcceptRole" => json!({"member": who, "idao": id, "role": "ROLE_GATEKEEPER"}),
        "MsgRegisterAgent" => json!({
            "member": who, "idao": id, "account": other, "message_types": ["/lazchain.idao.v1.MsgVote"],
            "spend_limit": "500", "expires": "2033-11-14T22:13:22Z",
        }),
        "MsgRevokeAgent" => json!({"sender": who, "idao": id, "account": other}),
        "MsgPropose" => json!({
            "proposer": who, "idao": id, "title": "A title", "summary": "Words",
            "messages": [{
                "@type": "/cosmos.bank.v1beta1.MsgSend", "from_address": treasury(cast.id), "to_address": who,
                "amount": [{"denom": "ulaz", "amount": cast.amount.to_string()}],
            }],
        }),
        "MsgVote" => json!({"voter": who, "proposal": id, "option": "VOTE_OPTION_YES"}),
        "MsgExecuteProposal" => json!({"executor": who, "proposal": id, "gas_limit": "50000"}),
        "MsgWithdrawProposal" => json!({"proposer": who, "proposal": id}),
        "MsgEstablishTrust" => json!({"idao_account": who, "edge": {
            "idao": id, "quorum": quorum, "kinds": ["UPDATE_KIND_POV", "UPDATE_KIND_DATASET"],
            "max_value_at_risk": "9000000000", "min_committee": 3, "min_threshold_bps": 6_667,
            "min_challenge_window": "60s", "min_value_at_risk": "100000000", "mode": "TRUST_MODE_DAT_BACKED",
            "quorum_share_bps": 200,
        }}),
        "MsgEndTrust" => json!({"idao_account": who, "idao": id, "quorum": quorum}),
        "MsgFreezeSubject" => json!({
            "guardian": who, "idao": id, "kind": "SUBJECT_KIND_PROPOSAL", "subject": id, "reason_hash": hash,
        }),
        "MsgClaimMemberRewards" => json!({"member": who, "idao": id}),
        "MsgFundTreasury" => json!({
            "sender": who, "idao": id, "amount": [{"denom": "ulaz", "amount": cast.amount.to_string()}],
        }),
        _ => return None,
    })
}

//! One good example of every message of assets and tokens.

use serde_json::{Value as Json, json};

use super::{Cast, account};

/// Terms of a licence that anybody may use, sold by the token.
pub(crate) fn terms() -> Json {
    json!({
        "purposes": ["PURPOSE_INFER", "PURPOSE_DERIVE"], "grantees": "GRANTEES_ANYONE",
        "prices": [{"denom": "ulaz", "amount": "3"}], "unit": "UNIT_TOKEN", "provider_bps": 4_000,
        "derivative_royalty_bps": 1_500, "on_revoke": "ON_REVOKE_KEEP",
    })
}

pub(super) fn fields(message: &str, cast: &Cast) -> Option<Json> {
    let (who, other) = (account(cast.who).to_string(), account(cast.other).to_string());
    let (asset, serial, units) = (cast.id.to_string(), "1", cast.amount.to_string());
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    Some(match message {
        "MsgTransferAsset" => json!({"owner": who, "asset": asset, "to": other}),
        "MsgAcceptAsset" => json!({"new_owner": who, "asset": asset}),
        "MsgMoveAsset" => json!({"owner": who, "asset": asset, "idao": "2"}),
        "MsgRetireAsset" => json!({"owner": who, "asset": asset}),
        "MsgTransferDat" => json!({"sender": who, "asset": asset, "serial": serial, "to": other}),
        "MsgSplitDat" => json!({"owner": who, "asset": asset, "serial": serial, "share": 300_000}),
        "MsgMergeDats" => json!({"owner": who, "asset": asset, "into": serial, "from": ["2"]}),
        "MsgTransferValue" => json!({
            "owner": who, "asset": asset, "serial": serial, "units": units, "to": other, "to_serial": "0",
        }),
        "MsgApproveOperator" => json!({"owner": who, "asset": asset, "serial": serial, "operator": other}),
        "MsgBurnDat" => json!({"owner": who, "asset": asset, "serial": serial}),
        "MsgPublishPolicy" => json!({"owner": who, "asset": asset, "terms": terms()}),
        "MsgBuyAccess" => json!({
            "buyer": who, "asset": asset, "policy_version": "1", "units": units,
            "max_price": {"denom": "ulaz", "amount": "1000"}, "grantee_key": key,
        }),
        "MsgGrantAccess" => json!({
            "owner": who, "asset": asset, "policy_version": "1", "grantee": other, "units": units,
            "expires_at": "2033-11-14T22:13:22Z", "grantee_key": key,
        }),
        "MsgRequestAccess" => json!({
            "account": who, "asset": asset, "policy_version": "1", "purpose": "PURPOSE_INFER", "units": units,
            "grantee_key": key,
        }),
        "MsgDecideAccess" => json!({"signer": who, "request": "1", "grant": true, "units": units}),
        "MsgDeliverKey" => json!({
            "owner": who, "asset": asset, "serial": serial, "wrapped_key": key, "key_epoch": "1",
        }),
        "MsgRotateDataKey" => json!({"owner": who, "asset": asset, "key_commitment": key}),
        "MsgRevokeAccess" => json!({
            "owner": who, "asset": asset, "account": other, "unlearn": [{"asset": "2", "version": "1"}],
        }),
        "MsgRefundAccess" => json!({"sender": who, "asset": asset, "serial": serial}),
        "MsgClaimRevenue" => json!({
            "sender": who, "dats": [{"asset": asset, "serial": serial}], "denoms": ["ulaz"],
        }),
        "MsgSettleRoyalties" => json!({"sender": who, "asset": asset, "version": "1", "denoms": ["ulaz"]}),
        "MsgSettleExpired" => json!({"sender": who, "dats": [{"asset": asset, "serial": serial}]}),
        "MsgReleaseDescendant" => json!({"owner": who, "asset": asset, "descendant": "2", "version": "1"}),
        _ => return None,
    })
}

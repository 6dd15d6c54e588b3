//! Examples of use and emission.

use serde_json::{Value as Json, json};

use super::{Cast, account};

/// 32 bytes of 7, and 64.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const SIGNATURE: &str =
    "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw==";

pub(super) fn usage(message: &str, cast: &Cast) -> Option<Json> {
    let (who, other) = (account(cast.who).to_string(), account(cast.other).to_string());
    let (id, coin) = (cast.id.to_string(), json!({"denom": "ulaz", "amount": cast.amount.to_string()}));
    Some(match message {
        "MsgRegisterProvider" | "MsgUpdateProvider" => json!({
            "provider": who, "endpoint": "https://gpu.example", "signing_key": KEY,
            "services": ["SERVICE_INFER", "SERVICE_HOST"], "close_delay": "60s",
        }),
        "MsgUnregisterProvider" => json!({"provider": who}),
        "MsgBuyCompute" => json!({"buyer": who, "payment": coin, "least": "1"}),
        "MsgOpenChannel" => json!({
            "consumer": who, "provider": other, "asset": id, "version": "1", "policy_version": "1",
            "purposes": ["PURPOSE_INFER"], "channel_key": KEY, "deposit": coin, "units_cap": "1000",
            "most_protocol_bps": 500, "longest_close_delay": "3600s",
        }),
        "MsgTopUpChannel" => json!({"payer": who, "channel": id, "amount": coin, "units": "10"}),
        "MsgCloseChannel" | "MsgSettleClosed" | "MsgClaimRefund" => json!({"sender": who, "channel": id}),
        "MsgRedeemVouchers" => json!({"provider": who, "vouchers": [{
            "signature": SIGNATURE,
            "voucher": {
                "channel": id, "sequence": "1", "as_of": "2023-11-14T22:13:22Z", "purpose": "PURPOSE_INFER",
                "terms": {"fields": ["age", "sex"], "code_digest": KEY},
                "cumulative_units": "5", "cumulative_amount": "15", "receipts_root": KEY,
            },
        }]}),
        _ => return None,
    })
}

pub(super) fn rewards(message: &str, cast: &Cast) -> Option<Json> {
    let party = format!("idao-{}", cast.id);
    (message == "MsgClaimEmission").then(|| json!({"sender": account(cast.who).to_string(), "party": party}))
}

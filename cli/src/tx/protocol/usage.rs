//! `lazd tx usage`

use super::super::table::{Row, example, plain, proposal};

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain(
            "usage",
            "register-provider [endpoint] [services] [signing_key]",
            "Register as a provider, against a deposit; services are infer, train, query, host",
            "lazchain.usage.v1.MsgRegisterProvider",
            &["endpoint", "services", "signing_key"],
        ),
        "register-provider https://gpu.example infer,query BASE64_KEY --close-delay 3600s --from bob",
    ),
    example(
        plain(
            "usage",
            "update-provider [endpoint] [services] [signing_key]",
            "Replace what a provider says of itself",
            "lazchain.usage.v1.MsgUpdateProvider",
            &["endpoint", "services", "signing_key"],
        ),
        "update-provider https://gpu2.example infer BASE64_KEY --from bob",
    ),
    example(
        plain(
            "usage",
            "unregister-provider",
            "Stop being a provider and take the deposit back",
            "lazchain.usage.v1.MsgUnregisterProvider",
            &[],
        ),
        "unregister-provider --from bob",
    ),
    example(
        plain(
            "usage",
            "buy-compute [payment]",
            "Buy ucpt at the listed price",
            "lazchain.usage.v1.MsgBuyCompute",
            &["payment"],
        ),
        "buy-compute 1000000ulaz --least 1000000 --from alice",
    ),
    example(
        plain(
            "usage",
            "open-channel [provider] [asset] [version] [policy_version] [purposes] [channel_key] [units_cap] (deposit)",
            "Open a channel to a provider, paid from a deposit or from an access DAT (--dat)",
            "lazchain.usage.v1.MsgOpenChannel",
            &[
                "provider",
                "asset",
                "version",
                "policy_version",
                "purposes",
                "channel_key",
                "units_cap",
                "deposit",
            ],
        ),
        "open-channel bob 2 1 1 infer BASE64_KEY 1000000 3000000ulaz --from alice",
    ),
    example(
        plain(
            "usage",
            "top-up-channel [channel] (amount)",
            "Put more money into a channel, more --units, or both",
            "lazchain.usage.v1.MsgTopUpChannel",
            &["channel", "amount"],
        ),
        "top-up-channel 5 1000000ulaz --units 500000 --from alice",
    ),
    example(
        plain(
            "usage",
            "close-channel [channel]",
            "Ask to close a channel: after its delay, or at once as its provider",
            "lazchain.usage.v1.MsgCloseChannel",
            &["channel"],
        ),
        "close-channel 5 --from alice",
    ),
    example(
        plain(
            "usage",
            "redeem-vouchers [vouchers...]",
            "Redeem the latest signed vouchers, one file (or JSON) each",
            "lazchain.usage.v1.MsgRedeemVouchers",
            &["vouchers"],
        ),
        "redeem-vouchers channel-5.json channel-6.json --from bob",
    ),
    example(
        plain(
            "usage",
            "settle-closed [channel]",
            "Settle a channel whose delay is over, or forget a closed one",
            "lazchain.usage.v1.MsgSettleClosed",
            &["channel"],
        ),
        "settle-closed 5 --from alice",
    ),
    example(
        plain(
            "usage",
            "claim-refund [channel]",
            "Claim what a channel gets back for a version whose verdict fell",
            "lazchain.usage.v1.MsgClaimRefund",
            &["channel"],
        ),
        "claim-refund 5 --from alice",
    ),
    example(
        proposal(
            "usage",
            "update-params-proposal [params]",
            "Submit a proposal to update usage module params",
            "lazchain.usage.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'Cheaper compute' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

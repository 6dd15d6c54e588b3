//! `lazd tx rewards`

use super::super::table::{Row, example, plain, proposal};

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain(
            "rewards",
            "claim-emission [party]",
            "Mint a party's part of a past epoch: an iDAO, a Quorum member's operator or a provider",
            "lazchain.rewards.v1.MsgClaimEmission",
            &["party"],
        ),
        "claim-emission idao-7 --from alice",
    ),
    example(
        proposal(
            "rewards",
            "update-params-proposal [params]",
            "Submit a proposal to update rewards module params; the yearly rate is that of mint",
            "lazchain.rewards.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'More for iDAOs' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

//! `lazd tx beacon`

use super::super::table::{Row, example, plain, proposal};

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain(
            "beacon",
            "register-beacon [tip]",
            "Register the end of a validator's hash chain; `lazd comet show-beacon` prints this node's",
            "lazchain.beacon.v1.MsgRegisterBeacon",
            &["tip"],
        ),
        "register-beacon $(lazd comet show-beacon) --from operator",
    ),
    example(
        proposal(
            "beacon",
            "update-params-proposal [params]",
            "Submit a proposal to update beacon module params",
            "lazchain.beacon.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'More givers' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

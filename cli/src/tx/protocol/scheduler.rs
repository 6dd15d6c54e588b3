//! `lazd tx scheduler`

use super::super::table::{Row, example, proposal};

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        proposal(
            "scheduler",
            "update-params-proposal [params]",
            "Submit a proposal to update scheduler module params",
            "lazchain.scheduler.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'More work a block' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
    example(
        proposal(
            "scheduler",
            "retry-proposal [entry]",
            "Submit a proposal to put an entry that was set aside back into its queue",
            "lazchain.scheduler.v1.MsgRetry",
            &["sequence"],
        ),
        "retry-proposal 17 --title 'Try it again' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

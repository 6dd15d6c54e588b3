//! `lazd tx quorum`

use super::super::table::{Row, example, plain, proposal};

const ROW: &str = "quorum";

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain(
            ROW,
            "create-quorum [name] [rules]",
            "Found a Quorum with these rules (JSON or a file); what they leave out is the chain's",
            "lazchain.quorum.v1.MsgCreateQuorum",
            &["name", "rules"],
        ),
        "create-quorum Health rules.json --description 'Reads health data' --from alice",
    ),
    example(
        plain(
            ROW,
            "join-quorum [quorum] [allocation-bps] [attestation-key] [sealing-key] (endpoint)",
            "Pledge a part of a validator's stake to a Quorum, or apply to",
            "lazchain.quorum.v1.MsgJoinQuorum",
            &["quorum", "allocation_bps", "attestation_key", "sealing_key", "endpoint"],
        ),
        "join-quorum 3 2000 $ATTESTATION_KEY $SEALING_KEY https://quorum.example.org --from operator",
    ),
    example(
        plain(
            ROW,
            "admit-member [quorum] [applicant]",
            "Speak for an applicant",
            "lazchain.quorum.v1.MsgAdmitMember",
            &["quorum", "applicant"],
        ),
        "admit-member 3 lazvaloper1... --from operator",
    ),
    example(
        plain(
            ROW,
            "update-allocation [quorum] [allocation-bps]",
            "Pledge another part of the stake: more after a notice, less from the next epoch",
            "lazchain.quorum.v1.MsgUpdateAllocation",
            &["quorum", "allocation_bps"],
        ),
        "update-allocation 3 1500 --from operator",
    ),
    example(
        plain(
            ROW,
            "leave-quorum [quorum]",
            "Leave at the next epoch; the stake is free when the last liability has ended",
            "lazchain.quorum.v1.MsgLeaveQuorum",
            &["quorum"],
        ),
        "leave-quorum 3 --from operator",
    ),
    example(
        plain(
            ROW,
            "rotate-keys [quorum]",
            "Announce other keys for the next epoch, or another endpoint at once",
            "lazchain.quorum.v1.MsgRotateKeys",
            &["quorum"],
        ),
        "rotate-keys 3 --attestation-key $ATTESTATION_KEY --from operator",
    ),
    example(
        plain(
            ROW,
            "propose-params [quorum] [rules]",
            "Propose other rules for a Quorum (JSON or a file)",
            "lazchain.quorum.v1.MsgProposeParams",
            &["quorum", "rules"],
        ),
        "propose-params 3 rules.json --from operator",
    ),
    example(
        plain(
            ROW,
            "vote-params [quorum] [number] [agree]",
            "Vote on a change of a Quorum's rules",
            "lazchain.quorum.v1.MsgVoteParams",
            &["quorum", "number", "yes"],
        ),
        "vote-params 3 1 true --from operator",
    ),
    example(
        plain(
            ROW,
            "unjail-member [quorum]",
            "Come back from a Quorum's jail",
            "lazchain.quorum.v1.MsgUnjailMember",
            &["quorum"],
        ),
        "unjail-member 3 --from operator",
    ),
    example(
        plain(
            ROW,
            "fund-quorum [quorum] [pool] [amount]",
            "Give ulaz to a Quorum's insurance or audit pool",
            "lazchain.quorum.v1.MsgFundQuorum",
            &["quorum", "pool", "amount"],
        ),
        "fund-quorum 3 POOL_INSURANCE 1000000 --from alice",
    ),
    example(
        plain(
            ROW,
            "claim-quorum-pool [quorum]",
            "Take a member's part of a Quorum's income",
            "lazchain.quorum.v1.MsgClaimQuorumPool",
            &["quorum"],
        ),
        "claim-quorum-pool 3 --from operator",
    ),
    example(
        plain(
            ROW,
            "submit-equivocation [task] [round] [member] [first] [second]",
            "Show that a member signed two different ballots",
            "lazchain.quorum.v1.MsgSubmitEquivocation",
            &["task", "round", "member", "first", "second"],
        ),
        "submit-equivocation 9 1 lazvaloper1... first.json second.json --from alice",
    ),
    example(
        proposal(
            ROW,
            "update-params-proposal [params]",
            "Submit a proposal to update quorum module params",
            "lazchain.quorum.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'Longer notice' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

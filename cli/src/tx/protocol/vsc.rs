//! `lazd tx vsc`

use super::super::table::{Row, example, plain, proposal};

#[rustfmt::skip]
pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain("vsc", "seal-update [seal]", "Commit to content before it is shown", "lazchain.vsc.v1.MsgSealUpdate", &["seal"]),
        "seal-update qL8R4QIcQ/ZsRxOAbeRfcZhilN/MksRtDaErMA+60pM= --from ada",
    ),
    example(
        plain("vsc", "submit-update [update] [salt]", "Submit an update, as a JSON file, under a seal made with this salt", "lazchain.vsc.v1.MsgSubmitUpdate", &["update", "salt"]),
        "submit-update update.json BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= --from ada",
    ),
    example(
        plain("vsc", "withdraw-update [task]", "Take an update back before a committee is drawn", "lazchain.vsc.v1.MsgWithdrawUpdate", &["task"]),
        "withdraw-update 9 --from ada",
    ),
    example(
        plain("vsc", "share-keys [task] [round] [keys...]", "Hand out the data key of sealed content, wrapped to each seat", "lazchain.vsc.v1.MsgShareKeys", &["task", "round", "keys"]),
        "share-keys 9 1 '{\"member\":\"lazvaloper1...\",\"key\":\"BwcH...\"}' --from ada",
    ),
    example(
        plain("vsc", "submit-commits [commits...]", "Carry commitments of any members", "lazchain.vsc.v1.MsgSubmitCommits", &["commits"]),
        "submit-commits commit.json --from operator",
    ),
    example(
        plain("vsc", "submit-reveals [reveals...]", "Carry ballots of any members", "lazchain.vsc.v1.MsgSubmitReveals", &["reveals"]),
        "submit-reveals reveal.json --from operator",
    ),
    example(
        plain("vsc", "challenge [task] [evidence]", "Say that a verdict is wrong, with a bond", "lazchain.vsc.v1.MsgChallenge", &["task", "evidence"]),
        "challenge 9 '{\"hash\":\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\",\"locators\":[\"https://example.org/flaw\"]}' --max-bond 900000000 --from chad",
    ),
    example(
        plain("vsc", "appeal [task] [evidence]", "Take a ruling to the next rung, for twice the bond", "lazchain.vsc.v1.MsgAppeal", &["task", "evidence"]),
        "appeal 9 evidence.json --from ada",
    ),
    example(
        plain("vsc", "add-evidence [task] [evidence]", "Add to what an open case is judged by", "lazchain.vsc.v1.MsgAddEvidence", &["task", "evidence"]),
        "add-evidence 9 evidence.json --from chad",
    ),
    example(
        plain("vsc", "reveal-canary [task] [salt]", "Show that an update never had any content", "lazchain.vsc.v1.MsgRevealCanary", &["task", "salt"]),
        "reveal-canary 9 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= --from ada",
    ),
    example(
        proposal("vsc", "rule-proposal [task] [ruling] (reason)", "Submit a proposal to decide a case on its last rung", "lazchain.vsc.v1.MsgRule", &["task", "ruling", "reason"]),
        "rule-proposal 9 RULING_UPHELD 'Both sides were heard' --title 'Case of task-9' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
    example(
        proposal("vsc", "update-params-proposal [params]", "Submit a proposal to update vsc module params", "lazchain.vsc.v1.MsgUpdateParams", &["params"]),
        "update-params-proposal params.json --title 'More looks' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

//! `lazd tx idao`

use super::super::table::{Row, example, plain, proposal};

pub(in crate::tx) const ROWS: &[Row] = &[
    example(
        plain(
            "idao",
            "create-idao [name] [domain]",
            "Make an iDAO; --rules takes a JSON file, without it the default rules hold",
            "lazchain.idao.v1.MsgCreateIdao",
            &["name", "domain"],
        ),
        "create-idao 'Open Health' health --charter-uri https://example.org/charter --from alice",
    ),
    example(
        plain(
            "idao",
            "update-idao [idao] [name] [domain] [rules]",
            "Replace name, domain, charter and rules; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgUpdateIdao",
            &["idao", "name", "domain", "rules"],
        ),
        "update-idao 1 'Open Health' health rules.json --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "close-idao [idao]",
            "Close an iDAO for good; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgCloseIdao",
            &["idao"],
        ),
        "close-idao 1 --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "apply-to-join [idao]",
            "Ask to become a member; --dat-serial names the DAT where membership is by token",
            "lazchain.idao.v1.MsgApplyToJoin",
            &["idao"],
        ),
        "apply-to-join 1 --statement 'I bring cardiology data' --max-deposit 1000000 --from bob",
    ),
    example(
        plain(
            "idao",
            "withdraw-application [idao]",
            "Take an application back, with its deposits",
            "lazchain.idao.v1.MsgWithdrawApplication",
            &["idao"],
        ),
        "withdraw-application 1 --from bob",
    ),
    example(
        plain(
            "idao",
            "invite [idao] [account]",
            "Invite somebody, as a steward whose rules list this message",
            "lazchain.idao.v1.MsgInvite",
            &["idao", "account"],
        ),
        "invite 1 bob --from alice",
    ),
    example(
        plain(
            "idao",
            "accept-invite [idao]",
            "Become a member by invitation",
            "lazchain.idao.v1.MsgAcceptInvite",
            &["idao"],
        ),
        "accept-invite 1 --max-deposit 1000000 --from bob",
    ),
    example(
        plain(
            "idao",
            "leave-idao [idao]",
            "Leave an iDAO at once, with assets, grants and accrued income",
            "lazchain.idao.v1.MsgLeaveIdao",
            &["idao"],
        ),
        "leave-idao 1 --from bob",
    ),
    example(
        plain(
            "idao",
            "remove-member [idao] [account]",
            "End somebody's membership; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgRemoveMember",
            &["idao", "account"],
        ),
        "remove-member 1 bob --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "set-roles [idao] [account] [roles...]",
            "Say which roles a member is to have; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgSetRoles",
            &["idao", "account", "roles"],
        ),
        "set-roles 1 bob gatekeeper guardian --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "accept-role [idao] [role]",
            "Take on a role that was offered",
            "lazchain.idao.v1.MsgAcceptRole",
            &["idao", "role"],
        ),
        "accept-role 1 gatekeeper --from bob",
    ),
    example(
        plain(
            "idao",
            "register-agent [idao] [account] [spend-limit] [expires] [message-types...]",
            "Let an AI agent act under you; the limit is in ulaz and for an epoch",
            "lazchain.idao.v1.MsgRegisterAgent",
            &["idao", "account", "spend_limit", "expires", "message_types"],
        ),
        "register-agent 1 robot 5000000 2027-01-01T00:00:00Z /lazchain.idao.v1.MsgVote --from bob",
    ),
    example(
        plain(
            "idao",
            "revoke-agent [idao] [account]",
            "End an agent's right to act, as its member or as the agent",
            "lazchain.idao.v1.MsgRevokeAgent",
            &["idao", "account"],
        ),
        "revoke-agent 1 robot --from bob",
    ),
    example(
        plain(
            "idao",
            "propose [idao] [title] [messages...]",
            "Open a vote on messages that the iDAO's account is to run, each as JSON or in a file",
            "lazchain.idao.v1.MsgPropose",
            &["idao", "title", "messages"],
        ),
        "propose 1 'Trust quorum 3' establish-trust.json --summary 'Why' --from bob",
    ),
    example(
        plain(
            "idao",
            "vote [proposal] [option]",
            "Vote yes, no, abstain or veto",
            "lazchain.idao.v1.MsgVote",
            &["proposal", "option"],
        ),
        "vote 4 yes --from bob",
    ),
    example(
        plain(
            "idao",
            "execute-proposal [proposal] [gas-limit]",
            "Run a passed proposal; anybody may, and pays for the gas of its messages",
            "lazchain.idao.v1.MsgExecuteProposal",
            &["proposal", "gas_limit"],
        ),
        "execute-proposal 4 200000 --from bob",
    ),
    example(
        plain(
            "idao",
            "withdraw-proposal [proposal]",
            "Take a proposal back before its close",
            "lazchain.idao.v1.MsgWithdrawProposal",
            &["proposal"],
        ),
        "withdraw-proposal 4 --from bob",
    ),
    example(
        plain(
            "idao",
            "establish-trust [edge]",
            "Make or replace a trust edge; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgEstablishTrust",
            &["edge"],
        ),
        "establish-trust edge.json --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "end-trust [idao] [quorum]",
            "End a trust edge; the message goes into a proposal, so print it with --generate-only",
            "lazchain.idao.v1.MsgEndTrust",
            &["idao", "quorum"],
        ),
        "end-trust 1 3 --from $(lazd query idao treasury 1 -o json | jq -r .account) --generate-only",
    ),
    example(
        plain(
            "idao",
            "freeze-subject [idao] [kind] [subject] [reason-hash]",
            "Freeze an asset, a task or a proposal, as a guardian; the hash is base64",
            "lazchain.idao.v1.MsgFreezeSubject",
            &["idao", "kind", "subject", "reason_hash"],
        ),
        "freeze-subject 1 proposal 4 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= --from bob",
    ),
    example(
        plain(
            "idao",
            "claim-member-rewards [idao]",
            "Be paid your part of the iDAO's income",
            "lazchain.idao.v1.MsgClaimMemberRewards",
            &["idao"],
        ),
        "claim-member-rewards 1 --from bob",
    ),
    example(
        plain(
            "idao",
            "fund-treasury [idao] [amount]",
            "Give coins to an iDAO",
            "lazchain.idao.v1.MsgFundTreasury",
            &["idao", "amount"],
        ),
        "fund-treasury 1 1000000ulaz --from bob",
    ),
    example(
        proposal(
            "idao",
            "update-params-proposal [params]",
            "Submit a proposal to update idao module params",
            "lazchain.idao.v1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'Cheaper iDAOs' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
];

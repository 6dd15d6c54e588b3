//! Every message that has a command of its own: the SDK's words, the message, which arguments fill which fields.

use super::{protocol, special};

/// What a row's arguments become.
#[derive(Clone, Copy)]
pub(super) enum How {
    /// The message whose fields the arguments fill.
    Message,
    /// The same, proposed to governance with the gov account as its authority.
    Proposal,
    /// Something that needs more than filling fields in.
    Special(special::Build),
}

/// One command.
pub(super) struct Row {
    pub(super) module: &'static str,
    /// `name [required] [many...] (optional)`
    pub(super) usage: &'static str,
    pub(super) about: &'static str,
    /// Full name of the message.
    pub(super) message: &'static str,
    /// The field of each argument, in order.
    pub(super) fields: &'static [&'static str],
    pub(super) how: How,
    /// What to type after `lazd tx <module> `.
    pub(super) example: &'static str,
}

impl Row {
    /// The command's word.
    pub(super) fn name(&self) -> &'static str {
        self.usage.split(' ').next().unwrap_or_default()
    }
}

pub(super) const fn plain(
    module: &'static str,
    usage: &'static str,
    about: &'static str,
    message: &'static str,
    fields: &'static [&'static str],
) -> Row {
    Row { module, usage, about, message, fields, how: How::Message, example: "" }
}

pub(super) const fn proposal(
    module: &'static str,
    usage: &'static str,
    about: &'static str,
    message: &'static str,
    fields: &'static [&'static str],
) -> Row {
    Row { module, usage, about, message, fields, how: How::Proposal, example: "" }
}

pub(super) const fn special(
    module: &'static str,
    usage: &'static str,
    about: &'static str,
    message: &'static str,
    build: special::Build,
) -> Row {
    Row { module, usage, about, message, fields: &[], how: How::Special(build), example: "" }
}

pub(super) const fn example(row: Row, example: &'static str) -> Row {
    Row { example, ..row }
}

pub(super) const WHOLE: &str = "Note: the entire params must be provided";

/// Modules and what their group says of itself.
const MODULES: &[(&str, &str)] = &[
    ("auth", "Transactions commands for the auth module"),
    ("bank", "Bank transaction subcommands"),
    ("consensus", "Transactions commands for the consensus module"),
    ("distribution", "Distribution transactions subcommands"),
    ("evidence", "Evidence transaction subcommands"),
    ("gov", "Governance transactions subcommands"),
    ("mint", "Transactions commands for the mint module"),
    ("slashing", "Slashing transaction subcommands"),
    ("staking", "Staking transaction subcommands"),
];

/// Every module and what its group says of itself.
pub(super) fn modules() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    MODULES.iter().chain(protocol::MODULES)
}

/// Every command.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(protocol::ROWS.iter().copied().flatten())
}

/// Those of Cosmos.
const ROWS: &[Row] = &[
    example(
        proposal(
            "auth",
            "update-params-proposal [params]",
            "Submit a proposal to update auth module params",
            "cosmos.auth.v1beta1.MsgUpdateParams",
            &["params"],
        ),
        "update-params-proposal params.json --title 'Longer memos' --summary 'Why' --deposit 10000000ulaz --from alice",
    ),
    example(
        plain(
            "bank",
            "send [from_key_or_address] [to_address] [amount...]",
            "Send funds from one account to another",
            "cosmos.bank.v1beta1.MsgSend",
            &["from_address", "to_address", "amount"],
        ),
        "send alice laz1... 1000ulaz --fees 250ulaz",
    ),
    example(
        special(
            "bank",
            "multi-send [from_key_or_address] [to_addresses_and_amount...]",
            "Send funds from one account to two or more accounts",
            "cosmos.bank.v1beta1.MsgMultiSend",
            special::multi_send,
        ),
        "multi-send alice laz1... laz1... 1000ulaz --fees 250ulaz",
    ),
    proposal(
        "bank",
        "update-params-proposal [params]",
        "Submit a proposal to update bank module params",
        "cosmos.bank.v1beta1.MsgUpdateParams",
        &["params"],
    ),
    example(
        proposal(
            "bank",
            "set-send-enabled-proposal [send_enabled...]",
            "Submit a proposal to set/update/delete send enabled entries",
            "cosmos.bank.v1beta1.MsgSetSendEnabled",
            &["send_enabled"],
        ),
        "set-send-enabled-proposal '{\"denom\":\"ulaz\",\"enabled\":true}' --title T --summary S --deposit 1ulaz --from alice",
    ),
    proposal(
        "consensus",
        "update-params-proposal [block] [evidence] [validator] (abci)",
        "Submit a proposal to update consensus params",
        "cosmos.consensus.v1.MsgUpdateParams",
        &["block", "evidence", "validator", "abci"],
    ),
    plain(
        "distribution",
        "set-withdraw-addr [withdraw-addr]",
        "Change the default withdraw address for rewards associated with an address",
        "cosmos.distribution.v1beta1.MsgSetWithdrawAddress",
        &["withdraw_address"],
    ),
    example(
        special(
            "distribution",
            "withdraw-rewards [validator-addr]",
            "Withdraw rewards from a given delegation address, and optionally a validator's commission",
            "cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward",
            special::withdraw_rewards,
        ),
        "withdraw-rewards lazvaloper1... --commission --from alice",
    ),
    special(
        "distribution",
        "withdraw-all-rewards",
        "Withdraw all delegations rewards for a delegator",
        "cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward",
        special::withdraw_all_rewards,
    ),
    plain(
        "distribution",
        "withdraw-validator-commission [validator-addr]",
        "Withdraw commissions from a validator address (must be a validator operator)",
        "cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission",
        &["validator_address"],
    ),
    plain(
        "distribution",
        "fund-community-pool [amount...]",
        "Funds the community pool with the specified amount",
        "cosmos.distribution.v1beta1.MsgFundCommunityPool",
        &["amount"],
    ),
    plain(
        "distribution",
        "fund-validator-rewards-pool [validator-addr] [amount...]",
        "Fund the validator rewards pool with the specified amount",
        "cosmos.distribution.v1beta1.MsgDepositValidatorRewardsPool",
        &["validator_address", "amount"],
    ),
    proposal(
        "distribution",
        "update-params-proposal [params]",
        "Submit a proposal to update distribution module params",
        "cosmos.distribution.v1beta1.MsgUpdateParams",
        &["params"],
    ),
    proposal(
        "distribution",
        "community-pool-spend-proposal [recipient] [amount...]",
        "Submit a proposal to spend from the community pool",
        "cosmos.distribution.v1beta1.MsgCommunityPoolSpend",
        &["recipient", "amount"],
    ),
    plain(
        "evidence",
        "submit-evidence [evidence]",
        "Submit evidence of misbehaviour, as JSON with its @type or a file of it",
        "cosmos.evidence.v1beta1.MsgSubmitEvidence",
        &["evidence"],
    ),
    example(
        special(
            "gov",
            "submit-proposal [path/to/proposal.json]",
            "Submit a proposal along with some messages, metadata and deposit",
            "cosmos.gov.v1.MsgSubmitProposal",
            special::submit_proposal,
        ),
        "submit-proposal proposal.json --from alice    # `lazd tx gov draft-proposal` prints a proposal.json to fill in",
    ),
    plain(
        "gov",
        "cancel-proposal [proposal-id]",
        "Cancel governance proposal before the voting period ends. Must be signed by the proposal creator",
        "cosmos.gov.v1.MsgCancelProposal",
        &["proposal_id"],
    ),
    example(
        plain(
            "gov",
            "deposit [proposal-id] [deposit...]",
            "Deposit tokens for an active proposal",
            "cosmos.gov.v1.MsgDeposit",
            &["proposal_id", "amount"],
        ),
        "deposit 1 1000000ulaz --from alice",
    ),
    example(
        plain(
            "gov",
            "vote [proposal-id] [option]",
            "Vote for an active proposal, options: yes/no/no_with_veto/abstain",
            "cosmos.gov.v1.MsgVote",
            &["proposal_id", "option"],
        ),
        "vote 1 yes --from alice",
    ),
    example(
        special(
            "gov",
            "weighted-vote [proposal-id] [weighted-options]",
            "Vote for an active proposal, options: yes/no/no_with_veto/abstain",
            "cosmos.gov.v1.MsgVoteWeighted",
            special::weighted_vote,
        ),
        "weighted-vote 1 yes=0.6,no=0.3,abstain=0.05,no_with_veto=0.05 --from alice",
    ),
    proposal(
        "gov",
        "update-params-proposal [params]",
        "Submit a proposal to update gov module params",
        "cosmos.gov.v1.MsgUpdateParams",
        &["params"],
    ),
    proposal(
        "mint",
        "update-params-proposal [params]",
        "Submit a proposal to update mint module params",
        "cosmos.mint.v1beta1.MsgUpdateParams",
        &["params"],
    ),
    example(
        plain("slashing", "unjail", "Unjail a jailed validator", "cosmos.slashing.v1beta1.MsgUnjail", &[]),
        "unjail --from alice",
    ),
    proposal(
        "slashing",
        "update-params-proposal [params]",
        "Submit a proposal to update slashing module params",
        "cosmos.slashing.v1beta1.MsgUpdateParams",
        &["params"],
    ),
    example(
        special(
            "staking",
            "create-validator [path/to/validator.json]",
            "Create new validator initialized with a self-delegation to it",
            "cosmos.staking.v1beta1.MsgCreateValidator",
            special::create_validator,
        ),
        "create-validator validator.json --from alice

where validator.json holds
{
  \"pubkey\": {\"@type\":\"/cosmos.crypto.ed25519.PubKey\",\"key\":\"... from `lazd comet show-validator`\"},
  \"amount\": \"1000000ulaz\",
  \"moniker\": \"myvalidator\",
  \"commission-rate\": \"0.1\",
  \"commission-max-rate\": \"0.2\",
  \"commission-max-change-rate\": \"0.01\",
  \"min-self-delegation\": \"1\"
}",
    ),
    special(
        "staking",
        "edit-validator",
        "Edit an existing validator account",
        "cosmos.staking.v1beta1.MsgEditValidator",
        special::edit_validator,
    ),
    example(
        plain(
            "staking",
            "delegate [validator-addr] [amount]",
            "Delegate liquid tokens to a validator",
            "cosmos.staking.v1beta1.MsgDelegate",
            &["validator_address", "amount"],
        ),
        "delegate lazvaloper1... 1000ulaz --from alice",
    ),
    plain(
        "staking",
        "redelegate [src-validator-addr] [dst-validator-addr] [amount]",
        "Redelegate illiquid tokens from one validator to another",
        "cosmos.staking.v1beta1.MsgBeginRedelegate",
        &["validator_src_address", "validator_dst_address", "amount"],
    ),
    plain(
        "staking",
        "unbond [validator-addr] [amount]",
        "Unbond shares from a validator",
        "cosmos.staking.v1beta1.MsgUndelegate",
        &["validator_address", "amount"],
    ),
    plain(
        "staking",
        "cancel-unbond [validator-addr] [amount] [creation-height]",
        "Cancel unbonding delegation and delegate back to the validator",
        "cosmos.staking.v1beta1.MsgCancelUnbondingDelegation",
        &["validator_address", "amount", "creation_height"],
    ),
    proposal(
        "staking",
        "update-params-proposal [params]",
        "Submit a proposal to update staking module params",
        "cosmos.staking.v1beta1.MsgUpdateParams",
        &["params"],
    ),
];

/// What proposals of parameters say besides.
pub(super) fn note(row: &Row) -> &'static str {
    if matches!(row.how, How::Proposal) && row.fields == ["params"] { WHOLE } else { "" }
}

//! The SDK's words for queries. A query without a row goes by its method's name, its fields as flags.

use super::protocol;

/// How one query is asked for.
pub(super) struct Row {
    /// Full name of the service, and the method.
    pub(super) service: &'static str,
    pub(super) method: &'static str,
    /// `name [required] [many...] (optional)`
    pub(super) usage: &'static str,
    /// The field of each argument, in order.
    pub(super) fields: &'static [&'static str],
    pub(super) alias: &'static str,
    pub(super) about: &'static str,
}

pub(super) const fn row(
    service: &'static str,
    method: &'static str,
    usage: &'static str,
    fields: &'static [&'static str],
    about: &'static str,
) -> Row {
    Row { service, method, usage, fields, alias: "", about }
}

pub(super) const fn also(row: Row, alias: &'static str) -> Row {
    Row { alias, ..row }
}

/// The modules: command, service, what it says of itself.
const MODULES: &[(&str, &str, &str)] = &[
    ("auth", AUTH, "Querying commands for the auth module"),
    ("bank", BANK, "Querying commands for the bank module"),
    ("consensus", "cosmos.consensus.v1.Query", "Querying commands for the consensus module"),
    ("distribution", DISTRIBUTION, "Querying commands for the distribution module"),
    ("evidence", EVIDENCE, "Querying commands for the evidence module"),
    ("gov", GOV, "Querying commands for the gov module"),
    ("mint", MINT, "Querying commands for the mint module"),
    ("slashing", SLASHING, "Querying commands for the slashing module"),
    ("staking", STAKING, "Querying commands for the staking module"),
];

const AUTH: &str = "cosmos.auth.v1beta1.Query";
const BANK: &str = "cosmos.bank.v1beta1.Query";
const DISTRIBUTION: &str = "cosmos.distribution.v1beta1.Query";
const EVIDENCE: &str = "cosmos.evidence.v1beta1.Query";
const GOV: &str = "cosmos.gov.v1.Query";
const MINT: &str = "cosmos.mint.v1beta1.Query";
const SLASHING: &str = "cosmos.slashing.v1beta1.Query";
const STAKING: &str = "cosmos.staking.v1beta1.Query";

/// Every module.
pub(super) fn modules() -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    MODULES.iter().chain(protocol::MODULES)
}

/// Every row.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(protocol::ROWS.iter().copied().flatten())
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(AUTH, "Accounts", "accounts", &[], "Query all the accounts"),
    row(AUTH, "Account", "account [address]", &["address"], "Query account by address"),
    row(AUTH, "AccountInfo", "account-info [address]", &["address"], "Query account info which is common to all account types"),
    row(AUTH, "AccountAddressByID", "address-by-acc-num [acc-num]", &["account_id"], "Query account address by account number"),
    row(AUTH, "ModuleAccounts", "module-accounts", &[], "Query all module accounts"),
    row(AUTH, "ModuleAccountByName", "module-account [module-name]", &["name"], "Query module account info by module name"),
    row(AUTH, "AddressBytesToString", "address-bytes-to-string [address-bytes]", &["address_bytes"], "Transform an address bytes to string"),
    row(AUTH, "AddressStringToBytes", "address-string-to-bytes [address-string]", &["address_string"], "Transform an address string to bytes"),
    row(AUTH, "Bech32Prefix", "bech32-prefix", &[], "Query the chain bech32 prefix"),
    row(AUTH, "Params", "params", &[], "Query the current auth parameters"),
    row(BANK, "Balance", "balance [address] [denom]", &["address", "denom"], "Query an account balance by address and denom"),
    row(BANK, "AllBalances", "balances [address]", &["address"], "Query for account balances by address"),
    row(BANK, "SpendableBalances", "spendable-balances [address]", &["address"], "Query for account spendable balances by address"),
    row(BANK, "SpendableBalanceByDenom", "spendable-balance [address] [denom]", &["address", "denom"], "Query the spendable balance of a single denom for a single account"),
    also(row(BANK, "TotalSupply", "total-supply", &[], "Query the total supply of coins of the chain"), "total"),
    row(BANK, "SupplyOf", "total-supply-of [denom]", &["denom"], "Query the supply of a single coin denom"),
    row(BANK, "Params", "params", &[], "Query the current bank parameters"),
    row(BANK, "DenomMetadata", "denom-metadata [denom]", &["denom"], "Query the client metadata of a given coin denomination"),
    row(BANK, "DenomsMetadata", "denoms-metadata", &[], "Query the client metadata for all registered coin denominations"),
    row(BANK, "DenomOwners", "denom-owners [denom]", &["denom"], "Query for all account addresses that own a particular token denomination"),
    row(BANK, "SendEnabled", "send-enabled (denom1...)", &["denoms"], "Query for send enabled entries"),
    row("cosmos.consensus.v1.Query", "Params", "params", &[], "Query the current consensus parameters"),
    row(DISTRIBUTION, "Params", "params", &[], "Query the current distribution parameters"),
    row(DISTRIBUTION, "ValidatorDistributionInfo", "validator-distribution-info [validator]", &["validator_address"], "Query validator distribution info"),
    row(DISTRIBUTION, "ValidatorOutstandingRewards", "validator-outstanding-rewards [validator]", &["validator_address"], "Query distribution outstanding (un-withdrawn) rewards for a validator and all their delegations"),
    row(DISTRIBUTION, "ValidatorCommission", "commission [validator]", &["validator_address"], "Query distribution validator commission"),
    row(DISTRIBUTION, "ValidatorSlashes", "slashes [validator] [start-height] [end-height]", &["validator_address", "starting_height", "ending_height"], "Query distribution validator slashes"),
    row(DISTRIBUTION, "DelegationRewards", "rewards-by-validator [delegator-addr] [validator-addr]", &["delegator_address", "validator_address"], "Query all distribution delegator from a particular validator"),
    row(DISTRIBUTION, "DelegationTotalRewards", "rewards [delegator-addr]", &["delegator_address"], "Query all distribution delegator rewards"),
    row(DISTRIBUTION, "DelegatorValidators", "delegator-validators [delegator-addr]", &["delegator_address"], "Query the validators of a delegator"),
    row(DISTRIBUTION, "DelegatorWithdrawAddress", "delegator-withdraw-address [delegator-addr]", &["delegator_address"], "Query where a delegator's rewards go"),
    row(DISTRIBUTION, "CommunityPool", "community-pool", &[], "Query the amount of coins in the community pool"),
    row(EVIDENCE, "Evidence", "evidence [hash]", &["hash"], "Query for evidence by hash"),
    row(EVIDENCE, "AllEvidence", "list", &[], "Query all (paginated) submitted evidence"),
    row(GOV, "Params", "params (params-type)", &["params_type"], "Query the parameters of the governance process"),
    row(GOV, "Proposals", "proposals", &[], "Query proposals with optional filters"),
    also(row(GOV, "Proposal", "proposal [proposal-id]", &["proposal_id"], "Query details of a single proposal"), "proposer"),
    row(GOV, "Vote", "vote [proposal-id] [voter-addr]", &["proposal_id", "voter"], "Query details of a single vote"),
    row(GOV, "Votes", "votes [proposal-id]", &["proposal_id"], "Query votes of a single proposal"),
    row(GOV, "Deposit", "deposit [proposal-id] [depositer-addr]", &["proposal_id", "depositor"], "Query details of a deposit"),
    row(GOV, "Deposits", "deposits [proposal-id]", &["proposal_id"], "Query deposits on a proposal"),
    row(GOV, "TallyResult", "tally [proposal-id]", &["proposal_id"], "Query the tally of a proposal vote"),
    row(GOV, "Constitution", "constitution", &[], "Query the current chain constitution"),
    row(MINT, "Params", "params", &[], "Query the current minting parameters"),
    row(MINT, "Inflation", "inflation", &[], "Query the current minting inflation value"),
    row(MINT, "AnnualProvisions", "annual-provisions", &[], "Query the current minting annual provisions value"),
    row(SLASHING, "Params", "params", &[], "Query the current slashing parameters"),
    row(SLASHING, "SigningInfo", "signing-info [validator-conspub/address]", &["cons_address"], "Query a validator's signing information"),
    row(SLASHING, "SigningInfos", "signing-infos", &[], "Query signing information of all validators"),
    row(STAKING, "Validators", "validators", &[], "Query for all validators"),
    row(STAKING, "Validator", "validator [validator-addr]", &["validator_addr"], "Query a validator"),
    row(STAKING, "ValidatorDelegations", "delegations-to [validator-addr]", &["validator_addr"], "Query all delegations made to one validator"),
    row(STAKING, "ValidatorUnbondingDelegations", "unbonding-delegations-from [validator-addr]", &["validator_addr"], "Query all unbonding delegations from a validator"),
    row(STAKING, "Delegation", "delegation [delegator-addr] [validator-addr]", &["delegator_addr", "validator_addr"], "Query a delegation based on address and validator address"),
    row(STAKING, "UnbondingDelegation", "unbonding-delegation [delegator-addr] [validator-addr]", &["delegator_addr", "validator_addr"], "Query an unbonding-delegation record based on delegator and validator address"),
    row(STAKING, "DelegatorDelegations", "delegations [delegator-addr]", &["delegator_addr"], "Query all delegations made by one delegator"),
    row(STAKING, "DelegatorValidators", "delegator-validators [delegator-addr]", &["delegator_addr"], "Query all validators info for given delegator address"),
    row(STAKING, "DelegatorValidator", "delegator-validator [delegator-addr] [validator-addr]", &["delegator_addr", "validator_addr"], "Query validator info for given delegator validator pair"),
    row(STAKING, "DelegatorUnbondingDelegations", "unbonding-delegations [delegator-addr]", &["delegator_addr"], "Query all unbonding-delegations records for one delegator"),
    row(STAKING, "Redelegations", "redelegation [delegator-addr] [src-validator-addr] (dst-validator-addr)", &["delegator_addr", "src_validator_addr", "dst_validator_addr"], "Query a redelegation record based on delegator and a source and destination validator address"),
    row(STAKING, "HistoricalInfo", "historical-info [height]", &["height"], "Query historical info at given height"),
    row(STAKING, "Pool", "pool", &[], "Query the current staking pool values"),
    row(STAKING, "Params", "params", &[], "Query the current staking parameters information"),
];

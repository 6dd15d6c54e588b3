//! What there is when play begins: the genesis, who sits in which Quorum, who is a member of which iDAO.

use proto::{address::Address, lazchain::idao::v1 as idao_pb};
use serde_json::{Value as Json, json};

use super::cast::{Cast, Kind, LAZ};
use crate::testkit::{self, distribution_params};

/// An open iDAO that trusts Quorums 1 and 2.
pub(super) const OPEN: u64 = 1;
/// One whose members let newcomers in and vote on models; it trusts Quorum 1 for a share of each asset.
pub(super) const LAW: u64 = 2;
/// One that trusts Quorum 4 alone, which grumps run.
const ALONE: u64 = 3;
/// The cartel's own, which trusts the cartel's Quorum alone.
pub(super) const SHOP: u64 = 4;

/// The Quorum that the cartel runs.
pub(super) const CARTELS: u64 = 3;
/// Members of the Quorums, in order.
pub(super) const QUORUMS: [&[(Kind, usize)]; 4] = [
    &[
        (Kind::Honest, 0),
        (Kind::Honest, 1),
        (Kind::Honest, 2),
        (Kind::Honest, 3),
        (Kind::Honest, 4),
        (Kind::Honest, 5),
        (Kind::Lazy, 0),
        (Kind::Sleeper, 0),
        (Kind::TwoFaced, 0),
    ],
    &[
        (Kind::Honest, 0),
        (Kind::Honest, 6),
        (Kind::Honest, 7),
        (Kind::Grump, 0),
        (Kind::Lazy, 1),
        (Kind::Mimic, 0),
        (Kind::Sleeper, 1),
        (Kind::Cartel, 0),
        (Kind::Cartel, 1),
        (Kind::Cartel, 2),
    ],
    &[
        (Kind::Cartel, 0),
        (Kind::Cartel, 1),
        (Kind::Cartel, 2),
        (Kind::Cartel, 3),
        (Kind::Sleeper, 2),
        (Kind::Sleeper, 3),
        (Kind::Sleeper, 4),
    ],
    &[(Kind::Honest, 8), (Kind::Honest, 9), (Kind::Grump, 0), (Kind::Grump, 1), (Kind::Grump, 2)],
];

/// The iDAO of the washer with this number of accounts before it.
pub(super) fn washers_idao(person: usize) -> u64 {
    5 + u64::try_from(person).expect("few")
}

/// Where somebody of this kind is a member, and submits.
pub(super) fn homes(kind: Kind, who: &str) -> Vec<u64> {
    let number: usize = who.rsplit('-').next().and_then(|number| number.parse().ok()).expect("a number");
    match kind {
        Kind::Submitter if number % 2 == 1 => vec![LAW],
        Kind::Voter => vec![LAW],
        Kind::Hermit => vec![ALONE],
        Kind::Front => vec![OPEN, SHOP],
        Kind::Submitter
        | Kind::Leaver
        | Kind::Forger
        | Kind::Spammer
        | Kind::Miser
        | Kind::Stingy
        | Kind::Planter
        | Kind::Plotter
        | Kind::Thief
        | Kind::Sybil => vec![OPEN],
        _ => Vec::new(),
    }
}

/// The account of an iDAO.
pub(super) fn treasury(idao: u64) -> String {
    Address::module(&format!("idao/{idao}")).to_string()
}

/// Local parameters, times so short that a task can be settled within a few hundred blocks, and second looks as often as
/// canaries. What things cost is as on a live network.
pub(super) fn genesis(cast: &Cast) -> Json {
    let mut state = testkit::genesis(&cast.balances(), &cast.stakes());
    for (time, secs) in [("liability", "180s"), ("appeal_time", "20s"), ("routing_time", "120s")] {
        state["vsc"]["params"][time] = json!(secs);
    }
    state["vsc"]["params"]["look_bps"] = json!(2_000);
    state["staking"]["params"] = json!({
        "unbonding_time": "3600s", "max_validators": 100, "max_entries": 7, "historical_entries": 0,
        "bond_denom": "ulaz", "min_commission_rate": "0",
    });
    state["distribution"]["params"] = distribution_params("0.02");
    state["mint"] = json!({"params": {
        "mint_denom": "ulaz", "inflation_rate_change": "0", "inflation_max": "0.07", "inflation_min": "0.07",
        "goal_bonded": "0.67", "blocks_per_year": "6311520",
    }});
    state["gov"] = json!({"params": {
        "min_deposit": [{"denom": "ulaz", "amount": "1000"}],
        "expedited_min_deposit": [{"denom": "ulaz", "amount": "5000"}],
        "max_deposit_period": "60s", "voting_period": "15s", "expedited_voting_period": "5s",
        "quorum": "0.334", "threshold": "0.5", "expedited_threshold": "0.667", "veto_threshold": "0.334",
        "min_initial_deposit_ratio": "0", "proposal_cancel_ratio": "0.5", "min_deposit_ratio": "0.1",
        "burn_vote_veto": true,
    }});
    state
}

/// Somebody asks to come in.
pub(super) fn join(applicant: String, idao: u64) -> idao_pb::MsgApplyToJoin {
    let max_deposit = (100 * LAZ).to_string();
    idao_pb::MsgApplyToJoin { applicant, idao, max_deposit, ..idao_pb::MsgApplyToJoin::default() }
}

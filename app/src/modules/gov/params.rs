//! What governance is governed by.

use prost_types::Duration;
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    cosmos::gov::v1 as pb,
    dec::Dec,
};
use state::{Fault, Value, value};

use crate::{
    error::{Result, Sdk},
    time::Span,
};

const DAY: u64 = 86_400;

/// What governance can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Params {
    /// What starts a vote.
    pub min_deposit: Coins,
    /// What starts an expedited vote; more than that.
    pub expedited_min_deposit: Coins,
    /// How long a proposal waits for it.
    pub max_deposit_period: Span,
    /// How long a vote is open.
    pub voting_period: Span,
    /// How long an expedited one is; less than that.
    pub expedited_voting_period: Span,
    /// The part of all stake that must vote.
    pub quorum: Dec,
    /// More than this part of votes that do not abstain must be yes.
    pub threshold: Dec,
    /// The same of an expedited vote; more than that.
    pub expedited_threshold: Dec,
    /// More than this part of all votes is a veto.
    pub veto_threshold: Dec,
    /// The part of the minimum deposit that a proposal must bring along.
    pub min_initial_deposit_ratio: Dec,
    /// The part of deposits that is lost when the proposer cancels.
    pub proposal_cancel_ratio: Dec,
    /// Who gets that part; nobody burns it.
    pub proposal_cancel_dest: Option<Address>,
    /// Whether deposits are burnt when there was no quorum.
    pub burn_vote_quorum: bool,
    /// Whether deposits are burnt when there were not enough of them.
    pub burn_proposal_deposit_prevote: bool,
    /// Whether deposits are burnt after a veto.
    pub burn_vote_veto: bool,
    /// The part of the minimum deposit that each deposit must reach.
    pub min_deposit_ratio: Dec,
}

impl Params {
    /// What a new chain starts with.
    pub(crate) fn start(denom: &Denom) -> Params {
        let coins = |units| Coins::one(Coin::new(denom.clone(), Amount::new(units)));
        Params {
            min_deposit: coins(10_000_000),
            expedited_min_deposit: coins(50_000_000),
            max_deposit_period: Span::from_secs(DAY.saturating_mul(2)),
            voting_period: Span::from_secs(DAY.saturating_mul(2)),
            expedited_voting_period: Span::from_secs(DAY),
            quorum: thousandths(334),
            threshold: thousandths(500),
            expedited_threshold: thousandths(667),
            veto_threshold: thousandths(334),
            min_initial_deposit_ratio: Dec::ZERO,
            proposal_cancel_ratio: thousandths(500),
            proposal_cancel_dest: None,
            burn_vote_quorum: false,
            burn_proposal_deposit_prevote: false,
            burn_vote_veto: true,
            min_deposit_ratio: thousandths(10),
        }
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let dest = &wire.proposal_cancel_dest;
        let dest = if dest.is_empty() { None } else { Some(dest.parse()?) };
        let params = Params {
            min_deposit: Coins::parse(wire.min_deposit.clone())?,
            expedited_min_deposit: Coins::parse(wire.expedited_min_deposit.clone())?,
            max_deposit_period: period("maximum deposit period", wire.max_deposit_period.as_ref())?,
            voting_period: period("voting period", wire.voting_period.as_ref())?,
            expedited_voting_period: period(
                "expedited voting period",
                wire.expedited_voting_period.as_ref(),
            )?,
            quorum: part("quorum", &wire.quorum)?,
            threshold: positive("vote threshold", &wire.threshold)?,
            expedited_threshold: positive("expedited vote threshold", &wire.expedited_threshold)?,
            veto_threshold: positive("veto threshold", &wire.veto_threshold)?,
            min_initial_deposit_ratio: part(
                "minimum initial deposit ratio",
                &wire.min_initial_deposit_ratio,
            )?,
            proposal_cancel_ratio: part("burn rate of cancel proposal", &wire.proposal_cancel_ratio)?,
            proposal_cancel_dest: dest,
            burn_vote_quorum: wire.burn_vote_quorum,
            burn_proposal_deposit_prevote: wire.burn_proposal_deposit_prevote,
            burn_vote_veto: wire.burn_vote_veto,
            min_deposit_ratio: part("minimum deposit ratio", &wire.min_deposit_ratio)?,
        };
        params.check_expedited()?;
        Ok(params)
    }

    fn check_expedited(&self) -> Result<()> {
        if at_least(&self.min_deposit, &self.expedited_min_deposit) {
            let text = format!(
                "expedited minimum deposit must be greater than minimum deposit: {}",
                self.expedited_min_deposit
            );
            return Err(Sdk::InvalidRequest(text).into());
        }
        if self.expedited_threshold <= self.threshold {
            let text = format!(
                "expedited vote threshold {}, must be greater than the regular threshold {}",
                self.expedited_threshold, self.threshold
            );
            return Err(Sdk::InvalidRequest(text).into());
        }
        if self.expedited_voting_period >= self.voting_period {
            let text = "expedited voting period must be strictly less than the regular voting period";
            return Err(Sdk::InvalidRequest(text.into()).into());
        }
        Ok(())
    }

    /// What starts a vote of either kind.
    pub(crate) fn deposit(&self, expedited: bool) -> &Coins {
        if expedited { &self.expedited_min_deposit } else { &self.min_deposit }
    }

    /// How long a vote of either kind is open.
    pub(crate) fn voting(&self, expedited: bool) -> Span {
        if expedited { self.expedited_voting_period } else { self.voting_period }
    }

    /// The wire form.
    pub(crate) fn wire(&self) -> pb::Params {
        pb::Params {
            min_deposit: self.min_deposit.wire(),
            expedited_min_deposit: self.expedited_min_deposit.wire(),
            max_deposit_period: Some(self.max_deposit_period.wire()),
            voting_period: Some(self.voting_period.wire()),
            expedited_voting_period: Some(self.expedited_voting_period.wire()),
            quorum: self.quorum.to_string(),
            threshold: self.threshold.to_string(),
            expedited_threshold: self.expedited_threshold.to_string(),
            veto_threshold: self.veto_threshold.to_string(),
            min_initial_deposit_ratio: self.min_initial_deposit_ratio.to_string(),
            proposal_cancel_ratio: self.proposal_cancel_ratio.to_string(),
            proposal_cancel_dest: self.proposal_cancel_dest.map_or_else(String::new, |to| to.to_string()),
            burn_vote_quorum: self.burn_vote_quorum,
            burn_proposal_deposit_prevote: self.burn_proposal_deposit_prevote,
            burn_vote_veto: self.burn_vote_veto,
            min_deposit_ratio: self.min_deposit_ratio.to_string(),
        }
    }
}

fn thousandths(count: u64) -> Dec {
    Dec::raw(u128::from(count).saturating_mul(1_000_000_000_000_000))
}

/// Whether each coin of `need` is there in full.
pub(crate) fn at_least(have: &Coins, need: &Coins) -> bool {
    need.iter().all(|coin| have.amount_of(&coin.denom) >= coin.amount)
}

fn period(name: &str, wire: Option<&Duration>) -> Result<Span> {
    let span = Span::from_wire(wire).filter(|span| *span > Span::ZERO);
    Ok(span.ok_or_else(|| Sdk::InvalidRequest(format!("{name} must be positive")))?)
}

/// At most 1. Empty is 0, as chains from before the field had it.
fn part(name: &str, text: &str) -> Result<Dec> {
    let part: Dec = if text.is_empty() { Ok(Dec::ZERO) } else { text.parse() }
        .map_err(|why| Sdk::InvalidRequest(format!("invalid {name} string: {why}")))?;
    if part > Dec::ONE {
        return Err(Sdk::InvalidRequest(format!("{name} too large: {part}")).into());
    }
    Ok(part)
}

fn positive(name: &str, text: &str) -> Result<Dec> {
    let part = part(name, text)?;
    if part.is_zero() {
        return Err(Sdk::InvalidRequest(format!("{name} must be positive: {part}")).into());
    }
    Ok(part)
}

impl Value for Params {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire())
    }

    fn decode(bytes: &[u8]) -> Result<Params, Fault> {
        let wire = value::decode_pb("gov params", bytes)?;
        Params::parse(&wire).map_err(|error| Fault::corrupt("gov params", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starting_parameters_are_those_of_cosmos_and_pass_their_own_check() {
        let start = Params::start(&Denom::known("ulaz"));
        assert_eq!(start.quorum, "0.334".parse().expect("a decimal"));
        assert_eq!(start.min_deposit_ratio, Dec::percent(1));
        assert_eq!(Params::parse(&start.wire()).expect("good"), start);
    }

    #[test]
    fn a_parameter_out_of_its_range_is_refused_by_name() {
        let start = Params::start(&Denom::known("ulaz")).wire();
        let cases = [
            (pb::Params { quorum: "1.1".into(), ..start.clone() }, "quorum too large"),
            (pb::Params { threshold: "0".into(), ..start.clone() }, "vote threshold must be positive"),
            (pb::Params { veto_threshold: "x".into(), ..start.clone() }, "invalid veto threshold string"),
            (pb::Params { expedited_threshold: "0.5".into(), ..start.clone() }, "regular threshold"),
            (pb::Params { voting_period: None, ..start.clone() }, "voting period must be positive"),
            (pb::Params { expedited_voting_period: start.voting_period, ..start.clone() }, "strictly less"),
            (
                pb::Params { expedited_min_deposit: start.min_deposit.clone(), ..start.clone() },
                "greater than",
            ),
            (pb::Params { min_deposit: Vec::new(), ..start.clone() }, "no coins"),
            (pb::Params { proposal_cancel_dest: "x".into(), ..start }, "bech32"),
        ];
        for (wire, words) in cases {
            let error = Params::parse(&wire).expect_err("refused").to_string();
            assert!(error.contains(words), "{error} has no {words}");
        }
    }
}

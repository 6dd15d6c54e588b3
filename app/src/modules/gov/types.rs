//! Proposals, deposits and votes.

use prost_types::{Any, Timestamp};
use proto::{
    address::Address,
    amount::Amount,
    coin::Coins,
    cosmos::gov::v1::{self as pb, ProposalStatus as Status, VoteOption},
    dec::{Dec, DecError},
};
use state::{Fault, Value, value};

use super::errors::Error;
use crate::{
    error::{Result, Sdk},
    time::Time,
};

/// Most characters of a proposal's title and metadata, and of a vote's metadata.
pub(crate) const MAX_METADATA: usize = 255;
/// Most characters of a proposal's summary.
pub(crate) const MAX_SUMMARY: usize = 10_200;

/// What was counted, in whole tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub yes: Amount,
    pub abstain: Amount,
    pub no: Amount,
    pub veto: Amount,
}

impl Counts {
    /// The wire form.
    pub(crate) fn wire(&self) -> pb::TallyResult {
        pb::TallyResult {
            yes_count: self.yes.to_string(),
            abstain_count: self.abstain.to_string(),
            no_count: self.no.to_string(),
            no_with_veto_count: self.veto.to_string(),
        }
    }

    /// From the wire.
    pub(crate) fn parse(wire: &pb::TallyResult) -> Result<Counts> {
        Ok(Counts {
            yes: wire.yes_count.parse()?,
            abstain: wire.abstain_count.parse()?,
            no: wire.no_count.parse()?,
            veto: wire.no_with_veto_count.parse()?,
        })
    }
}

/// When votes are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Voting {
    pub start: Time,
    pub end: Time,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// What is done if it passes; each is known to be a message of governance.
    pub messages: Vec<Any>,
    pub status: Status,
    /// The last count.
    pub counts: Counts,
    pub submitted: Time,
    /// How long it waits for deposits.
    pub deposit_end: Time,
    /// Of all depositors.
    pub deposit: Coins,
    /// Once the deposits sufficed.
    pub voting: Option<Voting>,
    pub metadata: String,
    pub title: String,
    pub summary: String,
    pub proposer: Address,
    pub expedited: bool,
    /// Why it did not pass, or which message failed with which code.
    pub failed_reason: String,
}

impl Proposal {
    /// Whether it takes deposits at that time: it waits for them, or its vote has not ended.
    pub(crate) fn is_open(&self, now: Time) -> bool {
        match self.status {
            Status::DepositPeriod => true,
            Status::VotingPeriod => !self.is_over(now),
            _ => false,
        }
    }

    /// Whether its vote ended before that time. The block that its end falls into still counts votes.
    pub(crate) fn is_over(&self, now: Time) -> bool {
        self.voting.is_some_and(|voting| voting.end < now)
    }

    /// The wire form.
    pub(crate) fn wire(&self, id: u64) -> pb::Proposal {
        pb::Proposal {
            id,
            messages: self.messages.clone(),
            status: self.status.into(),
            final_tally_result: Some(self.counts.wire()),
            submit_time: Some(self.submitted.wire()),
            deposit_end_time: Some(self.deposit_end.wire()),
            total_deposit: self.deposit.wire(),
            voting_start_time: self.voting.map(|voting| voting.start.wire()),
            voting_end_time: self.voting.map(|voting| voting.end.wire()),
            metadata: self.metadata.clone(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            proposer: self.proposer.to_string(),
            expedited: self.expedited,
            failed_reason: self.failed_reason.clone(),
        }
    }

    /// From the wire.
    pub(crate) fn parse(wire: pb::Proposal) -> Result<Proposal> {
        let need = |time: Option<Timestamp>, field: &str| {
            let time = time.as_ref().map(Time::from_wire);
            time.ok_or_else(|| Sdk::InvalidRequest(format!("proposal {}: {field} is missing", wire.id)))
        };
        let status = wire.status();
        let voting = match (wire.voting_start_time, wire.voting_end_time) {
            (Some(start), Some(end)) => {
                Some(Voting { start: Time::from_wire(&start), end: Time::from_wire(&end) })
            }
            _ => None,
        };
        if status == Status::VotingPeriod && voting.is_none() {
            return Err(Sdk::InvalidRequest(format!("proposal {} is voted on at no time", wire.id)).into());
        }
        Ok(Proposal {
            status,
            counts: wire.final_tally_result.as_ref().map_or(Ok(Counts::default()), Counts::parse)?,
            submitted: need(wire.submit_time, "submit_time")?,
            deposit_end: need(wire.deposit_end_time, "deposit_end_time")?,
            deposit: Coins::parse_any(wire.total_deposit)?,
            voting,
            proposer: wire.proposer.parse()?,
            messages: wire.messages,
            metadata: wire.metadata,
            title: wire.title,
            summary: wire.summary,
            expedited: wire.expedited,
            failed_reason: wire.failed_reason,
        })
    }
}

impl Value for Proposal {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&self.wire(0))
    }

    fn decode(bytes: &[u8]) -> Result<Proposal, Fault> {
        let wire = value::decode_pb("proposal", bytes)?;
        Proposal::parse(wire).map_err(|error| Fault::corrupt("proposal", error))
    }
}

/// What one account has deposited on one proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deposited(pub Coins);

impl Deposited {
    /// The wire form.
    pub(crate) fn wire(&self, proposal_id: u64, depositor: &Address) -> pb::Deposit {
        pb::Deposit { proposal_id, depositor: depositor.to_string(), amount: self.0.wire() }
    }
}

impl Value for Deposited {
    fn encode(&self) -> Vec<u8> {
        value::encode_pb(&pb::Deposit { amount: self.0.wire(), ..Default::default() })
    }

    fn decode(bytes: &[u8]) -> Result<Deposited, Fault> {
        let wire: pb::Deposit = value::decode_pb("deposit", bytes)?;
        Coins::parse_any(wire.amount).map(Deposited).map_err(|error| Fault::corrupt("deposit", error))
    }
}

/// A vote: options, each once, with weights that sum to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ballot {
    options: Vec<(VoteOption, Dec)>,
    metadata: String,
}

impl Ballot {
    /// All for one option.
    pub(crate) fn whole(option: i32, metadata: String) -> Result<Ballot> {
        Ballot::split([(option, Ok::<_, DecError>(Dec::ONE))], metadata)
    }

    /// Shared among options.
    pub(crate) fn split<E: std::fmt::Display>(
        options: impl IntoIterator<Item = (i32, Result<Dec, E>)>,
        metadata: String,
    ) -> Result<Ballot> {
        if metadata.len() > MAX_METADATA {
            return Err(Error::MetadataTooLong(metadata.len()).into());
        }
        let (mut sum, mut parsed) = (Dec::ZERO, Vec::new());
        for (option, weight) in options {
            let invalid = |text: String| Error::InvalidVote(text);
            let option =
                VoteOption::try_from(option).ok().filter(|option| *option != VoteOption::Unspecified);
            let option = option.ok_or_else(|| invalid("not one of the four".into()))?;
            let weight = weight.map_err(|why| invalid(format!("invalid weight: {why}")))?;
            if weight.is_zero() || weight > Dec::ONE {
                return Err(invalid(format!("{}={weight}", option.as_str_name())).into());
            }
            if parsed.iter().any(|(seen, _)| *seen == option) {
                return Err(invalid("duplicated vote option".into()).into());
            }
            sum = sum.plus(weight)?;
            parsed.push((option, weight));
        }
        if parsed.is_empty() {
            return Err(Sdk::InvalidRequest("no vote options".into()).into());
        }
        match sum.cmp(&Dec::ONE) {
            std::cmp::Ordering::Greater => {
                Err(Error::InvalidVote("total weight overflow 1.00".into()).into())
            }
            std::cmp::Ordering::Less => Err(Error::InvalidVote("total weight lower than 1.00".into()).into()),
            std::cmp::Ordering::Equal => Ok(Ballot { options: parsed, metadata }),
        }
    }

    /// What it says, and how much of it.
    pub(crate) fn options(&self) -> &[(VoteOption, Dec)] {
        &self.options
    }

    /// The wire form.
    pub(crate) fn wire(&self, proposal_id: u64, voter: &Address) -> pb::Vote {
        pb::Vote {
            proposal_id,
            voter: voter.to_string(),
            options: self.wire_options(),
            metadata: self.metadata.clone(),
        }
    }

    /// The options in the wire form.
    pub(crate) fn wire_options(&self) -> Vec<pb::WeightedVoteOption> {
        let option = |(option, weight): &(VoteOption, Dec)| pb::WeightedVoteOption {
            option: (*option).into(),
            weight: weight.to_string(),
        };
        self.options.iter().map(option).collect()
    }

    /// From the wire.
    pub(crate) fn parse(wire: pb::Vote) -> Result<Ballot> {
        let options = wire.options.iter().map(|option| (option.option, option.weight.parse::<Dec>()));
        Ballot::split(options, wire.metadata)
    }
}

/// As Cosmos writes options into its events: JSON.
impl std::fmt::Display for Ballot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = |(option, weight): &(VoteOption, Dec)| {
            format!(r#"{{"option":{},"weight":"{weight}"}}"#, i32::from(*option))
        };
        write!(f, "[{}]", self.options.iter().map(one).collect::<Vec<_>>().join(","))
    }
}

impl Value for Ballot {
    fn encode(&self) -> Vec<u8> {
        let (options, metadata) = (self.wire_options(), self.metadata.clone());
        value::encode_pb(&pb::Vote { options, metadata, ..Default::default() })
    }

    fn decode(bytes: &[u8]) -> Result<Ballot, Fault> {
        let wire = value::decode_pb("vote", bytes)?;
        Ballot::parse(wire).map_err(|error| Fault::corrupt("vote", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(options: &[(i32, &str)]) -> Result<Ballot> {
        Ballot::split(options.iter().map(|(option, weight)| (*option, weight.parse::<Dec>())), String::new())
    }

    #[test]
    fn a_vote_names_each_option_once_and_its_weights_sum_to_one() {
        let good = split(&[(1, "0.7"), (3, "0.3")]).expect("a vote");
        let text =
            r#"[{"option":1,"weight":"0.700000000000000000"},{"option":3,"weight":"0.300000000000000000"}]"#;
        assert_eq!(good.to_string(), text);
        assert_eq!(Ballot::decode(&good.encode()).expect("decodes"), good);
        let cases: [(&[(i32, &str)], &str); 7] = [
            (&[], "no vote options"),
            (&[(0, "1")], "invalid vote option"),
            (&[(5, "1")], "invalid vote option"),
            (&[(1, "0.5"), (1, "0.5")], "duplicated vote option"),
            (&[(1, "0.5")], "lower than 1.00"),
            (&[(1, "0.9"), (2, "0.9")], "overflow 1.00"),
            (&[(1, "1"), (2, "0")], "VOTE_OPTION_ABSTAIN"),
        ];
        for (options, words) in cases {
            let error = split(options).expect_err("refused").to_string();
            assert!(error.contains(words), "{error} has no {words}");
        }
    }
}

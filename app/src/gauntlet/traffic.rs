//! Seeded random traffic over all modules: people who pay, stake, vote, err and cheat, validators who sleep and sign
//! twice, time that jumps.

use std::collections::BTreeMap;

use prost_types::Any;
use serde_json::{Value as Json, json};

use super::{
    Dice, coin,
    samples::{Cast, names, sample},
};
use crate::testkit::{Odd, TestChain, distribution_params, genesis};

pub(crate) const PEOPLE: [&str; 6] = ["ada", "bob", "eve", "vic", "val", "cyd"];
const VALIDATORS: [&str; 3] = ["vic", "val", "cyd"];

/// A genesis in which everything can happen within a few blocks.
pub(crate) fn world() -> Json {
    let balances = PEOPLE.map(|name| (name, 50_000_000));
    let mut state = genesis(&balances, &[("vic", 4_000_000), ("val", 3_000_000), ("cyd", 2_000_000)]);
    state["staking"]["params"] = json!({
        "unbonding_time": "30s", "max_validators": 3, "max_entries": 4, "historical_entries": 0,
        "bond_denom": "ulaz", "min_commission_rate": "0",
    });
    state["slashing"] = json!({"params": {
        "signed_blocks_window": "4", "min_signed_per_window": "0.5", "downtime_jail_duration": "5s",
        "slash_fraction_double_sign": "0.07", "slash_fraction_downtime": "0.013",
    }});
    state["distribution"]["params"] = distribution_params("0.02");
    state["mint"] = json!({"params": {
        "mint_denom": "ulaz", "inflation_rate_change": "0.13", "inflation_max": "0.2", "inflation_min": "0.07",
        "goal_bonded": "0.67", "blocks_per_year": "1000",
    }});
    state["gov"] = json!({"params": {
        "min_deposit": [{"denom": "ulaz", "amount": "1000"}],
        "expedited_min_deposit": [{"denom": "ulaz", "amount": "5000"}],
        "max_deposit_period": "20s", "voting_period": "10s", "expedited_voting_period": "5s",
        "quorum": "0.334", "threshold": "0.5", "expedited_threshold": "0.667", "veto_threshold": "0.334",
        "min_initial_deposit_ratio": "0", "proposal_cancel_ratio": "0.5", "min_deposit_ratio": "0.1",
        "burn_vote_veto": true,
    }});
    state
}

/// The chain of that genesis.
pub(crate) fn chain() -> TestChain {
    TestChain::with_genesis(&PEOPLE, world())
}

/// Where traffic comes from.
pub(crate) struct Traffic {
    pub(crate) dice: Dice,
    names: Vec<String>,
    /// Validators that sleep until somebody wakes them.
    asleep: Option<&'static str>,
}

impl Traffic {
    pub(crate) fn new(seed: u64) -> Traffic {
        Traffic { dice: Dice::new(seed), names: names(), asleep: None }
    }

    /// What the next block of `chain` holds. Who sleeps, who is accused and how late it is, the chain knows.
    pub(crate) fn block(&mut self, chain: &mut TestChain) -> Vec<Vec<u8>> {
        self.engine(chain);
        let mut used = BTreeMap::new();
        let count = self.dice.below(9);
        (0..count).map(|_| self.tx(chain, &mut used)).collect()
    }

    fn engine(&mut self, chain: &mut TestChain) {
        if self.dice.one_in(3)
            && let Some(asleep) = self.asleep.take()
        {
            chain.signs(asleep, true);
        }
        match self.dice.below(16) {
            0 if self.asleep.is_none() => {
                let validator = *self.dice.pick(&VALIDATORS);
                chain.signs(validator, false);
                self.asleep = Some(validator);
            }
            1 if chain.height > 30 => {
                // one seat only is ever lost for good, so that somebody is left to sign
                chain.accuse("cyd", chain.height.saturating_sub(self.dice.below(6)).max(2), 2);
            }
            2 | 3 => chain.skip_secs(self.dice.below(25)),
            4 => chain.skip_secs(4_000),
            _ => {}
        }
    }

    fn tx(&mut self, chain: &TestChain, used: &mut BTreeMap<&'static str, u64>) -> Vec<u8> {
        if self.dice.one_in(25) {
            let length = self.dice.below(300);
            return self.dice.bytes(length);
        }
        let who = *self.dice.pick(&PEOPLE);
        let count = if self.dice.one_in(5) { 3 } else { 1 };
        let messages: Vec<Any> = (0..count).map(|_| self.message(chain, who)).collect();
        let next = chain.sequence(who) + used.get(who).copied().unwrap_or(0);
        let mut odd = Odd { sequence: Some(next), gas: Some(200_000), ..Odd::default() };
        let mut passes = true;
        match self.dice.below(30) {
            0 => (odd.sequence, passes) = (Some(next + 1), false),
            1 => (odd.gas, passes) = (Some(20_000), false),
            2 => (odd.fee, passes) = (Some(("uother", 3)), false),
            3 => (odd.timeout_height, passes) = (1, false),
            4 => (odd.chain_id, passes) = (Some("elsewhere-1"), false),
            5 => odd.fee = Some(("ulaz", 0)),
            6..10 => odd.amino = true,
            _ => {}
        }
        if passes {
            *used.entry(who).or_default() += 1;
        }
        chain.sign(who, messages, &odd)
    }

    fn message(&mut self, chain: &TestChain, who: &'static str) -> Any {
        // what people do most, and now and then anything at all
        const USUAL: [&str; 12] = [
            "cosmos.bank.v1beta1.MsgSend",
            "cosmos.staking.v1beta1.MsgDelegate",
            "cosmos.staking.v1beta1.MsgDelegate",
            "cosmos.staking.v1beta1.MsgUndelegate",
            "cosmos.staking.v1beta1.MsgBeginRedelegate",
            "cosmos.staking.v1beta1.MsgCancelUnbondingDelegation",
            "cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward",
            "cosmos.slashing.v1beta1.MsgUnjail",
            "cosmos.gov.v1.MsgSubmitProposal",
            "cosmos.gov.v1.MsgDeposit",
            "cosmos.gov.v1.MsgVote",
            "cosmos.gov.v1.MsgVoteWeighted",
        ];
        let name = match self.dice.below(3) {
            0 => self.dice.pick(&self.names).clone(),
            _ => (*self.dice.pick(&USUAL)).to_owned(),
        };
        let amount = match self.dice.below(6) {
            0 => 1 + self.dice.below(5),
            1 => 60_000_000,
            2 => 0,
            _ => 1_000 + self.dice.below(900_000),
        };
        let ids = 1 + chain.height / 8;
        let other = *self.dice.pick(&PEOPLE);
        let validators = [*self.dice.pick(&VALIDATORS), *self.dice.pick(&VALIDATORS)];
        let cast = Cast {
            who,
            other,
            validators,
            amount,
            id: 1 + self.dice.below(ids),
            height: chain.height.saturating_sub(self.dice.below(8)),
        };
        sample(chain, &name, &cast)
    }
}

/// A payment of an amount as it is spelled.
pub(crate) fn pay(from: &str, to: &str, denom: &str, amount: &str) -> Any {
    let (from, to) = (super::samples::account(from).to_string(), super::samples::account(to).to_string());
    let amount = vec![coin(denom, amount)];
    crate::testkit::any(&proto::cosmos::bank::v1beta1::MsgSend { from_address: from, to_address: to, amount })
}

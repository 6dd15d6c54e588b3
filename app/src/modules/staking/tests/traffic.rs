//! Any stake traffic keeps the invariants, which the test chain runs after each block.

use proptest::prelude::*;
use serde_json::json;

use super::{cancel, delegate, redelegate, undelegate};
use crate::testkit::{TestChain, any, distribution_params, genesis};

const PEOPLE: [&str; 5] = ["ada", "bob", "vic", "val", "cyd"];
const VALIDATORS: [&str; 3] = ["vic", "val", "cyd"];

#[derive(Clone, Debug)]
enum Step {
    Delegate(usize, usize, u64),
    Undelegate(usize, usize, u64),
    Redelegate(usize, usize, usize, u64),
    Cancel(usize, usize, u64, u64),
    Accuse(usize, u64),
    Sleep(usize),
    Wake(usize),
    Unjail(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (who, on) = (0..PEOPLE.len(), 0..VALIDATORS.len());
    let amount = prop_oneof![1_u64..10, 1_000_000_u64..4_000_000];
    prop_oneof![
        4 => (who.clone(), on.clone(), amount.clone()).prop_map(|(a, b, c)| Step::Delegate(a, b, c)),
        4 => (who.clone(), on.clone(), amount.clone()).prop_map(|(a, b, c)| Step::Undelegate(a, b, c)),
        3 => (who.clone(), on.clone(), on.clone(), amount.clone())
            .prop_map(|(a, b, c, d)| Step::Redelegate(a, b, c, d)),
        1 => (who, on.clone(), amount, 1_u64..6).prop_map(|(a, b, c, d)| Step::Cancel(a, b, c, d)),
        1 => (on.clone(), 1_u64..6).prop_map(|(a, b)| Step::Accuse(a, b)),
        1 => on.clone().prop_map(Step::Sleep),
        1 => on.clone().prop_map(Step::Wake),
        1 => on.prop_map(Step::Unjail),
        2 => (1_u64..60).prop_map(Step::Wait),
    ]
}

fn chain() -> TestChain {
    let balances = PEOPLE.map(|name| (name, 50_000_000));
    let mut state = genesis(&balances, &[("vic", 4_000_000), ("val", 3_000_000), ("cyd", 2_000_000)]);
    state["staking"]["params"] = json!({
        "unbonding_time": "50s", "max_validators": 2, "max_entries": 3, "historical_entries": 0,
        "bond_denom": "ulaz", "min_commission_rate": "0",
    });
    state["slashing"] = json!({"params": {
        "signed_blocks_window": "3", "min_signed_per_window": "0.5", "downtime_jail_duration": "5s",
        "slash_fraction_double_sign": "0.37", "slash_fraction_downtime": "0.013",
    }});
    // rewards flow, so that what is owed to each staker is checked after every step, too
    state["distribution"]["params"] = distribution_params("0.02");
    state["mint"] = json!({"params": {
        "mint_denom": "ulaz", "inflation_rate_change": "0.13", "inflation_max": "0.2", "inflation_min": "0.07",
        "goal_bonded": "0.67", "blocks_per_year": "1000",
    }});
    TestChain::with_genesis(&PEOPLE, state)
}

/// Most steps are refused or succeed depending on those before; neither may break anything.
fn take(chain: &mut TestChain, step: &Step) {
    let run = |chain: &mut TestChain, who: usize, message| drop(chain.run(PEOPLE[who], vec![message]));
    match *step {
        Step::Delegate(who, on, amount) => {
            run(chain, who, delegate(PEOPLE[who], VALIDATORS[on], amount));
        }
        Step::Undelegate(who, on, amount) => {
            run(chain, who, undelegate(PEOPLE[who], VALIDATORS[on], amount));
        }
        Step::Redelegate(who, from, to, amount) => {
            run(chain, who, redelegate(PEOPLE[who], VALIDATORS[from], VALIDATORS[to], amount));
        }
        Step::Cancel(who, on, amount, ago) => {
            let height = chain.height.saturating_sub(ago).max(1);
            run(chain, who, cancel(PEOPLE[who], VALIDATORS[on], amount, height));
        }
        Step::Accuse(on, ago) => {
            chain.accuse(VALIDATORS[on], chain.height.saturating_sub(ago).max(1), 3);
            chain.blocks(1);
        }
        Step::Sleep(on) => {
            chain.signs(VALIDATORS[on], false);
            chain.blocks(4);
        }
        Step::Wake(on) => chain.signs(VALIDATORS[on], true),
        Step::Unjail(on) => {
            let validator_addr = crate::testkit::address(VALIDATORS[on]).operator().to_string();
            let message = any(&proto::cosmos::slashing::v1beta1::MsgUnjail { validator_addr });
            drop(chain.run(VALIDATORS[on], vec![message]));
        }
        Step::Wait(secs) => {
            chain.skip_secs(secs);
            chain.blocks(1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 60, ..ProptestConfig::default() })]

    /// G34.
    #[test]
    fn any_traffic_keeps_the_invariants_and_survives_an_export(steps in prop::collection::vec(step(), 20..60)) {
        let mut chain = chain();
        steps.iter().for_each(|step| take(&mut chain, step));
        let exported = chain.export();
        let mut again = TestChain::with_genesis(&PEOPLE, exported);
        again.skip_secs(10_000);
        again.blocks(2);
    }
}

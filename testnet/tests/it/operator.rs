//! An operator's life on a network of four validators over real CometBFT, through the command line only: a fifth node
//! joins by block sync, becomes a validator, is stopped, jailed and comes back; delegations, rewards, a proposal; a sixth
//! node joins by state sync.

use serde_json::{Value as Json, json};

use crate::common::{Net, VALIDATORS, number};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/operator.toml");

/// The questions and steps of this test, in words.
struct Operator {
    net: Net,
}

impl Operator {
    fn validator(&self, operator: &str) -> Json {
        self.net.q(&format!("staking validator {operator}"))["validator"].clone()
    }

    fn delegated(&self, who: &str, to: &str) -> u128 {
        number(
            &self.net.q(&format!("staking delegation {who} {to}"))["delegation_response"]["balance"]["amount"],
        )
    }

    fn votes_in_consensus(&self, node: &str) -> u128 {
        number(&self.net.status(node)["validator_info"]["voting_power"])
    }

    /// Waits until a validator is bonded and its node knows that it votes.
    fn until_bonded(&self, node: &str, operator: &str) {
        self.net.until(&format!("{node} is a bonded validator"), || {
            let validator = self.validator(operator);
            let bonded = validator["status"] == "BOND_STATUS_BONDED" && validator["jailed"] != true;
            (bonded && self.votes_in_consensus(node) > 0).then_some(())
        });
    }
}

#[test]
fn a_fifth_node_lives_an_operators_life_and_a_sixth_joins_by_state_sync() {
    let op = Operator { net: Net::new() };
    let net = &op.net;
    net.testnet(&format!("up {MANIFEST}"));
    net.testnet("join fifth");
    net.running.borrow_mut().push("fifth");
    let sync = net.status("fifth")["sync_info"].clone();
    assert_eq!(number(&sync["earliest_block_height"]), 1, "it has every block: {sync}");

    let (faucet, fifth) = becomes_a_validator(&op);
    let proposal = is_proposed(&op);
    stake_moves(&op, &faucet, &fifth);
    rewards_are_withdrawn(&op, &faucet, &fifth);
    passes(&op, &proposal);
    is_jailed_and_comes_back(&op, &fifth);
    joins_by_state_sync(&op);

    net.testnet("status");
    net.testnet("down");
    for node in VALIDATORS.iter().chain(&["fifth", "sixth"]) {
        let holds = net.said(node, "debug invariants");
        net.say(format!("{node}: {}", holds.lines().next().unwrap_or_default()));
    }
}

/// Returns the faucet's address and the new validator's.
fn becomes_a_validator(op: &Operator) -> (String, String) {
    let net = &op.net;
    net.said("fifth", "keys add fifth");
    let (faucet, account) = (op.net.address("node0", "faucet"), op.net.address("fifth", "fifth"));
    op.net.tx("node0", &format!("bank send faucet {account} 1000000000ulaz"));
    let key: Json = serde_json::from_str(&net.said("fifth", "comet show-validator")).unwrap();
    let validator = json!({
        "pubkey": key, "amount": "200000000ulaz", "moniker": "fifth", "commission-rate": "0.1",
        "commission-max-rate": "0.2", "commission-max-change-rate": "0.01", "min-self-delegation": "1",
    });
    let file = net.file("validator.json", &validator);
    net.tx("fifth", &format!("staking create-validator {file} --from fifth"));
    let fifth = op.net.operator("fifth", "fifth");
    op.until_bonded("fifth", &fifth);
    assert_eq!(op.votes_in_consensus("fifth"), 200);
    (faucet, fifth)
}

/// A proposal to change a parameter, with everybody's vote; returns its id.
fn is_proposed(op: &Operator) -> String {
    let net = &op.net;
    let mut params = op.net.q("staking params")["params"].clone();
    assert_eq!(params["max_entries"], 7);
    params["max_entries"] = json!(9);
    let deposit = op.net.q("gov params")["params"]["min_deposit"][0].clone();
    let deposit = format!("{}{}", deposit["amount"].as_str().unwrap(), deposit["denom"].as_str().unwrap());
    let authority = op.net.q("auth module-account gov")["account"].clone();
    let authority = authority["base_account"]["address"].as_str().or(authority["value"]["address"].as_str());
    let proposal = json!({
        "messages": [{
            "@type": "/cosmos.staking.v1beta1.MsgUpdateParams",
            "authority": authority.expect("gov has an account"),
            "params": params,
        }],
        "deposit": deposit,
        "title": "More entries",
        "summary": "Nine unbondings at once instead of seven",
    });
    let file = net.file("proposal.json", &proposal);
    net.tx("node0", &format!("gov submit-proposal {file} --from faucet"));
    let listed = op.net.q("gov proposals");
    let id = listed["proposals"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["proposals"][0]["status"], "PROPOSAL_STATUS_VOTING_PERIOD");
    for node in VALIDATORS {
        op.net.tx(node, &format!("gov vote {id} yes --from {node}"));
    }
    op.net.tx("fifth", &format!("gov vote {id} no --from fifth"));
    id
}

fn passes(op: &Operator, id: &str) {
    op.net.until("the proposal has passed", || {
        let status = op.net.q(&format!("gov proposal {id}"))["proposal"]["status"].clone();
        let under_way = status == "PROPOSAL_STATUS_VOTING_PERIOD";
        assert!(under_way || status == "PROPOSAL_STATUS_PASSED", "{status}");
        (!under_way).then_some(())
    });
    assert_eq!(op.net.q("staking params")["params"]["max_entries"], 9);
}

fn stake_moves(op: &Operator, faucet: &str, fifth: &str) {
    let node0 = op.net.operator("node0", "node0");
    op.net.tx("node0", &format!("staking delegate {fifth} 300000000ulaz --from faucet"));
    assert_eq!(op.delegated(faucet, fifth), 300_000_000);
    op.net.tx("node0", &format!("staking redelegate {fifth} {node0} 100000000ulaz --from faucet"));
    assert_eq!((op.delegated(faucet, fifth), op.delegated(faucet, &node0)), (200_000_000, 100_000_000));
    op.net.tx("node0", &format!("staking unbond {fifth} 50000000ulaz --from faucet"));
    assert_eq!(op.delegated(faucet, fifth), 150_000_000);
    let unbonding = op.net.q(&format!("staking unbonding-delegations {faucet}"));
    assert_eq!(unbonding["unbonding_responses"][0]["entries"][0]["balance"], "50000000");
    let before = op.net.balance(faucet);
    op.net.until("the undelegated stake is free", || {
        let left =
            op.net.q(&format!("staking unbonding-delegations {faucet}"))["unbonding_responses"].clone();
        left.as_array().is_none_or(Vec::is_empty).then_some(())
    });
    assert_eq!(op.net.balance(faucet), before + 50_000_000);
    // another node of the network sees the same
    let seen = op.net.json("node3", &format!("q staking delegation {faucet} {fifth}"));
    assert_eq!(number(&seen["delegation_response"]["balance"]["amount"]), 150_000_000);
    op.net.until("the fifth's power is what is bonded to it", || {
        (op.votes_in_consensus("fifth") == 350).then_some(())
    });
}

fn rewards_are_withdrawn(op: &Operator, faucet: &str, fifth: &str) {
    op.net.until("delegators and the fifth have rewards", || {
        let total = op.net.q(&format!("distribution rewards {faucet}"))["total"].clone();
        let commission = op.net.q(&format!("distribution commission {fifth}"))["commission"].clone();
        let some = |list: &Json| list.as_array().is_some_and(|list| !list.is_empty());
        (some(&total) && some(&commission["commission"])).then_some(())
    });
    let withdrawn = |done: &Json, kind: &str| -> u128 {
        let events = done["events"].as_array().unwrap().iter().filter(|event| event["type"] == kind);
        let attributes = events.flat_map(|event| event["attributes"].as_array().unwrap().clone());
        let amounts = attributes.filter(|attribute| attribute["key"] == "amount");
        let units = |text: &str| text.trim_end_matches("ulaz").parse().unwrap_or(0_u128);
        amounts.map(|attribute| units(attribute["value"].as_str().unwrap())).sum()
    };
    let fee = |done: &Json| number(&done["tx"]["auth_info"]["fee"]["amount"][0]["amount"]);
    let before = op.net.balance(faucet);
    let done = op.net.tx("node0", "distribution withdraw-all-rewards --from faucet");
    let got = withdrawn(&done, "withdraw_rewards");
    assert!(got > 0, "{done}");
    assert_eq!(op.net.balance(faucet), before + got - fee(&done));
    let account = op.net.address("fifth", "fifth");
    let before = op.net.balance(&account);
    let done =
        op.net.tx("fifth", &format!("distribution withdraw-rewards {fifth} --commission --from fifth"));
    let commission = withdrawn(&done, "withdraw_commission");
    assert!(commission > 0, "{done}");
    let got = commission + withdrawn(&done, "withdraw_rewards");
    assert_eq!(op.net.balance(&account), before + got - fee(&done));
}

fn is_jailed_and_comes_back(op: &Operator, fifth: &str) {
    let net = &op.net;
    let consensus = net.said("fifth", "comet show-address");
    let before = number(&op.validator(fifth)["tokens"]);
    net.testnet("stop fifth");
    net.running.borrow_mut().retain(|node| *node != "fifth");
    let jailed = net.until("the fifth is jailed for its absence", || {
        let validator = op.validator(fifth);
        (validator["jailed"] == true).then_some(validator)
    });
    assert_ne!(jailed["status"], "BOND_STATUS_BONDED");
    let after = number(&jailed["tokens"]);
    assert_eq!(after, before - before / 100, "one in a hundred is slashed");
    let info = op.net.q(&format!("slashing signing-info {consensus}"))["val_signing_info"].clone();
    assert_ne!(info["tombstoned"], true, "{info}");
    net.testnet("start fifth");
    net.running.borrow_mut().push("fifth");
    net.until("the term is over and the fifth is unjailed", || {
        let out = net.lazd("fifth", "tx slashing unjail --from fifth --gas auto --wait=120 -y -o json");
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(out.status.success() || error.contains("still jailed"), "{error}");
        out.status.success().then_some(())
    });
    op.until_bonded("fifth", fifth);
    assert_eq!(number(&op.validator(fifth)["tokens"]), after);
    // it votes again: the window fills with its signatures
    let counted = |info: &Json| number(&info["index_offset"]);
    let missed = |info: &Json| info["missed_blocks_counter"].as_str().map_or(0, |text| text.parse().unwrap());
    let look = || op.net.q(&format!("slashing signing-info {consensus}"))["val_signing_info"].clone();
    let info = net.until("twenty blocks count for it", || Some(look()).filter(|info| counted(info) >= 20));
    assert!(missed(&info) <= 10_u128 && op.validator(fifth)["jailed"] != true, "{info}");
}

fn joins_by_state_sync(op: &Operator) {
    let net = &op.net;
    net.testnet("join sixth --state-sync");
    net.running.borrow_mut().push("sixth");
    let sync = net.status("sixth")["sync_info"].clone();
    assert!(number(&sync["earliest_block_height"]) > 10, "it executed every block: {sync}");
    net.said("sixth", "keys add sixth");
    let sixth = op.net.address("sixth", "sixth");
    op.net.tx("node0", &format!("bank send faucet {sixth} 7000000ulaz"));
    let seen = net.json("sixth", &format!("q bank balance {sixth} ulaz"));
    assert_eq!(seen["balance"]["amount"], "7000000");
    // and it takes transactions
    let faucet = op.net.address("node0", "faucet");
    op.net.tx("sixth", &format!("bank send sixth {faucet} 1000000ulaz"));
    net.testnet("stop sixth");
    net.testnet("start sixth");
    let params = net.json("sixth", "q staking params");
    assert_eq!(params["params"]["max_entries"], 9, "it has what governance decided before it came");
}

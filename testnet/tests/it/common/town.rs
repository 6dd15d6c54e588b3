//! People with an iDAO, and validators with a Quorum, on a network of four.

use std::fs;

use serde_json::{Value as Json, json};

use super::{Net, VALIDATORS, number};

pub(crate) const PEOPLE: [&str; 7] = ["ada", "ben", "cleo", "dan", "pat", "chad", "mallory"];
/// What everybody starts with: a thousand LAZ.
pub(crate) const START: u128 = 1_000_000_000;
/// Value at risk of every update: a hundred LAZ.
pub(crate) const AT_RISK: u128 = 100_000_000;
/// What the four seats' reserve is: a third of it, since three accept.
pub(crate) const RESERVE: u128 = 33_333_334;
/// Units of each voucher, at 3 ulaz.
pub(crate) const UNITS: u128 = 100_000;

/// The fee that a transaction paid.
pub(crate) fn fee(done: &Json) -> u128 {
    number(&done["tx"]["auth_info"]["fee"]["amount"][0]["amount"])
}

/// People and validators; every person's key is in the first node's home.
pub(crate) struct Town {
    pub(crate) net: Net,
}

impl Town {
    /// Makes the network, everybody's keys and coins, the Quorum and the iDAO.
    pub(crate) fn begin(manifest: &str) -> Town {
        Town::with_windows(manifest, 40)
    }

    /// The same, with so many blocks for each of keys, commits and reveals: a phase is over before if all are done.
    pub(crate) fn with_windows(manifest: &str, blocks: u32) -> Town {
        let town = Town { net: Net::new() };
        town.net.testnet(&format!("up {manifest}"));
        let addresses = PEOPLE.map(|name| {
            town.net.said("node0", &format!("keys add {name}"));
            town.net.address("node0", name)
        });
        town.net.tx("node0", &format!("bank multi-send faucet {} {START}ulaz", addresses.join(" ")));
        assert_eq!(town.of("ada"), START);
        validators_pledge(&town, blocks);
        an_idao_forms(&town);
        town
    }

    /// Stops the network and asks every node's state whether all holds that must.
    pub(crate) fn ends(&self) {
        let holds = self.net.said("node0", "debug invariants");
        self.net.say(format!("node0, which runs: {}", holds.lines().next().unwrap_or_default()));
        self.net.testnet("down");
        for node in VALIDATORS {
            let holds = self.net.said(node, "debug invariants");
            self.net.say(format!("{node}: {}", holds.lines().next().unwrap_or_default()));
        }
    }

    pub(crate) fn tx(&self, who: &str, line: &str) -> Json {
        self.net.tx("node0", &format!("{line} --from {who}"))
    }

    pub(crate) fn of(&self, who: &str) -> u128 {
        self.net.balance(&self.net.address("node0", who))
    }

    pub(crate) fn task(&self, id: u64) -> Json {
        self.net.q(&format!("vsc task {id}"))["task"].clone()
    }

    pub(crate) fn until_task(&self, id: u64, status: &str) -> Json {
        self.net.until(&format!("task-{id} is {status}"), || {
            let task = self.task(id);
            (task["status"] == format!("TASK_STATUS_{status}")).then_some(task)
        })
    }

    /// Waits for the next block and says when it was.
    pub(crate) fn block_time(&self) -> String {
        self.net.status("node0")["sync_info"]["latest_block_time"].as_str().unwrap().to_owned()
    }

    /// The turn of an epoch and the queues' work after it.
    pub(crate) fn next_epoch(&self) {
        let epoch = || self.net.q("scheduler epoch")["epoch"].clone();
        let before = epoch();
        self.net.until("the epoch has turned", || (epoch() != before).then_some(()));
    }

    /// Ada's iDAO votes on messages, and they are run.
    pub(crate) fn decides(&self, title: &str, messages: &[Json]) {
        let files: Vec<String> = (0..)
            .zip(messages)
            .map(|(place, message)| self.net.file(&format!("{title}-{place}.json"), message))
            .collect();
        self.tx("ada", &format!("idao propose 1 {title} {}", files.join(" ")));
        let listed = self.net.q("idao proposals 1")["proposals"].clone();
        let id = listed.as_array().unwrap().iter().map(|proposal| number(&proposal["id"])).max().unwrap();
        self.tx("ada", &format!("idao vote {id} yes"));
        self.net.until(&format!("proposal {id} can be executed"), || {
            let proposal = self.net.q(&format!("idao proposal {id}"))["proposal"].clone();
            let from = proposal["executable_from"].as_str().unwrap_or("9").to_owned();
            (proposal["status"] == "PROPOSAL_STATUS_PASSED" && self.block_time() > from).then_some(())
        });
        self.tx("ada", &format!("idao execute-proposal {id} 400000"));
        let proposal = self.net.q(&format!("idao proposal {id}"))["proposal"].clone();
        assert_eq!(proposal["status"], "PROPOSAL_STATUS_DONE", "{proposal}");
    }

    /// Somebody asks to become a member, and Ada is for it.
    pub(crate) fn joins(&self, who: &str) {
        let address = self.net.address("node0", who);
        self.tx(who, "idao apply-to-join 1 --max-deposit 1000000");
        let application = self.net.q(&format!("idao application 1 {address}"))["application"].clone();
        self.tx("ada", &format!("idao vote {} yes", application["proposal"].as_str().unwrap()));
        self.net.until(&format!("{who} is a member"), || {
            let members = self.net.q("idao members 1")["members"].clone();
            members.as_array().unwrap().iter().any(|member| member["account"] == address).then_some(())
        });
    }

    /// Writes content into a file and describes it; the file is its only locator.
    pub(crate) fn describes(&self, name: &str, content: &str, media_type: &str) -> Json {
        let file = self.net.home("node0").join(name);
        fs::write(&file, content).unwrap();
        let file = file.display();
        let line = format!("content manifest {file} --media-type {media_type} --locator file://{file}");
        self.net.json("node0", &line)
    }

    /// Seals content and submits it; returns the task.
    pub(crate) fn submits(&self, who: &str, kind: &str, manifest: &Json, parents: &Json) -> u64 {
        let seal = self
            .net
            .json("node0", &format!("content seal {} --owner {who}", manifest["sha256"].as_str().unwrap()));
        self.tx(who, &format!("vsc seal-update {}", seal["seal"].as_str().unwrap()));
        let update = json!({
            "idao": "1", "kind": format!("UPDATE_KIND_{kind}"), "manifest": manifest, "parents": parents,
            "policy": policy(3), "value_at_risk": AT_RISK.to_string(), "max_fee": "2000000",
        });
        let update = self.net.file("update.json", &update);
        self.tx(who, &format!("vsc submit-update {update} {}", seal["salt"].as_str().unwrap()));
        let address = self.net.address("node0", who);
        let tasks = self.net.q(&format!("vsc tasks-by-account {address}"))["tasks"].clone();
        let ids = tasks.as_array().unwrap().iter().map(|task| number(&task["id"]));
        u64::try_from(ids.max().unwrap()).unwrap()
    }

    /// The validators' ballots, in their order, carried by one transaction each phase.
    pub(crate) fn judged(&self, task: u64, verdicts: [(&str, u32); 4]) {
        let report = "55".repeat(32);
        let sign = |phase: &str| -> String {
            let ballot = |(node, (verdict, score)): (&&str, (&str, u32))| {
                let line = format!(
                    "ballot {phase} task-{task} 1 {verdict} --score {score} --report {report} --from {node}"
                );
                self.net.file(&format!("{node}-{phase}.json"), &self.net.json(node, &line))
            };
            VALIDATORS.iter().zip(verdicts).map(ballot).collect::<Vec<_>>().join(" ")
        };
        self.until_task(task, "COMMIT");
        self.net.tx("node1", &format!("vsc submit-commits {} --from node1", sign("commit")));
        self.until_task(task, "REVEAL");
        self.net.tx("node2", &format!("vsc submit-reveals {} --from node2", sign("reveal")));
    }

    /// Chad challenges; no other Quorum is trusted, so governance rules.
    pub(crate) fn ruled(&self, task: u64, ruling: &str) {
        let evidence = self.net.file("evidence.json", &json!({
            "hash": "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "locators": ["https://example.org/flaw"],
        }));
        self.tx("chad", &format!("vsc challenge {task} {evidence} --max-bond 5000000"));
        self.governance_rules(task, ruling);
    }

    /// Governance rules on the only case of a task, once it has it.
    pub(crate) fn governance_rules(&self, task: u64, ruling: &str) {
        self.net.until("governance has the case", || {
            let case = self.net.q(&format!("vsc case {task} 1"))["case"].clone();
            (case["status"] == "CASE_STATUS_GOVERNANCE").then_some(())
        });
        let least = self.net.q("gov params")["params"]["min_deposit"][0]["amount"].clone();
        let deposit = least.as_str().unwrap();
        self.tx("faucet", &format!("vsc rule-proposal {task} RULING_{ruling} Heard --title Case --summary Why --deposit {deposit}ulaz"));
        let listed = self.net.q("gov proposals")["proposals"].clone();
        let id = listed.as_array().unwrap().iter().map(|proposal| number(&proposal["id"])).max().unwrap();
        for node in VALIDATORS {
            self.net.tx(node, &format!("gov vote {id} yes --from {node}"));
        }
        self.net.until(&format!("the case of task-{task} is closed"), || {
            let case = self.net.q(&format!("vsc case {task} 1"))["case"].clone();
            (case["status"] == "CASE_STATUS_CLOSED").then_some(case)
        });
        assert_eq!(self.net.q(&format!("vsc case {task} 1"))["case"]["ruling"], format!("RULING_{ruling}"));
    }

    /// Dan uses an asset through a channel of his with Pat; returns what Pat was paid.
    pub(crate) fn used(&self, channel: u64, asset: u64, policy_version: u64) -> u128 {
        let key = self.net.json("node0", &format!("voucher key --from dan --number {channel}"));
        let (pat, key) = (self.net.address("node0", "pat"), key["channel_key"].as_str().unwrap().to_owned());
        self.tx(
            "dan",
            &format!("usage open-channel {pat} {asset} 1 {policy_version} infer {key} 1000000 3000000ulaz"),
        );
        let (as_of, price) = (self.block_time(), 3);
        let line = format!(
            "voucher sign channel-{channel} --sequence 1 --units {UNITS} --price {price} --purpose infer --as-of {as_of} --from dan --number {channel}"
        );
        let voucher = self.net.file(&format!("voucher-{channel}.json"), &self.net.json("node0", &line));
        let before = self.of("pat");
        let done = self.tx("pat", &format!("usage redeem-vouchers {voucher}"));
        let paid = self.of("pat") + fee(&done) - before;
        // the same voucher has no second effect
        let out = self.net.lazd(
            "node0",
            &format!("tx usage redeem-vouchers {voucher} --from pat --gas auto --wait=120 -y -o json"),
        );
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success() && error.contains("sequence"), "{error}");
        paid
    }

    /// What somebody was paid by a transaction of their own.
    pub(crate) fn got(&self, node: &str, who: &str, line: &str) -> u128 {
        let address = self.net.address(node, who);
        let before = self.net.balance(&address);
        let done = self.net.tx(node, &format!("{line} --from {who}"));
        self.net.balance(&address) + fee(&done) - before
    }
}

/// To infer and to derive, by anyone, at so many ulaz a token.
pub(crate) fn policy(price: u32) -> Json {
    json!({
        "purposes": ["PURPOSE_INFER", "PURPOSE_DERIVE"], "grantees": "GRANTEES_ANYONE", "unit": "UNIT_TOKEN",
        "prices": [{ "denom": "ulaz", "amount": price.to_string() }], "provider_bps": 4_000,
        "derivative_royalty_bps": 1_500, "on_revoke": "ON_REVOKE_KEEP",
    })
}

/// Each registers its hash chain for the dice, and half of its stake stands behind a Quorum's verdicts.
fn validators_pledge(town: &Town, blocks: u32) {
    let blocks = blocks.to_string();
    let net = &town.net;
    let kinds = ["DATASET", "MODEL"];
    let fees: Vec<Json> = kinds
        .iter()
        .map(|kind| json!({ "kind": format!("UPDATE_KIND_{kind}"), "base": "1000000", "bps": 10 }))
        .collect();
    let rules = net.file("quorum.json", &json!({
        "domains": ["health"], "fees": fees, "key_blocks": blocks, "commit_blocks": blocks, "reveal_blocks": blocks, "challenge_window": "20s",
    }));
    net.tx("node0", &format!("quorum create-quorum Health {rules} --from faucet"));
    for node in VALIDATORS {
        let tip = net.said(node, "comet show-beacon");
        net.tx(node, &format!("beacon register-beacon {tip} --from {node}"));
        let keys = net.json(node, &format!("ballot keys --from {node}"));
        let key = |name: &str| keys[name].as_str().unwrap().to_owned();
        let (attestation, sealing) = (key("attestation_key"), key("sealing_key"));
        net.tx(
            node,
            &format!(
                "quorum join-quorum 1 5000 {attestation} {sealing} https://{node}.example.org --from {node}"
            ),
        );
    }
    net.until("the Quorum is active", || {
        let quorum = net.q("quorum quorum 1")["quorum"].clone();
        (quorum["status"] == "STATUS_ACTIVE").then_some(())
    });
    for power in net.q("quorum budget 1")["members"].as_array().unwrap() {
        assert_eq!(power["free"], "500000000", "half of a thousand LAZ: {power}");
    }
}

/// Ada's iDAO, with a door that members hold, and a tenth of every asset for its treasury. It trusts the Quorum by vote.
fn an_idao_forms(town: &Town) {
    let net = &town.net;
    let mut rules = net.q("idao params")["params"]["default_rules"].clone();
    for (field, value) in
        [("split_bps", json!(1_000)), ("points_share_bps", json!(5_000)), ("voting_period", json!("10s"))]
    {
        rules[field] = value;
    }
    let rules = net.file("rules.json", &rules);
    town.tx(
        "ada",
        &format!("idao create-idao Health health --rules {rules} --charter-uri https://example.org/charter"),
    );
    town.joins("ben");
    let account = net.q("idao idao 1")["idao"]["account"].clone();
    let edge = json!({
        "idao": "1", "quorum": "1", "kinds": ["UPDATE_KIND_DATASET", "UPDATE_KIND_MODEL"], "max_value_at_risk": "200000000",
        "min_value_at_risk": "0", "mode": "TRUST_MODE_DAT_BACKED", "quorum_share_bps": 200,
    });
    let trust =
        json!({ "@type": "/lazchain.idao.v1.MsgEstablishTrust", "idao_account": account, "edge": edge });
    town.decides("Trust", &[trust]);
    assert_eq!(net.q("idao trust-edge 1 1")["edge"]["mode"], "TRUST_MODE_DAT_BACKED");
}

//! The protocol on four validators over real CometBFT, with real keys and the command line only. An iDAO forms and trusts
//! a Quorum by vote; a dataset is judged, survives a challenge, is licensed and used through a channel; a model derived
//! from it earns, and its royalties arrive at the epoch; owner, iDAO, members and Quorum claim. Then a bad verdict is
//! overturned, and those who lied are slashed. The README's tour follows the same steps.

use std::{
    fs,
    process::{Command, Stdio},
};

use client::passport::Passport;
use serde_json::{Value as Json, json};

use crate::common::{
    VALIDATORS, lazd, number,
    town::{RESERVE, Town, policy},
};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/protocol.toml");

#[test]
fn a_dataset_and_a_model_made_from_it_live_their_whole_lives_and_a_lie_is_punished() {
    let town = Town::begin(MANIFEST);
    a_dataset_is_anchored(&town);
    a_derived_model_pays_its_parent(&town);
    everybody_claims(&town);
    a_passport_is_checked_without_a_node(&town);
    events_are_followed_without_a_gap(&town);
    a_lie_is_punished(&town);
    who_withholds_the_dice_is_counted_absent(&town);

    town.ends();
}

fn a_dataset_is_anchored(town: &Town) {
    let net = &town.net;
    let task = town.submits(
        "ada",
        "DATASET",
        &town.describes("data.csv", "age,pressure\n51,128\n48,121\n", "text/csv"),
        &json!([]),
    );
    assert_eq!(task, 1);
    town.judged(task, [("accept", 8_200), ("accept", 7_900), ("accept", 8_600), ("reject", 0)]);
    let task = town.until_task(1, "PROVISIONAL");
    assert_eq!((&task["score"], &task["asset"]), (&json!(8_200), &json!("1")));
    town.ruled(1, "UPHELD");
    town.until_task(1, "FINAL");
    assert_eq!(net.q("dat asset 1")["status"], "ASSET_STATUS_ACTIVE");
    let shares = net.q("dat dats 1")["dats"].clone();
    let shares: Vec<&Json> = shares.as_array().unwrap().iter().map(|dat| &dat["share"]).collect();
    assert_eq!(shares, [&json!(880_000), &json!(100_000), &json!(20_000)]);

    // another licence for the same data, and the first use of it
    let terms = net.file("terms.json", &policy(3));
    town.tx("ada", &format!("dat publish-policy 1 {terms}"));
    let key = net.json("node0", "voucher key --from pat")["channel_key"].clone();
    town.tx(
        "pat",
        &format!("usage register-provider https://pat.example.org infer {}", key.as_str().unwrap()),
    );
    assert_eq!(town.used(1, 1, 2), 117_600, "four tenths of 294,000");
}

fn a_derived_model_pays_its_parent(town: &Town) {
    let net = &town.net;
    town.joins("cleo");
    let parents = json!([{ "asset": "1", "version": "1", "policy_version": "2" }]);
    let task =
        town.submits("cleo", "MODEL", &town.describes("model.csv", "w0,w1\n0.3,0.7\n", "text/csv"), &parents);
    town.judged(task, [("accept", 7_000), ("accept", 7_000), ("accept", 7_500), ("accept", 6_000)]);
    town.until_task(task, "FINAL");
    assert_eq!(net.q("dat version 2 1")["version"]["royalties"], json!([{ "asset": "1", "bps": 1_500 }]));
    // nobody is liable any more: what is earned now is not held
    for (task, asset) in [(1, 1), (task, 2)] {
        let settled = town.until_task(task, "CLOSED");
        assert_eq!(settled["outcome"], "OUTCOME_SETTLED");
        assert_eq!(net.q(&format!("dat version {asset} 1"))["version"]["status"], "VERSION_STATUS_SETTLED");
    }
    let added = || number(&net.q("dat revenue 1")["earned"][0]["income"]["added"]);
    net.until("what was held of the first use is the holders'", || (added() == 176_400).then_some(()));
    assert_eq!(town.used(2, 2, 1), 99_960, "four tenths of what 44,100 of royalties leave");
    net.until("the royalties have arrived", || (added() == 220_500).then_some(()));
}

/// Of 220,500 on the dataset and 149,940 on the model.
fn everybody_claims(town: &Town) {
    let net = &town.net;
    let claim = |dat: &str| format!("dat claim-revenue {dat} ulaz");
    assert_eq!(town.got("node0", "ada", &claim("dat-1/1")), 194_040, "88 % of 220,500");
    assert_eq!(town.got("node0", "cleo", &claim("dat-2/1")), 131_947, "88 % of 149,940");
    // the iDAO's, and of the emission a quarter of the 6,000 of fees that the first use paid: half to its treasury, half
    // to members by points, 16,400 for Ada and 21,000 for Cleo
    let treasury = || number(&net.q("idao treasury 1")["balances"][0]["amount"]);
    let before = treasury();
    assert_eq!(town.got("node0", "ben", &claim("dat-1/2")), 0, "it is not Ben's");
    town.tx("ben", &claim("dat-2/2"));
    assert_eq!(treasury() - before, 11_025 + 7_497);
    assert_eq!(town.got("node0", "ada", "idao claim-member-rewards 1"), (18_522 + 750) * 16_400 / 37_400);
    assert_eq!(town.got("node0", "cleo", "idao claim-member-rewards 1"), (18_522 + 750) * 21_000 / 37_400);
    // the Quorum's: 2 % of both, equally, since they are equally strong
    town.tx("ben", &claim("dat-1/3"));
    town.tx("ben", &claim("dat-2/3"));
    for node in VALIDATORS {
        assert_eq!(town.got(node, node, "quorum claim-quorum-pool 1"), (4_410 + 2_998) / 4);
    }
}

/// Every verdict so far, in order, though the node that is asked goes away in between.
fn events_are_followed_without_a_gap(town: &Town) {
    let net = &town.net;
    let height = number(&net.status("node3")["sync_info"]["latest_block_height"]) + 5;
    let mut watch = Command::new(lazd());
    watch
        .args(["watch", "--from-height", "1", "--to-height", &height.to_string(), "--home"])
        .arg(net.home("node3"));
    let watching = watch.stdout(Stdio::piped()).spawn().unwrap();
    net.testnet("stop node3");
    net.testnet("start node3");
    let out = watching.wait_with_output().unwrap();
    assert!(out.status.success());
    let lines: Vec<Json> = String::from_utf8(out.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let heights: Vec<u64> = lines.iter().map(|line| line["height"].as_u64().unwrap()).collect();
    assert!(heights.is_sorted() && heights.last() == Some(&u64::try_from(height).unwrap()));
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    for kind in ["vsc.", "dat.", "usage.", "quorum.", "idao.", "beacon."] {
        assert!(kinds.iter().any(|found| found.starts_with(kind)), "nothing of {kind}");
    }
}

/// From a validator set hash that another node says, and no byte of the file can be changed.
fn a_passport_is_checked_without_a_node(town: &Town) {
    let net = &town.net;
    let file = net.home("node0").join("model.passport.json");
    net.said("node0", &format!("passport export asset-2 --file {}", file.display()));
    let bytes = fs::read(&file).unwrap();
    let height: Json = serde_json::from_slice(&bytes).unwrap();
    let height = height["height"].as_u64().unwrap() + 1;
    let trusted =
        net.json("node3", &format!("q block --type=height {height}"))["header"]["validators_hash"].clone();
    let trusted = trusted.as_str().unwrap();
    let verify = format!("passport verify {} --trusted-hash {trusted}", file.display());
    let said = net.json("node0", &verify);
    let proved = said["proved"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n");
    for words in [
        "asset-2@1 was made from asset-1@1 under its licence 2",
        "1500 bps of its revenue go to asset-1",
        "4 of 4 seats accept",
        "which is the certificate",
        "and all of them are here",
    ] {
        assert!(proved.contains(words), "{words}: {proved}");
    }
    let out =
        net.lazd("node0", &format!("passport verify {} --trusted-hash {}", file.display(), "00".repeat(32)));
    assert!(
        !out.status.success() && String::from_utf8_lossy(&out.stderr).contains("the trusted hash is neither")
    );

    let trusted: [u8; 32] = hex::decode(trusted).unwrap().try_into().unwrap();
    let holds = |bytes: &[u8]| Passport::parse(bytes).and_then(|passport| passport.verify(&trusted)).is_ok();
    assert!(holds(&bytes));
    let step = bytes.len() / 400;
    for at in (0..bytes.len()).step_by(step) {
        let mut changed = bytes.clone();
        changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
        assert!(!holds(&changed), "byte {at} of {} was changed unnoticed", bytes.len());
    }
}

fn a_lie_is_punished(town: &Town) {
    let net = &town.net;
    town.joins("mallory");
    town.next_epoch();
    let stake = || {
        VALIDATORS.map(|node| {
            number(&net.q(&format!("staking validator {}", net.operator(node, node)))["validator"]["tokens"])
        })
    };
    let before = stake();
    let task = town.submits(
        "mallory",
        "DATASET",
        &town.describes("lie.csv", "age,pressure\n1,1\n", "text/csv"),
        &json!([]),
    );
    town.judged(task, [("accept", 9_000), ("accept", 9_000), ("accept", 9_000), ("reject", 0)]);
    town.until_task(task, "PROVISIONAL");
    let chad = town.of("chad");
    town.ruled(task, "OVERTURNED");
    let closed = town.until_task(task, "CLOSED");
    assert_eq!(closed["outcome"], "OUTCOME_OVERTURNED");
    assert_eq!(net.q("dat asset 3")["status"], "ASSET_STATUS_REVOKED");
    assert!(town.of("chad") > chad, "who was right gets more than the bond back");
    let lost = || {
        let now = stake();
        [0, 1, 2, 3].map(|place: usize| before[place] - now[place])
    };
    net.until("those who accepted have lost what was reserved for it, and who did not nothing", || {
        (lost() == [RESERVE, RESERVE, RESERVE, 0]).then_some(())
    });
    let slashes = net.q("quorum slashes")["slashes"].clone();
    assert_eq!(
        slashes.as_array().unwrap().iter().filter(|slash| slash["offence"] == "OFFENCE_KIND_WRONG").count(),
        3
    );
}

/// The last registers the end of a chain that nobody knows: from the next epoch on its blocks have no preimage.
fn who_withholds_the_dice_is_counted_absent(town: &Town) {
    let net = &town.net;
    let member = || {
        let operator = net.operator("node3", "node3");
        net.q(&format!("quorum member 1 {operator}"))
    };
    let before = member()["points"].as_u64().unwrap();
    net.tx("node3", "beacon register-beacon BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= --from node3");
    net.until("two blocks of the last were without a preimage, and each is an absence in its Quorum", || {
        (member()["points"].as_u64().unwrap() >= before + 2).then_some(())
    });
    assert_eq!(member()["slashed"].as_str().unwrap_or("0"), "0", "it costs points and no stake");
}

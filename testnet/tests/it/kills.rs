//! Twenty kills under load on four validators over real CometBFT (`networks/kills.toml`): of `lazd`, of CometBFT, of both.

use crate::common::Net;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/kills.toml");

/// G10.
#[test]
fn nodes_that_are_killed_twenty_times_under_load_come_back_by_themselves_with_the_others_app_hash() {
    let net = Net::new();
    // it waits for each to recover, and compares the app hashes at every height in the end
    net.testnet(&format!("torment {MANIFEST}"));
    for node in ["node0", "node1", "node2", "node3"] {
        let holds = net.said(node, "debug invariants");
        net.say(format!("{node}: {}", holds.lines().next().unwrap_or_default()));
        let state = net.said(node, "export --modules-to-export bank");
        assert!(state.contains("\"balances\""), "the state can be read whole");
    }
    net.say("going on where it stopped");
    net.testnet(&format!("up {MANIFEST}"));
    net.testnet("status");
    assert!(net.status("node3")["sync_info"]["catching_up"] == false);
}

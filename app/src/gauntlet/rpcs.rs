//! Every rpc that the served descriptors name has its line in `ROUTES`, `QUERIES` or the services, or a reason here.

use std::collections::BTreeSet;

use super::samples::names;
use crate::{doors::paths, modules};

/// Packages that nothing of is served, and why.
const UNSERVED: &[(&str, &str)] = &[
    ("cosmos.authz.", "authz comes later; nested messages come with it"),
    ("cosmos.feegrant.", "fee grants come later; a granter is refused by name"),
    ("cosmos.nft.v1beta1.Msg", "tokens move by the messages of dat; wallets only read them here"),
    ("cosmos.upgrade.", "upgrades come later"),
    ("cosmos.vesting.", "vesting accounts come later"),
    ("cosmos.params.", "parameters are each module's own; known to clients of old"),
    ("cosmos.autocli.", "for the command line of the SDK, which this chain's does not need"),
    ("tendermint.abci.", "CometBFT's own socket, not a door"),
];

fn reason(name: &str) -> Option<&'static str> {
    UNSERVED.iter().find(|(start, _)| name.starts_with(start)).map(|(_, reason)| *reason)
}

/// G28, in part: a message that the descriptors name is routed, or is on the list.
#[test]
fn every_message_of_the_descriptors_is_routed_or_has_a_reason() {
    let routed: BTreeSet<String> = names().into_iter().collect();
    let mut described = BTreeSet::new();
    for service in proto::descriptors().services().filter(|service| service.name() == "Msg") {
        for method in service.methods() {
            let name = method.input().full_name().to_owned();
            let unserved = reason(&name).is_some();
            assert_ne!(routed.contains(&name), unserved, "{name} is neither routed nor listed, or both");
            described.insert(name);
        }
    }
    assert_eq!(routed.difference(&described).collect::<Vec<_>>(), Vec::<&String>::new(), "in no service");
    assert_eq!(routed.len(), modules::routes().count(), "routed twice");
}

#[test]
fn every_query_of_the_descriptors_is_answered_or_has_a_reason() {
    let served: BTreeSet<&str> = paths().collect();
    let mut missing = Vec::new();
    for service in proto::descriptors().services().filter(|service| service.name() != "Msg") {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            if served.contains(path.as_str()) == reason(&path[1..]).is_some() {
                missing.push(path);
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "neither answered nor listed, or both");
}

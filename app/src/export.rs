//! A state as the genesis of a chain that goes on where it stands.

use proto::tendermint::types::ConsensusParams;
use serde_json::Value as Json;
use state::{Fault, Snapshot};
use tendermint_proto::v0_38::{abci::ValidatorUpdate, crypto::public_key::Sum};

use crate::{
    error::{Result, Sdk},
    modules::{self, Section, consensus, staking},
};

/// What a genesis document is made of.
pub struct Exported {
    /// The chain's id.
    pub chain_id: String,
    /// The height of this state; the chain goes on with the next one.
    pub height: u64,
    /// What the engine runs with.
    pub params: ConsensusParams,
    /// The set that signs the next block; empty if staking knows no validator.
    pub validators: Vec<Listed>,
    /// One section per module.
    pub app_state: Sections,
}

/// Sections of a genesis, each made when it is asked for: a state may be larger than what memory holds twice.
#[derive(Clone)]
pub struct Sections {
    state: Snapshot,
    left: std::vec::IntoIter<&'static Section>,
}

impl Iterator for Sections {
    type Item = Result<(&'static str, Json)>;

    fn next(&mut self) -> Option<Self::Item> {
        let (module, write) = self.left.next()?;
        Some(write(&self.state).map(|section| (*module, section)))
    }
}

/// A validator as a genesis document lists it.
pub struct Listed {
    /// Its moniker.
    pub name: String,
    /// Its ed25519 key.
    pub key: [u8; 32],
    /// Its votes.
    pub power: i64,
}

/// Exports a state; only the sections of `named` modules if there are any.
pub fn export(state: &Snapshot, named: &[String]) -> Result<Exported> {
    let all = modules::SECTIONS;
    if let Some(unknown) = named.iter().find(|name| all.iter().all(|(module, _)| module != name)) {
        let known: Vec<_> = all.iter().map(|(module, _)| *module).collect();
        let text =
            format!("no module {unknown} has a genesis section; those that have: {}", known.join(", "));
        return Err(Sdk::InvalidRequest(text).into());
    }
    let wanted = |module: &str| named.is_empty() || named.iter().any(|name| name == module);
    let left: Vec<_> = all.iter().filter(|(module, _)| wanted(module)).collect();
    let set = staking::set(state)?;
    Ok(Exported {
        chain_id: consensus::chain_id(state)?.unwrap_or_default(),
        height: state.height(),
        params: consensus::params(state)?,
        validators: set.into_iter().map(|member| listed(state, member)).collect::<Result<_>>()?,
        app_state: Sections { state: state.clone(), left: left.into_iter() },
    })
}

fn listed(state: &Snapshot, member: ValidatorUpdate) -> Result<Listed> {
    let strange = || Fault::corrupt("the validator set", "a key that is not ed25519");
    let Some(Sum::Ed25519(key)) = member.pub_key.and_then(|key| key.sum) else {
        return Err(strange().into());
    };
    let key: [u8; 32] = key.try_into().map_err(|_| strange())?;
    let validator = staking::validator_by_cons(state, &proto::address::ConsAddress::of_ed25519(&key))?;
    let name = validator.map(|validator| validator.description.moniker).unwrap_or_default();
    Ok(Listed { name, key, power: member.power })
}

#[cfg(test)]
mod tests {
    use prost::Message;
    use proto::{
        cosmos::{base::v1beta1::Coin, staking::v1beta1 as staking},
        tendermint::types::ConsensusParams,
    };
    use tendermint_proto::v0_38::crypto::PublicKey;

    use super::*;
    use crate::{
        genesis::{InitChain, try_out},
        node::Node,
        testkit::{CHAIN_ID, TestChain, address, any, distribution_params, genesis, send},
        time::Time,
    };

    fn coin(amount: u64) -> Option<Coin> {
        Some(Coin { denom: "ulaz".into(), amount: amount.to_string() })
    }

    /// A chain on which something of everything is under way: stake, unbonding, redelegation, rewards, misses.
    fn lively() -> TestChain {
        let mut state = genesis(&[("ada", 100_000_000)], &[("vic", 20_000_000), ("wes", 30_000_000)]);
        state["distribution"]["params"] = distribution_params("0.02");
        let mut chain = TestChain::with_genesis(&["ada"], state);
        chain.signs("wes", false);
        chain.blocks(3);
        let (who, vic, wes) = (address("ada").to_string(), operator("vic"), operator("wes"));
        let delegate = |to: &str| {
            any(&staking::MsgDelegate {
                delegator_address: who.clone(),
                validator_address: to.to_owned(),
                amount: coin(9_000_000),
            })
        };
        let undelegate = staking::MsgUndelegate {
            delegator_address: who.clone(),
            validator_address: vic.clone(),
            amount: coin(1_000_000),
        };
        let redelegate = staking::MsgBeginRedelegate {
            delegator_address: who.clone(),
            validator_src_address: vic.clone(),
            validator_dst_address: wes.clone(),
            amount: coin(2_000_000),
        };
        let messages = [
            vec![delegate(&vic), delegate(&wes)],
            vec![any(&undelegate)],
            vec![any(&redelegate)],
            vec![send("ada", "new", 7)],
        ];
        for messages in messages {
            let result = chain.run("ada", messages);
            assert_eq!(result.code, 0, "{}", result.log);
        }
        chain.signs("wes", true);
        chain.blocks(2);
        chain
    }

    fn operator(name: &str) -> String {
        address(name).operator().to_string()
    }

    fn updates(exported: &Exported) -> Vec<ValidatorUpdate> {
        let key = |key: [u8; 32]| PublicKey { sum: Some(Sum::Ed25519(key.to_vec())) };
        let update =
            |listed: &Listed| ValidatorUpdate { pub_key: Some(key(listed.key)), power: listed.power };
        exported.validators.iter().map(update).collect()
    }

    fn sections(exported: &Exported) -> serde_json::Map<String, Json> {
        let sections = exported.app_state.clone().map(|section| section.expect("exports"));
        sections.map(|(module, section)| (module.to_owned(), section)).collect()
    }

    fn init(exported: &Exported) -> InitChain {
        InitChain {
            chain_id: exported.chain_id.clone(),
            time: Time::from_secs(1_700_000_100),
            initial_height: exported.height + 1,
            params: exported.params.clone(),
            validators: updates(exported),
            app_state: Json::Object(sections(exported)),
        }
    }

    #[test]
    fn an_export_imported_by_init_chain_exports_the_same_and_makes_blocks() {
        let mut chain = lively();
        let exported = export(&chain.node.store().latest(), &[]).expect("exports");
        assert_eq!((exported.chain_id.as_str(), exported.height), (CHAIN_ID, chain.height));
        let names: Vec<&str> = exported.validators.iter().map(|listed| listed.name.as_str()).collect();
        assert_eq!(names.len(), 2);
        assert!(names.contains(&"vic") && names.contains(&"wes"));
        let trial = try_out(&init(&exported)).expect("a good genesis");
        for (module, section) in &sections(&exported) {
            assert_eq!(trial.app_state[module], *section, "{module}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let store = state::Store::open(folder.path(), state::Options::default()).expect("opens");
        let metrics = crate::metrics::Metrics::new().expect("counters");
        let node = Node::open(store, crate::node::Config::default(), metrics.into()).expect("opens");
        node.init_chain(init(&exported)).expect("takes it");
        // the same block leads to the same state on both chains
        let seen = chain.seen(Vec::new());
        assert_eq!(seen.height, exported.height + 1);
        node.finalize(seen).expect("executes");
        node.commit().expect("commits");
        chain.block(Vec::new());
        let both = [chain.node.store().latest(), node.store().latest()];
        let [old, new] = both.map(|state| export(&state, &[]).expect("exports"));
        assert_eq!(new.height, old.height);
        for (module, section) in &sections(&old) {
            assert_eq!(sections(&new)[module], *section, "{module}");
        }
        let encoded = |params: &ConsensusParams| params.encode_to_vec();
        assert_eq!(encoded(&new.params), encoded(&old.params));
    }

    #[test]
    fn an_export_of_some_modules_has_their_sections_and_unknown_ones_are_refused() {
        let chain = TestChain::with_genesis(&["ada"], genesis(&[("ada", 5)], &[]));
        let latest = chain.node.store().latest();
        let some = export(&latest, &["bank".into(), "gov".into()]).expect("exports");
        assert_eq!(sections(&some).keys().collect::<Vec<_>>(), ["bank", "gov"]);
        assert!(some.validators.is_empty());
        let error = export(&latest, &["bonk".into()]).err().expect("refuses").to_string();
        assert!(error.contains("no module bonk") && error.contains("bank"), "{error}");
    }
}

//! CometBFT's genesis document: JSON whose `app_state` has a section per module. Kept as JSON, so that what another tool
//! put there stays; read typed only to try it out.

use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use app::{
    genesis::{InitChain, Trial, try_out},
    time::Time,
};
use prost::Message;
use proto::{
    address::Address,
    coin::{Coins, Denom},
};
use serde_json::{Map, Value as Json, json};
use tendermint::Genesis;
use tendermint_proto::v0_38::{abci::ValidatorUpdate, types::ConsensusParams};

use super::super::home::{Existing, write_file};

/// A genesis file in memory.
pub(crate) struct Document {
    path: PathBuf,
    json: Json,
}

impl Document {
    /// Reads the text of `path`.
    pub(crate) fn parse(text: &str, path: PathBuf) -> Result<Document> {
        let json: Json = serde_json::from_str(text)
            .with_context(|| format!("{} is not a genesis file: not JSON", path.display()))?;
        if !json.is_object() {
            bail!("{} is not a genesis file: not a JSON object", path.display());
        }
        Ok(Document { path, json })
    }

    /// A document that is not on disk yet.
    pub(crate) const fn new(path: PathBuf, json: Json) -> Document {
        Document { path, json }
    }

    /// Replaces the file.
    pub(crate) fn save(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.json)?;
        write_file(&self.path, text.as_bytes(), 0o644, Existing::Replace)
    }

    pub(crate) fn json(&self) -> &Json {
        &self.json
    }

    pub(crate) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(crate) fn chain_id(&self) -> Result<&str> {
        self.json["chain_id"].as_str().ok_or_else(|| anyhow!("{} has no chain_id", self.path.display()))
    }

    /// From here on the validators are those that modules name.
    pub(crate) fn drop_engine_validators(&mut self) {
        self.json["validators"] = json!([]);
    }

    /// A list within `app_state`, made if it is not there.
    pub(crate) fn list(&mut self, module: &str, field: &str) -> Result<&mut Vec<Json>> {
        let at = format!("{}: app_state.{module}.{field}", self.path.display());
        let section = self.section(module)?;
        let list = section.entry(field).or_insert_with(|| json!([]));
        if list.is_null() {
            *list = json!([]);
        }
        list.as_array_mut().ok_or_else(|| anyhow!("{at} is not a list"))
    }

    /// A module's section, made if it is not there.
    pub(crate) fn section(&mut self, module: &str) -> Result<&mut Map<String, Json>> {
        let at = format!("{}: app_state.{module}", self.path.display());
        let object = self.json.as_object_mut().expect("parse saw an object");
        let app = object.entry("app_state").or_insert_with(|| json!({}));
        if app.is_null() {
            *app = json!({});
        }
        let app = app.as_object_mut().ok_or_else(|| anyhow!("{at}: app_state is not an object"))?;
        let section = app.entry(module).or_insert_with(|| json!({}));
        if section.is_null() {
            *section = json!({});
        }
        section.as_object_mut().ok_or_else(|| anyhow!("{at} is not an object"))
    }

    /// Sets a value that is there, of the same kind; the path goes from `app_state` down, as `gov.params.voting_period`.
    pub(crate) fn set(&mut self, path: &str, value: &str) -> Result<()> {
        let pointer = format!("/app_state/{}", path.replace('.', "/"));
        let there = self.json.pointer_mut(&pointer);
        let there = there.ok_or_else(|| anyhow!("{}: there is no app_state.{path}", self.path.display()))?;
        *there = match there {
            Json::String(_) => Json::String(value.to_owned()),
            _ => serde_json::from_str(value)
                .with_context(|| format!("app_state.{path} = {value}: not JSON"))?,
        };
        Ok(())
    }

    /// What an account has at the start.
    pub(crate) fn balance(&self, who: &Address) -> Result<Coins> {
        let balances = self.json.pointer("/app_state/bank/balances").and_then(Json::as_array);
        let entry = balances
            .into_iter()
            .flatten()
            .find(|entry| entry["address"].as_str() == Some(who.to_string().as_str()));
        entry.map_or(Ok(Coins::default()), |entry| coins(&entry["coins"]))
    }

    /// The denomination that validators bond.
    pub(crate) fn bond_denom(&self) -> Result<Denom> {
        let denom = self.json.pointer("/app_state/staking/params/bond_denom").and_then(Json::as_str);
        let denom = denom
            .ok_or_else(|| anyhow!("{} names no app_state.staking.params.bond_denom", self.path.display()))?;
        denom.parse().with_context(|| format!("{}: bond_denom", self.path.display()))
    }

    /// Builds the chain's first state in memory, as every node will.
    pub(crate) fn try_out(&self) -> Result<Trial> {
        try_out(&self.init_chain()?)
            .map_err(|error| anyhow!("{} does not start a chain: {error}", self.path.display()))
    }

    fn init_chain(&self) -> Result<InitChain> {
        let genesis: Genesis<Json> = serde_json::from_value(self.json.clone())
            .map_err(|error| anyhow!("{} is not a genesis file of CometBFT: {error}", self.path.display()))?;
        let params = ConsensusParams::from(genesis.consensus_params.clone()).encode_to_vec();
        let time = tendermint_proto::google::protobuf::Timestamp::from(genesis.genesis_time);
        let time = prost_types::Timestamp { seconds: time.seconds, nanos: time.nanos };
        Ok(InitChain {
            chain_id: genesis.chain_id.to_string(),
            time: Time::from_wire(&time),
            initial_height: u64::try_from(genesis.initial_height).context("initial_height")?.max(1),
            params: proto::tendermint::types::ConsensusParams::decode(params.as_slice())?,
            validators: genesis.validators.iter().map(update).collect(),
            app_state: genesis.app_state,
        })
    }
}

fn update(validator: &tendermint::validator::Info) -> ValidatorUpdate {
    ValidatorUpdate {
        pub_key: Some(validator.pub_key.into()),
        power: i64::try_from(validator.power.value()).unwrap_or(i64::MAX),
    }
}

/// A list of coins in JSON, in any order.
pub(crate) fn coins(list: &Json) -> Result<Coins> {
    let list: Vec<JsonCoin> = serde_json::from_value(list.clone()).context("a list of coins")?;
    let wire = list
        .into_iter()
        .map(|coin| proto::cosmos::base::v1beta1::Coin { denom: coin.denom, amount: coin.amount });
    Ok(Coins::parse_any(wire.collect())?)
}

/// Coins as JSON.
pub(crate) fn coins_json(coins: &Coins) -> Json {
    coins.wire().into_iter().map(|coin| json!({ "denom": coin.denom, "amount": coin.amount })).collect()
}

#[derive(serde::Deserialize)]
struct JsonCoin {
    denom: String,
    amount: String,
}

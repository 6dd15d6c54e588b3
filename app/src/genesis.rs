//! Genesis: one JSON object with a section per module, in Cosmos' form.

use prost::{Message, Name};
use proto::tendermint::types::ConsensusParams;
use serde_json::{Map, Value as Json};
use state::{Overlay, Read, Snapshot};
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use crate::{
    ctx::{Block, Ctx},
    error::{Result, Sdk},
    invariant,
    modules::{self, consensus},
    time::Time,
};

/// A genesis as CometBFT hands it over.
pub struct InitChain {
    /// The chain's id.
    pub chain_id: String,
    /// Genesis time.
    pub time: Time,
    /// Height of the first block.
    pub initial_height: u64,
    /// What the engine runs with.
    pub params: ConsensusParams,
    /// Validators of the genesis file, used if no module names any.
    pub validators: Vec<ValidatorUpdate>,
    /// One section per module.
    pub app_state: Json,
}

/// What a genesis leads to.
pub struct Trial {
    /// The set that signs the first block.
    pub validators: Vec<ValidatorUpdate>,
    /// The state, exported again: what was left out has its default here.
    pub app_state: Json,
}

/// Writes a genesis on an empty state. Returns the state and the set that signs the first block.
pub(crate) fn build(empty: Snapshot, init: &InitChain) -> Result<(Overlay, Vec<ValidatorUpdate>)> {
    let block = Block { height: 0, time: init.time, chain_id: init.chain_id.clone(), proposer: None };
    let mut ctx = Ctx::new(block, Overlay::new(empty));
    consensus::init(&mut ctx, init.params.clone());
    let validators = modules::init(&mut ctx, &init.app_state)?;
    let validators = agreed(validators, init.validators.clone())?;
    Ok((ctx.state, validators))
}

/// The set that signs the first block: that of the modules, and the genesis file's own list, if it has one, must be the
/// same; without a module that names any it is that list.
fn agreed(named: Vec<ValidatorUpdate>, listed: Vec<ValidatorUpdate>) -> Result<Vec<ValidatorUpdate>> {
    if named.is_empty() || listed.is_empty() {
        return Ok(if named.is_empty() { listed } else { named });
    }
    let sorted = |set: &[ValidatorUpdate]| {
        let mut set: Vec<_> = set.iter().map(prost::Message::encode_to_vec).collect();
        set.sort();
        set
    };
    if sorted(&named) != sorted(&listed) {
        let text = "the validators listed in the genesis file are not those that its app_state leads to";
        return Err(Sdk::InvalidRequest(text.into()).into());
    }
    Ok(named)
}

/// Builds a genesis in memory exactly as a node would, and checks every invariant: the only full check of a genesis.
pub fn try_out(init: &InitChain) -> Result<Trial> {
    let (state, validators) = build(Snapshot::empty(), init)?;
    let broken = invariant::broken(&state)?;
    if !broken.is_empty() {
        return Err(Sdk::InvalidRequest(format!("genesis breaks invariants: {}", broken.join("; "))).into());
    }
    Ok(Trial { validators, app_state: export(&state)? })
}

/// Every module's section with its defaults; nobody has an account yet.
pub fn default_state() -> Result<Json> {
    let (state, _) = build(
        Snapshot::empty(),
        &InitChain {
            chain_id: String::new(),
            time: Time::EPOCH,
            initial_height: 1,
            params: ConsensusParams::default(),
            validators: Vec::new(),
            app_state: Json::Null,
        },
    )?;
    let mut sections = export(&state)?;
    // the modules' own accounts are made anew by every genesis
    if let Some(accounts) = sections.pointer_mut("/auth/accounts") {
        *accounts = Json::Array(Vec::new());
    }
    Ok(sections)
}

/// Parameters of the protocol's modules for a network on one desk, by module: short times, small committees. What a
/// chain of value runs with is the default.
pub fn local_params() -> Result<Vec<(&'static str, Json)>> {
    modules::local_params()
}

/// A state as the `app_state` of a genesis that continues it.
pub fn export(state: &dyn Read) -> Result<Json> {
    let sections = modules::export(state)?;
    Ok(Json::Object(sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect::<Map<_, _>>()))
}

/// One module's section; a missing one is that module's default.
pub(crate) fn section<M: Message + Name + Default>(app: &Json, module: &str) -> Result<M> {
    let Some(json) = app.get(module).filter(|json| !json.is_null()) else { return Ok(M::default()) };
    let refused = |error: String| Sdk::InvalidRequest(format!("genesis section {module}: {error}"));
    let bytes = proto::json::from_json(&M::full_name(), json).map_err(|error| refused(error.to_string()))?;
    Ok(M::decode(bytes.as_slice()).map_err(|error| refused(error.to_string()))?)
}

/// A module's section, written.
pub(crate) fn json<M: Message + Name>(genesis: &M) -> Result<Json> {
    let json = proto::json::to_json(&M::full_name(), &genesis.encode_to_vec());
    Ok(json.map_err(|error| Sdk::Logic(format!("export of {}: {error}", M::full_name())))?)
}

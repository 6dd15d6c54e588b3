//! A chain in a test: plays CometBFT in this process, with real bytes, real signatures and real checks. After each
//! block every invariant is run; it cannot be switched off.

mod acts;
pub(crate) mod ballots;
mod start;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::{Address, ConsAddress},
    coin::Denom,
    cosmos::{
        bank::v1beta1 as bank,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, mode_info},
        },
    },
    pubkey::PubKey,
    sign,
};
use secp256k1::{Message as Digest32, PublicKey, Secp256k1, SecretKey};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use state::{Options, Store};
use tendermint_proto::v0_38::{abci::ValidatorUpdate, crypto::public_key::Sum};

use crate::{
    error::Result,
    genesis::InitChain,
    invariant,
    metrics::Metrics,
    modules::{self, auth, bank as bank_module, beacon, staking},
    node::{Config, ExecTxResult, Finalized, Misbehavior, Node, Seen, Vote},
    time::Time,
    tx,
};

pub(crate) use acts::acted;
pub(crate) use start::{distribution_params, genesis, init_chain, section};
pub(crate) use world::World;

pub(crate) const CHAIN_ID: &str = "lazchain-test-1";
const GAS: u64 = 200_000;

/// A chain with named accounts.
pub(crate) struct TestChain {
    pub(crate) node: Arc<Node>,
    keys: BTreeMap<String, SecretKey>,
    folder: tempfile::TempDir,
    pub(crate) height: u64,
    script: Script,
}

/// What the engine of a test does next.
#[derive(Default)]
struct Script {
    /// Seconds that block time is ahead of one a block.
    skipped: u64,
    /// Validators that do not sign.
    absent: BTreeSet<ConsAddress>,
    /// What the next block accuses validators of.
    accused: Vec<Misbehavior>,
    /// What the last block told the engine about the set.
    updates: Vec<ValidatorUpdate>,
    /// Validators that give the beacon its preimages, by their consensus address.
    dice: BTreeMap<ConsAddress, beacon::HashChain>,
}

/// The consensus key of a named validator: bytes that nobody signs with.
pub(crate) fn cons_key(name: &str) -> [u8; 32] {
    Sha256::digest(format!("consensus/{name}")).into()
}

/// The address of that key.
pub(crate) fn cons(name: &str) -> ConsAddress {
    ConsAddress::of_ed25519(&cons_key(name))
}

/// A secret key made from a name: for tests only.
pub(crate) fn key_of(name: &str) -> SecretKey {
    let bytes: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    SecretKey::from_byte_array(bytes).expect("a hash is a key")
}

pub(crate) fn pub_key(secret: &SecretKey) -> PubKey {
    PubKey::Secp256k1(PublicKey::from_secret_key(&Secp256k1::new(), secret).serialize())
}

pub(crate) fn address(name: &str) -> Address {
    pub_key(&key_of(name)).address()
}

pub(crate) fn any<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// `MsgSend` of so many `ulaz`.
pub(crate) fn send(from: &str, to: &str, amount: u64) -> Any {
    let coin = proto::cosmos::base::v1beta1::Coin { denom: "ulaz".into(), amount: amount.to_string() };
    let (from_address, to_address) = (address(from).to_string(), address(to).to_string());
    any(&bank::MsgSend { from_address, to_address, amount: vec![coin] })
}

/// How a test departs from the plain signed transaction.
#[derive(Clone, Default)]
pub(crate) struct Odd {
    pub(crate) sequence: Option<u64>,
    pub(crate) gas: Option<u64>,
    pub(crate) fee: Option<(&'static str, u64)>,
    pub(crate) chain_id: Option<&'static str>,
    pub(crate) signer: Option<&'static str>,
    pub(crate) timeout_height: u64,
    pub(crate) memo: String,
    pub(crate) amino: bool,
}

impl TestChain {
    /// At height 1, with these balances in `ulaz`.
    pub(crate) fn with_balances(balances: &[(&str, u64)]) -> TestChain {
        TestChain::with_validators(balances, &[])
    }

    /// At height 1, with these balances in `ulaz`, and validators with this stake of their own. Validators are accounts
    /// too; what they can spend is listed among the balances.
    pub(crate) fn with_validators(balances: &[(&str, u64)], validators: &[(&str, u64)]) -> TestChain {
        let names: Vec<&str> = balances.iter().chain(validators).map(|(name, _)| *name).collect();
        TestChain::with_genesis(&names, genesis(balances, validators))
    }

    /// At height 1, from any genesis; these accounts can sign.
    pub(crate) fn with_genesis(names: &[&str], app_state: Json) -> TestChain {
        TestChain::try_genesis(names, app_state).expect("a good genesis")
    }

    /// As [`TestChain::with_genesis`], or why the genesis is refused.
    pub(crate) fn try_genesis(names: &[&str], app_state: Json) -> Result<TestChain> {
        TestChain::init(names, app_state, Vec::new())
    }

    /// The same with the validators that the genesis file lists itself.
    pub(crate) fn init(names: &[&str], app_state: Json, listed: Vec<ValidatorUpdate>) -> Result<TestChain> {
        TestChain::start(names, init_chain(app_state, listed))
    }

    /// The same as the engine asks for it.
    pub(crate) fn start(names: &[&str], init: InitChain) -> Result<TestChain> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Options::default()).expect("opens");
        let node = open(store);
        let before = init.initial_height.saturating_sub(1);
        let initialised = node.init_chain(init)?;
        let keys = names.iter().map(|name| ((*name).to_owned(), key_of(name))).collect();
        let mut chain = TestChain { node, keys, folder, height: before, script: Script::default() };
        chain.block(Vec::new());
        chain.script.updates = initialised.validators;
        Ok(chain)
    }

    /// Runs a block and every invariant; returns one result per transaction.
    pub(crate) fn block(&mut self, txs: Vec<Vec<u8>>) -> Vec<ExecTxResult> {
        let seen = self.seen(txs);
        let item = usize::from(seen.txs.first().is_some_and(|first| beacon::preimage(first).is_some()));
        self.advance(seen).results.split_off(item)
    }

    /// Registers a hash chain for each of these validators; from the next epoch on the proposer of each block gives its
    /// preimage.
    pub(crate) fn roll_dice(&mut self, validators: &[&str]) {
        for name in validators {
            let message = self.dice_of(name);
            let result = self.run(name, vec![message]);
            assert_eq!(result.code, 0, "{}", result.log);
        }
    }

    /// A hash chain for a validator, from which its proposals take preimages once this message has registered it.
    pub(crate) fn dice_of(&mut self, name: &str) -> Any {
        let chain = beacon::HashChain::from_secret(Sha256::digest(format!("dice/{name}")).into());
        let operator = address(name).to_string();
        let message = proto::lazchain::beacon::v1::MsgRegisterBeacon { operator, tip: chain.tip().to_vec() };
        self.script.dice.insert(cons(name), chain);
        any(&message)
    }

    /// What the next proposer puts first in its block.
    fn throw(&self, proposer: Option<ConsAddress>) -> Option<Vec<u8>> {
        let (chain, state) = (self.script.dice.get(&proposer?)?, self.node.store().latest());
        let validator = staking::validator_by_cons(&state, &proposer?).expect("reads")?;
        let (tip, given) = beacon::chain_in_force(&state, &validator.operator).expect("reads")?;
        chain.next(given, &tip).map(|preimage| beacon::item(&preimage))
    }

    /// The same with everything that the block leads to.
    pub(crate) fn advance(&mut self, seen: Seen) -> Finalized {
        let finalized = self.node.finalize(seen).expect("executes");
        self.node.commit().expect("commits");
        self.height += 1;
        self.script.accused.clear();
        self.script.updates = finalized.validators.clone();
        let latest = self.node.store().latest();
        assert_eq!(latest.app_hash(), finalized.app_hash);
        assert_eq!(invariant::broken(&latest).expect("reads"), Vec::<String>::new());
        finalized
    }

    /// The next block with these transactions, signed by the set except who is told not to.
    pub(crate) fn seen(&self, txs: Vec<Vec<u8>>) -> Seen {
        let height = self.height + 1;
        let time = Time::from_secs(1_700_000_000 + height + self.script.skipped);
        let votes = self.votes();
        let turn = usize::try_from(height).expect("small") % votes.len().max(1);
        let proposer =
            votes.get(if self.script.dice.is_empty() { 0 } else { turn }).map(|vote| vote.validator);
        let txs: Vec<Vec<u8>> = self.throw(proposer).into_iter().chain(txs).collect();
        let hash = Sha256::digest(txs.concat()).to_vec();
        let misbehavior = self.script.accused.clone();
        Seen { height, time, hash, proposer, txs, votes, misbehavior }
    }

    fn votes(&self) -> Vec<Vote> {
        let set = staking::set(&self.node.store().latest()).expect("reads");
        let vote = |update: ValidatorUpdate| {
            let Some(Sum::Ed25519(key)) = update.pub_key.expect("a key").sum else { panic!("another key") };
            let validator = ConsAddress::of_ed25519(&key.try_into().expect("32 bytes"));
            let power = u64::try_from(update.power).expect("positive");
            Vote { validator, power, signed: !self.script.absent.contains(&validator) }
        };
        set.into_iter().map(vote).collect()
    }

    /// From now on this validator signs, or does not.
    pub(crate) fn signs(&mut self, name: &str, signs: bool) {
        if signs {
            self.script.absent.remove(&cons(name));
        } else {
            self.script.absent.insert(cons(name));
        }
    }

    /// The next block accuses a validator of having signed twice at a height, with that power.
    pub(crate) fn accuse(&mut self, name: &str, height: u64, power: u64) {
        let time = Time::from_secs(1_700_000_000 + height);
        self.script.accused.push(Misbehavior {
            validator: cons(name),
            power,
            height,
            time,
            total_power: power,
        });
    }

    /// The next block comes so many seconds later.
    pub(crate) fn skip_secs(&mut self, secs: u64) {
        self.script.skipped += secs;
    }

    /// Runs so many empty blocks.
    pub(crate) fn blocks(&mut self, count: usize) {
        (0..count).for_each(|_| drop(self.block(Vec::new())));
    }

    /// What the last block, or genesis, told the engine about the set: powers by name, of these names.
    pub(crate) fn updates(&self, names: &[&str]) -> Vec<(String, i64)> {
        let name = |update: &ValidatorUpdate| {
            let Some(Sum::Ed25519(key)) = update.pub_key.clone().expect("a key").sum else {
                panic!("another key")
            };
            let name = names.iter().find(|name| key == cons_key(name)).expect("a known validator");
            ((*name).to_owned(), update.power)
        };
        self.script.updates.iter().map(name).collect()
    }

    /// Asks one of the queries.
    pub(crate) fn ask<Q: Message, P: Message + Default>(&self, path: &str, ask: &Q) -> Result<P> {
        let queries = modules::QUERIES.iter().flat_map(|list| list.iter());
        let query = queries.into_iter().find(|query| query.path == path).expect("a known query");
        let answer = (query.answer)(&self.node.store().latest(), &ask.encode_to_vec())?;
        Ok(P::decode(answer.as_slice()).expect("decodes"))
    }

    /// The state as a genesis file would have it.
    pub(crate) fn export(&self) -> Json {
        let sections = modules::export(&self.node.store().latest()).expect("exports");
        sections.into_iter().map(|(name, json)| (name.to_owned(), json)).collect()
    }

    /// Signs, runs in a block of its own.
    pub(crate) fn run(&mut self, who: &str, messages: Vec<Any>) -> ExecTxResult {
        let tx = self.sign(who, messages, &Odd::default());
        self.block(vec![tx]).remove(0)
    }

    pub(crate) fn check(&self, tx: &[u8]) -> ExecTxResult {
        self.node.check(tx).expect("no fault")
    }

    /// A signed transaction of an account.
    pub(crate) fn sign(&self, who: &str, messages: Vec<Any>, odd: &Odd) -> Vec<u8> {
        let latest = self.node.store().latest();
        let account = auth::find_account(&latest, &address(who)).expect("reads");
        let (number, sequence) = account.map_or((0, 0), |account| (account.number, account.sequence));
        self.sign_at(
            who,
            messages,
            &Odd { sequence: Some(odd.sequence.unwrap_or(sequence)), ..odd.clone() },
            number,
        )
    }

    /// The same for an account of that number, with sequence 0 if none is stated.
    pub(crate) fn sign_at(&self, who: &str, messages: Vec<Any>, odd: &Odd, number: u64) -> Vec<u8> {
        let sequence = odd.sequence.unwrap_or(0);
        let secret = odd.signer.map_or_else(|| self.keys[who], key_of);
        let mode = if odd.amino { SignMode::LegacyAminoJson } else { SignMode::Direct };
        let single = mode_info::Single { mode: mode.into() };
        let info = SignerInfo {
            public_key: Some(pub_key(&secret).wire()),
            mode_info: Some(ModeInfo { sum: Some(mode_info::Sum::Single(single)) }),
            sequence,
        };
        let (denom, amount) = odd.fee.unwrap_or(("ulaz", 10));
        let coin = proto::cosmos::base::v1beta1::Coin { denom: denom.into(), amount: amount.to_string() };
        let amount = if amount == 0 { Vec::new() } else { vec![coin] };
        let fee = Fee { amount, gas_limit: odd.gas.unwrap_or(GAS), ..Fee::default() };
        let body = TxBody {
            messages,
            memo: odd.memo.clone(),
            timeout_height: odd.timeout_height,
            ..TxBody::default()
        };
        let chain_id = odd.chain_id.unwrap_or(CHAIN_ID);
        #[allow(deprecated, reason = "the field is on the wire")]
        let auth = AuthInfo { signer_infos: vec![info], fee: Some(fee.clone()), tip: None };
        let (body_bytes, auth_bytes) = (body.encode_to_vec(), auth.encode_to_vec());
        let bytes = if odd.amino {
            sign::amino_bytes(&body, &fee, chain_id, number, sequence).expect("amino JSON")
        } else {
            sign::direct_bytes(&body_bytes, &auth_bytes, chain_id, number)
        };
        let signature = Secp256k1::new().sign_ecdsa(Digest32::from_digest(sign::digest(&bytes)), &secret);
        tx::assemble(body_bytes, auth_bytes, vec![signature.serialize_compact().to_vec()])
    }

    pub(crate) fn balance(&self, who: &str) -> u128 {
        let latest = self.node.store().latest();
        bank_module::balance(&latest, &address(who), &Denom::known("ulaz")).expect("reads").units()
    }

    pub(crate) fn sequence(&self, who: &str) -> u64 {
        let latest = self.node.store().latest();
        auth::account(&latest, &address(who)).expect("is there").sequence
    }

    /// Closes the node and opens it again over the same folder.
    pub(crate) fn restart(self) -> TestChain {
        let TestChain { node, keys, folder, height, script } = self;
        drop(node);
        let store = Store::open(folder.path(), Options::default()).expect("opens again");
        TestChain { node: open(store), keys, folder, height, script }
    }
}

fn open(store: Store) -> Arc<Node> {
    let prices = vec!["0.00005ulaz".parse().expect("a price")];
    let config = Config { prices, ..Config::default() };
    Node::open(store, config, Arc::new(Metrics::new().expect("counters"))).expect("opens")
}

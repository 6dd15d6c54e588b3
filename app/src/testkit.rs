//! A chain in a test: plays CometBFT in this process, with real bytes, real signatures and real checks. After each
//! block every invariant is run; it cannot be switched off.

use std::collections::BTreeMap;
use std::sync::Arc;

use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
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
use serde_json::json;
use sha2::{Digest, Sha256};
use state::{Options, Store};
use tendermint_proto::v0_38::abci::{ExecTxResult, ResponseCheckTx};

use crate::{
    invariant,
    metrics::Metrics,
    modules::{auth, bank as bank_module},
    node::{Config, InitChain, Node, Seen},
    time::Time,
    tx,
};

pub(crate) const CHAIN_ID: &str = "lazchain-test-1";
const GAS: u64 = 200_000;

/// A chain with named accounts.
pub(crate) struct TestChain {
    pub(crate) node: Arc<Node>,
    keys: BTreeMap<String, SecretKey>,
    folder: tempfile::TempDir,
    height: u64,
}

/// A secret key made from a name: for tests only.
fn key_of(name: &str) -> SecretKey {
    let bytes: [u8; 32] = Sha256::digest(name.as_bytes()).into();
    SecretKey::from_byte_array(bytes).expect("a hash is a key")
}

fn pub_key(secret: &SecretKey) -> PubKey {
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
#[derive(Default)]
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
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), Options::default()).expect("opens");
        let node = open(store);
        let coins = |amount: u64| json!([{"denom": "ulaz", "amount": amount.to_string()}]);
        let list = balances.iter().filter(|(_, amount)| *amount > 0);
        let list: Vec<_> = list
            .map(|(name, amount)| json!({"address": address(name).to_string(), "coins": coins(*amount)}))
            .collect();
        let app_state = json!({"bank": {"params": {"default_send_enabled": true}, "balances": list}});
        node.init_chain(InitChain {
            chain_id: CHAIN_ID.into(),
            time: Time::from_secs(1_700_000_000),
            initial_height: 1,
            params: Default::default(),
            validators: Vec::new(),
            app_state,
        })
        .expect("a good genesis");
        let keys = balances.iter().map(|(name, _)| ((*name).to_owned(), key_of(name))).collect();
        let mut chain = TestChain { node, keys, folder, height: 0 };
        chain.block(Vec::new());
        chain
    }

    /// Runs a block and every invariant; returns one result per transaction.
    pub(crate) fn block(&mut self, txs: Vec<Vec<u8>>) -> Vec<ExecTxResult> {
        let finalized = self.node.finalize(self.seen(txs)).expect("executes");
        self.node.commit().expect("commits");
        self.height += 1;
        let latest = self.node.store().latest();
        assert_eq!(latest.app_hash(), finalized.app_hash);
        assert_eq!(invariant::broken(&latest).expect("reads"), Vec::<String>::new());
        finalized.results
    }

    /// The next block with these transactions.
    pub(crate) fn seen(&self, txs: Vec<Vec<u8>>) -> Seen {
        let height = self.height + 1;
        let hash = Sha256::digest(txs.concat()).to_vec();
        Seen { height, time: Time::from_secs(1_700_000_000 + height), hash, txs, ..Seen::default() }
    }

    /// Signs, runs in a block of its own.
    pub(crate) fn run(&mut self, who: &str, messages: Vec<Any>) -> ExecTxResult {
        let tx = self.sign(who, messages, &Odd::default());
        self.block(vec![tx]).remove(0)
    }

    pub(crate) fn check(&self, tx: &[u8]) -> ResponseCheckTx {
        self.node.check(tx).expect("no fault")
    }

    /// A signed transaction of an account.
    pub(crate) fn sign(&self, who: &str, messages: Vec<Any>, odd: &Odd) -> Vec<u8> {
        let latest = self.node.store().latest();
        let account = auth::find_account(&latest, &address(who)).expect("reads");
        let (number, sequence) = account.map_or((0, 0), |account| (account.number, account.sequence));
        let sequence = odd.sequence.unwrap_or(sequence);
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
        let TestChain { node, keys, folder, height } = self;
        drop(node);
        let store = Store::open(folder.path(), Options::default()).expect("opens again");
        TestChain { node: open(store), keys, folder, height }
    }
}

fn open(store: Store) -> Arc<Node> {
    let prices = vec!["0.00005ulaz".parse().expect("a price")];
    let config = Config { prices, ..Config::default() };
    Node::open(store, config, Arc::new(Metrics::new().expect("counters"))).expect("opens")
}

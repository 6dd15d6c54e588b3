//! Scenarios.

mod access;
mod asking;
mod assets;
mod attacks;
mod liable;
mod lineage;
mod messages;
mod model;
mod money;
mod pools;
mod pots;
mod tokens;
mod why;
mod worked;

use prost::{Message, Name};
use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Denom},
    cosmos::base::v1beta1::Coin as WireCoin,
    lazchain::{dat::v1 as pb, idao::v1::UpdateKind},
};
use sha2::{Digest, Sha256};
use state::Snapshot;

use super::{
    logic,
    types::{NewAnchor, Payment, Split},
};
use crate::{
    error::Reject,
    modules::bank,
    node::ExecTxResult,
    testkit::{Odd, TestChain, address, any},
};

/// Everybody in these scenarios.
const PEOPLE: [&str; 8] = ["ada", "ben", "cleo", "dan", "eve", "pat", "bot", "zoe"];
const WEALTH: u64 = 1_000_000_000;

pub(crate) fn chain() -> TestChain {
    TestChain::with_balances(&PEOPLE.map(|name| (name, WEALTH)))
}

fn text(name: &str) -> String {
    address(name).to_string()
}

fn state(chain: &TestChain) -> Snapshot {
    chain.node.store().latest()
}

fn ulaz() -> Denom {
    Denom::known("ulaz")
}

fn wire(amount: u64) -> WireCoin {
    WireCoin { denom: "ulaz".into(), amount: amount.to_string() }
}

/// Signs and runs with as much gas as it takes.
fn run<M: Message + Name>(chain: &mut TestChain, who: &str, message: &M) -> ExecTxResult {
    let odd = Odd { gas: Some(20_000_000), fee: Some(("ulaz", 1_000)), ..Odd::default() };
    let tx = chain.sign(who, vec![any(message)], &odd);
    chain.block(vec![tx]).remove(0)
}

/// Runs a message that must succeed; returns its response.
fn ok<M: Message + Name, R: Message + Default + Name>(chain: &mut TestChain, who: &str, message: &M) -> R {
    let result = run(chain, who, message);
    assert_eq!(result.code, 0, "{}: {}", M::NAME, result.log);
    let data = proto::cosmos::base::abci::v1beta1::TxMsgData::decode(result.data.as_ref()).expect("decodes");
    R::decode(data.msg_responses[0].value.as_slice()).expect("decodes")
}

/// Runs a message that this module must refuse; returns the number.
fn refused<M: Message + Name>(chain: &mut TestChain, who: &str, message: &M) -> u32 {
    let result = run(chain, who, message);
    assert_ne!(result.code, 0, "{} passed", M::NAME);
    assert_eq!(result.codespace, "dat", "{}: {}", M::NAME, result.log);
    result.code
}

/// Runs a message that is wrong in itself.
fn invalid<M: Message + Name>(chain: &mut TestChain, who: &str, message: &M) -> String {
    let result = run(chain, who, message);
    assert_eq!((result.codespace.as_str(), result.code), ("sdk", 18), "{}: {}", M::NAME, result.log);
    result.log
}

/// What a call of another module must be refused with.
fn code<T: std::fmt::Debug>(result: Result<T, Reject>) -> u32 {
    let reject = result.expect_err("refused");
    assert_eq!(reject.space, "dat", "{}", reject.text);
    reject.code
}

fn manifest(content: &str) -> pb::Manifest {
    let digest = |part: &str| Sha256::digest(format!("{part}/{content}")).to_vec();
    pb::Manifest {
        sha256: digest("content"),
        size: 1_000,
        chunk_size: 262_144,
        merkle_root: digest("root"),
        media_type: "text/csv".into(),
        locators: vec![format!("https://example.org/{content}")],
        ..pb::Manifest::default()
    }
}

fn sealed(content: &str) -> pb::Manifest {
    let encryption = pb::Encryption { scheme: "x25519-chacha20poly1305".into(), key_commitment: vec![] };
    pb::Manifest { encryption: Some(encryption), ..manifest(content) }
}

/// A licence for anybody, at 3 `ulaz` a token, of which providers get 40 %, and which asks 15 % of what is derived.
fn terms() -> pb::PolicyTerms {
    let mut terms = pb::PolicyTerms {
        prices: vec![wire(3)],
        provider_bps: 4_000,
        derivative_royalty_bps: 1_500,
        ..pb::PolicyTerms::default()
    };
    terms.set_grantees(pb::Grantees::Anyone);
    terms.set_unit(pb::Unit::Token);
    terms.set_on_revoke(pb::OnRevoke::Keep);
    terms.purposes = vec![pb::Purpose::Infer.into(), pb::Purpose::Derive.into()];
    terms
}

/// An accepted update that makes a new asset, which names no iDAO.
pub(crate) fn new(owner: &str, content: &str) -> NewAnchor {
    NewAnchor {
        task: 1,
        idao: 0,
        owner: address(owner),
        kind: UpdateKind::Dataset,
        target: None,
        manifest: manifest(content),
        parents: Vec::new(),
        dropped: Vec::new(),
        policy: Some(terms()),
        shares: Vec::new(),
        treasury_bps: 0,
        quorum_pool: None,
        certificate: [7; 32],
        deposit: Amount::new(1_000_000),
    }
}

fn parent(asset: u64) -> pb::Parent {
    pb::Parent { asset, version: 1, policy_version: 1 }
}

/// An accepted update that makes a new asset from others, under their first licences.
pub(crate) fn derived(owner: &str, content: &str, parents: &[u64]) -> NewAnchor {
    let parents = parents.iter().map(|asset| parent(*asset)).collect();
    NewAnchor { kind: UpdateKind::Model, parents, ..new(owner, content) }
}

/// An accepted update of an asset that is there.
fn next(owner: &str, content: &str, target: u64) -> NewAnchor {
    NewAnchor { target: Some(target), policy: None, ..new(owner, content) }
}

fn anchor(chain: &mut TestChain, new: NewAnchor) -> (u64, u64) {
    chain.act(move |ctx| logic::anchor(ctx, &new)).expect("anchors")
}

fn finalize(chain: &mut TestChain, (asset, version): (u64, u64)) {
    chain.act(move |ctx| logic::finalize(ctx, asset, version)).expect("finalizes");
}

fn settle(chain: &mut TestChain, (asset, version): (u64, u64)) {
    chain.act(move |ctx| logic::settle(ctx, asset, version)).expect("settles");
}

fn revoke(chain: &mut TestChain, (asset, version): (u64, u64)) {
    let revoked = chain.act(move |ctx| logic::revoke(ctx, asset, version, Amount::ZERO, &address("ada")));
    revoked.expect("revokes");
}

/// Anchored and usable, but liable.
fn liable(chain: &mut TestChain, new: NewAnchor) -> (u64, u64) {
    let made = anchor(chain, new);
    finalize(chain, made);
    made
}

/// Anchored and settled.
fn settled(chain: &mut TestChain, new: NewAnchor) -> (u64, u64) {
    let made = liable(chain, new);
    settle(chain, made);
    made
}

/// A payment by Dan for channel 1, served by Pat for 40 %.
fn payment((asset, version): (u64, u64), base: u64) -> Payment {
    Payment {
        asset,
        version,
        channel: 1,
        provider: address("pat"),
        provider_bps: 4_000,
        paid: Amount::new(base.into()),
        base: Coin::new(ulaz(), Amount::new(base.into())),
        from: address("dan"),
    }
}

fn pay(chain: &mut TestChain, payment: Payment) -> Split {
    chain.act(move |ctx| logic::receive(ctx, &payment)).expect("is received")
}

fn dat(chain: &TestChain, asset: u64, serial: u64) -> pb::Dat {
    logic::dat(&state(chain), asset, serial).expect("is there")
}

fn asset(chain: &TestChain, id: u64) -> pb::Asset {
    logic::asset(&state(chain), id).expect("is there")
}

/// What an account has.
fn wealth(chain: &TestChain, who: &Address) -> u128 {
    bank::balance(&state(chain), who, &ulaz()).expect("reads").units()
}

fn claim(chain: &mut TestChain, dats: &[(u64, u64)]) -> u128 {
    let dats = dats.iter().map(|(asset, serial)| pb::DatRef { asset: *asset, serial: *serial }).collect();
    let message = pb::MsgClaimRevenue { sender: text("zoe"), dats, denoms: vec!["ulaz".into()] };
    let response: pb::MsgClaimRevenueResponse = ok(chain, "zoe", &message);
    response.paid.first().map_or(0, |coin| coin.amount.parse().expect("a number"))
}

/// Runs blocks until the next epoch has begun and its work is done.
fn next_epoch(chain: &mut TestChain) {
    let start = logic::next_epoch(&state(chain)).expect("reads");
    while chain.height < start {
        chain.blocks(1);
    }
}

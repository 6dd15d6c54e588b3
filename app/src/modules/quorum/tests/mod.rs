//! Scenarios, and what they are told with.

mod example;
mod faults;
mod joining;
mod money;
mod slashes;
mod votes;

use ed25519_consensus::{SigningKey, VerificationKey};
use prost_types::Any;
use proto::{
    address::ValAddress,
    amount::Amount,
    lazchain::{idao::v1::UpdateKind, quorum::v1 as pb},
};
use sha2::{Digest, Sha256};
use state::{Overlay, Pb, Read};

use crate::{
    ctx::{Block, Ctx},
    invariant,
    modules::{scheduler, staking},
    node::ExecTxResult,
    testkit::{CHAIN_ID, TestChain, address, any, genesis},
    time::{Span, Time},
};

/// One LAZ in `ulaz`.
pub(crate) const LAZ: u64 = 1_000_000;

/// The operator of a name.
pub(crate) fn val(name: &str) -> ValAddress {
    address(name).operator()
}

/// The key that a member of this name signs ballots with.
pub(crate) fn signing_key(name: &str) -> SigningKey {
    let secret: [u8; 32] = Sha256::digest(format!("ballots/{name}")).into();
    SigningKey::from(secret)
}

/// Its public half.
pub(crate) fn attestation_key(name: &str) -> Vec<u8> {
    VerificationKey::from(&signing_key(name)).to_bytes().to_vec()
}

/// Rules with a fee for datasets and models, all else being the chain's.
pub(crate) fn rules() -> pb::Rules {
    let fee = |kind: UpdateKind| pb::Fee { kind: kind.into(), base: "20000002".into(), bps: 10 };
    let fees = vec![fee(UpdateKind::Dataset), fee(UpdateKind::Model)];
    pb::Rules { domains: vec!["health".into()], fees, ..pb::Rules::default() }
}

/// The rules of Quorum 1 of the worked example.
pub(crate) fn example_rules() -> pb::Rules {
    pb::Rules { cap_bps: 2_500, seats: 5, least_members: 5, ..rules() }
}

pub(crate) fn create(who: &str, rules: pb::Rules) -> Any {
    any(&pb::MsgCreateQuorum {
        creator: address(who).to_string(),
        name: "Health".into(),
        description: "Reads health data".into(),
        rules: Some(rules),
    })
}

fn join_message(name: &str, quorum: u64, allocation_bps: u32) -> pb::MsgJoinQuorum {
    pb::MsgJoinQuorum {
        validator: val(name).to_string(),
        quorum,
        allocation_bps,
        attestation_key: attestation_key(name),
        sealing_key: Sha256::digest(format!("sealed/{name}")).to_vec(),
        endpoint: format!("https://{name}.example.org"),
    }
}

pub(crate) fn join(name: &str, quorum: u64, allocation_bps: u32) -> Any {
    any(&join_message(name, quorum, allocation_bps))
}

fn leave(name: &str, quorum: u64) -> Any {
    any(&pb::MsgLeaveQuorum { validator: val(name).to_string(), quorum })
}

fn allocate(name: &str, quorum: u64, allocation_bps: u32) -> Any {
    any(&pb::MsgUpdateAllocation { validator: val(name).to_string(), quorum, allocation_bps })
}

/// Runs messages that must succeed.
pub(crate) fn run(chain: &mut TestChain, who: &str, messages: Vec<Any>) -> ExecTxResult {
    let result = chain.run(who, messages);
    assert_eq!(result.code, 0, "{}", result.log);
    result
}

/// Runs messages that must be refused; the codespace and the number.
fn refused(chain: &mut TestChain, who: &str, messages: Vec<Any>) -> (String, u32) {
    let result = chain.run(who, messages);
    assert_ne!(result.code, 0);
    (result.codespace, result.code)
}

fn ours(code: u32) -> (String, u32) {
    ("quorum".to_owned(), code)
}

/// Runs blocks until the next epoch has begun and its measuring is done.
pub(crate) fn next_epoch(chain: &mut TestChain) {
    let number = |chain: &TestChain| scheduler::epoch(&chain.node.store().latest()).expect("reads");
    let before = number(chain);
    while number(chain) == before {
        chain.blocks(1);
    }
    chain.blocks(1);
}

/// Five validators with stake of their own, in LAZ, and a rich delegator and creator.
fn five(own: [u64; 5]) -> TestChain {
    let names = ["v1", "v2", "v3", "v4", "v5"];
    let mut balances = vec![("ada", 2_000_000 * LAZ), ("del", 2_000_000 * LAZ), ("poor", 1_000)];
    balances.extend(names.map(|name| (name, 1_000 * LAZ)));
    let validators: Vec<_> = names.into_iter().zip(own).collect();
    let mut app = genesis(&balances, &validators);
    // nothing is taken from stake for missed blocks while a scenario skips time
    app["slashing"] = serde_json::Value::Null;
    let names: Vec<&str> = balances.iter().map(|(name, _)| *name).collect();
    TestChain::with_genesis(&names, app)
}

/// Quorum 1 with five equal members of 1,000 LAZ, each with half of its stake, measured.
pub(crate) fn equal() -> TestChain {
    let mut chain = five([1_000 * LAZ; 5]);
    run(&mut chain, "ada", vec![create("ada", rules())]);
    for name in ["v1", "v2", "v3", "v4", "v5"] {
        run(&mut chain, name, vec![join(name, 1, 5_000)]);
    }
    next_epoch(&mut chain);
    chain
}

fn quorum(chain: &TestChain, id: u64) -> pb::Quorum {
    let answer: pb::QueryQuorumResponse =
        chain.ask("/lazchain.quorum.v1.Query/Quorum", &pb::QueryQuorumRequest { id }).expect("is there");
    answer.quorum.expect("is there")
}

fn member(chain: &TestChain, quorum: u64, name: &str) -> Option<pb::QueryMemberResponse> {
    let ask = pb::QueryMemberRequest { quorum, validator: val(name).to_string() };
    chain.ask("/lazchain.quorum.v1.Query/Member", &ask).ok()
}

fn measurement(chain: &TestChain, quorum: u64) -> pb::Measurement {
    let ask = pb::QueryMeasurementRequest { quorum, epoch: 0 };
    let answer: pb::QueryMeasurementResponse =
        chain.ask("/lazchain.quorum.v1.Query/Measurement", &ask).expect("is there");
    answer.measurement.expect("is there")
}

fn allocated(chain: &TestChain, name: &str) -> pb::QueryAllocationsResponse {
    let ask = pb::QueryAllocationsRequest { validator: val(name).to_string() };
    chain.ask("/lazchain.quorum.v1.Query/Allocations", &ask).expect("answers")
}

/// What follows in block work alone, on the state of a chain: other modules' calls, and the ends of blocks.
pub(crate) struct Stage {
    pub(crate) ctx: Ctx,
}

impl Stage {
    /// After the last block of a chain that has skipped so many seconds.
    pub(crate) fn of(chain: &TestChain, skipped: u64) -> Stage {
        let height = chain.height + 1;
        let block = Block {
            height,
            time: Time::from_secs(1_700_000_000 + height + skipped),
            chain_id: CHAIN_ID.into(),
            proposer: None,
        };
        Stage { ctx: Ctx::new(block, Overlay::new(chain.node.store().latest())) }
    }

    /// The end of a block, with its queues; then every invariant.
    pub(crate) fn block(&mut self) {
        scheduler::end_block(&mut self.ctx).expect("works");
        staking::end_block(&mut self.ctx).expect("works");
        assert_eq!(invariant::broken(&self.ctx.state).expect("reads"), Vec::<String>::new());
        self.ctx.block.height += 1;
        self.skip_secs(1);
    }

    pub(crate) fn skip_secs(&mut self, secs: u64) {
        self.ctx.block.time = self.ctx.block.time.plus(Span::from_secs(secs));
    }

    /// Ends blocks until the next epoch is measured.
    pub(crate) fn next_epoch(&mut self) {
        let before = scheduler::epoch(&self.ctx.state).expect("reads");
        while scheduler::epoch(&self.ctx.state).expect("reads") == before {
            self.block();
        }
        self.block();
    }

    fn kinds(&mut self) -> Vec<String> {
        self.ctx.take_events().iter().map(|event| event.kind().to_owned()).collect()
    }
}

fn laz(count: u64) -> Amount {
    Amount::new((count * LAZ).into())
}

/// A slash, unless it is forgotten.
fn slash_record(state: &dyn Read, number: u64) -> Option<pb::Slash> {
    super::keys::SLASHES.get(state, &number).expect("reads").map(|Pb(slash)| slash)
}

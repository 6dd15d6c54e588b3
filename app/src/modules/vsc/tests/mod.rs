//! Scenarios, in a block that never ends: messages are parsed and applied without signatures or fees of transactions,
//! queues are worked, and every invariant is run after each step. The beacon is 32 bytes of `0x07`.

mod across;
mod acts;
mod attacks;
mod ballots;
mod canaries;
mod cases;
mod example;
mod life;
mod looks;
mod recomputed;
mod refusals;
mod rounds;
mod seals;
mod whole;
mod why;

use std::collections::BTreeMap;

use prost::{Message, Name};
use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    coin::Denom,
    cosmos::{base::v1beta1::Coin, staking::v1beta1::MsgDelegate},
    lazchain::{beacon::v1::Chain, idao::v1 as idao_pb, quorum::v1 as quorum_pb, vsc::v1 as pb},
};
use state::{Item, Map, Overlay, Pb, Snapshot};

use super::{
    keys::{BALLOTS, TASKS},
    logic,
};
use crate::{
    ctx::{Block, Ctx},
    error::Reject,
    genesis, invariant,
    modules::{self, bank, quorum, scheduler},
    msg,
    testkit::{
        CHAIN_ID, address, any,
        ballots::{Said, hash, signing_key},
        genesis as genesis_of, init_chain,
    },
    time::Span,
};

pub(super) const LAZ: u128 = 1_000_000;
const PEOPLE: [&str; 9] = ["ada", "ben", "cleo", "mallory", "chad", "dan", "eve", "bot", "poor"];
const DICE: [u8; 32] = [7; 32];
/// Stake of the validators of Quorum 1, their own part of it, what they pledge: the worked example's.
const FIRST: [(u64, u64, u32); 5] = [
    (1_000_000_000_000, 20_000_000_000, 5_000),
    (600_000_000_000, 600_000_000_000, 5_000),
    (500_000_000_000, 50_000_000_000, 3_000),
    (400_001_234_567, 400_001_234_567, 2_500),
    (300_000_000_000, 300_000_000_000, 2_000),
];
/// Powers in Quorum 2, in LAZ.
const SECOND: [u64; 5] = [120_000, 110_000, 100_000, 90_000, 80_000];

/// So many names whose addresses are in order.
fn sorted(prefix: &str, count: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..count).map(|number| format!("{prefix}{number}")).collect();
    names.sort_by_key(|name| address(name));
    names
}

pub(super) fn text(name: &str) -> String {
    address(name).to_string()
}

pub(super) const ACCEPT: Said = (pb::Verdict::Accept, 8_000);
pub(super) const REJECT: Said = (pb::Verdict::Reject, 0);
pub(super) const INVALID: Said = (pb::Verdict::Invalid, 0);

/// A chain with an iDAO of Ada's, two Quorums, and trust edges to both.
pub(super) struct World {
    pub(super) ctx: Ctx,
    /// Names of all validators, by operator.
    names: BTreeMap<ValAddress, String>,
    pub(super) first: Vec<String>,
    pub(super) second: Vec<String>,
    /// Whether records were written past the rules, so that they do not follow from them.
    pub(super) bent: bool,
}

impl World {
    /// Edges to Quorum 1, DAT-backed if so said, and to Quorum 2 if so said.
    pub(super) fn new(dat_backed: bool, both: bool) -> World {
        let mut world = World::bare();
        world.set_up(5, dat_backed, both);
        world
    }

    /// All ten validators in Quorum 1, the only one that is trusted.
    pub(super) fn larger() -> World {
        let mut world = World::bare();
        world.set_up(10, false, false);
        world
    }

    fn bare() -> World {
        let (first, second) = (sorted("v", 5), sorted("w", 5));
        let rich = 10_000_000_000_000_u64;
        let mut balances: Vec<(&str, u64)> = PEOPLE[..8].iter().map(|name| (*name, rich)).collect();
        balances.push(("poor", 2_000_000));
        balances.extend(first.iter().chain(&second).map(|name| (name.as_str(), 1_000_000_000)));
        let own = first.iter().zip(FIRST).map(|(name, (_, own, _))| (name.as_str(), own));
        let others = second.iter().zip(SECOND).map(|(name, power)| (name.as_str(), power * 2_000_000));
        let validators: Vec<(&str, u64)> = own.chain(others).collect();
        let mut app = genesis_of(&balances, &validators);
        app["slashing"] = serde_json::Value::Null;
        let init = init_chain(app, Vec::new());
        let (state, _) = genesis::build(Snapshot::empty(), &init).expect("a good genesis");
        let block = Block { height: 1, time: init.time, chain_id: CHAIN_ID.into(), proposer: None };
        let names =
            first.iter().chain(&second).map(|name| (address(name).operator(), name.clone())).collect();
        let mut world = World { ctx: Ctx::new(block, state), names, first, second, bent: false };
        world.pass(1);
        world
    }

    fn set_up(&mut self, seats: u32, dat_backed: bool, both: bool) {
        for (place, (tokens, own, _)) in FIRST.iter().enumerate().filter(|(_, (tokens, own, _))| tokens > own)
        {
            let coin = Coin { denom: "ulaz".into(), amount: (tokens - own).to_string() };
            let validator = address(&self.first[place]).operator().to_string();
            self.ok(&MsgDelegate {
                delegator_address: text("dan"),
                validator_address: validator,
                amount: Some(coin),
            });
        }
        self.create_quorum(seats);
        self.create_quorum(5);
        for (place, (_, _, allocation)) in FIRST.iter().enumerate() {
            self.join(&self.first[place].clone(), 1, *allocation);
        }
        for name in self.second.clone() {
            self.join(&name, if seats > 5 { 1 } else { 2 }, 5_000);
        }
        self.ok(&idao_pb::MsgCreateIdao {
            founder: text("ada"),
            name: "Open Health".into(),
            domain: "health".into(),
            charter_uri: "https://example.org/charter".into(),
            charter_hash: vec![7; 32],
            rules: Some(self.idao_rules()),
        });
        self.trust(1, dat_backed);
        if both {
            self.trust(2, false);
        }
        self.next_epoch();
    }

    /// Open to everybody, so that anyone can submit; a tenth of the shares to the treasury.
    fn idao_rules(&self) -> idao_pb::Rules {
        let answer: idao_pb::QueryParamsResponse =
            self.ask("/lazchain.idao.v1.Query/Params", &idao_pb::QueryParamsRequest {});
        let rules = answer.params.and_then(|params| params.default_rules).expect("has some");
        idao_pb::Rules {
            membership: idao_pb::Membership::Open.into(),
            membership_deposit: "0".into(),
            split_bps: 1_000,
            points_share_bps: 5_000,
            ..rules
        }
    }

    pub(super) fn rules(&self) -> idao_pb::Rules {
        let idaos: Map<u64, Pb<idao_pb::Idao>> = Map::new("idao/idaos");
        let Pb(idao) = idaos.get(&self.ctx.state, &1).expect("reads").expect("is there");
        idao.rules.expect("has some")
    }

    pub(super) fn set_rules(&mut self, rules: idao_pb::Rules) {
        let idaos: Map<u64, Pb<idao_pb::Idao>> = Map::new("idao/idaos");
        let Pb(mut idao) = idaos.get(&self.ctx.state, &1).expect("reads").expect("is there");
        idao.rules = Some(rules);
        idaos.set(&mut self.ctx.state, &1, &Pb(idao));
    }

    fn create_quorum(&mut self, seats: u32) {
        use idao_pb::UpdateKind::{Agent, Behaviour, Dataset, Model, Pov};
        let fee = |kind: idao_pb::UpdateKind| quorum_pb::Fee {
            kind: kind.into(),
            base: "20000002".into(),
            bps: 10,
        };
        let rules = quorum_pb::Rules {
            domains: vec!["health".into()],
            fees: [Pov, Dataset, Model, Agent, Behaviour].map(fee).to_vec(),
            cap_bps: 2_500,
            seats,
            least_members: 5,
            committee: 4,
            least_seats: 3,
            ..quorum_pb::Rules::default()
        };
        self.ok(&quorum_pb::MsgCreateQuorum {
            creator: text("eve"),
            name: "Health".into(),
            description: "Reads health data".into(),
            rules: Some(rules),
        });
    }

    fn join(&mut self, name: &str, quorum: u64, allocation_bps: u32) {
        self.ok(&quorum_pb::MsgJoinQuorum {
            validator: address(name).operator().to_string(),
            quorum,
            allocation_bps,
            attestation_key: signing_key(name).verification_key().to_bytes().to_vec(),
            sealing_key: hash(&format!("sealed/{name}")).to_vec(),
            endpoint: format!("https://{name}.example.org"),
        });
    }

    pub(super) fn trust(&mut self, quorum: u64, dat_backed: bool) {
        let mode = if dat_backed { idao_pb::TrustMode::DatBacked } else { idao_pb::TrustMode::Fee };
        let edge = idao_pb::TrustEdge {
            idao: 1,
            quorum,
            kinds: (1..=5).collect(),
            max_value_at_risk: (50_000 * LAZ).to_string(),
            min_value_at_risk: "0".into(),
            mode: mode.into(),
            quorum_share_bps: if dat_backed { 200 } else { 0 },
            ..idao_pb::TrustEdge::default()
        };
        let account = Address::module("idao/1").to_string();
        self.ok(&idao_pb::MsgEstablishTrust { idao_account: account, edge: Some(edge) });
    }

    pub(super) fn fund_audit(&mut self, quorum: u64, amount: u128) {
        self.ok(&quorum_pb::MsgFundQuorum {
            funder: text("eve"),
            quorum,
            pool: quorum_pb::Pool::Audit.into(),
            amount: amount.to_string(),
        });
    }

    /// A member by the open door.
    pub(super) fn member(&mut self, name: &str) {
        self.ok(&idao_pb::MsgApplyToJoin {
            applicant: text(name),
            idao: 1,
            max_deposit: (100 * LAZ).to_string(),
            ..idao_pb::MsgApplyToJoin::default()
        });
    }

    /// Sends a message as its signer.
    pub(super) fn send<M: Message + Name>(&mut self, message: &M) -> Result<Vec<u8>, Reject> {
        let routed = msg::route(&any(message)).map_err(|error| error.reject().expect("no fault"))?;
        let outcome = self.ctx.attempt(|ctx| routed.action.apply(ctx)).expect("no fault");
        self.check();
        outcome.map(|response| response.value)
    }

    pub(super) fn ok<M: Message + Name>(&mut self, message: &M) -> Vec<u8> {
        self.send(message)
            .unwrap_or_else(|reject| panic!("{}: {}/{} {reject}", M::NAME, reject.space, reject.code))
    }

    /// The number of this module's refusal.
    pub(super) fn refused<M: Message + Name>(&mut self, message: &M) -> u32 {
        let reject = self.send(message).expect_err("refused");
        assert_eq!(reject.space, "vsc", "{reject}");
        reject.code
    }

    /// The next block comes so many seconds later.
    pub(super) fn pass(&mut self, secs: u64) {
        self.ctx.block.time = self.ctx.block.time.plus(Span::from_secs(secs));
        self.ctx.block.height += 1;
        self.give_preimage();
        modules::end_block(&mut self.ctx).expect("no trouble");
        self.check();
        let events = self.ctx.take_events();
        let aside: Vec<_> = events.iter().filter(|event| event.kind() == "scheduler.set_aside").collect();
        assert_eq!(aside, Vec::new());
    }

    pub(super) fn blocks(&mut self, count: usize) {
        (0..count).for_each(|_| self.pass(1));
    }

    /// As if a validator had given a preimage, but the beacon is what it is in the worked example.
    fn give_preimage(&mut self) {
        let (height, who) = (self.ctx.block.height, address("dice").operator());
        let chains: Map<ValAddress, Pb<Chain>> = Map::new("beacon/chains");
        let recent: Map<(u64, ValAddress), ()> = Map::new("beacon/recent");
        if let Some(Pb(chain)) = chains.get(&self.ctx.state, &who).expect("reads") {
            recent.remove(&mut self.ctx.state, &(chain.last_height, who));
        }
        recent.set(&mut self.ctx.state, &(height, who), &());
        let chain = Chain { validator: who.to_string(), last_height: height, ..Chain::default() };
        chains.set(&mut self.ctx.state, &who, &Pb(chain));
        Item::<[u8; 32]>::new("beacon/value").set(&mut self.ctx.state, &DICE);
    }

    pub(super) fn next_epoch(&mut self) {
        let before = scheduler::epoch(&self.ctx.state).expect("reads");
        while scheduler::epoch(&self.ctx.state).expect("reads") == before {
            self.pass(1);
        }
        self.pass(1);
        let measured = quorum::measured(&self.ctx.state, 1).expect("reads").expect("measured");
        assert!(!measured.members.is_empty());
    }

    fn check(&self) {
        assert_eq!(invariant::broken(&self.ctx.state).expect("reads"), Vec::<String>::new());
    }

    pub(super) fn ask<Q: Message, P: Message + Default>(&self, path: &str, ask: &Q) -> P {
        self.try_ask(path, ask).expect("answers")
    }

    pub(super) fn try_ask<Q: Message, P: Message + Default>(
        &self,
        path: &str,
        ask: &Q,
    ) -> crate::error::Result<P> {
        let query = modules::QUERIES.iter().flat_map(|list| list.iter()).find(|query| query.path == path);
        let answer = (query.expect("a known query").answer)(&self.ctx.state, &ask.encode_to_vec())?;
        Ok(P::decode(answer.as_slice()).expect("decodes"))
    }

    pub(super) fn task(&self, id: u64) -> pb::Task {
        logic::task(&self.ctx.state, id).expect("is there")
    }

    pub(super) fn tasks(&self) -> u64 {
        u64::try_from(TASKS.page(&self.ctx.state, &(), None, 100).expect("reads").len()).expect("few")
    }

    pub(super) fn round(&self, task: u64, round: u32) -> pb::Round {
        logic::round(&self.ctx.state, task, round).expect("is there")
    }

    pub(super) fn case(&self, task: u64, number: u32) -> pb::Case {
        logic::case(&self.ctx.state, task, number).expect("is there")
    }

    pub(super) fn balance(&self, who: &Address) -> u128 {
        bank::balance(&self.ctx.state, who, &Denom::known("ulaz")).expect("reads").units()
    }

    pub(super) fn of(&self, name: &str) -> u128 {
        self.balance(&address(name))
    }

    pub(super) fn supply(&self) -> u128 {
        bank::supply(&self.ctx.state, &Denom::known("ulaz")).expect("reads").units()
    }

    pub(super) fn pools(&self, quorum: u64) -> (u128, u128) {
        let pools: Map<u64, Pb<quorum_pb::Pools>> = Map::new("quorum/pools");
        let pools = pools.get(&self.ctx.state, &quorum).expect("reads").map(|Pb(pools)| pools);
        let units = |text: &str| text.parse::<Amount>().unwrap_or_default().units();
        pools.map_or((0, 0), |pools| (units(&pools.insurance), units(&pools.audit)))
    }

    /// Who sits in a round, in the order drawn.
    pub(super) fn seats(&self, task: u64, round: u32) -> Vec<String> {
        let seats = self.round(task, round).seats;
        seats.iter().map(|seat| self.names[&seat.member.parse().expect("an operator")].clone()).collect()
    }

    pub(super) fn set_params(&mut self, change: impl FnOnce(&mut pb::Params)) {
        let mut params = logic::params(&self.ctx.state).expect("reads");
        change(&mut params);
        let authority = Address::module("gov").to_string();
        self.ok(&pb::MsgUpdateParams { authority, params: Some(params) });
    }

    pub(super) fn revealed(&self, task: u64, round: u32) -> usize {
        let page = BALLOTS.page(&self.ctx.state, &(task, round), None, 100).expect("reads");
        page.iter().filter(|(_, Pb(ballot))| ballot.reveal_height > 0).count()
    }

    pub(super) fn overlay(&self) -> &Overlay {
        &self.ctx.state
    }
}

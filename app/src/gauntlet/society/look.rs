//! A read-only look at the chain, by the queries that anybody can ask.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use proto::{
    cosmos::{base::query::v1beta1::PageRequest, gov::v1 as gov_pb},
    lazchain::{dat::v1 as dat_pb, idao::v1 as idao_pb, usage::v1 as usage_pb, vsc::v1 as pb},
};

use crate::{modules::scheduler, testkit::TestChain, time::Time};

/// The answer to a question, unless there is none.
pub(super) fn ask<Q: Message, P: Message + Default>(chain: &TestChain, path: &str, ask: &Q) -> Option<P> {
    chain.ask(path, ask).ok()
}

/// As many rows as there can be here.
pub(super) fn all() -> Option<PageRequest> {
    Some(PageRequest { limit: 100, ..PageRequest::default() })
}

/// What somebody sees before the next block.
pub(super) struct Look<'a> {
    pub(super) chain: &'a TestChain,
    pub(super) height: u64,
    pub(super) now: Time,
    /// The height at which the next epoch begins.
    pub(super) next_epoch: u64,
    /// Those that are not closed.
    pub(super) tasks: Vec<pb::Task>,
    /// Submitted since the last look.
    pub(super) fresh: Vec<pb::Task>,
    /// Those that are on.
    pub(super) rounds: Vec<pb::Round>,
    /// Of open tasks, open.
    pub(super) cases: Vec<pb::Case>,
    /// All there are.
    pub(super) assets: Vec<dat_pb::Asset>,
    /// Those that are not settled.
    pub(super) channels: Vec<usage_pb::Channel>,
    /// Of iDAOs, not decided or waiting to be executed.
    pub(super) proposals: Vec<idao_pb::Proposal>,
    /// Of governance, being voted on.
    pub(super) motions: Vec<gov_pb::Proposal>,
}

impl Look<'_> {
    /// An open task.
    pub(super) fn task(&self, id: u64) -> Option<&pb::Task> {
        self.tasks.iter().find(|task| task.id == id)
    }
}

/// What is known from one look to the next, so that nobody reads the whole state again.
#[derive(Default)]
pub(super) struct Watch {
    last_task: u64,
    tasks: BTreeSet<u64>,
    /// Rounds that are on, and how many of a task were seen.
    rounds: BTreeSet<(u64, u32)>,
    drawn: BTreeMap<u64, u32>,
    last_channel: u64,
    channels: BTreeSet<u64>,
    last_proposal: u64,
    proposals: BTreeSet<u64>,
}

fn task(chain: &TestChain, task: u64) -> Option<pb::Task> {
    let found = ask(chain, "/lazchain.vsc.v1.Query/Task", &pb::QueryTaskRequest { task });
    found.and_then(|found: pb::QueryTaskResponse| found.task)
}

fn channel(chain: &TestChain, channel: u64) -> Option<usage_pb::Channel> {
    let ask_it = usage_pb::QueryChannelRequest { channel };
    let found = ask(chain, "/lazchain.usage.v1.Query/Channel", &ask_it);
    found.and_then(|found: usage_pb::QueryChannelResponse| found.channel)
}

fn proposal(chain: &TestChain, id: u64) -> Option<idao_pb::Proposal> {
    let ask_it = idao_pb::QueryProposalRequest { id };
    let found = ask(chain, "/lazchain.idao.v1.Query/Proposal", &ask_it);
    found.and_then(|found: idao_pb::QueryProposalResponse| found.proposal)
}

/// Every task there ever was.
pub(super) fn all_tasks(chain: &TestChain) -> Vec<pb::Task> {
    (1..).map_while(|id| task(chain, id)).collect()
}

/// Every case there ever was.
pub(super) fn cases_of(chain: &TestChain, task: u64) -> Vec<pb::Case> {
    let ask_it = pb::QueryCasesRequest { task, pagination: all() };
    let found = ask(chain, "/lazchain.vsc.v1.Query/Cases", &ask_it);
    found.map_or_else(Vec::new, |found: pb::QueryCasesResponse| found.cases)
}

/// Every round there ever was of a task.
pub(super) fn rounds_of(chain: &TestChain, task: u64) -> Vec<pb::Round> {
    let ask_it = pb::QueryRoundsRequest { task, pagination: all() };
    let found = ask(chain, "/lazchain.vsc.v1.Query/Rounds", &ask_it);
    found.map_or_else(Vec::new, |found: pb::QueryRoundsResponse| found.rounds)
}

/// The tokens of an account.
pub(super) fn dats_of(chain: &TestChain, owner: String) -> Vec<dat_pb::Dat> {
    let ask_it = dat_pb::QueryDatsByOwnerRequest { owner, pagination: all() };
    let found = ask(chain, "/lazchain.dat.v1.Query/DatsByOwner", &ask_it);
    found.map_or_else(Vec::new, |found: dat_pb::QueryDatsByOwnerResponse| found.dats)
}

/// Every asset there is.
pub(super) fn assets(chain: &TestChain) -> Vec<dat_pb::Asset> {
    let asset = |asset| {
        let ask_it = dat_pb::QueryAssetRequest { asset };
        let found = ask(chain, "/lazchain.dat.v1.Query/Asset", &ask_it);
        found.and_then(|found: dat_pb::QueryAssetResponse| found.asset)
    };
    (1..).map_while(asset).collect()
}

impl Watch {
    /// Looks again.
    pub(super) fn look<'a>(&mut self, chain: &'a TestChain, now: Time) -> Look<'a> {
        let latest = chain.node.store().latest();
        let mut look = Look {
            chain,
            height: chain.height,
            now,
            next_epoch: scheduler::next_start(&latest).expect("reads"),
            tasks: Vec::new(),
            fresh: Vec::new(),
            rounds: Vec::new(),
            cases: Vec::new(),
            assets: assets(chain),
            channels: Vec::new(),
            proposals: Vec::new(),
            motions: Vec::new(),
        };
        self.tasks(&mut look);
        self.rounds(&mut look);
        self.channels(&mut look);
        self.proposals(&mut look);
        look
    }

    fn tasks(&mut self, look: &mut Look) {
        let chain = look.chain;
        while let Some(fresh) = task(chain, self.last_task + 1) {
            self.last_task += 1;
            self.tasks.insert(fresh.id);
            look.fresh.push(fresh);
        }
        look.tasks = self.tasks.iter().filter_map(|id| task(chain, *id)).collect();
        look.tasks.retain(|task| task.status() != pb::TaskStatus::Closed);
        self.tasks = look.tasks.iter().map(|task| task.id).collect();
        let open = look.tasks.iter().filter(|task| task.case_open);
        look.cases = open.filter_map(|task| cases_of(chain, task.id).pop()).collect();
    }

    fn rounds(&mut self, look: &mut Look) {
        for task in &look.tasks {
            let seen = self.drawn.insert(task.id, task.rounds).unwrap_or(0);
            self.rounds.extend((seen + 1..=task.rounds).map(|round| (task.id, round)));
        }
        let chain = look.chain;
        let round = |(task, round): &(u64, u32)| {
            let ask_it = pb::QueryRoundRequest { task: *task, round: *round };
            let found = ask(chain, "/lazchain.vsc.v1.Query/Round", &ask_it);
            found.and_then(|found: pb::QueryRoundResponse| found.round)
        };
        look.rounds = self.rounds.iter().filter_map(round).collect();
        look.rounds.retain(|round| round.phase() != pb::Phase::Over);
        self.rounds = look.rounds.iter().map(|round| (round.task, round.round)).collect();
    }

    fn channels(&mut self, look: &mut Look) {
        let chain = look.chain;
        while channel(chain, self.last_channel + 1).is_some() {
            self.last_channel += 1;
            self.channels.insert(self.last_channel);
        }
        look.channels = self.channels.iter().filter_map(|id| channel(chain, *id)).collect();
        self.channels = look.channels.iter().map(|channel| channel.id).collect();
    }

    fn proposals(&mut self, look: &mut Look) {
        use idao_pb::ProposalStatus::{Passed, Voting};
        let chain = look.chain;
        while proposal(chain, self.last_proposal + 1).is_some() {
            self.last_proposal += 1;
            self.proposals.insert(self.last_proposal);
        }
        look.proposals = self.proposals.iter().filter_map(|id| proposal(chain, *id)).collect();
        look.proposals.retain(|proposal| matches!(proposal.status(), Voting | Passed));
        self.proposals = look.proposals.iter().map(|proposal| proposal.id).collect();
        let ask_it = gov_pb::QueryProposalsRequest {
            proposal_status: gov_pb::ProposalStatus::VotingPeriod.into(),
            pagination: all(),
            ..gov_pb::QueryProposalsRequest::default()
        };
        let found = ask(chain, "/cosmos.gov.v1.Query/Proposals", &ask_it);
        look.motions = found.map_or_else(Vec::new, |found: gov_pb::QueryProposalsResponse| found.proposals);
    }
}

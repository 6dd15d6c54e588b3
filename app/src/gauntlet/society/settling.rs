//! By transactions, before play begins: Quorums, iDAOs with trust, members, providers, delegations.

use proto::{
    cosmos::{base::v1beta1::Coin, staking::v1beta1::MsgDelegate},
    lazchain::{idao::v1 as idao_pb, quorum::v1 as quorum_pb, usage::v1 as usage_pb},
};

use super::{
    Society,
    cast::{Kind, LAZ, name},
    desk::Desk,
    founding::{LAW, QUORUMS, SHOP, homes, join, treasury},
};
use crate::{
    modules,
    testkit::{
        self, address, any,
        ballots::{hash, signing_key},
    },
};

impl Society {
    /// Everything that is there before play begins.
    pub(super) fn found(&mut self) {
        let dicers: Vec<String> = self.cast.of(Kind::Honest)[..7].to_vec();
        for who in &dicers {
            let message = self.trio.a.dice_of(who);
            let tx = self.trio.a.sign(who, vec![message], &testkit::Odd::default());
            self.step(vec![tx]);
        }
        self.found_quorums();
        self.found_idaos();
        self.give_up_the_gate();
        self.settle_in();
        let first = self.epoch();
        while self.epoch() < first + 2 {
            self.founded(Desk::default());
        }
    }

    /// A block of what founds; all of it succeeds.
    fn founded(&mut self, desk: Desk) {
        let txs = desk.signed(&self.trio.a, None);
        let finalized = self.step(txs);
        for result in finalized.results {
            assert_eq!(result.code, 0, "{}", result.log);
        }
    }

    fn found_quorums(&mut self) {
        use idao_pb::UpdateKind::{Agent, Behaviour, Dataset, Model, Pov};
        let clerk = name(Kind::Clerk, 0);
        let mut desk = Desk::default();
        for name in ["Open", "Mixed", "Closed", "Sour"] {
            let fee = |kind: idao_pb::UpdateKind| quorum_pb::Fee {
                kind: kind.into(),
                base: (5 * LAZ).to_string(),
                bps: 10,
            };
            let rules = quorum_pb::Rules {
                domains: vec!["all".into()],
                fees: [Pov, Dataset, Model, Agent, Behaviour].map(fee).to_vec(),
                seats: 16,
                committee: if name == "Open" { 5 } else { 4 },
                ..quorum_pb::Rules::default()
            };
            let (creator, description) = (self.cast.account(&clerk), String::new());
            let rules = Some(rules);
            desk.put(&clerk, &quorum_pb::MsgCreateQuorum { creator, name: name.into(), description, rules });
        }
        self.founded(desk);
        let mut desk = Desk::default();
        for (quorum, members) in (1..).zip(QUORUMS) {
            for (kind, number) in members {
                let who = name(*kind, *number);
                let join = quorum_pb::MsgJoinQuorum {
                    validator: address(&who).operator().to_string(),
                    quorum,
                    allocation_bps: 2_500,
                    attestation_key: signing_key(&who).verification_key().to_bytes().to_vec(),
                    sealing_key: hash(&format!("sealed/{who}")).to_vec(),
                    endpoint: format!("https://{who}.example.org"),
                };
                desk.put(&who, &join);
            }
        }
        self.founded(desk);
    }

    /// iDAOs, and by proposal the trust that each has in Quorums.
    fn found_idaos(&mut self) {
        use idao_pb::{Membership, TrustMode, UpdateKind};
        let rules = |membership: Membership, split_bps, points_share_bps| {
            let rules = modules::idao::local().default_rules.expect("has some");
            let (membership, membership_deposit) = (membership.into(), (10 * LAZ).to_string());
            idao_pb::Rules { membership, membership_deposit, split_bps, points_share_bps, ..rules }
        };
        let clerk = name(Kind::Clerk, 0);
        let law = rules(Membership::Application, 1_000, 5_000);
        let law = idao_pb::Rules { vote_needed: vec![UpdateKind::Model.into()], ..law };
        let fee = |quorum| (quorum, TrustMode::Fee);
        let mut idaos = vec![
            (clerk.clone(), rules(Membership::Open, 1_000, 5_000), vec![fee(1), fee(2)]),
            (clerk.clone(), law, vec![(1, TrustMode::DatBacked), fee(2)]),
            (clerk, rules(Membership::Open, 1_000, 5_000), vec![fee(4)]),
            // what one has for oneself
            (name(Kind::Front, 0), rules(Membership::Open, 0, 10_000), vec![fee(3)]),
        ];
        for person in 0..self.washers() {
            let owner = name(Kind::Washer, 3 * person);
            idaos.push((owner, rules(Membership::Invite, 0, 10_000), vec![fee(1)]));
        }
        let (mut found, mut trust, mut vote) = (Desk::default(), Desk::default(), Desk::default());
        let mut execute = Desk::default();
        for (idao, (founder, rules, edges)) in (1..).zip(idaos) {
            let message = idao_pb::MsgCreateIdao {
                founder: self.cast.account(&founder),
                name: format!("Number {idao}"),
                domain: "all".into(),
                charter_uri: "https://example.org/charter".into(),
                charter_hash: vec![7; 32],
                rules: Some(rules),
            };
            found.put(&founder, &message);
            let establish = |(quorum, mode): (u64, TrustMode)| {
                let edge = idao_pb::TrustEdge {
                    idao,
                    quorum,
                    kinds: (1..=5).collect(),
                    max_value_at_risk: (50_000 * LAZ).to_string(),
                    min_value_at_risk: "0".into(),
                    mode: mode.into(),
                    quorum_share_bps: if mode == TrustMode::DatBacked { 200 } else { 0 },
                    ..idao_pb::TrustEdge::default()
                };
                any(&idao_pb::MsgEstablishTrust { idao_account: treasury(idao), edge: Some(edge) })
            };
            let proposer = self.cast.account(&founder);
            let (title, summary) = ("Trust".into(), "Why".into());
            let messages = edges.into_iter().map(establish).collect();
            trust.put(&founder, &idao_pb::MsgPropose { proposer, idao, title, summary, messages });
            let (voter, option) = (self.cast.account(&founder), idao_pb::VoteOption::Yes.into());
            vote.put(&founder, &idao_pb::MsgVote { voter, proposal: idao, option });
            let executor = self.cast.account(&founder);
            let message = idao_pb::MsgExecuteProposal { executor, proposal: idao, gas_limit: 300_000 };
            execute.put(&founder, &message);
        }
        self.founded(found);
        self.founded(trust);
        self.founded(vote);
        self.trio.a.skip_secs(10);
        self.founded(execute);
    }

    /// Models are for all members of the iDAO for law to vote on, so its founder is no gatekeeper.
    fn give_up_the_gate(&mut self) {
        let clerk = name(Kind::Clerk, 0);
        let account = self.cast.account(&clerk);
        let proposal = 5 + u64::try_from(self.washers()).expect("few");
        let roles = idao_pb::MsgSetRoles {
            idao_account: treasury(LAW),
            idao: LAW,
            account: account.clone(),
            roles: Vec::new(),
        };
        let (title, summary, messages) = ("Roles".into(), "Why".into(), vec![any(&roles)]);
        let proposer = account.clone();
        let propose = idao_pb::MsgPropose { proposer, idao: LAW, title, summary, messages };
        let (voter, option) = (account.clone(), idao_pb::VoteOption::Yes.into());
        let vote = idao_pb::MsgVote { voter, proposal, option };
        let execute = idao_pb::MsgExecuteProposal { executor: account, proposal, gas_limit: 300_000 };
        for message in [any(&propose), any(&vote), any(&execute)] {
            let mut desk = Desk::default();
            desk.add(&clerk, message);
            self.founded(desk);
            self.trio.a.skip_secs(10);
        }
    }

    /// Members come in, providers register, delegators delegate.
    fn settle_in(&mut self) {
        let (mut desk, mut vote) = (Desk::default(), Desk::default());
        let clerk = name(Kind::Clerk, 0);
        let mut proposal = 5 + u64::try_from(self.washers()).expect("few");
        for (kind, people) in self.cast.groups() {
            for who in people {
                for idao in homes(*kind, who) {
                    if (idao, who.as_str()) == (SHOP, "front-0") {
                        continue; // its founder
                    }
                    desk.put(who, &join(self.cast.account(who), idao));
                    if idao == LAW {
                        proposal += 1;
                        let (voter, option) = (self.cast.account(&clerk), idao_pb::VoteOption::Yes.into());
                        vote.put(&clerk, &idao_pb::MsgVote { voter, proposal, option });
                    }
                }
            }
        }
        let washers = self.cast.of(Kind::Washer).iter().skip(1).step_by(3);
        for who in self.cast.of(Kind::Provider).iter().chain(washers) {
            let message = usage_pb::MsgRegisterProvider {
                provider: self.cast.account(who),
                endpoint: "https://gpu.example".into(),
                services: vec![usage_pb::Service::Infer.into()],
                signing_key: vec![7; 32],
                close_delay: None,
            };
            desk.put(who, &message);
        }
        let validators: Vec<&str> = self.cast.validators().collect();
        for (place, who) in self.cast.of(Kind::Delegator).iter().enumerate() {
            let amount = Coin { denom: "ulaz".into(), amount: (20_000 * LAZ).to_string() };
            let validator = address(validators[(place * 3) % validators.len()]).operator();
            let message = MsgDelegate {
                delegator_address: self.cast.account(who),
                validator_address: validator.to_string(),
                amount: Some(amount),
            };
            desk.put(who, &message);
        }
        self.founded(desk);
        self.founded(vote);
    }

    /// How many washers there are, of three accounts each.
    pub(super) fn washers(&self) -> usize {
        self.cast.of(Kind::Washer).len() / 3
    }
}

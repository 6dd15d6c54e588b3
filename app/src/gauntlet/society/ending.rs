//! The end of a play: nothing new begins, everything that is open is decided, closed and claimed.

use proto::{
    cosmos::{distribution::v1beta1 as distribution, staking::v1beta1 as staking},
    lazchain::{dat::v1 as dat_pb, idao::v1 as idao_pb, quorum::v1 as quorum_pb, rewards::v1 as rewards_pb},
};

use super::{
    Society, books,
    cast::{Kind, name},
    desk::Desk,
    founding::{homes, treasury, washers_idao},
    look::{all, ask, dats_of},
};
use crate::{modules, testkit::address};

impl Society {
    /// Runs until nothing is open. Time runs faster, and governance may have left a case to its deadline.
    pub(super) fn wind_down(&mut self) {
        (self.makers.rest, self.market.rest, self.members.rest) = (true, true, true);
        for block in 0..400 {
            self.trio.a.skip_secs(if block < 60 { 3 } else { 60 });
            if self.play() {
                return;
            }
        }
        let open: Vec<_> = self.watch.look(&self.trio.a, self.trio.now).tasks;
        panic!("SEED={}: still open: {open:?}", self.seed);
    }

    /// Everybody takes what is theirs.
    pub(super) fn claim(&mut self) {
        let epoch = self.epoch();
        while self.epoch() < epoch + 2 {
            self.step(Vec::new());
        }
        for claims in [Society::emission, Society::revenue, Society::incomes, Society::stakes] {
            let mut desk = Desk::default();
            claims(self, &mut desk);
            let txs = desk.signed(&self.trio.a, None);
            self.step(txs);
        }
    }

    fn emission(&self, desk: &mut Desk) {
        let clerk = name(Kind::Clerk, 0);
        for party in books::tallies(&self.trio.a) {
            let sender = self.cast.account(&clerk);
            desk.put(&clerk, &rewards_pb::MsgClaimEmission { sender, party });
        }
    }

    fn revenue(&self, desk: &mut Desk) {
        let clerk = name(Kind::Clerk, 0);
        let people = self.cast.everybody().map(|who| self.cast.account(who));
        let idaos = (1..washers_idao(self.washers())).map(treasury);
        let quorums = (1..=4).map(|quorum| modules::quorum::account(quorum).to_string());
        for owner in people.chain(idaos).chain(quorums) {
            let dats = dats_of(&self.trio.a, owner);
            let claim = |dat: &dat_pb::Dat| dat_pb::DatRef { asset: dat.asset, serial: dat.serial };
            // one by one, so that what cannot be claimed stops nothing else
            for dat in dats.iter().filter(|dat| dat.share > 0) {
                let (sender, dats) = (self.cast.account(&clerk), vec![claim(dat)]);
                desk.put(&clerk, &dat_pb::MsgClaimRevenue { sender, dats, denoms: vec!["ulaz".into()] });
            }
        }
    }

    fn incomes(&self, desk: &mut Desk) {
        for (kind, people) in self.cast.groups() {
            for who in people {
                let member = self.cast.account(who);
                for idao in homes(*kind, who) {
                    desk.put(who, &idao_pb::MsgClaimMemberRewards { member: member.clone(), idao });
                }
            }
        }
        for person in 0..self.washers() {
            let who = name(Kind::Washer, 3 * person);
            let (member, idao) = (self.cast.account(&who), washers_idao(person));
            desk.put(&who, &idao_pb::MsgClaimMemberRewards { member, idao });
        }
        for who in self.cast.validators() {
            let validator = address(who).operator().to_string();
            for quorum in 1..=4 {
                let validator = validator.clone();
                desk.put(who, &quorum_pb::MsgClaimQuorumPool { validator, quorum });
            }
        }
    }

    fn stakes(&self, desk: &mut Desk) {
        for who in self.cast.everybody() {
            let account = self.cast.account(who);
            let ask_it = staking::QueryDelegatorDelegationsRequest {
                delegator_addr: account.clone(),
                pagination: all(),
            };
            let found = ask(&self.trio.a, "/cosmos.staking.v1beta1.Query/DelegatorDelegations", &ask_it);
            let found: staking::QueryDelegatorDelegationsResponse = found.unwrap_or_default();
            for one in found.delegation_responses {
                let delegation = one.delegation.expect("is there");
                let (delegator_address, validator_address) =
                    (delegation.delegator_address, delegation.validator_address);
                let message =
                    distribution::MsgWithdrawDelegatorReward { delegator_address, validator_address };
                desk.put(who, &message);
            }
        }
        for who in self.cast.validators() {
            let validator_address = address(who).operator().to_string();
            desk.put(who, &distribution::MsgWithdrawValidatorCommission { validator_address });
        }
    }
}

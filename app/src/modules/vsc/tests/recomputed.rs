//! Every scenario of this module is worked out again when it ends: routing, drawing, tally, power, slashes and payouts,
//! from what queries answer.

use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::World;
use crate::{
    error::Result,
    testkit::CHAIN_ID,
    why::{self, Drawn, Finding, Paid, Routed, Slashed},
};

impl World {
    pub(super) fn rounds(&self, task: u64) -> Vec<pb::Round> {
        let ask = pb::QueryRoundsRequest { task, pagination: None };
        self.ask::<_, pb::QueryRoundsResponse>("/lazchain.vsc.v1.Query/Rounds", &ask).rounds
    }

    pub(super) fn why_routing(&self, task: u64, round: u32) -> Result<pb::QueryWhyRoutingResponse> {
        self.try_ask("/lazchain.vsc.v1.Query/WhyRouting", &pb::QueryWhyRoutingRequest { task, round })
    }

    pub(super) fn why_drawing(&self, task: u64, round: u32) -> Result<pb::QueryWhyDrawingResponse> {
        self.try_ask("/lazchain.vsc.v1.Query/WhyDrawing", &pb::QueryWhyDrawingRequest { task, round })
    }

    pub(super) fn why_tally(&self, task: u64, round: u32) -> pb::QueryWhyTallyResponse {
        self.ask("/lazchain.vsc.v1.Query/WhyTally", &pb::QueryWhyTallyRequest { task, round })
    }

    pub(super) fn payouts(&self, task: u64) -> Vec<pb::Payout> {
        let ask = pb::QueryWhyPayoutRequest { task, pagination: None };
        self.ask::<_, pb::QueryWhyPayoutResponse>("/lazchain.vsc.v1.Query/WhyPayout", &ask).payouts
    }

    pub(super) fn cases(&self, task: u64) -> Vec<pb::Case> {
        let ask = pb::QueryCasesRequest { task, pagination: None };
        self.ask::<_, pb::QueryCasesResponse>("/lazchain.vsc.v1.Query/Cases", &ask).cases
    }

    pub(super) fn slashes(&self) -> Vec<quorum_pb::Slash> {
        let ask = quorum_pb::QuerySlashesRequest::default();
        self.ask::<_, quorum_pb::QuerySlashesResponse>("/lazchain.quorum.v1.Query/Slashes", &ask).slashes
    }

    pub(super) fn measurement(&self, quorum: u64, epoch: u64) -> Option<quorum_pb::Measurement> {
        let ask = quorum_pb::QueryMeasurementRequest { quorum, epoch };
        let answer = self.try_ask("/lazchain.quorum.v1.Query/Measurement", &ask);
        answer.ok().and_then(|answer: quorum_pb::QueryMeasurementResponse| answer.measurement)
    }

    pub(super) fn drawings(&self, task: u64, round: u32) -> Vec<pb::Drawing> {
        let both = [round, round + 1];
        both.iter().filter_map(|round| self.why_drawing(task, *round).ok()?.drawing).collect()
    }

    fn of_task(&self, id: u64) -> Vec<Finding> {
        let (task, rounds) = (self.task(id), self.rounds(id));
        let mut all = Vec::new();
        for number in 0..=task.rounds + 1 {
            if let Ok(answer) = self.why_routing(id, number) {
                let drawings = self.drawings(id, number);
                let routed = Routed { answer: &answer, task: &task, drawings: &drawings };
                all.push(why::routing(&routed).expect("reads"));
            }
        }
        for round in &rounds {
            let answer = self.why_drawing(id, round.round).expect("drawn");
            let measurement = self.measurement(round.quorum, round.measurement);
            all.extend(measurement.iter().map(|one| why::power(one).expect("reads")));
            let measurement = measurement.as_ref();
            let drawn = Drawn { answer: &answer, task: &task, rounds: &rounds, measurement };
            all.push(why::drawing(&drawn).expect("reads"));
            if round.phase() == pb::Phase::Over {
                all.push(why::tally(&self.why_tally(id, round.round), CHAIN_ID).expect("counted"));
            }
        }
        let (payouts, cases) = (self.payouts(id), self.cases(id));
        let paid = Paid { payouts: &payouts, task: &task, rounds: &rounds, cases: &cases };
        all.push(why::payout(&paid).expect("reads"));
        all
    }

    /// All that was decided by rule.
    fn findings(&self) -> Vec<Finding> {
        let mut all: Vec<Finding> = (1..=self.tasks()).flat_map(|task| self.of_task(task)).collect();
        let slashes = self.slashes();
        for slash in &slashes {
            let rounds = self.rounds(slash.task);
            let measurement = self.measurement(slash.quorum, slash.measurement);
            let slashed = Slashed {
                slash,
                round: rounds.iter().find(|round| round.round == slash.round),
                measurement: measurement.as_ref(),
                all: &slashes,
            };
            all.push(why::slash(&slashed).expect("reads"));
        }
        all
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() || self.bent {
            return;
        }
        for finding in self.findings() {
            assert!(finding.is_right(), "{}: {}\n{finding:#?}", finding.title, finding.verdict());
        }
    }
}

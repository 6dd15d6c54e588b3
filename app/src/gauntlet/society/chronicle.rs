//! The story of every task: who submitted what, who judged it and said what, who challenged it, what came of it.

use proto::lazchain::vsc::v1 as pb;

use super::{
    Society,
    cast::Cast,
    look::{all_tasks, cases_of, rounds_of},
};

/// Prints them, so that whatever a play shows can be followed.
pub(super) fn print(society: &Society) {
    let chain = &society.trio.a;
    for task in all_tasks(chain) {
        let update = task.update.clone().unwrap_or_default();
        let who = society.cast.name_of(&task.submitter).unwrap_or("an iDAO");
        let (worth, outcome) = (society.facts.of(&task).name(), task.outcome().as_str_name());
        println!(
            "task-{} at {}: {worth} {} of {who} in idao-{}, value at risk {}: {outcome}",
            task.id,
            task.opened_height,
            update.kind().as_str_name(),
            update.idao,
            update.value_at_risk
        );
        rounds_of(chain, task.id).iter().for_each(|one| round(one, &society.cast));
        cases_of(chain, task.id).iter().for_each(|one| case(one, &society.cast));
    }
}

fn round(round: &pb::Round, cast: &Cast) {
    let seat = |seat: &pb::Seat| {
        let who = cast.name_of(&seat.member).unwrap_or("nobody");
        let said = seat.verdict().as_str_name().trim_start_matches("VERDICT_");
        match seat.conduct() {
            pb::Conduct::Good | pb::Conduct::Abstained => format!("{who} {said}"),
            other => format!("{who} {}", other.as_str_name()),
        }
    };
    let seats: Vec<String> = round.seats.iter().map(seat).collect();
    let (purpose, verdict) = (round.purpose().as_str_name(), round.verdict().as_str_name());
    println!("  {} {purpose} of quorum-{}: {verdict} ({})", round.round, round.quorum, seats.join(", "));
}

fn case(case: &pb::Case, cast: &Cast) {
    let call = |call: &pb::Call| {
        let party = |party: &pb::Party| cast.name_of(&party.account).unwrap_or("the audit pool").to_owned();
        let parties: Vec<String> = call.parties.iter().map(party).collect();
        let (side, ruling) = (call.caller().as_str_name(), call.ruling().as_str_name());
        format!("rung {} called by {side} {}: {ruling}", call.rung, parties.join(" and "))
    };
    let calls: Vec<String> = case.calls.iter().map(call).collect();
    let (against, ruling) = (case.against().as_str_name(), case.ruling().as_str_name());
    println!("  case {} against {against}: {ruling} ({})", case.number, calls.join(", "));
}

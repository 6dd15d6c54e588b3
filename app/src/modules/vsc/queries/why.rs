//! Why: what a rule decided from, and what it comes to when it is worked out again.

use proto::{address::ValAddress, lazchain::vsc::v1 as pb};
use state::{Pb, Read};

use super::super::{
    committee::{Runner, Wanted, able, draw, needed},
    keys::{BALLOTS, DRAWINGS, PAYOUTS, RECEIPTS},
    logic,
    routing::choose,
    tally::Tally,
};
use super::MAX_BALLOTS;
use crate::{
    error::{Result, Sdk},
    modules::beacon,
    page, stored,
};

pub(super) fn routing(
    state: &dyn Read,
    ask: pb::QueryWhyRoutingRequest,
) -> Result<pb::QueryWhyRoutingResponse> {
    let found = RECEIPTS.get(state, &(ask.task, ask.round))?.map(|Pb(receipt)| receipt);
    let receipt = found.ok_or_else(|| {
        Sdk::KeyNotFound(format!("no Quorum was chosen for round {} of task-{}", ask.round, ask.task))
    })?;
    let open = receipt.candidates.iter().filter(|one| one.bar() == pb::Bar::None);
    let weighed = open.map(logic::weight).collect::<Result<Vec<_>>>()?;
    let seed = beacon::seed(&stored::digest(&receipt.beacon)?, ask.task, ask.round);
    let recomputed = choose(&seed, &weighed).unwrap_or(0);
    Ok(pb::QueryWhyRoutingResponse { receipt: Some(receipt), recomputed })
}

pub(super) fn drawing(
    state: &dyn Read,
    ask: pb::QueryWhyDrawingRequest,
) -> Result<pb::QueryWhyDrawingResponse> {
    let found = DRAWINGS.get(state, &(ask.task, ask.round))?.map(|Pb(drawing)| drawing);
    let drawing =
        found.ok_or_else(|| Sdk::KeyNotFound(format!("round {} of task-{}", ask.round, ask.task)))?;
    let recomputed = redraw(&drawing)?.iter().map(ValAddress::to_string).collect();
    Ok(pb::QueryWhyDrawingResponse { drawing: Some(drawing), recomputed })
}

/// Who the record says must have been drawn.
fn redraw(drawing: &pb::Drawing) -> Result<Vec<ValAddress>> {
    // those whom only the reserve barred count when the size of the committee is found
    let open = |one: &&pb::Runner| matches!(one.bar(), pb::Bar::None | pb::Bar::Reserve);
    let runner = |one: &pb::Runner| -> Result<Runner> {
        let (power, free) = (stored::amount(&one.power)?, stored::amount(&one.free)?);
        Ok(Runner { member: stored::val_address(&one.member)?, power, free })
    };
    let runners = drawing.runners.iter().filter(open).map(runner).collect::<Result<Vec<_>>>()?;
    let wanted = Wanted {
        most: drawing.most,
        least: drawing.least,
        threshold_bps: drawing.threshold_bps,
        value_at_risk: stored::amount(&drawing.value_at_risk)?,
        reserve_bps: drawing.reserve_bps,
    };
    let Some((seats, reserve)) = wanted.seats(&runners)? else { return Ok(Vec::new()) };
    let runners: Vec<Runner> = runners.into_iter().filter(|one| able(one, reserve)).collect();
    let seed = beacon::seed(&stored::digest(&drawing.beacon)?, drawing.task, drawing.round);
    Ok(draw(&seed, &runners, seats))
}

pub(super) fn tally(state: &dyn Read, ask: pb::QueryWhyTallyRequest) -> Result<pb::QueryWhyTallyResponse> {
    let round = logic::round(state, ask.task, ask.round)?;
    let page = BALLOTS.page(state, &(ask.task, ask.round), None, MAX_BALLOTS)?;
    let ballots: Vec<pb::Ballot> = page.into_iter().map(|(_, Pb(ballot))| ballot).collect();
    let shown = ballots.iter().filter(|ballot| ballot.reveal_height > 0);
    let said: Vec<(pb::Verdict, u32)> = shown.map(|ballot| (ballot.verdict(), ballot.score)).collect();
    let seats = u32::try_from(round.seats.len()).unwrap_or(u32::MAX);
    let tally = Tally::of(&said, needed(seats, round.threshold_bps));
    let recomputed = tally.verdict.unwrap_or_default().into();
    Ok(pb::QueryWhyTallyResponse { round: Some(round), ballots, recomputed, recomputed_score: tally.score })
}

pub(super) fn payout(state: &dyn Read, ask: pb::QueryWhyPayoutRequest) -> Result<pb::QueryWhyPayoutResponse> {
    let row = |_, Pb(payout)| Ok(Some(payout));
    let (payouts, pagination) = page::collect(state, &PAYOUTS, &ask.task, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryWhyPayoutResponse { payouts, params: Some(logic::params(state)?), pagination })
}

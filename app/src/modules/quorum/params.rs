//! What governance can set, and in which range.

use proto::lazchain::quorum::v1 as pb;

use super::types::MAX_SEATS;
use crate::{
    error::Result,
    fixed::BPS,
    given::{amount, bps, refused, span, within},
    time::Span,
};

/// Most blocks of a window for keys, commits or reveals.
pub(crate) const MAX_BLOCKS: u64 = 10_000;
/// Most seconds of any time that a parameter sets: 60 days.
const MAX_SECS: u64 = 5_184_000;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// One LAZ in `ulaz`.
const LAZ: u64 = 1_000_000;

#[allow(clippy::unnecessary_wraps, reason = "a field of the record")]
fn secs(secs: u64) -> Option<prost_types::Duration> {
    Some(Span::from_secs(secs).wire())
}

fn laz(count: u64) -> String {
    count.saturating_mul(LAZ).to_string()
}

/// What a live network starts with.
pub(crate) fn live() -> pb::Params {
    pb::Params {
        creation_deposit: laz(1_000),
        least_members: 7,
        cap_bps: 2_000,
        committee: 15,
        least_seats: 7,
        threshold_bps: 6_667,
        least_blocks: 10,
        key_blocks: 50,
        commit_blocks: 100,
        reveal_blocks: 100,
        challenge_window: secs(DAY),
        shortest_challenge_window: secs(HOUR),
        longest_challenge_window: secs(DAY.saturating_mul(3)),
        least_fee_bps: 10,
        least_allocation_bps: 100,
        smallest_pledge: laz(1),
        max_restake_bps: 5_000,
        own_factor: 20,
        notice: secs(DAY),
        absent_bps: 10,
        unrevealed_bps: 100,
        wrong_bps: 100,
        lazy_bps: 500,
        equivocation_bps: 1_000,
        correlation: 2,
        own_burnt_bps: 2_000,
        reporter_bps: 5_000,
        jail_points: 12,
        jail_abstentions: 16,
        jail: secs(DAY),
        halving_epochs: 100,
        patience: secs(DAY.saturating_mul(7)),
    }
}

/// What a local network starts with: small Quorums, short times.
pub(crate) fn local() -> pb::Params {
    pb::Params {
        creation_deposit: laz(10),
        least_members: 4,
        cap_bps: 4_000,
        committee: 4,
        least_seats: 3,
        least_blocks: 5,
        key_blocks: 5,
        commit_blocks: 10,
        reveal_blocks: 10,
        challenge_window: secs(60),
        shortest_challenge_window: secs(10),
        smallest_pledge: "1".into(),
        notice: secs(0),
        jail: secs(600),
        patience: secs(HOUR),
        ..live()
    }
}

fn number(field: &str, number: u32, least: u64, most: u64) -> Result<()> {
    within(field, number.into(), least..=most).map(drop)
}

/// Each in its range, and in the order that they need.
pub(crate) fn check(params: &pb::Params) -> Result<()> {
    amount("creation_deposit", &params.creation_deposit)?;
    number("least_members", params.least_members, 1, MAX_SEATS.into())?;
    number("cap_bps", params.cap_bps, 1, BPS.into())?;
    number("committee", params.committee, 1, MAX_SEATS.into())?;
    number("least_seats", params.least_seats, 1, params.committee.into())?;
    number("threshold_bps", params.threshold_bps, 5_001, BPS.into())?;
    for (field, blocks) in [
        ("key_blocks", params.key_blocks),
        ("commit_blocks", params.commit_blocks),
        ("reveal_blocks", params.reveal_blocks),
    ] {
        within("least_blocks", params.least_blocks, 1..=MAX_BLOCKS)?;
        within(field, blocks, params.least_blocks..=MAX_BLOCKS)?;
    }
    let shortest =
        span("shortest_challenge_window", params.shortest_challenge_window.as_ref(), 1..=MAX_SECS)?;
    let longest = span("longest_challenge_window", params.longest_challenge_window.as_ref(), 1..=MAX_SECS)?;
    if longest < shortest {
        return Err(refused("longest_challenge_window is below the shortest"));
    }
    let window = shortest.secs()..=longest.secs();
    span("challenge_window", params.challenge_window.as_ref(), window)?;
    bps("least_fee_bps", params.least_fee_bps, 1_000)?;
    number("least_allocation_bps", params.least_allocation_bps, 1, 5_000)?;
    if amount("smallest_pledge", &params.smallest_pledge)?.is_zero() {
        return Err(refused("smallest_pledge must be positive"));
    }
    number("max_restake_bps", params.max_restake_bps, params.least_allocation_bps.into(), 9_000)?;
    number("own_factor", params.own_factor, 1, 10_000)?;
    span("notice", params.notice.as_ref(), 0..=MAX_SECS)?;
    for (field, part) in [
        ("absent_bps", params.absent_bps),
        ("unrevealed_bps", params.unrevealed_bps),
        ("wrong_bps", params.wrong_bps),
        ("lazy_bps", params.lazy_bps),
        ("equivocation_bps", params.equivocation_bps),
    ] {
        bps(field, part, 5_000)?;
    }
    number("correlation", params.correlation, 0, 10)?;
    // less burnt, and who holds both ends of a false verdict could lose to themselves
    number("own_burnt_bps", params.own_burnt_bps, 2_000, BPS.into())?;
    bps("reporter_bps", params.reporter_bps, BPS.saturating_sub(params.own_burnt_bps))?;
    number("jail_points", params.jail_points, 1, 128)?;
    number("jail_abstentions", params.jail_abstentions, 1, 64)?;
    span("jail", params.jail.as_ref(), 1..=MAX_SECS)?;
    within("halving_epochs", params.halving_epochs, 1..=1_000_000)?;
    span("patience", params.patience.as_ref(), 60..=MAX_SECS)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_networks_start_in_range_and_a_value_out_of_range_is_refused() {
        check(&live()).expect("in range");
        check(&local()).expect("in range");
        let wrong = |change: fn(&mut pb::Params)| {
            let mut params = live();
            change(&mut params);
            check(&params).expect_err("refused").to_string()
        };
        assert!(wrong(|params| params.cap_bps = 0).contains("cap_bps"));
        assert!(wrong(|params| params.least_seats = 16).contains("least_seats"));
        assert!(wrong(|params| params.threshold_bps = 5_000).contains("threshold_bps"));
        assert!(wrong(|params| params.commit_blocks = 9).contains("commit_blocks"));
        assert!(wrong(|params| params.own_burnt_bps = 1_999).contains("own_burnt_bps"));
        assert!(wrong(|params| params.reporter_bps = 8_001).contains("reporter_bps"));
        assert!(wrong(|params| params.smallest_pledge = "0".into()).contains("smallest_pledge"));
        assert!(wrong(|params| params.jail = None).contains("jail"));
    }
}

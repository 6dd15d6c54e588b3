//! A Quorum's own parameters: what can be checked without state, what is left to the chain, and what the chain allows.

use std::collections::BTreeSet;

use proto::lazchain::{idao::v1::UpdateKind, quorum::v1 as pb};

use super::{errors::Error, params::MAX_BLOCKS, types::MAX_SEATS};
use crate::{
    error::Result,
    fixed::BPS,
    given::{self, refused},
    stored,
    time::Span,
};

/// Most domains of a Quorum.
const MAX_DOMAINS: usize = 16;
/// Kinds of update there are.
const KINDS: usize = 5;

/// Rules as a message gives them.
pub(crate) fn parse(wire: Option<pb::Rules>) -> Result<pb::Rules> {
    let wire = wire.ok_or_else(|| refused("rules are missing"))?;
    let domains = given::list("domains", wire.domains, MAX_DOMAINS, |tag| given::tag("domain", tag))?;
    if wire.fees.is_empty() || wire.fees.len() > KINDS {
        return Err(refused(format!("fees must name 1 to {KINDS} kinds of update")));
    }
    let mut kinds = BTreeSet::new();
    for fee in &wire.fees {
        let kind = UpdateKind::try_from(fee.kind).unwrap_or(UpdateKind::Unspecified);
        if kind == UpdateKind::Unspecified || !kinds.insert(fee.kind) {
            return Err(refused("fees: a kind is unknown or named twice"));
        }
        given::amount("base of a fee", &fee.base)?;
        given::bps("bps of a fee", fee.bps, BPS)?;
    }
    if !wire.smallest_pledge.is_empty() {
        given::amount("smallest_pledge", &wire.smallest_pledge)?;
    }
    if pb::Admission::try_from(wire.admission).is_err() {
        return Err(refused("admission is unknown"));
    }
    Ok(pb::Rules { domains, ..wire })
}

fn or(value: u32, default: u32) -> u32 {
    if value == 0 { default } else { value }
}

fn or_long(value: u64, default: u64) -> u64 {
    if value == 0 { default } else { value }
}

/// With the chain's values where none is given, refused where the chain does not allow them.
pub(crate) fn complete(rules: pb::Rules, params: &pb::Params) -> Result<pb::Rules> {
    let none = rules.smallest_pledge.is_empty() || rules.smallest_pledge == "0";
    let smallest = if none { params.smallest_pledge.clone() } else { rules.smallest_pledge.clone() };
    let rules = pb::Rules {
        seats: or(rules.seats, MAX_SEATS),
        least_members: or(rules.least_members, params.least_members),
        smallest_pledge: smallest,
        cap_bps: or(rules.cap_bps, params.cap_bps),
        committee: or(rules.committee, params.committee),
        least_seats: or(rules.least_seats, params.least_seats),
        threshold_bps: or(rules.threshold_bps, params.threshold_bps),
        key_blocks: or_long(rules.key_blocks, params.key_blocks),
        commit_blocks: or_long(rules.commit_blocks, params.commit_blocks),
        reveal_blocks: or_long(rules.reveal_blocks, params.reveal_blocks),
        challenge_window: rules.challenge_window.or(params.challenge_window),
        admission: if rules.admission == 0 { pb::Admission::Open.into() } else { rules.admission },
        ..rules
    };
    check(&rules, params)?;
    Ok(rules)
}

fn check(rules: &pb::Rules, params: &pb::Params) -> Result<()> {
    let within = |field: &str, value: u64, least: u64, most: u64| {
        if (least..=most).contains(&value) {
            return Ok(());
        }
        Err(Error::BadRules(format!("{field} is {value}; it must be between {least} and {most}")))
    };
    within("least_members", rules.least_members.into(), params.least_members.into(), MAX_SEATS.into())?;
    within("seats", rules.seats.into(), rules.least_members.into(), MAX_SEATS.into())?;
    within("cap_bps", rules.cap_bps.into(), 1, params.cap_bps.into())?;
    if rules.seats.saturating_mul(rules.cap_bps) < BPS {
        let text = "seats x cap_bps is below 10,000: so few members cannot keep below such a cap";
        return Err(Error::BadRules(text.into()).into());
    }
    within("committee", rules.committee.into(), params.committee.into(), MAX_SEATS.into())?;
    within("least_seats", rules.least_seats.into(), params.least_seats.into(), rules.committee.into())?;
    within("threshold_bps", rules.threshold_bps.into(), params.threshold_bps.into(), BPS.into())?;
    within("key_blocks", rules.key_blocks, params.least_blocks, MAX_BLOCKS)?;
    within("commit_blocks", rules.commit_blocks, params.least_blocks, MAX_BLOCKS)?;
    within("reveal_blocks", rules.reveal_blocks, params.least_blocks, MAX_BLOCKS)?;
    let window = Span::from_wire(rules.challenge_window.as_ref()).unwrap_or(Span::ZERO);
    let shortest = stored::span(params.shortest_challenge_window.as_ref());
    let longest = stored::span(params.longest_challenge_window.as_ref());
    if window < shortest || window > longest {
        let (shortest, longest) = (shortest.secs(), longest.secs());
        let text = format!("challenge_window must be between {shortest} and {longest} seconds");
        return Err(Error::BadRules(text).into());
    }
    let (least, pledge) =
        (stored::amount(&params.smallest_pledge)?, given::amount("smallest_pledge", &rules.smallest_pledge)?);
    if pledge < least {
        return Err(Error::BadRules(format!("smallest_pledge is {pledge}; the least is {least}")).into());
    }
    for fee in &rules.fees {
        within("bps of a fee", fee.bps.into(), params.least_fee_bps.into(), BPS.into())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::quorum::params::local;

    fn given() -> pb::Rules {
        let fee = pb::Fee { kind: UpdateKind::Dataset.into(), base: "7".into(), bps: 10 };
        pb::Rules { domains: vec!["health".into()], fees: vec![fee], ..pb::Rules::default() }
    }

    #[test]
    fn what_is_not_given_is_the_chains() {
        let rules = complete(parse(Some(given())).expect("parses"), &local()).expect("allowed");
        assert_eq!((rules.seats, rules.least_members, rules.cap_bps), (64, 4, 4_000));
        assert_eq!((rules.committee, rules.least_seats, rules.threshold_bps), (4, 3, 6_667));
        assert_eq!(rules.admission, i32::from(pb::Admission::Open));
    }

    #[test]
    fn rules_out_of_range_are_refused() {
        let wrong = |change: fn(&mut pb::Rules)| {
            let mut rules = given();
            change(&mut rules);
            let done = parse(Some(rules)).and_then(|rules| complete(rules, &local()));
            done.expect_err("refused").to_string()
        };
        assert!(wrong(|rules| rules.fees.clear()).contains("kinds"));
        assert!(
            wrong(|rules| rules.fees = [rules.fees.clone(), rules.fees.clone()].concat()).contains("twice")
        );
        assert!(wrong(|rules| rules.fees[0].kind = 9).contains("unknown"));
        assert!(wrong(|rules| rules.fees[0].bps = 9).contains("bps of a fee"));
        assert!(wrong(|rules| rules.fees[0].base = "-1".into()).contains("base"));
        assert!(wrong(|rules| rules.threshold_bps = 6_666).contains("threshold_bps"));
        assert!(wrong(|rules| rules.seats = 65).contains("seats"));
        assert!(wrong(|rules| (rules.seats, rules.cap_bps) = (4, 2_499)).contains("below such a cap"));
        assert!(wrong(|rules| rules.cap_bps = 4_001).contains("cap_bps"));
        assert!(wrong(|rules| rules.reveal_blocks = 4).contains("reveal_blocks"));
        assert!(wrong(|rules| rules.challenge_window = Some(Span::from_secs(9).wire())).contains("window"));
        assert!(wrong(|rules| rules.domains = vec!["a".into(), "a".into()]).contains("twice"));
        assert!(wrong(|rules| rules.admission = 7).contains("admission"));
        assert!(wrong(|rules| rules.least_seats = 5).contains("least_seats"));
    }
}

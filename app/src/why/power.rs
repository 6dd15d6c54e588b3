//! How powers came about: pledges from stake, cut by the cap.

use proto::lazchain::quorum::v1 as pb;

use super::Finding;
use crate::{
    error::Result,
    modules::quorum::power::{pledge, powers},
    stored::amount,
};

/// The powers of a Quorum's members in one epoch.
///
/// # Errors
/// If a part of the answer cannot be read.
pub fn power(measurement: &pb::Measurement) -> Result<Finding> {
    let pb::Measurement { quorum, epoch, height, cap_bps, own_factor, smallest_pledge, .. } = measurement;
    let mut finding = Finding::new(format!("powers in quorum-{quorum} in epoch {epoch}"));
    finding.fact("measured at height", height);
    finding.fact("cap in bps of all power", cap_bps);
    finding.fact("most of own stake that counts", format!("{own_factor} times"));
    finding.fact("smallest pledge", smallest_pledge);
    let smallest = amount(smallest_pledge)?;
    let (mut rows, mut pledges, mut pledged) = (Vec::new(), Vec::new(), Vec::new());
    for row in &measurement.members {
        let (tokens, own) = (amount(&row.tokens)?, amount(&row.own)?);
        let full = pledge(tokens, own, row.allocation_bps, *own_factor)?;
        let counts = if full < smallest { Default::default() } else { full };
        pledges.push(counts);
        pledged.push((row.validator.clone(), counts.to_string(), amount(&row.pledge)?.to_string()));
        rows.push(vec![
            row.validator.clone(),
            row.tokens.clone(),
            row.own.clone(),
            row.allocation_bps.to_string(),
            row.pledge.clone(),
            row.power.clone(),
        ]);
    }
    finding.table("members", &["member", "tokens", "own", "allocation bps", "pledge", "power"], rows);
    finding
        .each("pledge: min(tokens x allocation, own x allocation x factor), 0 below the smallest", pledged);
    let found = powers(&pledges, *cap_bps)?;
    finding.check("pledges that the cap cuts", found.capped, measurement.capped);
    finding.check("what it cuts them to", found.level, amount(&measurement.level)?);
    let both = measurement.members.iter().zip(&found.powers);
    let both = both
        .map(|(row, power)| Ok((row.validator.clone(), power.to_string(), amount(&row.power)?.to_string())));
    finding.each("power: the pledge up to the cap", both.collect::<Result<Vec<_>>>()?);
    finding.check("all power", found.total, amount(&measurement.total)?);
    Ok(finding)
}

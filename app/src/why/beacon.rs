//! What was folded into the beacon that a draw was made from.

use super::Finding;
use crate::{
    error::Result,
    given::refused,
    modules::beacon::{folded, preimage},
    stored::digest,
};

/// One preimage: the beacon before and after its block, and what stands first in that block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The height of the block.
    pub height: u64,
    /// Who gave it.
    pub validator: String,
    /// The beacon at the height before.
    pub before: Vec<u8>,
    /// The first item of the block.
    pub first: Vec<u8>,
    /// The beacon at that height.
    pub after: Vec<u8>,
}

/// Adds to a finding where its beacon comes from: `now` is the beacon of the block that it was decided in, `given` the
/// youngest preimages then.
///
/// # Errors
/// If a part of the answers cannot be read.
pub fn beacon(finding: &mut Finding, (used, now): (&[u8], &[u8]), given: &[Given]) -> Result<()> {
    finding.check("beacon of the block that decided", hex::encode(now), hex::encode(used));
    let (mut rows, mut folds) = (Vec::new(), Vec::new());
    for one in given {
        let item = preimage(&one.first);
        let item = item.ok_or_else(|| refused(format!("block {} begins with no preimage", one.height)))?;
        let after = folded(&digest(&one.before)?, one.height, &item);
        rows.push(vec![one.height.to_string(), one.validator.clone(), hex::encode(item)]);
        folds.push((format!("block {}", one.height), hex::encode(after), hex::encode(&one.after)));
    }
    finding.table("preimages", &["height", "validator", "preimage"], rows);
    finding.each("beacon: H(lazchain/beacon/v1, beacon, height, preimage)", folds);
    Ok(())
}

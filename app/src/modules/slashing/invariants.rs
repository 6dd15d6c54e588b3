//! What is true after every block.

use state::Read;

use super::keys::{CHUNK_BLOCKS, MISSED, SIGNING_INFOS};
use crate::{error::Result, invariant::Invariant, page};

pub(crate) const INVARIANTS: &[Invariant] = &[("slashing/misses-are-counted", misses_are_counted)];

fn misses_are_counted(state: &dyn Read) -> Result<Option<String>> {
    let mut broken = None;
    page::every(state, &SIGNING_INFOS, &(), |cons, info| {
        let (mut bits, mut outside) = (0_u64, false);
        page::every(state, &MISSED, &cons, |(_, chunk), missed| {
            let set: u32 = missed.iter().map(|byte| byte.count_ones()).sum();
            bits = bits.saturating_add(set.into());
            outside |= set > 0 && chunk.saturating_mul(CHUNK_BLOCKS) >= info.window;
            Ok(())
        })?;
        if bits != info.missed || outside {
            broken = Some(format!("{cons} has {bits} misses noted and {} counted", info.missed));
        }
        Ok(())
    })?;
    Ok(broken)
}

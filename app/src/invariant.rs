//! Statements that are true after every block.

use state::Read;

use crate::error::Result;

/// A name and a check: nothing if it holds, else what is wrong.
pub type Invariant = (&'static str, fn(&dyn Read) -> Result<Option<String>>);

/// The names of all, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    crate::modules::INVARIANTS.iter().flat_map(|list| list.iter()).map(|(name, _)| *name)
}

/// Runs every module's invariants and names the broken ones.
pub fn broken(state: &dyn Read) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, check) in crate::modules::INVARIANTS.iter().flat_map(|list| list.iter()) {
        if let Some(what) = check(state)? {
            found.push(format!("{name}: {what}"));
        }
    }
    Ok(found)
}

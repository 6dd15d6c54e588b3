//! How a store is kept.

use std::str::FromStr;

/// How far back values can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pruning {
    /// Every height stays readable.
    Nothing,
    /// The last 362,880 heights (three weeks of five-second blocks).
    Default,
    /// Only the heights kept in memory.
    Everything,
    /// The last `keep_recent` heights, looked after every `interval` blocks.
    Custom {
        /// Heights that stay readable.
        keep_recent: u64,
        /// Blocks between two rounds.
        interval: u64,
    },
}

impl Pruning {
    /// Heights to keep readable; `None` is all.
    pub fn keep(self) -> Option<u64> {
        match self {
            Pruning::Nothing => None,
            Pruning::Default => Some(362_880),
            Pruning::Everything => Some(0),
            Pruning::Custom { keep_recent, .. } => Some(keep_recent),
        }
    }

    /// Blocks between two rounds of pruning.
    pub fn interval(self) -> u64 {
        match self {
            Pruning::Custom { interval, .. } => interval.max(1),
            _ => 10,
        }
    }
}

/// A pruning setting that is not one of the known ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown pruning {0:?}: expected nothing, default, everything or custom:<keep-recent>:<interval>")]
pub struct UnknownPruning(pub String);

impl FromStr for Pruning {
    type Err = UnknownPruning;

    fn from_str(text: &str) -> Result<Pruning, UnknownPruning> {
        let unknown = || UnknownPruning(text.to_string());
        match text {
            "nothing" => Ok(Pruning::Nothing),
            "default" => Ok(Pruning::Default),
            "everything" => Ok(Pruning::Everything),
            _ => {
                let rest = text.strip_prefix("custom:").ok_or_else(unknown)?;
                let (keep_recent, interval) = rest.split_once(':').ok_or_else(unknown)?;
                let number = |part: &str| part.parse::<u64>().map_err(|_| unknown());
                Ok(Pruning::Custom { keep_recent: number(keep_recent)?, interval: number(interval)? })
            }
        }
    }
}

/// When a committed block is safe from a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Before `commit` returns.
    Strict,
    /// Soon after, with at most four blocks under way; `durable_height` says how far it is.
    Relaxed,
}

/// How a store is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How far back values can be read.
    pub pruning: Pruning,
    /// When a block is safe from a power failure.
    pub durability: Durability,
    /// RocksDB's whole budget: block cache and write buffers together.
    pub cache_bytes: u64,
    /// Heights whose trie stays in memory, so that they can be proved.
    pub recent: u32,
    /// Heights whose previous values stay on disk, so that they can be rolled back. At least `recent`.
    pub rollback_blocks: u64,
    /// Blocks between two checkpoint files of the trie; 0 writes none. A checkpoint only shortens the next start.
    pub checkpoint_interval: u64,
    /// Blocks between two state-sync snapshots; 0 makes none.
    pub snapshot_interval: u64,
    /// State-sync snapshots to keep; 0 keeps all.
    pub snapshot_keep: u32,
    /// Bytes of entries in one snapshot chunk, more or less.
    pub chunk_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            pruning: Pruning::Default,
            durability: Durability::Strict,
            cache_bytes: 256 << 20,
            recent: 32,
            rollback_blocks: 1_000,
            checkpoint_interval: 500,
            snapshot_interval: 0,
            snapshot_keep: 2,
            chunk_bytes: 4 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pruning_is_read_from_text() {
        assert_eq!("everything".parse(), Ok(Pruning::Everything));
        assert_eq!("custom:100:10".parse(), Ok(Pruning::Custom { keep_recent: 100, interval: 10 }));
        assert!("custom:100".parse::<Pruning>().is_err());
        assert!("all".parse::<Pruning>().is_err());
    }
}

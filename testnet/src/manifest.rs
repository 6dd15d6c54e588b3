//! A network described in one TOML file: how many nodes, with which settings, and what happens to them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Nodes of one network on one machine.
const MAX_NODES: u32 = 32;
/// Payments a second that one account can make through one node.
const MAX_LOAD: u32 = 500;

/// What a network is made of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The chain's id.
    pub(crate) chain_id: String,
    /// Nodes that validate from the start: node0, node1, ..
    pub(crate) validators: u32,
    /// Nodes that only follow: full0, full1, ..
    #[serde(default)]
    pub(crate) full_nodes: u32,
    /// How long a validator waits after a commit, as CometBFT writes it.
    #[serde(default = "one_second")]
    pub(crate) timeout_commit: String,
    /// Keys of `app.toml` and `config.toml`, for every node.
    #[serde(default)]
    pub(crate) config: BTreeMap<String, String>,
    /// Values of the genesis file: path within `app_state` -> text.
    #[serde(default)]
    pub(crate) genesis: BTreeMap<String, String>,
    /// Payments a second while `torment` disturbs the nodes.
    #[serde(default)]
    pub(crate) load: u32,
    /// What happens to nodes.
    #[serde(default)]
    pub(crate) perturb: Vec<Perturb>,
}

/// One disturbance.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Perturb {
    /// Which node.
    pub(crate) node: String,
    /// Once the network is at this height.
    pub(crate) at_height: u64,
    /// What is done.
    pub(crate) kind: Kind,
}

/// Kinds of disturbance.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// `lazd` gets SIGKILL, and is started again.
    KillApp,
    /// CometBFT gets SIGKILL; `lazd` restarts both by itself.
    KillEngine,
    /// Both get SIGKILL, and are started again.
    KillBoth,
    /// `lazd` and CometBFT stand still for ten seconds.
    Pause,
    /// An orderly stop and start.
    Restart,
}

fn one_second() -> String {
    "1s".into()
}

impl Manifest {
    /// Reads and checks a manifest.
    pub(crate) fn load(path: &Path) -> Result<Manifest> {
        let reading = || format!("cannot read the manifest {}", path.display());
        let text = fs::read_to_string(path).with_context(reading)?;
        let manifest: Manifest = toml::from_str(&text).with_context(reading)?;
        manifest.check().with_context(|| format!("{}", path.display()))?;
        Ok(manifest)
    }

    fn check(&self) -> Result<()> {
        if self.validators == 0 {
            bail!("validators must be at least 1");
        }
        if self.validators.saturating_add(self.full_nodes) > MAX_NODES {
            bail!("validators and full_nodes together must be at most {MAX_NODES}");
        }
        if self.load > MAX_LOAD {
            bail!("load must be at most {MAX_LOAD} payments a second");
        }
        let names = self.names();
        for perturb in &self.perturb {
            if !names.contains(&perturb.node) {
                bail!("perturb: there is no node {:?}; there are {}", perturb.node, names.join(", "));
            }
        }
        Ok(())
    }

    /// Every node's name, validators first.
    pub(crate) fn names(&self) -> Vec<String> {
        let validators = (0..self.validators).map(|index| format!("node{index}"));
        validators.chain((0..self.full_nodes).map(|index| format!("full{index}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_that_ships_is_sound() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("networks");
        for name in ["single.toml", "four.toml", "rough.toml", "kills.toml", "operator.toml", "protocol.toml"]
        {
            let manifest = Manifest::load(&folder.join(name)).unwrap();
            assert_eq!(manifest.names().len() as u32, manifest.validators + manifest.full_nodes, "{name}");
        }
    }

    #[test]
    fn a_manifest_that_makes_no_sense_says_why() {
        for (text, why) in [
            ("chain_id = 'x-1'\nvalidators = 0", "at least 1"),
            ("chain_id = 'x-1'\nvalidators = 99", "at most 32"),
            ("chain_id = 'x-1'\nvalidators = 1\nload = 5000", "at most 500"),
            ("chain_id = 'x-1'\nvalidators = 1\nsurprise = 2", "surprise"),
            (
                "chain_id = 'x-1'\nvalidators = 1\n[[perturb]]\nnode = 'node7'\nat_height = 1\nkind = 'pause'",
                "node7",
            ),
            (
                "chain_id = 'x-1'\nvalidators = 1\n[[perturb]]\nnode = 'node0'\nat_height = 1\nkind = 'tickle'",
                "tickle",
            ),
        ] {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), text).unwrap();
            let error = format!("{:#}", Manifest::load(file.path()).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}

//! A network on disk: which node lives where, on which ports, and whether it runs.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// A network that was set up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Network {
    /// The chain's id.
    pub(crate) chain_id: String,
    /// The nodes, validators first.
    pub(crate) nodes: Vec<Node>,
}

/// One node: `lazd` and its CometBFT.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Node {
    /// `node0`, `full0`
    pub(crate) name: String,
    /// Its home.
    pub(crate) home: PathBuf,
    /// Where it listens.
    pub(crate) ports: Ports,
}

/// Ports of a node, all on the loopback address.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Ports {
    /// Peers.
    pub(crate) p2p: u16,
    /// CometBFT's RPC.
    pub(crate) rpc: u16,
    /// REST.
    pub(crate) api: u16,
    /// gRPC.
    pub(crate) grpc: u16,
}

impl Ports {
    /// The ports of the node at `index`, as `lazd testnet init-files --single-host` gives them out.
    pub(crate) fn of(index: u16, offset: u16) -> Ports {
        let tens = index * 10 + offset;
        Ports {
            p2p: 26656 + tens,
            rpc: 26657 + tens,
            api: 1317 + index + offset,
            grpc: 9090 + index + offset,
        }
    }

    fn all(self) -> [u16; 4] {
        [self.p2p, self.rpc, self.api, self.grpc]
    }

    /// Refuses ports that something listens on.
    pub(crate) fn must_be_free(self) -> Result<()> {
        for port in self.all() {
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| {
                format!("port {port} is taken; stop what listens there, or choose others with --port-offset")
            })?;
        }
        Ok(())
    }
}

const FILE: &str = "network.json";

impl Network {
    /// Reads what `up` wrote.
    pub(crate) fn load(folder: &Path) -> Result<Network> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).with_context(|| {
            format!("there is no network in {}; `lazchain-testnet up` makes one", folder.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Whether a network was set up in `folder`.
    pub(crate) fn exists(folder: &Path) -> bool {
        folder.join(FILE).is_file()
    }

    /// Writes it down.
    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        fs::write(&path, serde_json::to_string_pretty(self)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// What was added to every port.
    pub(crate) fn port_offset(&self) -> u16 {
        self.nodes.first().map_or(0, |first| first.ports.p2p.saturating_sub(Ports::of(0, 0).p2p))
    }

    /// A network of one of its nodes.
    pub(crate) fn alone(&self, node: &Node) -> Network {
        Network { chain_id: self.chain_id.clone(), nodes: vec![node.clone()] }
    }

    /// A node by its name.
    pub(crate) fn node(&self, name: &str) -> Result<&Node> {
        match self.nodes.iter().find(|node| node.name == name) {
            Some(node) => Ok(node),
            None => {
                let names: Vec<&str> = self.nodes.iter().map(|node| node.name.as_str()).collect();
                bail!("there is no node {name:?}; there are {}", names.join(", "))
            }
        }
    }
}

//! From a manifest to homes on disk, made by `lazd testnet init-files`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    manifest::Manifest,
    network::{Network, Node, Ports},
};

/// Makes every node's home under `folder`.
pub(crate) fn set_up(manifest: &Manifest, folder: &Path, offset: u16, lazd: &Path) -> Result<Network> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let folder = &fs::canonicalize(folder)?;
    let nodes: Vec<Node> = (0_u16..)
        .zip(manifest.names())
        .map(|(index, name)| Node {
            home: folder.join(&name).join("lazd"),
            name,
            ports: Ports::of(index, offset),
        })
        .collect();
    nodes.iter().try_for_each(|node| node.ports.must_be_free())?;
    let mut command = Command::new(lazd);
    command
        .args(["testnet", "init-files", "--single-host", "--faucet", "--output-dir"])
        .arg(folder)
        .args(["--chain-id", &manifest.chain_id, "--commit-timeout", &manifest.timeout_commit])
        .args(["--validator-count", &manifest.validators.to_string()])
        .args(["--full-node-count", &manifest.full_nodes.to_string()])
        .args(["--port-offset", &offset.to_string()]);
    for (key, value) in &manifest.config {
        command.arg("--config").arg(format!("{key}={value}"));
    }
    for (path, value) in &manifest.genesis {
        command.arg("--genesis").arg(format!("{path}={value}"));
    }
    run(&mut command)?;
    let network = Network { chain_id: manifest.chain_id.clone(), nodes };
    network.save(folder)?;
    Ok(network)
}

/// Makes the home of one more node that knows the genesis, the settings and the peers of `network`, and adds it.
pub(crate) fn add_node(network: &mut Network, folder: &Path, name: &str, lazd: &Path) -> Result<Node> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        bail!("{name:?} is not a name for a node: letters, digits, dashes and underscores");
    }
    if network.nodes.iter().any(|node| node.name == name) {
        bail!("there is a node {name:?} already");
    }
    let folder = fs::canonicalize(folder)?;
    let index = u16::try_from(network.nodes.len()).context("nodes")?;
    let node = Node {
        name: name.into(),
        home: folder.join(name).join("lazd"),
        ports: Ports::of(index, network.port_offset()),
    };
    node.ports.must_be_free()?;
    let home = |command: &mut Command| {
        command.arg("--home").arg(&node.home);
    };
    let mut init = Command::new(lazd);
    init.args(["init", name, "--chain-id", &network.chain_id]);
    home(&mut init);
    run(&mut init)?;
    // the same pace and limits as the others: a validator that waits longer after a commit slows all of them down
    for file in ["genesis.json", "config.toml", "app.toml", "client.toml"] {
        let [from, to] = [&network.nodes[0].home, &node.home].map(|home| home.join("config").join(file));
        fs::copy(&from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    let peers: Vec<String> =
        network.nodes.iter().map(|peer| peer_address(peer, lazd)).collect::<Result<_>>()?;
    let local = |port: u16| format!("tcp://127.0.0.1:{port}");
    for (file, key, value) in [
        ("config", "moniker", name.into()),
        ("config", "p2p.persistent_peers", peers.join(",")),
        ("config", "p2p.laddr", local(node.ports.p2p)),
        ("config", "rpc.laddr", local(node.ports.rpc)),
        ("app", "api.address", local(node.ports.api)),
        ("app", "grpc.address", format!("127.0.0.1:{}", node.ports.grpc)),
        ("client", "node", local(node.ports.rpc)),
    ] {
        set(&node, file, key, &value, lazd)?;
    }
    network.nodes.push(node.clone());
    network.save(&folder)?;
    Ok(node)
}

/// Changes a setting of a node.
pub(crate) fn set(node: &Node, file: &str, key: &str, value: &str, lazd: &Path) -> Result<()> {
    run(Command::new(lazd).args(["config", "set", file, key, value, "--home"]).arg(&node.home))
}

fn peer_address(node: &Node, lazd: &Path) -> Result<String> {
    let output = Command::new(lazd).args(["comet", "show-node-id", "--home"]).arg(&node.home).output()?;
    if !output.status.success() {
        bail!("{}: {}", node.name, String::from_utf8_lossy(&output.stderr).trim());
    }
    let id = String::from_utf8(output.stdout)?;
    Ok(format!("{}@127.0.0.1:{}", id.trim(), node.ports.p2p))
}

fn run(command: &mut Command) -> Result<()> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().with_context(|| format!("cannot run {}", program.display()))?;
    if !output.status.success() {
        let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
        bail!("lazd {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

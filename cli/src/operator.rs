//! `lazd operator`: a Quorum member's work, as a daemon.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use services::operator::{self, Config, Member, Signers};

use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag, runtime, stopped},
    node::home::Home,
};

/// Judge the updates that a Quorum's member is drawn for
///
/// Follows the tasks of its members, fetches their content, looks at it, writes a report, commits to a ballot and reveals
/// it. Everything it must not forget is in the folder `operator` of the home before it is sent: a restart goes on with
/// the same ballots.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd operator --from validator
  lazd operator --from validator --config operator.toml --listen 127.0.0.1:8700
  lazd operator --from hot-wallet --signer unix:///run/lazd-signer/socket
  lazd operator --from validator --member other-validator --payer hot-wallet")]
pub(crate) struct Args {
    #[command(flatten)]
    members: MemberFlags,
    /// Name of the key whose account carries the ballots; the first member's by default
    #[arg(long)]
    payer: Option<String>,
    /// A signer that holds the members' keys, as unix:///path (`lazd signer`); --from then only pays
    #[arg(long, conflicts_with_all = ["members", "number"], value_parser = socket)]
    signer: Option<PathBuf>,
    /// Settings, docs/operator.md; config/operator.toml of the home by default, if it is there
    #[arg(long)]
    config: Option<PathBuf>,
    /// Where health, metrics and reports are served, as 127.0.0.1:8700; before what the settings say
    #[arg(long)]
    listen: Option<std::net::SocketAddr>,
    #[command(flatten)]
    keyring: KeyringFlags,
    #[command(flatten)]
    node: NodeFlags,
}

// Whose keys. No doc comment: it would become the help of the command that has them.
#[derive(clap::Args)]
pub(crate) struct MemberFlags {
    /// Name of the validator's key; further members with --member
    #[arg(long)]
    from: Option<String>,
    /// Name of another member's key; may be repeated
    #[arg(long = "member")]
    members: Vec<String>,
    /// Which of the attestation keys that come from a member's key: 0 is the first, see `lazd ballot keys`
    #[arg(long, default_value_t = 0)]
    number: u64,
}

impl MemberFlags {
    /// The members, with their keys.
    pub(crate) fn unlock(&self, context: &Context) -> Result<Vec<Member>> {
        let first = std::iter::once(self.from.as_deref());
        let names = first.chain(self.members.iter().map(|name| Some(name.as_str())));
        names.map(|name| Ok(Member::new(&context.key(name)?.1, self.number))).collect()
    }
}

/// Runs until it is told to stop.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = Context::new(home, OutputFlag::default())?
        .with_keyring(args.keyring.clone())
        .with_node(args.node.clone());
    let mut config = settings(home, args)?;
    config.listen = args.listen.or(config.listen);
    let payer = context.key(args.payer.as_deref().or(args.members.from.as_deref()))?.1;
    let chain = context.chain()?;
    let folder = home.path().join("operator");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    runtime()?.block_on(async {
        let asked = chain.id().await?;
        if let Some(known) = context.known_chain_id().filter(|known| **known != asked) {
            bail!("the node is on chain {asked:?}, but --chain-id or client.toml say {known:?}");
        }
        let members = match &args.signer {
            Some(socket) => Member::apart(socket.clone()).await?,
            None => args.members.unlock(&context)?,
        };
        Ok(operator::run(chain, Signers { members, payer }, config, &folder, stopped()).await?)
    })
}

/// Where `unix:///path` is.
pub(crate) fn socket(text: &str) -> Result<PathBuf> {
    let path = text.strip_prefix("unix://").filter(|path| path.starts_with('/'));
    Ok(path.with_context(|| format!("{text:?} is no socket: unix:///path"))?.into())
}

fn settings(home: &Home, args: &Args) -> Result<Config> {
    let usual = home.path().join("config/operator.toml");
    let path = match &args.config {
        Some(path) => path,
        None if usual.is_file() => &usual,
        None => return Ok(Config::default()),
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Config::parse(&text).with_context(|| format!("{}", path.display()))
}

//! `lazd provider` and `lazd usage`: both sides of a channel, as daemons.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use proto::lazchain::{dat::v1::Purpose, usage::v1 as usage};
use services::{
    consumer,
    provider::{self, Config},
};

use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag, daemon_runtime, runtime, stopped},
    node::home::Home,
    offchain::{id, voucher::TermsFlags, word},
};

/// Serve a model or a dataset to who holds a channel
///
/// An HTTP proxy in front of an OpenAI-compatible service or a file: checks the channel and the permission on chain, the
/// voucher before the work, counts units, keeps receipts, and redeems. Its books are in the folder `provider` of the home.
#[derive(clap::Args)]
#[command(after_help = "Example of a provider.toml:
  listen = \"127.0.0.1:8800\"
  [[offers]]
  asset = 2
  upstream = \"http://127.0.0.1:11434\"

Examples:
  lazd provider --from pat
  lazd provider --from pat --config provider.toml")]
pub(crate) struct Args {
    /// Name of the provider's key
    #[arg(long)]
    from: Option<String>,
    /// What is offered, docs/provider.md; config/provider.toml of the home by default
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    keyring: KeyringFlags,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs until it is told to stop.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let context = context(home, &args.keyring, &args.node, &OutputFlag::default())?;
    let path = args.config.clone().unwrap_or_else(|| home.path().join("config/provider.toml"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let config = Config::parse(&text).with_context(|| format!("{}", path.display()))?;
    let (_, secret) = context.key(args.from.as_deref())?;
    let chain = context.chain()?;
    let folder = home.path().join("provider");
    daemon_runtime()?.block_on(async { Ok(provider::run(chain, secret, config, &folder, stopped()).await?) })
}

/// Use what a provider serves, through a channel
#[derive(clap::Args)]
pub(crate) struct UsageArgs {
    #[command(subcommand)]
    command: UsageCommand,
}

#[derive(clap::Subcommand)]
enum UsageCommand {
    /// Sign for what clients on this machine use: point curl or any OpenAI SDK at it
    ///
    /// Adds the voucher to each request, checks the receipt of each answer, and signs the next voucher. Its books are in
    /// the folder `usage` of the home.
    #[command(after_help = "Examples:
  lazd usage proxy channel-5 https://gpu.example.org --from dan --number 1
  curl http://127.0.0.1:8900/v1/embeddings -H 'content-type: application/json' -d '{\"input\":\"a sentence\"}'
  curl http://127.0.0.1:8900/lazchain/spent")]
    Proxy(Box<Proxy>),
    /// What was used of a channel, by our own books
    #[command(after_help = "Example:\n  lazd usage spent channel-5")]
    Spent {
        /// The channel: 5 or channel-5
        channel: String,
        #[command(flatten)]
        node: NodeFlags,
        #[command(flatten)]
        output: OutputFlag,
    },
}

#[derive(clap::Args)]
struct Proxy {
    /// The channel: 5 or channel-5
    channel: String,
    /// Where its provider serves: scheme, host and port
    provider: String,
    /// Name of the consumer's key
    #[arg(long)]
    from: Option<String>,
    /// Which of the channel keys that come from it, see `lazd voucher key`
    #[arg(long, default_value_t = 0)]
    number: u64,
    /// What for: infer, train, fine-tune, evaluate, redistribute or derive
    #[arg(long, default_value = "infer")]
    purpose: String,
    /// Where clients on this machine come in
    #[arg(long, default_value = "127.0.0.1:8900")]
    listen: std::net::SocketAddr,
    #[command(flatten)]
    terms: TermsFlags,
    /// Most units in all that are paid, until it ends, for answers that never arrived, after a crash
    #[arg(long, default_value_t = 10_000)]
    unseen_units: u64,
    #[command(flatten)]
    keyring: KeyringFlags,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs a `lazd usage` command.
pub(crate) fn run_usage(home: &Home, args: &UsageArgs) -> Result<()> {
    let folder = home.path().join("usage");
    match &args.command {
        UsageCommand::Proxy(proxy) => {
            let context = context(home, &proxy.keyring, &proxy.node, &OutputFlag::default())?;
            let (_, secret) = context.key(proxy.from.as_deref())?;
            let settings = consumer::Settings {
                channel: id("channel", &proxy.channel)?,
                number: proxy.number,
                provider: proxy.provider.clone(),
                purpose: word::<Purpose>("lazchain.dat.v1.Purpose", &proxy.purpose)?,
                terms: proxy.terms.read()?,
                listen: proxy.listen,
                unseen_units: proxy.unseen_units,
            };
            let chain = context.chain()?;
            daemon_runtime()?
                .block_on(async { Ok(consumer::run(chain, &secret, settings, &folder, stopped()).await?) })
        }
        UsageCommand::Spent { channel, node, output } => {
            let context = context(home, &KeyringFlags::default(), node, output)?;
            let channel = id("channel", channel)?;
            let ask = usage::QueryChannelRequest { channel };
            let answer: usage::QueryChannelResponse =
                runtime()?.block_on(context.chain()?.ask("/lazchain.usage.v1.Query/Channel", &ask))?;
            let record = answer.channel.ok_or_else(|| anyhow!("channel-{channel} is empty"))?;
            context.format().print(&consumer::statement(&folder, &record)?)
        }
    }
}

fn context(home: &Home, keyring: &KeyringFlags, node: &NodeFlags, output: &OutputFlag) -> Result<Context> {
    Ok(Context::new(home, output.clone())?.with_keyring(keyring.clone()).with_node(node.clone()))
}

//! `lazd why`: asks for the inputs of what the chain decided by rule, works it out again, and says whether the chain was
//! right. What the chain itself says it comes to is one more thing to compare, not to believe.

mod allowed;
mod beacon;
mod drawing;
mod node;
mod payout;
mod power;
mod report;
mod routing;
mod slash;
mod tally;

use anyhow::{Result, bail};
use app::why::Finding;

use crate::{
    context::{Context, KeyringFlags, NodeFlags, OutputFlag},
    node::home::Home,
    offchain::id,
};
use node::Node;

/// Recompute what the chain decided by rule, and say whether it was right
///
/// Asks a node for the inputs of a decision, all at one height, and works it out again with the rules that this program
/// has. The last line says whether the chain was right; if it was wrong, the exit status is 1.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lazd why routing task-9
  lazd why drawing task-9 1
  lazd why tally task-9 1 -o json
  lazd why power quorum-3
  lazd why slash 4
  lazd why payout task-9
  lazd why allowed asset-12 ada infer")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Routing(routing::Args),
    /// Why these members sit in a committee, a jury or a second look
    #[command(after_help = "Examples:
  lazd why drawing task-9 1")]
    Drawing(OfRound),
    /// Why a round came to its verdict: signatures, commitments, counts
    #[command(after_help = "Examples:
  lazd why tally task-9 1")]
    Tally(OfRound),
    Power(power::Args),
    Slash(slash::Args),
    Payout(payout::Args),
    Allowed(allowed::Args),
}

// Flags of every one. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, clap::Args)]
struct Flags {
    /// Ask for the inputs as they were at this height (a node keeps only so many)
    #[arg(long)]
    height: Option<u64>,
    #[command(flatten)]
    output: OutputFlag,
    #[command(flatten)]
    node: NodeFlags,
    #[command(flatten)]
    keyring: KeyringFlags,
}

// One round of a task. No doc comment: it would become the help of the command that has it.
#[derive(clap::Args)]
struct OfRound {
    /// The task: 9 or task-9
    task: String,
    /// The round, from 1
    round: u32,
    #[command(flatten)]
    flags: Flags,
}

/// Runs a `lazd why` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    let flags = match &args.what {
        What::Routing(args) => &args.flags,
        What::Drawing(args) => &args.flags,
        What::Tally(args) => &args.flags,
        What::Power(args) => &args.flags,
        What::Slash(args) => &args.flags,
        What::Payout(args) => &args.flags,
        What::Allowed(args) => &args.flags,
    };
    let context = Context::new(home, flags.output.clone())?;
    let context = context.with_node(flags.node.clone()).with_keyring(flags.keyring.clone());
    let node = Node::at(&context, flags.height)?;
    let finding: Finding = match &args.what {
        What::Routing(args) => routing::find(&node, args)?,
        What::Drawing(args) => drawing::find(&node, args)?,
        What::Tally(args) => tally::find(&node, args)?,
        What::Power(args) => power::find(&node, args)?,
        What::Slash(args) => slash::find(&node, args)?,
        What::Payout(args) => payout::find(&node, args)?,
        What::Allowed(args) => allowed::find(&context, &node, args)?,
    };
    report::print(context.format(), &finding)?;
    if !finding.is_right() {
        bail!("{}: decided against the rules", finding.title);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;

    #[test]
    fn every_example_in_the_help_is_a_command_of_it() {
        let command = Args::augment_args(clap::Command::new("why"));
        command.clone().debug_assert();
        let helps = std::iter::once(&command)
            .chain(command.get_subcommands())
            .map(|one| one.get_after_help().expect("all have examples").to_string());
        let mut seen = 0;
        for help in helps {
            for line in help.lines().filter_map(|line| line.strip_prefix("  lazd ")) {
                let parsed = command.clone().try_get_matches_from(line.split(' '));
                assert!(parsed.is_ok(), "{line}: {parsed:?}");
                seen += 1;
            }
        }
        assert!(seen >= 14, "{seen}");
    }
}

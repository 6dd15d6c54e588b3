//! `lazd ballot`: a Quorum member's keys and ballots.

use std::path::PathBuf;

use anyhow::{Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain::{Ed25519, Judgement, attestation, commit, read, reveal, sealing};
use proto::lazchain::vsc::v1::Verdict;
use serde_json::json;

use super::{SignFlags, digest, id, word};
use crate::{
    context::{Context, NodeFlags},
    node::home::Home,
    output::json_of,
};

/// Keys and ballots of a Quorum's member
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print the keys that `tx quorum join-quorum` registers
    #[command(after_help = "Example:\n  lazd ballot keys --from operator")]
    Keys {
        #[command(flatten)]
        sign: SignFlags,
    },
    /// Sign a commitment to a ballot
    #[command(
        after_help = "The ballot stays secret: its salt comes from the key, so the same command gives the same ballot again.

Examples:
  lazd ballot commit task-9 1 accept --score 8200 --report report.json --from operator > commit.json
  lazd tx vsc submit-commits commit.json --from operator"
    )]
    Commit(Box<Cast>),
    /// Sign the ballot itself, once commits have closed
    #[command(after_help = "Give the same verdict, score and report as in the commitment.

Examples:
  lazd ballot reveal task-9 1 accept --score 8200 --report report.json --from operator > reveal.json
  lazd tx vsc submit-reveals reveal.json --from operator")]
    Reveal(Box<Cast>),
}

#[derive(clap::Args)]
struct Cast {
    /// The task: 9 or task-9
    task: String,
    /// The round of that task
    round: u32,
    /// accept, reject, invalid or abstain
    verdict: String,
    /// 0 to 10,000
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    score: u32,
    /// The evaluation report: a file, or its SHA-256 in hex
    #[arg(long)]
    report: String,
    #[command(flatten)]
    sign: SignFlags,
    #[command(flatten)]
    node: NodeFlags,
}

/// Runs a `lazd ballot` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Command::Keys { sign } => {
            let context = sign.context(home)?;
            let (account, secret) = sign.unlock(&context)?;
            context.format().print(&json!({
                "member": account.operator().to_string(),
                "attestation_key": BASE64.encode(attestation(&secret, sign.number).public()),
                "sealing_key": BASE64.encode(sealing(&secret, sign.number)),
            }))
        }
        Command::Commit(cast) => {
            let (context, judgement, key) = judged(home, cast)?;
            context.format().print(&json_of(&commit(&judgement, &key))?)
        }
        Command::Reveal(cast) => {
            let (context, judgement, key) = judged(home, cast)?;
            context.format().print(&json_of(&reveal(&judgement, &key))?)
        }
    }
}

fn judged(home: &Home, cast: &Cast) -> Result<(Context, Judgement, Ed25519)> {
    let context = cast.sign.context(home)?.with_node(cast.node.clone());
    let verdict: Verdict = word("lazchain.vsc.v1.Verdict", &cast.verdict)?;
    if cast.score > 0 && verdict != Verdict::Accept {
        bail!("only an accepting ballot has a score");
    }
    let report = match digest(&cast.report) {
        Ok(report) => report,
        Err(_) => read(&PathBuf::from(&cast.report), |_| ())?.sha256,
    };
    let (account, secret) = cast.sign.unlock(&context)?;
    let judgement = Judgement {
        chain_id: context.offline_chain_id()?.to_owned(),
        task: id("task", &cast.task)?,
        round: cast.round,
        member: account.operator(),
        verdict,
        score: cast.score,
        report,
    };
    let key = attestation(&secret, cast.sign.number);
    Ok((context, judgement, key))
}

//! A process apart that holds the keys of members: it signs ballots and opens data keys for the operator, over a Unix
//! socket that only its user can open. It has a book of its own, so that whoever gets hold of the operator cannot make it
//! sign two different ballots.
//!
//! A question is a line of JSON, and so is its answer; a connection has one of each.

mod book;
mod server;

use std::{path::PathBuf, time::Duration};

use client::offchain::{Judgement, commit, reveal, sealed::DataKey};
use prost::Message;
use proto::{address::ValAddress, lazchain::vsc::v1 as pb};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
    time::timeout,
};

use super::work::Member;
use crate::error::{Error, Result};
pub use server::serve;

/// Bytes of a question or an answer.
const MAX_LINE: u64 = 64 * 1024;
/// The longest that either side waits for the other.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a member signs ballots and opens sealed content with.
pub(super) enum Keys {
    /// In this process.
    Own(Box<Own>),
    /// With a signer, at this socket.
    Apart(PathBuf),
}

/// The keys themselves.
pub(super) struct Own {
    pub(super) attestation: client::offchain::Ed25519,
    pub(super) opener: client::offchain::sealed::Opener,
}

/// What is asked of a signer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Question {
    Members,
    Commit(Said),
    Reveal(Said),
    Open { member: String, wrapped: String },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// Whose keys it has.
    Members(Vec<String>),
    /// Protobuf in hex.
    Signed(String),
    /// A data key in hex; nothing if this key does not open it.
    Key(Option<String>),
    Refused(String),
}

/// A judgement on the wire and in the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    chain_id: String,
    task: u64,
    round: u32,
    member: String,
    /// As the chain writes it.
    verdict: String,
    score: u32,
    /// In hex.
    report: String,
}

impl From<&Judgement> for Said {
    fn from(judgement: &Judgement) -> Said {
        Said {
            chain_id: judgement.chain_id.clone(),
            task: judgement.task,
            round: judgement.round,
            member: judgement.member.to_string(),
            verdict: judgement.verdict.as_str_name().into(),
            score: judgement.score,
            report: hex::encode(judgement.report),
        }
    }
}

impl Said {
    fn judgement(&self) -> Result<Judgement> {
        let bad = |what: &str| Error::Refused(format!("the {what} of a ballot cannot be read"));
        let report = hex::decode(&self.report).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Judgement {
            chain_id: self.chain_id.clone(),
            task: self.task,
            round: self.round,
            member: self.member.parse().map_err(|_| bad("member"))?,
            verdict: pb::Verdict::from_str_name(&self.verdict).ok_or_else(|| bad("verdict"))?,
            score: self.score,
            report: report.ok_or_else(|| bad("report's hash"))?,
        })
    }
}

impl Keys {
    /// The signed commitment.
    pub(super) async fn commit(&self, judgement: &Judgement) -> Result<pb::SignedCommit> {
        match self {
            Keys::Own(own) => Ok(commit(judgement, &own.attestation)),
            Keys::Apart(socket) => signed(ask(socket, &Question::Commit(judgement.into())).await?),
        }
    }

    /// The signed ballot itself.
    pub(super) async fn reveal(&self, judgement: &Judgement) -> Result<pb::SignedReveal> {
        match self {
            Keys::Own(own) => Ok(reveal(judgement, &own.attestation)),
            Keys::Apart(socket) => signed(ask(socket, &Question::Reveal(judgement.into())).await?),
        }
    }

    /// The data key that was wrapped to this member, if it opens.
    pub(super) async fn open(&self, member: &ValAddress, wrapped: &[u8]) -> Result<Option<DataKey>> {
        let socket = match self {
            Keys::Own(own) => return Ok(own.opener.unwrap(wrapped)),
            Keys::Apart(socket) => socket,
        };
        let question = Question::Open { member: member.to_string(), wrapped: hex::encode(wrapped) };
        let Answer::Key(key) = ask(socket, &question).await? else { return Err(strange()) };
        let Some(key) = key else { return Ok(None) };
        let bytes = hex::decode(key).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(strange)?;
        Ok(Some(DataKey::new(bytes)))
    }
}

impl Member {
    /// The members whose keys a signer has.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub async fn apart(socket: PathBuf) -> Result<Vec<Member>> {
        let Answer::Members(names) = ask(&socket, &Question::Members).await? else { return Err(strange()) };
        let member = |name: String| {
            let operator = name.parse().map_err(|_| strange())?;
            Ok(Member { operator, keys: Keys::Apart(socket.clone()) })
        };
        names.into_iter().map(member).collect()
    }
}

fn strange() -> Error {
    Error::Signer("the signer gives an answer to another question".into())
}

fn signed<M: Message + Default>(answer: Answer) -> Result<M> {
    let Answer::Signed(text) = answer else { return Err(strange()) };
    let bytes = hex::decode(text).map_err(|_| strange())?;
    M::decode(bytes.as_slice()).map_err(|_| strange())
}

async fn ask(socket: &PathBuf, question: &Question) -> Result<Answer> {
    let asked = async {
        let mut stream = UnixStream::connect(socket).await?;
        send(&mut stream, question).await?;
        receive(&mut stream).await
    };
    let unreachable = |why: String| Error::Signer(format!("the signer at {}: {why}", socket.display()));
    let answer: std::io::Result<Answer> =
        timeout(PATIENCE, asked).await.map_err(|_| unreachable("no answer".into()))?;
    match answer.map_err(|error| unreachable(error.to_string()))? {
        Answer::Refused(why) => Err(Error::Refused(why)),
        answer => Ok(answer),
    }
}

async fn send(stream: &mut UnixStream, what: &impl Serialize) -> std::io::Result<()> {
    let line = serde_json::to_string(what).map_err(std::io::Error::other)?;
    stream.write_all(format!("{line}\n").as_bytes()).await
}

async fn receive<T: for<'a> Deserialize<'a>>(stream: &mut UnixStream) -> std::io::Result<T> {
    let mut line = String::new();
    BufReader::new(stream.take(MAX_LINE)).read_line(&mut line).await?;
    serde_json::from_str(&line).map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests;

//! Subjects and entries.

use std::{fmt, str::FromStr};

use prost::Message;
use proto::address::{Address, ValAddress};
use sha2::{Digest, Sha256};

/// Whom a trail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Idao(u64),
    Quorum(u64),
    Task(u64),
    Asset(u64),
    /// Asset and serial.
    Dat(u64, u64),
    Channel(u64),
    Validator(ValAddress),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Idao(id) => write!(f, "idao-{id}"),
            Subject::Quorum(id) => write!(f, "quorum-{id}"),
            Subject::Task(id) => write!(f, "task-{id}"),
            Subject::Asset(id) => write!(f, "asset-{id}"),
            // as `dat-12/4`, with a sign that a path may hold
            Subject::Dat(asset, serial) => write!(f, "dat-{asset}.{serial}"),
            Subject::Channel(id) => write!(f, "channel-{id}"),
            Subject::Validator(operator) => write!(f, "{operator}"),
        }
    }
}

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Subject, String> {
        if let Ok(operator) = text.parse() {
            return Ok(Subject::Validator(operator));
        }
        let subject = text.split_once('-').and_then(|(kind, id)| {
            if kind == "dat" {
                let (asset, serial) = id.split_once(['.', '/'])?;
                return Some(Subject::Dat(number(asset)?, number(serial)?));
            }
            let id = number(id)?;
            match kind {
                "idao" => Some(Subject::Idao(id)),
                "quorum" => Some(Subject::Quorum(id)),
                "task" => Some(Subject::Task(id)),
                "asset" => Some(Subject::Asset(id)),
                "channel" => Some(Subject::Channel(id)),
                _ => None,
            }
        });
        subject.ok_or_else(|| {
            format!("{text} names no subject; give one like idao-7, quorum-3, task-9, asset-12, dat-12.4, channel-5 or a validator's address")
        })
    }
}

fn number(text: &str) -> Option<u64> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    canonical.then(|| text.parse().ok()).flatten()
}

/// What is recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub subject: Subject,
    /// `dat.transferred`
    pub kind: &'static str,
    /// Nobody where a rule acts.
    pub actor: Option<&'a Address>,
    pub agent: Option<&'a Address>,
    pub digest: Option<[u8; 32]>,
}

impl<'a> Entry<'a> {
    /// Somebody's act; `digest` is that of the record it left behind.
    pub(crate) const fn new(
        subject: Subject,
        kind: &'static str,
        actor: &'a Address,
        digest: [u8; 32],
    ) -> Entry<'a> {
        Entry { subject, kind, actor: Some(actor), agent: None, digest: Some(digest) }
    }

    /// What a rule of the chain did.
    pub(crate) const fn by_rule(subject: Subject, kind: &'static str, digest: [u8; 32]) -> Entry<'a> {
        Entry { subject, kind, actor: None, agent: None, digest: Some(digest) }
    }

    /// The same, done by an agent for the actor, if there is one.
    pub(crate) const fn by_agent(self, agent: Option<&'a Address>) -> Entry<'a> {
        Entry { agent, ..self }
    }
}

/// SHA-256 of a record's bytes.
pub(crate) fn digest_of(record: &impl Message) -> [u8; 32] {
    Sha256::digest(record.encode_to_vec()).into()
}

/// An entry as a node keeps it: where, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Key in the index of events.
    pub key: Vec<u8>,
    /// The encoded entry.
    pub entry: Vec<u8>,
}

/// Where a node keeps the entries of a subject, in their order.
pub(crate) fn index_key(subject: &Subject, sequence: Option<u64>) -> Vec<u8> {
    let mut key = format!("audit\0{subject}\0").into_bytes();
    if let Some(sequence) = sequence {
        key.extend_from_slice(&sequence.to_be_bytes());
    }
    key
}

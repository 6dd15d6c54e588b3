//! What an operator decides: how far it goes to fetch content, and how it looks at it.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use serde::Deserialize;

use crate::error::{Error, Result};

/// Kinds of update, as the configuration names them.
const KINDS: [&str; 5] = ["pov", "dataset", "model", "agent", "behaviour"];

/// What `operator.toml` may say; what it leaves out is as in [`Config::default`].
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where health, metrics and reports are served; nothing serves nothing.
    pub listen: Option<SocketAddr>,
    /// Seconds between two looks at the chain.
    pub poll_secs: u64,
    /// Content larger than this many bytes is not fetched: the ballot abstains.
    pub max_bytes: u64,
    /// Seconds that one attempt at one locator may take.
    pub fetch_secs: u64,
    /// Attempts at each locator.
    pub fetch_attempts: u32,
    /// Whether locators may lead to private and local addresses.
    pub allow_private: bool,
    /// The folder in which `file://` locators may lie; without it they are not followed.
    pub files: Option<PathBuf>,
    /// The gateway that `ipfs://` locators are asked from.
    pub ipfs_gateway: Option<String>,
    /// S3-compatible service for `s3://bucket/key`; credentials come from the environment (`AWS_ACCESS_KEY_ID`, ..).
    pub s3_endpoint: Option<String>,
    /// Scores below this are rejected.
    pub accept_from: u32,
    /// A ballot that has no judgement abstains so many blocks before commits close.
    pub abstain_blocks: u64,
    /// Looks under way at once. Most of a look is waiting, for its bytes or for an agent's answers.
    pub looks: usize,
    /// Of them, those that are read or given to a program side by side.
    pub parallel: usize,
    /// Whether every block is read, and what the chain decided by rule worked out again.
    pub watch: bool,
    /// Whether two different ballots of one seat are reported: half of what its operator loses is the reporter's.
    pub report: bool,
    /// The most `ulaz` that a challenge may bond, of an acceptance of what is provably other bytes; 0 challenges nothing.
    pub challenge_bond: u64,
    /// Programs that judge a kind of update after the built-in evaluators.
    pub exec: BTreeMap<String, Exec>,
}

/// A program that judges. It reads one JSON object and writes one: `docs/operator.md`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Exec {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Seconds after which it is killed.
    #[serde(default = "ten_minutes")]
    pub secs: u64,
    /// Bytes of memory that it may have.
    #[serde(default = "two_gib")]
    pub memory: u64,
    /// The user that it runs as; the operator's own if none is named.
    #[serde(default)]
    pub uid: Option<u32>,
}

fn ten_minutes() -> u64 {
    600
}

fn two_gib() -> u64 {
    2 << 30
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: None,
            poll_secs: 1,
            max_bytes: 16 << 30,
            fetch_secs: 600,
            fetch_attempts: 3,
            allow_private: false,
            files: None,
            ipfs_gateway: None,
            s3_endpoint: None,
            accept_from: 5_000,
            abstain_blocks: 2,
            looks: 64,
            parallel: 2,
            watch: true,
            report: true,
            challenge_bond: 0,
            exec: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads the text of an `operator.toml`.
    ///
    /// # Errors
    /// Unknown names, and values out of their ranges.
    pub fn parse(text: &str) -> Result<Config> {
        let config: Config = toml::from_str(text).map_err(|error| Error::Settings(error.to_string()))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        let within = |name: &str, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(Error::Settings(format!("{name} is {value}; it must be from {least} to {most}")))
        };
        within("poll_secs", self.poll_secs, 1, 60)?;
        within("max_bytes", self.max_bytes, 1, 1 << 50)?;
        within("fetch_secs", self.fetch_secs, 1, 86_400)?;
        within("fetch_attempts", self.fetch_attempts.into(), 1, 20)?;
        within("accept_from", self.accept_from.into(), 1, 10_000)?;
        within("abstain_blocks", self.abstain_blocks, 1, 1_000)?;
        within("looks", self.looks as u64, 1, 1_024)?;
        within("parallel", self.parallel as u64, 1, 64)?;
        for (kind, exec) in &self.exec {
            if !KINDS.contains(&kind.as_str()) {
                return Err(Error::Settings(format!(
                    "exec.{kind} is no kind; there are {}",
                    KINDS.join(", ")
                )));
            }
            if exec.command.is_empty() {
                return Err(Error::Settings(format!("exec.{kind}.command is empty")));
            }
            within(&format!("exec.{kind}.secs"), exec.secs, 1, 86_400)?;
            within(&format!("exec.{kind}.memory"), exec.memory, 1 << 20, 1 << 50)?;
        }
        Ok(())
    }

    pub(crate) fn poll(&self) -> Duration {
        Duration::from_secs(self.poll_secs)
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.fetch_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_defaults_and_what_is_wrong_is_named() {
        assert_eq!(Config::parse("").unwrap(), Config::default());
        for (text, words) in [
            ("poll_secs = 0", "poll_secs is 0; it must be from 1 to 60"),
            ("polls = 1", "unknown field `polls`"),
            ("[exec.music]\ncommand = [\"x\"]", "exec.music is no kind"),
            ("[exec.model]\ncommand = []", "exec.model.command is empty"),
            ("[exec.model]\ncommand = [\"x\"]\nmemory = 1", "exec.model.memory is 1"),
            ("accept_from = 10001", "accept_from is 10001"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}

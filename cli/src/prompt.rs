//! Questions to the user. Answers come from the terminal without echo where they are secret, or line by line from
//! stdin where there is no terminal. Nothing asked here ever stands in an argument or a log.

use std::{
    io::{BufRead, IsTerminal, Read, Write},
    path::Path,
};

use anyhow::{Context, Result, bail};
use client::Passphrase;

/// More is no passphrase and no mnemonic.
const MAX_LINE: u64 = 4096;

/// A secret line.
pub(crate) fn secret(question: &str) -> Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{question} ")).context("cannot read from the terminal");
    }
    line()
}

/// A line that may be seen.
pub(crate) fn text(question: &str) -> Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("{question} ");
        // If stderr is closed, nobody reads the question anyway.
        let _ = std::io::stderr().flush();
    }
    line()
}

fn line() -> Result<String> {
    let mut line = Vec::new();
    let mut stdin = std::io::stdin().lock().take(MAX_LINE);
    stdin.read_until(b'\n', &mut line).context("cannot read from stdin")?;
    if line.is_empty() {
        bail!("an answer was expected on stdin, but it ended");
    }
    let line = String::from_utf8(line).ok().context("stdin is not text")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Yes or no; no answer is a no.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    let answer = text(&format!("{question} [y/N]:"))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A passphrase that is being chosen, asked for twice.
pub(crate) fn new_passphrase(question: &str) -> Result<Passphrase> {
    let first = Passphrase::strong(secret(question)?)?;
    let again = Passphrase::new(secret("Re-enter passphrase:")?);
    if !first.same(&again) {
        bail!("passphrase don't match");
    }
    Ok(first)
}

/// The first line of a file that only its owner should be able to read.
pub(crate) fn passphrase_file(path: &Path) -> Result<Passphrase> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut text = String::new();
    let read = file.take(MAX_LINE).read_to_string(&mut text);
    read.ok().with_context(|| format!("{} is not text", path.display()))?;
    Ok(Passphrase::new(text.lines().next().unwrap_or_default()))
}

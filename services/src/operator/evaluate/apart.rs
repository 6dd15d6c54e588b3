//! A look in a process of its own: the reader of a hostile format gets so much memory and time, and what it takes down is
//! not the operator.

use std::{path::Path, process::Stdio};

use serde::{Deserialize, Serialize};

use super::{Form, exec::limited, table};
use crate::{
    error::{Error, Result},
    operator::report::{BEST, Section},
};

/// The command by which this program looks at one file, [`look_apart`]; it is called by itself only.
pub const LOOK_APART: &str = "look-apart";

/// Bytes of memory that a look may take, the program itself included.
const MEMORY: u64 = 2 << 30;
/// Seconds of processor time.
const SECS: u64 = 900;
/// The code that a program ends with whose main thread panicked.
const PANICKED: i32 = 101;

/// What it comes to.
#[derive(Serialize, Deserialize)]
struct Look {
    section: Section,
    rows: Vec<u64>,
}

/// Looks at a Parquet file and says in JSON what it found.
///
/// # Errors
/// If the file cannot be read; that it is malformed is what is found.
pub fn look_apart(file: &Path) -> Result<String> {
    let (section, rows) = table::look(file, Form::Parquet).map_err(Error::at(file))?;
    Ok(serde_json::to_string(&Look { section, rows }).expect("texts and numbers are JSON"))
}

/// What a Parquet file is worth, and the sketch of its rows.
pub(super) async fn look(file: &Path) -> Result<(Section, Vec<u64>), String> {
    // by its number: the file that it was started from may have been replaced since
    let program = format!("/proc/{}/exe", std::process::id());
    let mut command = limited(MEMORY, SECS);
    command.arg(program).arg(LOOK_APART).arg(file).stdin(Stdio::null());
    let done = command.output().await.map_err(|error| format!("prlimit cannot be started: {error}"))?;
    if done.status.success() {
        let look: Look = serde_json::from_slice(&done.stdout).map_err(|error| error.to_string())?;
        return Ok((look.section, look.rows));
    }
    match done.status.code() {
        None | Some(PANICKED) => {
            let mut section = Section::new("table");
            let gib = MEMORY >> 30;
            section
                .find(BEST, format!("reading it takes more than {gib} GiB of memory or {SECS} s, or fails"));
            Ok((section, Vec::new()))
        }
        Some(_) => Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()),
    }
}

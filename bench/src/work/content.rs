//! Manifests beside `sha256sum`, of one file that lies in memory.

use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::{
    meter::{Report, nanos},
    workload::number,
};

/// Bytes of the file.
pub(super) const SIZE: u64 = 1 << 30;
/// How often each is measured; the fastest counts, since another program can only slow it down.
const TIMES: u32 = 3;

/// Writes it, of bytes that cannot be packed.
pub(crate) fn write(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("content.bin");
    let mut file = File::create(&path)?;
    let mut block: Vec<u8> = (0..1 << 15).flat_map(|index| number(&[30, index])).collect();
    for turn in 0..SIZE / block.len() as u64 {
        block[..8].copy_from_slice(&turn.to_be_bytes());
        file.write_all(&block)?;
    }
    file.sync_all()?;
    Ok(path)
}

/// Reads the file through `offchain::read`, through plain SHA-256, and through `sha256sum`.
pub(super) fn measure(path: &Path) -> Result<Report> {
    let mut report = Report::default();
    let (mut digest, mut plain, mut theirs) = ([0; 32], [0; 32], String::new());
    let mut fastest = |name: &str, work: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        let mut best = u64::MAX;
        for _ in 0..TIMES {
            let start = Instant::now();
            work()?;
            best = best.min(nanos(start.elapsed()));
        }
        report.extra.insert(name.into(), best);
        Ok(())
    };
    fastest("warm_ns", &mut || Ok(std::io::copy(&mut File::open(path)?, &mut std::io::sink()).map(drop)?))?;
    fastest("manifest_ns", &mut || {
        digest = client::offchain::read(path, |_| ())?.sha256;
        Ok(())
    })?;
    fastest("plain_ns", &mut || {
        let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 256 * 1024]);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
        }
        plain = hasher.finalize().into();
        Ok(())
    })?;
    fastest("sha256sum_ns", &mut || {
        let out = Command::new("sha256sum").arg(path).output().context("sha256sum cannot be run")?;
        ensure!(out.status.success(), "sha256sum: {}", out.status);
        theirs = String::from_utf8(out.stdout)?.split(' ').next().unwrap_or_default().to_owned();
        Ok(())
    })?;
    ensure!(digest == plain && hex::encode(digest) == theirs, "three programs, three digests");
    Ok(report)
}

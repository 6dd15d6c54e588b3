//! What the application does with vouchers, ballots and revenue: FinalizeBlock and Commit of whole blocks, in this process.

use std::{path::Path, time::Instant};

use anyhow::Result;
use client::{offchain, sign::any};
use proto::{
    lazchain::{
        dat::v1::{DatRef, MsgClaimRevenue},
        usage::v1::{MsgRedeemVouchers, SignedVoucher},
        vsc::v1::{CommitStatement, MsgSubmitCommits, SignedCommit},
    },
    signed::statement,
};

use super::stage::{self, Stage};
use crate::{
    bank::{open, play},
    meter::{Meter, Report, nanos},
    workload::{CHAIN_ID, number},
};

/// Vouchers of one block of `redeemed`.
const VOUCHERS: u64 = 2_560;
/// Vouchers and ballots that one transaction carries at most.
const BATCH: usize = 256;
const BALLOTS: usize = 64;
/// Committees whose ballots one block takes.
const COMMITTEES: u64 = 20;
/// Blocks; the first warms up.
const BLOCKS: u64 = 6;
/// Transactions of one block of `flat`, each with a voucher and a claim.
const PAIRS: u64 = 2_000;

/// Plays blocks on this genesis; the first warms up.
fn blocks(folder: &Path, stage: Stage, units: u64, blocks: Vec<Vec<Vec<u8>>>) -> Result<Report> {
    let home = tempfile::tempdir_in(folder)?;
    let node = open(home.path(), stage.genesis()?, false)?;
    let mut report = Report { units, ..Report::default() };
    let mut meter = Meter::begin()?;
    for (index, txs) in blocks.into_iter().enumerate() {
        let run = play(&node, u64::try_from(index)? + 2, txs)?;
        if index == 0 {
            meter = Meter::begin()?;
        } else {
            report.runs.push(run);
        }
    }
    meter.end(&mut report)?;
    Ok(report)
}

/// Vouchers of as many channels, so many in a transaction.
pub(super) fn redeemed(folder: &Path, batch: bool) -> Result<Report> {
    let mut stage = Stage::default();
    stage.asset(1, 1, 1)?;
    let first = stage.channels(1, VOUCHERS)?;
    let consumer = stage::consumer()?;
    let keys: Vec<_> = (first..first + VOUCHERS).map(|id| (id, offchain::channel(&consumer, id))).collect();
    let (mut sequence, mut all) = (0, Vec::new());
    for block in 1..=BLOCKS {
        let vouchers: Vec<SignedVoucher> =
            keys.iter().map(|(id, key)| stage::voucher(*id, block, None, key)).collect::<Result<_>>()?;
        let mut txs = Vec::new();
        for vouchers in vouchers.chunks(if batch { BATCH } else { 1 }) {
            txs.push(stage::signed(sequence, vec![any(&redeems(vouchers.to_vec())?)])?);
            sequence += 1;
        }
        all.push(txs);
    }
    blocks(folder, stage, VOUCHERS, all)
}

fn redeems(vouchers: Vec<SignedVoucher>) -> Result<MsgRedeemVouchers> {
    Ok(MsgRedeemVouchers { provider: stage::provider()?.public().address().to_string(), vouchers })
}

/// Sixty-four ballots for each of some committees, in one transaction or in as many as ballots. A unit is a committee.
pub(super) fn ballots(folder: &Path, batch: bool) -> Result<Report> {
    let mut stage = Stage::default();
    let members = (0..BALLOTS as u64).map(stage::member).collect::<Result<Vec<_>>>()?;
    let (mut sequence, mut all) = (0, Vec::new());
    for block in 0..BLOCKS {
        let mut txs = Vec::new();
        for task in block * COMMITTEES + 1..=(block + 1) * COMMITTEES {
            stage.round(task, BALLOTS as u64)?;
            let mut commits = Vec::new();
            for (key, operator) in &members {
                let statement_of = CommitStatement {
                    task,
                    round: 0,
                    member: operator.to_string(),
                    commit: number(&[22, task]).to_vec(),
                };
                let signature = key.sign(&statement("commit", CHAIN_ID, &statement_of)).to_vec();
                commits.push(SignedCommit { statement: Some(statement_of), signature });
            }
            for commits in commits.chunks(if batch { BALLOTS } else { 1 }) {
                let carrier = stage::provider()?.public().address().to_string();
                txs.push(stage::signed(
                    sequence,
                    vec![any(&MsgSubmitCommits { carrier, commits: commits.to_vec() })],
                )?);
                sequence += 1;
            }
        }
        all.push(txs);
    }
    blocks(folder, stage, COMMITTEES, all)
}

/// A voucher settled and a token's revenue claimed in each transaction, of an asset with so many holders and ancestors.
pub(super) fn flat(folder: &Path, holders: u64, depth: u64) -> Result<Report> {
    let mut stage = Stage::default();
    stage.asset(1, holders, depth)?;
    let first = stage.channels(1, PAIRS)?;
    let consumer = stage::consumer()?;
    let keys: Vec<_> = (first..first + PAIRS).map(|id| (id, offchain::channel(&consumer, id))).collect();
    let sender = stage::provider()?.public().address().to_string();
    let (mut sequence, mut all) = (0, Vec::new());
    for block in 1..=BLOCKS {
        let mut txs = Vec::new();
        for (id, key) in &keys {
            let voucher = stage::voucher(*id, block, None, key)?;
            let token = DatRef { asset: 1, serial: sequence % holders + 1 };
            let claim =
                MsgClaimRevenue { sender: sender.clone(), dats: vec![token], denoms: vec!["ulaz".into()] };
            txs.push(stage::signed(sequence, vec![any(&redeems(vec![voucher])?), any(&claim)])?);
            sequence += 1;
        }
        all.push(txs);
    }
    blocks(folder, stage, PAIRS, all)
}

/// How many vouchers one thread signs and checks a second, and the bare signatures beside them.
pub(super) fn vouchers() -> Result<Report> {
    let (count, mut report) = (20_000, Report::default());
    let key = offchain::channel(&stage::consumer()?, 1);
    let mut figure = |name: &str, work: &mut dyn FnMut() -> Result<()>| -> Result<()> {
        let start = Instant::now();
        work()?;
        report.extra.insert(name.into(), nanos(start.elapsed()) / count);
        Ok(())
    };
    let mut signed = Vec::new();
    figure("sign_ns", &mut || {
        signed =
            (1..=count).map(|units| stage::voucher(1, units, Some([7; 32]), &key)).collect::<Result<_>>()?;
        Ok(())
    })?;
    figure("check_ns", &mut || {
        anyhow::ensure!(
            signed.iter().all(|one| offchain::is_signed(CHAIN_ID, one, &key.public())),
            "a voucher is wrong"
        );
        Ok(())
    })?;
    let digests: Vec<[u8; 32]> = (0..count).map(|index| number(&[23, index])).collect();
    let mut signatures = Vec::new();
    figure("bare_sign_ns", &mut || {
        signatures = digests.iter().map(|digest| key.sign(digest)).collect();
        Ok(())
    })?;
    figure("bare_check_ns", &mut || {
        let mut pairs = digests.iter().zip(&signatures);
        let right = pairs.all(|(digest, signature)| proto::signed::verify(&key.public(), digest, signature));
        anyhow::ensure!(right, "a signature is wrong");
        Ok(())
    })?;
    Ok(report)
}

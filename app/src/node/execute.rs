//! Executing one block on a state, without touching disk.

use std::{sync::Arc, thread::JoinHandle};

use prost::Message;
use proto::{address::ConsAddress, cosmos::base::abci::v1beta1::TxMsgData};
use sha2::{Digest, Sha256};
use state::{Fault, Overlay, Staged, Store};

use super::{
    ExecTxResult, Finalized, index,
    verify::{Known, Portions, Prepared},
};
use crate::{
    checks::{self, Purpose},
    ctx::{Block, Ctx},
    error::{Reject, Result, Sdk},
    event::{self, Origin},
    metrics::{Metrics, block_work},
    modules::{self, beacon, consensus},
    time::Time,
    tx::Tx,
};

/// A block as it was decided or proposed.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Height, from 1.
    pub height: u64,
    /// Its time.
    pub time: Time,
    /// Its hash, which covers everything here.
    pub hash: Vec<u8>,
    /// Who proposed it.
    pub proposer: Option<ConsAddress>,
    /// Its transactions, any bytes at all.
    pub txs: Vec<Vec<u8>>,
    /// Who signed the block before.
    pub votes: Vec<Vote>,
    /// What validators are accused of, proved to the engine.
    pub misbehavior: Vec<Misbehavior>,
}

impl Seen {
    /// What is parsed and executed as a transaction: all but the beacon's item, which may stand in the first place.
    pub(crate) fn rest(&self) -> &[Vec<u8>] {
        match self.txs.split_first() {
            Some((first, rest)) if beacon::preimage(first).is_some() => rest,
            _ => &self.txs,
        }
    }
}

/// One validator's part in the block before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whose.
    pub validator: ConsAddress,
    /// With how much power.
    pub power: u64,
    /// Whether it signed (a block, or nil).
    pub signed: bool,
}

/// Two conflicting signatures, or an attack on light clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misbehavior {
    /// Whose.
    pub validator: ConsAddress,
    /// The power it had.
    pub power: u64,
    /// When it was done.
    pub height: u64,
    /// The time of that block.
    pub time: Time,
    /// All power there was.
    pub total_power: u64,
}

/// What a block is executed on.
pub(crate) struct Base {
    /// The last committed state, with genesis on top for the first block.
    pub overlay: Overlay,
    /// The chain's id.
    pub chain_id: String,
}

/// What execution needs besides a state.
#[derive(Clone)]
pub(crate) struct Tools {
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub known: Known,
    /// Whether transactions can be looked up.
    pub index: bool,
}

/// An executed block: what is answered, and what a Commit makes permanent.
pub(crate) struct Executed {
    /// What FinalizeBlock answers.
    pub finalized: Finalized,
    /// Ready to be committed or dropped.
    pub pending: Pending,
}

/// What of an executed block waits for the Commit.
pub(crate) struct Pending {
    /// Its height.
    pub height: u64,
    /// Its time.
    pub time: Time,
    /// Blocks that evidence may be old.
    pub evidence_blocks: u64,
    /// Its writes and root.
    pub staged: Staged,
    /// What its transactions can be looked up by.
    pub index: state::Index,
}

/// A proposal being executed on its own thread while validators vote on it.
pub(crate) struct Ahead {
    hash: Vec<u8>,
    thread: JoinHandle<Result<Executed>>,
}

impl Ahead {
    /// Starts; at most one runs, since a new one takes the place of the old.
    pub(crate) fn start(base: Base, seen: Seen, parsed: Vec<Prepared>, tools: Tools) -> Result<Ahead, Fault> {
        let hash = seen.hash.clone();
        let thread = std::thread::Builder::new().name("execute-ahead".into());
        let thread = thread.spawn(move || block(base, seen, parsed, &tools));
        Ok(Ahead { hash, thread: thread.map_err(|error| Fault::disk("starting a thread", error))? })
    }

    /// Whether it is the block with this hash.
    pub(crate) fn is(&self, hash: &[u8]) -> bool {
        !hash.is_empty() && self.hash == hash
    }

    /// Waits for its result. A panic there is a panic here.
    pub(crate) fn join(self) -> Result<Executed> {
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Executes a block. A refusal by a module's block work stops the chain; one by a transaction is its result.
pub(crate) fn block(base: Base, seen: Seen, parsed: Vec<Prepared>, tools: &Tools) -> Result<Executed> {
    let block =
        Block { height: seen.height, time: seen.time, chain_id: base.chain_id, proposer: seen.proposer };
    let mut ctx = Ctx::new(block, base.overlay);
    let thrown = throw(&mut ctx, &seen)?;
    ctx.within(Origin::Block("BeginBlock"), |ctx| {
        block_work("all", "begin_block", || modules::begin_block(ctx, &seen))
    })?;
    let mut events = ctx.take_events();
    let mut results: Vec<ExecTxResult> = thrown.into_iter().collect();
    results.extend(block_work("all", "transactions", || transactions(&mut ctx, parsed, &tools.known))?);
    for same in results.chunk_by(|one, next| (one.code, &one.codespace) == (next.code, &next.codespace)) {
        if let Some(result) = same.first() {
            tools.metrics.txs(&result.codespace, result.code, same.len());
        }
    }
    let validators = ctx.within(Origin::Block("EndBlock"), |ctx| {
        block_work("all", "end_block", || modules::end_block(ctx))
    })?;
    events.append(ctx.take_events());
    let params = consensus::take_update(&mut ctx)?;
    let evidence_blocks = consensus::params(&ctx.state)?.evidence;
    let evidence_blocks =
        evidence_blocks.and_then(|evidence| u64::try_from(evidence.max_age_num_blocks).ok());
    let trail = ctx.take_trail();
    let overlay = ctx.state;
    let (height, time) = (seen.height, seen.time);
    let indexed = index::Block { height, time, txs: &seen.txs, results: &results, trail: &trail };
    let (staged, index) = rayon::join(
        || block_work("store", "stage", || tools.store.stage_overlay(height, overlay)),
        || if tools.index { index::of(&indexed) } else { state::Index::default() },
    );
    let staged = staged?;
    let finalized = Finalized { results, events, validators, params, app_hash: staged.app_hash() };
    let evidence_blocks = evidence_blocks.unwrap_or(0);
    Ok(Executed { finalized, pending: Pending { height, time, evidence_blocks, staged, index } })
}

/// What comes of the proposer's preimage, which takes the first place among the transactions; nothing if there is none.
fn throw(ctx: &mut Ctx, seen: &Seen) -> Result<Option<ExecTxResult>> {
    let Some(outcome) = beacon::take_preimage(ctx, seen)? else { return Ok(None) };
    let events = ctx.take_events();
    Ok(Some(match outcome {
        Ok(()) => ExecTxResult { events, ..Default::default() },
        Err(reject) => ExecTxResult { events, ..refused(&reject, 0, 0) },
    }))
}

/// Executes the transactions one after the other; meanwhile other cores read ahead for the next ones, verify them, and
/// let go of the last ones.
fn transactions(ctx: &mut Ctx, parsed: Vec<Prepared>, known: &Known) -> Result<Vec<ExecTxResult>, Fault> {
    let mut results = Vec::with_capacity(parsed.len());
    let mut portions = Portions::of(parsed, &mut ctx.state, &ctx.block.chain_id);
    let (mut judged, mut done) = (portions.next()?, Vec::new());
    while !judged.is_empty() || !done.is_empty() {
        let (executed, (following, ())) = rayon::join(
            || judged.iter().map(|prepared| deliver(ctx, prepared)).collect::<Result<Vec<_>, Fault>>(),
            || rayon::join(|| portions.next(), || known.forget(done)),
        );
        results.extend(executed?);
        done = std::mem::replace(&mut judged, following?);
    }
    Ok(results)
}

/// One transaction: checks, then messages; each keeps its writes and events only if it succeeds.
fn deliver(ctx: &mut Ctx, prepared: &Prepared) -> Result<ExecTxResult, Fault> {
    let result = match &prepared.tx {
        Ok(tx) => result(ctx, tx, prepared.right_for.as_deref())?,
        Err(reject) => refused(reject, 0, 0),
    };
    Ok(ExecTxResult { events: ctx.take_events(), ..result })
}

fn result(ctx: &mut Ctx, tx: &Tx, right_for: Option<&[u64]>) -> Result<ExecTxResult, Fault> {
    let (wanted, used) = (tx.fee.gas_limit, tx.cost().0);
    let purpose = Purpose::Deliver { right_for };
    if let Err(reject) = ctx.attempt_caught(|ctx| checks::run(ctx, tx, &purpose), panicked)? {
        return Ok(refused(&reject, wanted, used));
    }
    ctx.tx = Some(tx.hash);
    let outcome = ctx.attempt_caught(|ctx| messages(ctx, tx), panicked)?;
    ctx.tx = None;
    Ok(match outcome {
        Ok(data) => {
            ExecTxResult { data, gas_wanted: signed(wanted), gas_used: signed(used), ..Default::default() }
        }
        Err(reject) => refused(&reject, wanted, used),
    })
}

/// Runs the messages in order; the first refusal is the transaction's.
pub(crate) fn messages(ctx: &mut Ctx, tx: &Tx) -> Result<Vec<u8>> {
    let mut msg_responses = Vec::with_capacity(tx.messages.len());
    #[cfg(test)]
    crate::gauntlet::trip(&tx.body.memo, "messages");
    for (index, message) in tx.messages.iter().enumerate() {
        let response = ctx.within(Origin::Message(index), |ctx| {
            let sender = &*ctx.spelled(&message.action.signer());
            ctx.emit(event::Message { action: &message.type_url, sender, module: message.module });
            message.action.apply(ctx)
        });
        msg_responses.push(response.map_err(|error| at_message(error, index))?);
    }
    Ok(TxMsgData { msg_responses, ..Default::default() }.encode_to_vec())
}

fn at_message(error: crate::error::Error, index: usize) -> crate::error::Error {
    match error {
        crate::error::Error::Reject(reject) => {
            let text = format!("failed to execute message; message index: {index}: {}", reject.text);
            Reject { text, ..reject }.into()
        }
        fault => fault,
    }
}

/// The refusal that a panic inside a transaction becomes. Its text stays out of consensus and out of the answer's
/// code; the number is Cosmos' for a panic.
pub(crate) fn panicked(text: String) -> Reject {
    tracing::error!(panic = %text, "a transaction panicked; its writes are dropped");
    Reject {
        space: "sdk",
        code: 111_222,
        kind: crate::error::Kind::Unknown,
        text: "recovered from a panic inside the transaction: panic".into(),
    }
}

pub(crate) fn refused(reject: &Reject, wanted: u64, used: u64) -> ExecTxResult {
    ExecTxResult {
        code: reject.code,
        log: reject.text.clone(),
        codespace: reject.space.to_owned(),
        gas_wanted: signed(wanted),
        gas_used: signed(used),
        ..Default::default()
    }
}

/// The engine counts heights and gas in signed numbers.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A transaction's hash, as everybody computes it.
pub(crate) fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A fee bigger than any block's gas is refused at once.
pub(crate) fn gas_over(limit: u64, sum: u64) -> Reject {
    Sdk::InvalidGasLimit(format!("the transactions of a block want {sum} gas, at most {limit}")).into()
}

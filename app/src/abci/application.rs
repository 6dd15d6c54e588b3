//! The engine's calls, translated. The only file besides the server that names ABCI's requests.
//!
//! A fault ends the process before it can answer: a node that lies is worse than one that is gone.

use std::sync::Arc;

use bytes::Bytes;
use prost::Message;
use proto::{address::ConsAddress, tendermint::abci::Event};
use state::{Arrival, Fault, SNAPSHOT_FORMAT};
use tendermint_abci::Application;
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::{
        abci::{
            CheckTxType, CommitInfo, Misbehavior as WireMisbehavior, RequestApplySnapshotChunk,
            RequestCheckTx, RequestExtendVote, RequestFinalizeBlock, RequestInfo, RequestInitChain,
            RequestLoadSnapshotChunk, RequestOfferSnapshot, RequestPrepareProposal, RequestProcessProposal,
            RequestQuery, RequestVerifyVoteExtension, ResponseApplySnapshotChunk, ResponseCheckTx,
            ResponseCommit, ResponseExtendVote, ResponseFinalizeBlock, ResponseInfo, ResponseInitChain,
            ResponseListSnapshots, ResponseLoadSnapshotChunk, ResponseOfferSnapshot, ResponsePrepareProposal,
            ResponseProcessProposal, ResponseQuery, ResponseVerifyVoteExtension, Snapshot, ValidatorUpdate,
            response_apply_snapshot_chunk, response_offer_snapshot, response_process_proposal,
            response_verify_vote_extension,
        },
        types::{BlockIdFlag, ConsensusParams, VersionParams},
    },
};

use super::Served;
use crate::{
    doors::{Desk, abci_query},
    error::Result,
    genesis::InitChain,
    modules::consensus,
    node::{Answer, ExecTxResult, Misbehavior, Node, Offer, Seen, Vote, signed},
    time::Time,
};

/// The chain, as the ABCI server serves it.
#[derive(Clone)]
pub struct Chain {
    node: Arc<Node>,
    desk: Arc<Desk>,
}

impl Chain {
    /// Over a node, whose queries the desk answers.
    pub fn new(desk: Arc<Desk>) -> Chain {
        Chain { node: Arc::clone(&desk.node), desk }
    }
}

/// Ends the process: what cannot be read or written must not be voted on.
fn fatal(doing: &str, error: &dyn std::fmt::Display) -> ! {
    tracing::error!(doing, %error, "the node cannot go on and ends now");
    std::process::abort()
}

fn sound<T>(doing: &str, result: Result<T, Fault>) -> T {
    result.unwrap_or_else(|fault| fatal(doing, &fault))
}

fn surely<T>(doing: &str, result: Result<T>) -> T {
    result.unwrap_or_else(|error| fatal(doing, &error))
}

impl Application for Chain {
    fn info(&self, _: RequestInfo) -> ResponseInfo {
        let (height, app_hash) = self.node.info();
        ResponseInfo {
            data: "lazchain".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            app_version: consensus::APP_VERSION,
            last_block_height: signed(height),
            last_block_app_hash: if height == 0 { Bytes::new() } else { app_hash.to_vec().into() },
        }
    }

    fn init_chain(&self, request: RequestInitChain) -> ResponseInitChain {
        let app_state = if request.app_state_bytes.is_empty() {
            Ok(serde_json::Value::Null)
        } else {
            serde_json::from_slice(&request.app_state_bytes)
        };
        let app_state = app_state.unwrap_or_else(|error| fatal("reading the genesis app_state", &error));
        let initialised = self.node.init_chain(InitChain {
            chain_id: request.chain_id,
            time: time(request.time.as_ref()),
            initial_height: unsigned(request.initial_height),
            params: recode(&request.consensus_params.unwrap_or_default()),
            validators: request.validators,
            app_state,
        });
        let initialised = surely("building the first state from genesis", initialised);
        ResponseInitChain {
            // the rest stays as the engine sent it
            consensus_params: Some(ConsensusParams {
                version: Some(VersionParams { app: consensus::APP_VERSION }),
                ..Default::default()
            }),
            validators: initialised.validators,
            app_hash: initialised.app_hash.to_vec().into(),
        }
    }

    fn query(&self, request: RequestQuery) -> ResponseQuery {
        abci_query::answer(&self.desk, &request)
    }

    fn check_tx(&self, request: RequestCheckTx) -> ResponseCheckTx {
        recode(&self.checked(request))
    }

    fn prepare_proposal(&self, request: RequestPrepareProposal) -> ResponsePrepareProposal {
        let txs = request.txs.into_iter().map(Into::into).collect();
        let txs = sound("preparing a proposal", self.node.prepare(txs, unsigned(request.max_tx_bytes)));
        ResponsePrepareProposal { txs: txs.into_iter().map(Into::into).collect() }
    }

    fn process_proposal(&self, request: RequestProcessProposal) -> ResponseProcessProposal {
        use response_process_proposal::ProposalStatus;
        let RequestProcessProposal {
            txs,
            proposed_last_commit,
            misbehavior,
            hash,
            height,
            time,
            next_validators_hash,
            proposer_address,
        } = request;
        let seen = seen(RequestFinalizeBlock {
            txs,
            decided_last_commit: proposed_last_commit,
            misbehavior,
            hash,
            height,
            time,
            next_validators_hash,
            proposer_address,
        });
        let status = match sound("judging a proposal", self.node.process(seen)) {
            Ok(()) => ProposalStatus::Accept,
            Err(reject) => {
                tracing::warn!(height, %reject, "proposal refused");
                ProposalStatus::Reject
            }
        };
        ResponseProcessProposal { status: status.into() }
    }

    fn finalize_block(&self, request: RequestFinalizeBlock) -> ResponseFinalizeBlock {
        recode(&self.finalized(request))
    }

    fn commit(&self) -> ResponseCommit {
        ResponseCommit { retain_height: signed(sound("committing a block", self.node.commit())) }
    }

    fn list_snapshots(&self) -> ResponseListSnapshots {
        let kept = self.node.store().snapshots();
        let snapshots = kept.into_iter().map(|kept| Snapshot {
            height: kept.height,
            format: kept.format,
            chunks: kept.chunks,
            hash: kept.hash.to_vec().into(),
            metadata: kept.manifest.clone().into(),
        });
        ResponseListSnapshots { snapshots: snapshots.collect() }
    }

    fn offer_snapshot(&self, request: RequestOfferSnapshot) -> ResponseOfferSnapshot {
        use response_offer_snapshot::Result;
        let offered = request.snapshot.unwrap_or_default();
        let offer = Offer {
            height: offered.height,
            format: offered.format,
            chunks: offered.chunks,
            hash: offered.hash.into(),
            manifest: offered.metadata.into(),
        };
        let result = match sound("taking up a snapshot", self.node.offer(&offer, &request.app_hash)) {
            Answer::Accept => Result::Accept,
            Answer::UnknownFormat => Result::RejectFormat,
            Answer::Refuse(reason) => {
                tracing::warn!(height = offer.height, reason, "snapshot refused, and those who sent it");
                Result::RejectSender
            }
        };
        ResponseOfferSnapshot { result: result.into() }
    }

    fn load_snapshot_chunk(&self, request: RequestLoadSnapshotChunk) -> ResponseLoadSnapshotChunk {
        let known = request.format == SNAPSHOT_FORMAT;
        let chunk = known.then(|| self.node.store().snapshot_chunk(request.height, request.chunk)).flatten();
        ResponseLoadSnapshotChunk { chunk: chunk.unwrap_or_default().into() }
    }

    fn apply_snapshot_chunk(&self, request: RequestApplySnapshotChunk) -> ResponseApplySnapshotChunk {
        use response_apply_snapshot_chunk::Result;
        let RequestApplySnapshotChunk { index, chunk, sender } = request;
        let result = match sound("restoring a snapshot", self.node.chunk(index, &chunk)) {
            Some(Arrival::Taken | Arrival::Restored) => Result::Accept,
            Some(Arrival::Foreign) => {
                tracing::warn!(index, sender, "foreign bytes for a chunk; asking somebody else");
                let (refetch_chunks, reject_senders) = (vec![index], vec![sender]);
                let result = Result::Retry.into();
                return ResponseApplySnapshotChunk { result, refetch_chunks, reject_senders };
            }
            Some(Arrival::Bad(_)) => Result::RejectSnapshot,
            // the offer must come again
            None => Result::RetrySnapshot,
        };
        ResponseApplySnapshotChunk { result: result.into(), ..Default::default() }
    }

    // Vote extensions are off: ours is empty, and any other is refused.

    fn extend_vote(&self, _: RequestExtendVote) -> ResponseExtendVote {
        ResponseExtendVote::default()
    }

    fn verify_vote_extension(&self, request: RequestVerifyVoteExtension) -> ResponseVerifyVoteExtension {
        use response_verify_vote_extension::VerifyStatus;
        let empty = request.vote_extension.is_empty();
        let status = if empty { VerifyStatus::Accept } else { VerifyStatus::Reject };
        ResponseVerifyVoteExtension { status: status.into() }
    }
}

impl Served for Chain {
    fn checked(&self, request: RequestCheckTx) -> impl Message {
        let again = request.r#type() == CheckTxType::Recheck;
        let checked = if again { self.node.recheck(&request.tx) } else { self.node.check(&request.tx) };
        sound("checking a transaction", checked)
    }

    fn finalized(&self, request: RequestFinalizeBlock) -> impl Message {
        if self.node.halted() {
            // no answer is the only one that cannot be mistaken for a block; the process ends meanwhile
            tracing::info!(height = request.height, "this block waits for the next start");
            loop {
                std::thread::park();
            }
        }
        let finalized = surely("executing a block", self.node.finalize(seen(request)));
        let events = finalized.events.decode();
        FinalizedBlock {
            events: events.unwrap_or_else(|error| fatal("reading a block's events", &error)),
            tx_results: finalized.results,
            validator_updates: finalized.validators,
            consensus_param_updates: finalized.params,
            app_hash: finalized.app_hash.to_vec(),
        }
    }
}

/// `ResponseFinalizeBlock` with the results as they are kept.
#[derive(Clone, PartialEq, prost::Message)]
struct FinalizedBlock {
    /// Of begin and end of the block.
    #[prost(message, repeated, tag = "1")]
    events: Vec<Event>,
    /// One per transaction.
    #[prost(message, repeated, tag = "2")]
    tx_results: Vec<ExecTxResult>,
    #[prost(message, repeated, tag = "3")]
    validator_updates: Vec<ValidatorUpdate>,
    #[prost(message, optional, tag = "4")]
    consensus_param_updates: Option<proto::tendermint::types::ConsensusParams>,
    #[prost(bytes = "vec", tag = "5")]
    app_hash: Vec<u8>,
}

fn seen(block: RequestFinalizeBlock) -> Seen {
    Seen {
        height: unsigned(block.height),
        time: time(block.time.as_ref()),
        hash: block.hash.into(),
        proposer: ConsAddress::from_slice(&block.proposer_address).ok(),
        txs: block.txs.into_iter().map(Into::into).collect(),
        votes: votes(block.decided_last_commit),
        misbehavior: misbehavior(block.misbehavior),
    }
}

fn votes(commit: Option<CommitInfo>) -> Vec<Vote> {
    let votes = commit.map(|commit| commit.votes).unwrap_or_default();
    let votes = votes.into_iter().filter_map(|vote| {
        let validator = vote.validator?;
        let absent = vote.block_id_flag == i32::from(BlockIdFlag::Absent);
        Some(Vote {
            validator: ConsAddress::from_slice(&validator.address).ok()?,
            power: unsigned(validator.power),
            signed: !absent,
        })
    });
    votes.collect()
}

fn misbehavior(wire: Vec<WireMisbehavior>) -> Vec<Misbehavior> {
    let wire = wire.into_iter().filter_map(|act| {
        let validator = act.validator?;
        Some(Misbehavior {
            validator: ConsAddress::from_slice(&validator.address).ok()?,
            power: unsigned(validator.power),
            height: unsigned(act.height),
            time: time(act.time.as_ref()),
            total_power: unsigned(act.total_voting_power),
        })
    });
    wire.collect()
}

/// The same message in the other family's generated type.
fn recode<A: Message, B: Message + Default>(message: &A) -> B {
    B::decode(message.encode_to_vec().as_slice())
        .unwrap_or_else(|error| fatal("translating a message", &error))
}

fn time(wire: Option<&Timestamp>) -> Time {
    let wire = wire.copied().unwrap_or_default();
    Time::from_wire(&prost_types::Timestamp { seconds: wire.seconds, nanos: wire.nanos })
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

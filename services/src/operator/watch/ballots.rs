//! Two signed ballots of one seat for one round and phase that differ. Whoever carries ballots puts them into blocks,
//! where the chain counts the first and skips the others: this compares all of them with the one that counts.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{Chain, rpc::Method, sign::any};
use prost::Message;
use prost_types::Any;
use proto::{
    cosmos::tx::v1beta1::Tx,
    lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb},
    signed::{statement, verify},
};
use quorum_pb::{BallotPhase, SignedBallot};
use serde_json::{Value, json};

use super::{Found, duties};
use crate::error::{Error, Result};

/// Rounds that one block's ballots are compared in; a block that names more was made to keep operators busy.
const MAX_ROUNDS: usize = 256;

/// A ballot as somebody carried it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Carried {
    pub(super) task: u64,
    pub(super) round: u32,
    pub(super) member: String,
    said: Said,
    signature: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
enum Said {
    Commit(pb::CommitStatement),
    Reveal(pb::RevealStatement),
}

/// Two that differ, both signed by the key of the seat.
#[derive(Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) task: u64,
    pub(super) round: u32,
    pub(super) member: String,
    /// `commitments` or `ballots`.
    pub(super) what: &'static str,
    both: [SignedBallot; 2],
}

impl Carried {
    fn commit(signed: pb::SignedCommit) -> Option<Carried> {
        let said = signed.statement?;
        let (task, round, member) = (said.task, said.round, said.member.clone());
        Some(Carried { task, round, member, said: Said::Commit(said), signature: signed.signature })
    }

    fn reveal(signed: pb::SignedReveal) -> Option<Carried> {
        let said = signed.statement?;
        let (task, round, member) = (said.task, said.round, said.member.clone());
        Some(Carried { task, round, member, said: Said::Reveal(said), signature: signed.signature })
    }

    /// That of the same phase which counts.
    fn counted(&self, ballot: &pb::Ballot) -> Option<Carried> {
        let (said, signature) = match self.said {
            Said::Commit(_) => (Said::Commit(ballot.committed()), &ballot.commit_signature),
            Said::Reveal(_) if ballot.reveal_height == 0 => return None,
            Said::Reveal(_) => (Said::Reveal(ballot.revealed()), &ballot.reveal_signature),
        };
        Some(Carried { said, signature: signature.clone(), ..self.clone() })
    }

    fn is_signed(&self, chain_id: &str, key: &[u8]) -> bool {
        let hash = match &self.said {
            Said::Commit(said) => statement("commit", chain_id, said),
            Said::Reveal(said) => statement("reveal", chain_id, said),
        };
        match (key.try_into(), self.signature.as_slice().try_into()) {
            (Ok(key), Ok(signature)) => verify(key, &hash, signature),
            _ => false,
        }
    }

    fn wire(self) -> SignedBallot {
        let (phase, statement) = match self.said {
            Said::Commit(said) => (BallotPhase::Commit, said.encode_to_vec()),
            Said::Reveal(said) => (BallotPhase::Reveal, said.encode_to_vec()),
        };
        SignedBallot { phase: phase.into(), statement, signature: self.signature }
    }
}

impl Pair {
    /// Two of one seat, if they contradict each other.
    pub(super) fn of(chain_id: &str, key: &[u8], counted: Carried, other: Carried) -> Option<Pair> {
        let differ = counted.said != other.said;
        if !differ || !other.is_signed(chain_id, key) || !counted.is_signed(chain_id, key) {
            return None;
        }
        let Carried { task, round, member, .. } = other.clone();
        let what = if matches!(other.said, Said::Commit(_)) { "commitments" } else { "ballots" };
        Some(Pair { task, round, member, what, both: [counted.wire(), other.wire()] })
    }

    /// Both, to be kept and reported.
    pub(super) fn proof(&self) -> Value {
        let one = |ballot: &SignedBallot| {
            let (statement, signature) = (hex::encode(&ballot.statement), hex::encode(&ballot.signature));
            json!({ "phase": ballot.phase().as_str_name(), "statement": statement, "signature": signature })
        };
        json!({ "first": one(&self.both[0]), "second": one(&self.both[1]) })
    }
}

/// The message that a finding is reported by.
pub(super) fn report(found: &Found, reporter: &str) -> Result<Any> {
    let ballot = |name: &str| -> Option<SignedBallot> {
        let text = |field: &str| found.proof[name][field].as_str();
        Some(SignedBallot {
            phase: BallotPhase::from_str_name(text("phase")?)?.into(),
            statement: hex::decode(text("statement")?).ok()?,
            signature: hex::decode(text("signature")?).ok()?,
        })
    };
    let (Some(first), Some(second)) = (ballot("first"), ballot("second")) else {
        return Err(Error::Settings(format!("the finding on task-{} was changed by hand", found.task)));
    };
    Ok(any(&quorum_pb::MsgSubmitEquivocation {
        reporter: reporter.into(),
        task: found.task,
        round: found.round,
        member: found.member.clone().unwrap_or_default(),
        first: Some(first),
        second: Some(second),
    }))
}

/// All ballots that a block's transactions carry, whatever became of the transactions.
pub(super) async fn in_block(chain: &Chain, height: u64) -> Result<Vec<Carried>> {
    let block = chain.rpc().call(Method::Block, json!({ "height": height.to_string() })).await?;
    let txs = block["block"]["data"]["txs"].as_array().cloned().unwrap_or_default();
    let bytes = txs.iter().filter_map(|tx| BASE64.decode(tx.as_str()?).ok());
    Ok(bytes.flat_map(|bytes| in_tx(&bytes)).collect())
}

/// What cannot be read carries nothing.
pub(super) fn in_tx(bytes: &[u8]) -> Vec<Carried> {
    let Ok(Tx { body: Some(body), .. }) = Tx::decode(bytes) else { return Vec::new() };
    let mut all = Vec::new();
    for message in body.messages {
        match message.type_url.as_str() {
            "/lazchain.vsc.v1.MsgSubmitCommits" => {
                let said = pb::MsgSubmitCommits::decode(message.value.as_slice()).unwrap_or_default();
                all.extend(said.commits.into_iter().filter_map(Carried::commit));
            }
            "/lazchain.vsc.v1.MsgSubmitReveals" => {
                let said = pb::MsgSubmitReveals::decode(message.value.as_slice()).unwrap_or_default();
                all.extend(said.reveals.into_iter().filter_map(Carried::reveal));
            }
            _ => {}
        }
    }
    all
}

/// Those that contradict the ballot that counts.
pub(super) async fn contradictions(
    chain: &Chain,
    chain_id: &str,
    carried: Vec<Carried>,
) -> Result<Vec<Pair>> {
    let mut by_round: BTreeMap<(u64, u32), Vec<Carried>> = BTreeMap::new();
    for one in carried {
        by_round.entry((one.task, one.round)).or_default().push(one);
    }
    if by_round.len() > MAX_ROUNDS {
        tracing::warn!(rounds = by_round.len(), "a block has ballots of more rounds than are compared");
    }
    let mut pairs = Vec::new();
    for ((task, number), carried) in by_round.into_iter().take(MAX_ROUNDS) {
        let (round, counted) =
            match (duties::round(chain, task, number).await, duties::ballots(chain, task, number).await) {
                (Ok(round), Ok(counted)) => (round, counted),
                (Err(client::Error::Refused { .. }), _) | (_, Err(client::Error::Refused { .. })) => continue,
                (Err(error), _) | (_, Err(error)) => return Err(error.into()),
            };
        for other in carried {
            let seat = round.seats.iter().find(|seat| seat.member == other.member);
            let ballot = counted.iter().find(|ballot| ballot.member == other.member);
            let counted = ballot.and_then(|ballot| other.counted(ballot));
            if let (Some(seat), Some(counted)) = (seat, counted) {
                pairs.extend(Pair::of(chain_id, &seat.attestation_key, counted, other));
            }
        }
    }
    Ok(pairs)
}

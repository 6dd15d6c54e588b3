//! Gathers a passport from a node: everything at one height.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost::Message;
use proto::{
    address::ValAddress,
    lazchain::{audit::v1 as audit, dat::v1 as dat, vsc::v1 as vsc},
};

use tendermint::validator;

use super::{FORM, Op, Passport, Record, key, latest};
use crate::{
    chain::Chain,
    error::{Error, Result},
    light,
};

/// Entries of a trail.
const MAX_ENTRIES: u64 = 10_000;
const ENTRIES_AT_ONCE: u32 = 1_000;

/// Makes the passport of an asset as it stands.
///
/// # Errors
/// If there is no such asset, the node cannot be asked, or does not hold the whole trail.
pub async fn export(chain: &Chain, asset: u64) -> Result<Passport> {
    let height = light::latest(chain.rpc()).await?.saturating_sub(1).max(1);
    let mut gathered = Gathered { chain, height, records: Vec::new() };
    let record: dat::Asset = gathered
        .take("dat", &key("assets", &[&asset.to_be_bytes()]))
        .await?
        .ok_or_else(|| Error::Answer(format!("there is no asset-{asset}")))?;
    for number in latest(record.versions) {
        let place = key("versions", &[&asset.to_be_bytes(), &number.to_be_bytes()]);
        let Some(version) = gathered.take::<dat::Version>("dat", &place).await? else { continue };
        gathered.verdict(version.task).await?;
    }
    for number in latest(record.policies) {
        let place = key("policies", &[&asset.to_be_bytes(), &number.to_be_bytes()]);
        gathered.take::<dat::Policy>("dat", &place).await?;
    }
    let subject = format!("asset-{asset}");
    let place = key("trails", &[subject.as_bytes(), &[0, 1]]);
    let trail: audit::Trail = gathered.take("audit", &place).await?.unwrap_or_default();
    let trail = entries(chain, &subject, trail.count).await?;
    let records = gathered.records;
    let block = light::block(chain.rpc(), height + 1).await?;
    Ok(Passport {
        form: FORM,
        chain_id: block.signed_header.header.chain_id.to_string(),
        asset,
        height,
        validators: block.validators.validators().iter().cloned().map(plain).collect(),
        header: block.signed_header,
        records,
        trail,
    })
}

/// Without what the set's hash does not cover.
fn plain(validator: validator::Info) -> validator::Info {
    validator::Info { name: None, proposer_priority: 0_i64.into(), ..validator }
}

struct Gathered<'a> {
    chain: &'a Chain,
    height: u64,
    records: Vec<Record>,
}

impl Gathered<'_> {
    /// Reads a record and keeps it with its proof; what is not there is not kept.
    async fn take<M: Message + Default>(&mut self, store: &str, place: &[u8]) -> Result<Option<M>> {
        let (value, ops) = self.chain.with_proof(store, place, self.height).await?;
        let Some(value) = value else { return Ok(None) };
        let decoded = M::decode(value.as_slice()).map_err(|error| Error::Answer(error.to_string()))?;
        let proof = ops.ops.iter().map(|op| Op {
            kind: op.r#type.clone(),
            key: BASE64.encode(&op.key),
            data: BASE64.encode(&op.data),
        });
        self.records.push(Record {
            store: store.into(),
            key: hex::encode(place),
            value: BASE64.encode(&value),
            proof: proof.collect(),
        });
        Ok(Some(decoded))
    }

    /// A task with its rounds and ballots.
    async fn verdict(&mut self, task: u64) -> Result<()> {
        let place = key("tasks", &[&task.to_be_bytes()]);
        let Some(record) = self.take::<vsc::Task>("vsc", &place).await? else { return Ok(()) };
        for round in latest(record.rounds.into()) {
            let number = u32::try_from(round).unwrap_or(u32::MAX);
            let place = key("rounds", &[&task.to_be_bytes(), &number.to_be_bytes()]);
            let Some(round) = self.take::<vsc::Round>("vsc", &place).await? else { continue };
            for seat in &round.seats {
                let member: ValAddress = seat
                    .member
                    .parse()
                    .map_err(|_| Error::Answer(format!("{:?} is no validator", seat.member)))?;
                let place = key("ballots", &[&task.to_be_bytes(), &number.to_be_bytes(), member.as_bytes()]);
                self.take::<vsc::Ballot>("vsc", &place).await?;
            }
        }
        Ok(())
    }
}

async fn entries(chain: &Chain, subject: &str, count: u64) -> Result<Vec<String>> {
    if count > MAX_ENTRIES {
        return Err(Error::Answer(format!("{subject} has {count} entries; a passport holds {MAX_ENTRIES}")));
    }
    let mut entries = Vec::new();
    while (entries.len() as u64) < count {
        let from = entries.len() as u64;
        let ask = audit::QueryEntriesRequest {
            subject: subject.into(),
            from,
            limit: ENTRIES_AT_ONCE,
            newest_first: false,
        };
        let answer: audit::QueryEntriesResponse = chain.ask("/lazchain.audit.v1.Query/Entries", &ask).await?;
        if answer.entries.is_empty() || answer.entries[0].sequence != from {
            let text = format!(
                "this node does not hold entry {from} of {subject}; ask one that was there from the start"
            );
            return Err(Error::Answer(text));
        }
        entries.extend(answer.entries.iter().map(|entry| BASE64.encode(entry.encode_to_vec())));
    }
    entries.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    Ok(entries)
}

//! Checks a passport without a node, and says in words what is proved and what is not.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prost::Message;
use proto::{
    lazchain::{audit::v1 as audit, dat::v1 as dat, vsc::v1 as vsc},
    merkle::{self, Frontier, Hash},
    proof,
    tendermint::crypto::{ProofOp, ProofOps},
};
use tendermint::{
    account,
    block::CommitSig,
    crypto::default::signature::Verifier,
    validator,
    vote::{self, SignedVote, ValidatorIndex, Vote},
};
use tendermint_light_client_verifier::{ProdVerifier, types::UntrustedBlockState};

use super::{MAX_OF_EACH, Passport, Record, ballots::certifies, key, latest};
use crate::{
    error::{Error, Result},
    light,
};

/// What a passport shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Statements that follow from the trusted hash.
    pub proved: Vec<String>,
    /// What a reader might think it shows, and it does not.
    pub open: Vec<String>,
}

pub(super) fn wrong(why: impl Into<String>) -> Error {
    Error::Unproved(why.into())
}

impl Passport {
    /// Checks everything in it, starting from the hash of a header or of a validator set that is known from elsewhere.
    ///
    /// # Errors
    /// The first thing that does not hold, in words.
    pub fn verify(&self, trusted: &Hash) -> Result<Findings> {
        let mut findings = Findings::default();
        let root = self.check_header(trusted, &mut findings)?;
        let records = self.check_records(&root)?;
        findings.proved.push(format!(
            "{} records are in the state after block {}",
            records.0.len(),
            self.height
        ));
        self.check_asset(records, &mut findings)?;
        findings.open.push("that the state has not changed since: ask a node for that".into());
        findings
            .open
            .push("that the verdict is right: it is what bonded validators said, and were liable for".into());
        findings.open.push(
            "what the reports behind the ballots say: their hashes are here, operators serve them".into(),
        );
        Ok(findings)
    }

    /// What the records say of the asset. All that the chain counts must be there, and nothing else.
    pub(super) fn check_asset(&self, mut records: Records, findings: &mut Findings) -> Result<()> {
        let id = self.asset.to_be_bytes();
        let asset: dat::Asset = records.need("dat", &key("assets", &[&id]))?;
        findings.proved.push(format!(
            "asset-{} belongs to {}, came to idao-{}, and is {}",
            asset.id,
            asset.owner,
            asset.idao,
            word(asset.status().as_str_name(), "ASSET_STATUS_")
        ));
        for number in latest(asset.versions) {
            let version = records.need("dat", &key("versions", &[&id, &number.to_be_bytes()]))?;
            self.check_version(&mut records, &version, findings)?;
        }
        for number in latest(asset.policies) {
            let policy = records.need("dat", &key("policies", &[&id, &number.to_be_bytes()]))?;
            findings.proved.push(said(&policy));
        }
        for (what, count) in [("versions", asset.versions), ("licences", asset.policies)] {
            let left = count.saturating_sub(MAX_OF_EACH);
            if left > 0 {
                findings.open.push(format!(
                    "the first {left} of {count} {what}: a passport holds the latest {MAX_OF_EACH}"
                ));
            }
        }
        self.check_trail(&mut records, findings)?;
        records.end()
    }

    fn check_header(&self, trusted: &Hash, findings: &mut Findings) -> Result<Hash> {
        let header = &self.header.header;
        let hash = header.hash();
        let (by_header, by_set) =
            (hash.as_bytes() == trusted, header.validators_hash.as_bytes() == trusted.as_slice());
        if !by_header && !by_set {
            return Err(wrong(format!(
                "the trusted hash is neither this header's, {hash}, nor its validator set's, {}",
                header.validators_hash
            )));
        }
        if header.chain_id.as_str() != self.chain_id || header.height.value() != self.height + 1 {
            return Err(wrong("the header is of another chain or height than the passport says"));
        }
        let set = validator::Set::with_proposer(self.validators.clone(), header.proposer_address);
        let set = set.map_err(|error| wrong(error.to_string()))?;
        let state =
            UntrustedBlockState { signed_header: &self.header, validators: &set, next_validators: None };
        let verifier = ProdVerifier::default();
        light::accept(verifier.verify_validator_sets(&state))?;
        light::accept(verifier.verify_commit(&state))?;
        self.check_signatures()?;
        findings.proved.push(format!(
            "block {} of {} was signed by its validators at {}; {}",
            header.height,
            self.chain_id,
            header.time,
            if by_header { "its hash is the trusted one" } else { "their set is the trusted one" }
        ));
        header.app_hash.as_bytes().try_into().map_err(|_| wrong("the header's app hash has not 32 bytes"))
    }

    /// Two thirds would do for the header; here all must be right, or one could be changed unnoticed.
    fn check_signatures(&self) -> Result<()> {
        let commit = &self.header.commit;
        if commit.signatures.len() != self.validators.len() {
            return Err(wrong("there are not as many signatures as validators"));
        }
        for (place, (signature, validator)) in commit.signatures.iter().zip(&self.validators).enumerate() {
            if validator.name.is_some() || validator.proposer_priority.value() != 0 {
                return Err(wrong("a validator has more than a key and a power"));
            }
            // the set's hash covers the key, and the address follows from it
            if validator.address != account::Id::from(validator.pub_key) {
                return Err(wrong("a validator's address is not that of its key"));
            }
            let (address, timestamp, signature, block_id) = match signature {
                CommitSig::BlockIdFlagAbsent => continue,
                CommitSig::BlockIdFlagCommit { validator_address, timestamp, signature } => {
                    (*validator_address, *timestamp, signature, Some(commit.block_id))
                }
                CommitSig::BlockIdFlagNil { validator_address, timestamp, signature } => {
                    (*validator_address, *timestamp, signature, None)
                }
            };
            let bad = || wrong(format!("the signature of {} under the header is wrong", validator.address));
            let signature = signature.clone().ok_or_else(bad)?;
            let index = ValidatorIndex::try_from(place).map_err(|_| bad())?;
            let vote = Vote {
                vote_type: vote::Type::Precommit,
                height: commit.height,
                round: commit.round,
                block_id,
                timestamp: Some(timestamp),
                validator_address: address,
                validator_index: index,
                signature: Some(signature.clone()),
                extension: Vec::new(),
                extension_signature: None,
            };
            let signed = SignedVote::from_vote(vote, self.header.header.chain_id.clone()).ok_or_else(bad)?;
            let right = validator.verify_signature(&Verifier, &signed.sign_bytes(), &signature).is_ok();
            if !right || address != validator.address {
                return Err(bad());
            }
        }
        Ok(())
    }

    fn check_records(&self, root: &Hash) -> Result<Records> {
        let mut records = BTreeMap::new();
        for record in &self.records {
            let (key, value) = check_record(record, root)?;
            if records.insert((record.store.clone(), key), value).is_some() {
                return Err(wrong("a record is there twice"));
            }
        }
        Ok(Records(records))
    }

    fn check_version(
        &self,
        records: &mut Records,
        version: &dat::Version,
        findings: &mut Findings,
    ) -> Result<()> {
        let name = format!("asset-{}@{}", version.asset, version.version);
        if version.asset != self.asset {
            return Err(wrong(format!("{name} is another asset's")));
        }
        let manifest = version.manifest.clone().unwrap_or_default();
        findings.proved.push(format!(
            "{name} is content of {} bytes with SHA-256 {}, and is {}",
            manifest.size,
            hex::encode(&manifest.sha256),
            word(version.status().as_str_name(), "VERSION_STATUS_")
        ));
        for parent in &version.parents {
            let of = format!(
                "asset-{}@{} under its licence {}",
                parent.asset, parent.version, parent.policy_version
            );
            findings.proved.push(format!("{name} was made from {of}"));
        }
        for royalty in &version.royalties {
            findings.proved.push(format!("{} bps of its revenue go to asset-{}", royalty.bps, royalty.asset));
        }
        let place = key("tasks", &[&version.task.to_be_bytes()]);
        let task: vsc::Task = records.need("vsc", &place)?;
        let update = task.update.clone().unwrap_or_default();
        if update.manifest != version.manifest
            || (task.asset, task.version) != (version.asset, version.version)
        {
            return Err(wrong(format!("task-{} is not about {name}", task.id)));
        }
        let mut certified = false;
        for number in latest(task.rounds.into()) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let place = key("rounds", &[&task.id.to_be_bytes(), &number.to_be_bytes()]);
            let round: vsc::Round = records.need("vsc", &place)?;
            let tally = self.check_round(records, &round)?;
            let certifies = certifies(&round, &version.certificate);
            certified |= certifies;
            let mark = if certifies { ", which is the certificate" } else { "" };
            findings.proved.push(format!("round {} of task-{}: {tally}{mark}", round.round, task.id));
        }
        if !certified {
            return Err(wrong(format!("no round here is the certificate of {name}")));
        }
        Ok(())
    }

    fn check_trail(&self, records: &mut Records, findings: &mut Findings) -> Result<()> {
        let subject = format!("asset-{}", self.asset);
        let place = key("trails", &[subject.as_bytes(), &[0, 1]]);
        let trail: audit::Trail = records.need("audit", &place)?;
        let mut frontier = Frontier::default();
        for (sequence, text) in (0..).zip(&self.trail) {
            let bytes = decoded(text)?;
            let entry = audit::Entry::decode(bytes.as_slice()).map_err(|error| wrong(error.to_string()))?;
            if entry.subject != subject || entry.sequence != sequence {
                return Err(wrong(format!("entry {sequence} of the trail is another")));
            }
            frontier.push(merkle::leaf(&bytes));
        }
        let roots: Vec<Vec<u8>> = frontier.roots().iter().map(|root| root.to_vec()).collect();
        if trail.count != self.trail.len() as u64 || trail.frontier != roots {
            return Err(wrong("the trail's entries are not those that the state counts"));
        }
        findings.proved.push(format!("its trail has {} entries, and all of them are here", trail.count));
        Ok(())
    }
}

fn decoded(text: &str) -> Result<Vec<u8>> {
    BASE64.decode(text).map_err(|error| wrong(format!("a field is not base64: {error}")))
}

fn check_record(record: &Record, root: &Hash) -> Result<(Vec<u8>, Vec<u8>)> {
    let key = hex::decode(&record.key).map_err(|error| wrong(format!("a key is not hex: {error}")))?;
    let value = decoded(&record.value)?;
    let op = |op: &super::Op| -> Result<ProofOp> {
        Ok(ProofOp { r#type: op.kind.clone(), key: decoded(&op.key)?, data: decoded(&op.data)? })
    };
    let ops = ProofOps { ops: record.proof.iter().map(op).collect::<Result<_>>()? };
    let holds = proof::verify(root, &record.store, &key, Some(&value), &ops);
    holds.map_err(|error| wrong(format!("{}: {error}", name(&record.store, &key))))?;
    Ok((key, value))
}

/// What is proved, by store and key. Each is taken once, by the one whose key leads to it.
pub(super) struct Records(pub(super) BTreeMap<(String, Vec<u8>), Vec<u8>>);

impl Records {
    pub(super) fn take<M: Message + Default>(&mut self, store: &str, key: &[u8]) -> Result<Option<M>> {
        let Some(value) = self.0.remove(&(store.to_owned(), key.to_owned())) else { return Ok(None) };
        M::decode(value.as_slice()).map(Some).map_err(|error| wrong(error.to_string()))
    }

    fn need<M: Message + Default>(&mut self, store: &str, key: &[u8]) -> Result<M> {
        let missing = || wrong(format!("{} is missing, and the chain counts it", name(store, key)));
        self.take(store, key)?.ok_or_else(missing)
    }

    /// Whatever was not taken says nothing of this asset.
    fn end(self) -> Result<()> {
        match self.0.first_key_value() {
            None => Ok(()),
            Some(((store, key), _)) => {
                Err(wrong(format!("{} does not belong in this passport", name(store, key))))
            }
        }
    }
}

/// A key as people read it: its name, and the rest in hex.
fn name(store: &str, key: &[u8]) -> String {
    let end = key.iter().position(|byte| *byte == b'/').unwrap_or(key.len());
    let (name, rest) = key.split_at(end);
    format!("{store}/{}/{}", String::from_utf8_lossy(name), hex::encode(rest.get(1..).unwrap_or_default()))
}

pub(super) fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase().replace('_', " ")
}

/// A licence in one sentence.
fn said(policy: &dat::Policy) -> String {
    let terms = policy.terms.clone().unwrap_or_default();
    let purposes: Vec<String> =
        terms.purposes().map(|purpose| word(purpose.as_str_name(), "PURPOSE_")).collect();
    let prices: Vec<String> =
        terms.prices.iter().map(|price| format!("{}{}", price.amount, price.denom)).collect();
    format!(
        "licence {}: to {}, by {}, at {} a {}, {} bps to ancestors of what is derived",
        policy.number,
        purposes.join(" and to "),
        word(terms.grantees().as_str_name(), "GRANTEES_"),
        if prices.is_empty() { "no price".into() } else { prices.join(" or ") },
        word(terms.unit().as_str_name(), "UNIT_"),
        terms.derivative_royalty_bps
    )
}

//! The loop: duties in, ballots out.

mod ballots;
mod looks;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use client::{
    Chain, Secret, Sender, light,
    offchain::{
        attestation, opener,
        sealed::{DataKey, SCHEME},
    },
};
use proto::{address::ValAddress, lazchain::vsc::v1 as pb};
use tokio::sync::Semaphore;

use crate::{
    error::{Error, Result},
    folder::Folder,
};

use super::{
    config::Config,
    door::{self, Gauges},
    duties,
    evaluate::{Evaluator, Seal, seen::Seen},
    journal::Journal,
    report::{About, Report},
    signer::{Keys, Own},
    watch::Watch,
};
use looks::{Looks, Round};

/// A member whose ballots are cast.
pub struct Member {
    /// The validator.
    pub operator: ValAddress,
    pub(super) keys: Keys,
}

impl Member {
    /// From the secret of the validator's account; `number` counts rotations of its attestation key.
    pub fn new(secret: &Secret, number: u64) -> Member {
        let operator = secret.public().address().operator();
        let own = Own { attestation: attestation(secret, number), opener: opener(secret, number) };
        Member { operator, keys: Keys::Own(Box::new(own)) }
    }
}

/// Who signs what.
pub struct Signers {
    /// Whose ballots are cast.
    pub members: Vec<Member>,
    /// The account that carries them.
    pub payer: Secret,
}

/// One ballot: whose, and of which round.
type Place = (u64, u32, ValAddress);

struct Operator {
    chain: Arc<Chain>,
    sender: Sender,
    members: BTreeMap<ValAddress, Keys>,
    config: Config,
    journal: Journal,
    gauges: Arc<Gauges>,
    evaluator: Evaluator,
    watch: Option<Watch>,
    looks: Looks<Report>,
    /// Rounds whose judgement is of the content that the chain says.
    compared: BTreeSet<Round>,
    /// When a ballot of a phase was last sent.
    sent: HashMap<(Place, pb::Phase), Instant>,
    /// Ballots that need not be sent any more.
    done: HashSet<(Place, pb::Phase)>,
}

/// Works for these members until `stop` is done; what is under way then is finished by the next start.
///
/// # Errors
/// If the folder or the configuration cannot be used, or the payer's account is not there. Trouble with the chain or with
/// content is logged and tried again.
pub async fn run(
    chain: Chain,
    signers: Signers,
    config: Config,
    folder: &Path,
    stop: impl Future<Output = ()>,
) -> Result<()> {
    let Signers { members, payer } = signers;
    let claimed = Folder::claim(folder)?;
    let gauges = Arc::new(Gauges::new());
    let door = match config.listen {
        Some(at) => {
            let (bound, served) = door::open(at, folder, Arc::clone(&gauges)).await?;
            tracing::info!(%bound, "health, metrics and reports are served");
            Some(served)
        }
        None => None,
    };
    let chain = Arc::new(chain);
    let seen = Arc::new(Seen::open(&folder.join("seen.jsonl"))?);
    let sender = Sender::open(&chain, payer).await?;
    let journal = Journal::open(claimed, sender.chain_id())?;
    let evaluator = Evaluator {
        chain: Arc::clone(&chain),
        chain_id: sender.chain_id().to_owned(),
        config: config.clone(),
        folder: folder_for_content(folder)?,
        seen,
        looks: Arc::new(Semaphore::new(config.looks)),
        parallel: Arc::new(Semaphore::new(config.parallel)),
    };
    let watch = if config.watch {
        let own = members.iter().map(|member| member.operator).collect();
        let at = (Arc::clone(&gauges), folder);
        Some(Watch::open(Arc::clone(&chain), sender.chain_id(), &config, own, at).await?)
    } else {
        None
    };
    let names: Vec<String> = members.iter().map(|member| member.operator.to_string()).collect();
    tracing::info!(members = names.join(", "), chain = sender.chain_id(), "operator at work");
    let mut operator = Operator {
        chain,
        sender,
        members: members.into_iter().map(|member| (member.operator, member.keys)).collect(),
        config,
        journal,
        gauges,
        evaluator,
        watch,
        looks: Looks::new(),
        compared: BTreeSet::new(),
        sent: HashMap::new(),
        done: HashSet::new(),
    };
    let worked = operator.work(stop).await;
    operator.looks.shutdown().await;
    if let Some(door) = door {
        door.abort();
    }
    worked
}

/// Whatever an earlier run left half fetched is removed.
fn folder_for_content(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("content");
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::at(path)(error)),
        _ => {}
    }
    std::fs::create_dir_all(&path).map_err(Error::at(&path))?;
    Ok(path)
}

impl Operator {
    async fn work(&mut self, stop: impl Future<Output = ()>) -> Result<()> {
        tokio::pin!(stop);
        let mut tick = tokio::time::interval(self.config.poll());
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut stop => {
                    tracing::info!("stopping; what is under way is finished by the next start");
                    return Ok(());
                }
                Some((place, report)) = self.looks.next() => self.judged(place, report)?,
                _ = tick.tick() => match self.look().await {
                    Ok(()) => {}
                    Err(Error::Client(error)) => {
                        self.gauges.failed.with_label_values(&["chain"]).inc();
                        tracing::warn!(%error, "the chain cannot be asked; trying again");
                    }
                    Err(error @ Error::Signer(_)) => {
                        self.gauges.failed.with_label_values(&["signer"]).inc();
                        tracing::warn!(%error, "nothing can be signed; trying again");
                    }
                    Err(error) => return Err(error),
                },
            }
        }
    }

    fn judged(&mut self, (task, round): Round, report: Report) -> Result<()> {
        let kept = self.journal.keep(round, report)?;
        self.gauges.judged.with_label_values(&[&kept.verdict]).inc();
        let (verdict, score) = (&kept.verdict, kept.score);
        tracing::info!(task, round, verdict, score, because = kept.because, "judged");
        Ok(())
    }

    /// One look at the chain, and whatever follows from it.
    async fn look(&mut self) -> Result<()> {
        let height = light::latest(self.chain.rpc()).await?;
        let mut rounds: BTreeMap<Round, (pb::Round, Vec<ValAddress>)> = BTreeMap::new();
        for member in self.members.keys() {
            for round in duties::rounds(&self.chain, member).await? {
                let place = (round.task, round.round);
                rounds.entry(place).or_insert((round, Vec::new())).1.push(*member);
            }
        }
        self.gauges.looked(height);
        self.gauges.open.set(i64::try_from(rounds.len()).unwrap_or(i64::MAX));
        self.forget(&rounds);
        let (mut commits, mut reveals) = (Vec::new(), Vec::new());
        for (place, (round, members)) in &rounds {
            match round.phase() {
                pb::Phase::Keys => self.begin(*place, round).await?,
                pb::Phase::Commit => {
                    self.begin(*place, round).await?;
                    self.abstain_if_late(*place, round, height).await?;
                    commits.extend(self.due(round, members, pb::Phase::Commit).await?);
                }
                pb::Phase::Reveal => reveals.extend(self.due(round, members, pb::Phase::Reveal).await?),
                _ => {}
            }
        }
        self.give_up(&rounds)?;
        self.send(commits, pb::Phase::Commit).await?;
        self.send(reveals, pb::Phase::Reveal).await?;
        match &mut self.watch {
            Some(watch) => match watch.look(height, &self.journal, &mut self.sender).await {
                // ballots come first: what cannot be kept of others does not end the daemon
                Err(error @ (Error::File { .. } | Error::Damaged { .. } | Error::Settings(_))) => {
                    self.gauges.failed.with_label_values(&["watch"]).inc();
                    tracing::error!(%error, "what was found of others cannot be kept or used");
                    Ok(())
                }
                looked => looked,
            },
            None => Ok(()),
        }
    }

    /// What is over need not be remembered: memory is bounded by the rounds that are on.
    fn forget(&mut self, on: &BTreeMap<Round, (pb::Round, Vec<ValAddress>)>) {
        let is_on = |((task, round, _), _): &(Place, pb::Phase)| on.contains_key(&(*task, *round));
        self.sent.retain(|ballot, _| is_on(ballot));
        self.done.retain(is_on);
        self.compared.retain(|round| on.contains_key(round));
    }

    /// A look is over when its round's commits are, or once its ballot abstains: what hangs holds up nothing else.
    fn give_up(&mut self, on: &BTreeMap<Round, (pb::Round, Vec<ValAddress>)>) -> Result<()> {
        let mut waited_for = BTreeSet::new();
        for (round, (record, _)) in on {
            let open = matches!(record.phase(), pb::Phase::Keys | pb::Phase::Commit);
            if open && self.journal.judged(round.0, round.1)?.is_none() {
                waited_for.insert(*round);
            }
        }
        self.looks.keep(|round| waited_for.contains(round));
        Ok(())
    }

    /// Begins to look at a round's content, unless that was done.
    async fn begin(&mut self, (task, round): Round, about: &pb::Round) -> Result<()> {
        if self.looks.is_on(&(task, round)) || self.compared.contains(&(task, round)) {
            return Ok(());
        }
        let record = duties::task(&self.chain, task).await?;
        let sha256 = duties::sha256(&record);
        if self.journal.judged_of(task, round, sha256)?.is_some() {
            self.compared.insert((task, round));
            return Ok(());
        }
        // an earlier round's judgement still holds, unless it was none; a jury looks for itself
        if round > 1 && about.purpose() == pb::Purpose::Verdict {
            let before = self.journal.judged_of(task, round - 1, sha256)?;
            if let Some(report) = before.filter(|report| report.counted() != pb::Verdict::Abstain) {
                self.journal.keep(round, report)?;
                return Ok(());
            }
        }
        let Some(seal) = self.seal(&record, round).await? else { return Ok(()) };
        let evaluator = self.evaluator.clone();
        tracing::info!(task, round, "looking");
        self.looks.begin((task, round), async move { evaluator.judge(&record, seal).await });
        Ok(())
    }

    /// What opens a task's content; nothing while its key is waited for.
    async fn seal(&self, task: &pb::Task, round: u32) -> Result<Option<Seal>> {
        let manifest = task.update.as_ref().and_then(|update| update.manifest.as_ref());
        let Some(encryption) = manifest.and_then(|manifest| manifest.encryption.clone()) else {
            return Ok(Some(Seal::None));
        };
        if encryption.scheme != SCHEME {
            return Ok(Some(Seal::Strange(encryption.scheme)));
        }
        for handed in duties::keys(&self.chain, task.id, round).await? {
            let Ok(member) = handed.member.parse::<ValAddress>() else { continue };
            let Some(keys) = self.members.get(&member) else { continue };
            let key = keys.open(&member, &handed.key).await?;
            let fits = |key: &DataKey| {
                encryption.key_commitment.is_empty() || encryption.key_commitment == key.commitment()
            };
            return Ok(Some(key.filter(fits).map_or(Seal::Useless, Seal::Key)));
        }
        Ok(None)
    }

    /// An absence costs stake and an abstention does not, so who is not done in time abstains.
    async fn abstain_if_late(&mut self, (task, round): Round, record: &pb::Round, height: u64) -> Result<()> {
        let left = record.until.saturating_sub(height);
        if left > self.config.abstain_blocks || self.journal.judged(task, round)?.is_some() {
            return Ok(());
        }
        tracing::warn!(task, round, left, "no judgement in time; abstaining");
        let content = duties::task(&self.chain, task).await?;
        let sha256 = duties::sha256(&content);
        let about = About { chain_id: self.sender.chain_id(), task, sha256 };
        let report = about.abstain(format!("there was no judgement {left} blocks before commits closed"));
        self.journal.keep(round, report)?;
        self.gauges.judged.with_label_values(&["abstain"]).inc();
        Ok(())
    }
}

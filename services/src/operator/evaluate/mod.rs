//! How content is looked at: its bytes first, then by what it is.
//!
//! | evaluator | for |
//! |---|---|
//! | `integrity` | everything: the bytes are those of the manifest |
//! | `table` | CSV, TSV, JSON lines, Parquet |
//! | `model` | safetensors, ONNX |
//! | `behaviour` | a suite of requests against an endpoint |
//! | `exec` | whatever a program of the operator's can judge |

mod apart;
mod behaviour;
mod exec;
mod model;
mod onnx;
mod overlap;
mod personal;
mod repeats;
mod safetensors;
pub(super) mod seen;
mod table;

use std::{
    collections::BTreeMap,
    io::{BufReader, BufWriter, Write as _},
    path::PathBuf,
    sync::Arc,
};

use client::{
    Chain,
    offchain::sealed::{DataKey, decrypt},
};
use proto::lazchain::{
    dat::v1::Manifest,
    idao::v1::UpdateKind,
    vsc::v1::{Task, Update},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    config::Config,
    duties,
    fetch::{Content, Fetched, Fetcher},
    report::{About, Report, Section},
};
use seen::{Seen, Sketches};

pub use apart::{LOOK_APART, look_apart};

/// Parents whose weights a model is compared with.
const MAX_PARENTS: usize = 4;

/// Looks at content for one operator.
#[derive(Clone)]
pub(super) struct Evaluator {
    pub(super) chain: Arc<Chain>,
    pub(super) chain_id: String,
    pub(super) config: Config,
    /// Where fetched content lies while it is looked at.
    pub(super) folder: PathBuf,
    /// What was looked at before.
    pub(super) seen: Arc<Seen>,
    /// Looks under way.
    pub(super) looks: Arc<Semaphore>,
    /// Of them, those that work and do not wait: whoever hangs takes no turn from others.
    pub(super) parallel: Arc<Semaphore>,
}

/// Whether content is sealed, and what opens it.
pub(super) enum Seal {
    /// It is open.
    None,
    /// By this key.
    Key(DataKey),
    /// What was handed out for it is no key.
    Useless,
    /// In a way that is not known here.
    Strange(String),
}

/// What is known of a kind of file, by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Tsv,
    JsonLines,
    Parquet,
    Safetensors,
    Onnx,
    Other,
}

impl Form {
    fn of(media_type: &str) -> Form {
        match media_type.split(';').next().unwrap_or_default().trim() {
            "text/csv" => Form::Csv,
            "text/tab-separated-values" => Form::Tsv,
            "application/jsonl" | "application/x-ndjson" | "application/jsonlines" => Form::JsonLines,
            "application/vnd.apache.parquet" | "application/x-parquet" | "application/parquet" => {
                Form::Parquet
            }
            "application/vnd.safetensors" | "application/x-safetensors" => Form::Safetensors,
            "application/onnx" | "application/x-onnx" | "application/vnd.onnx" => Form::Onnx,
            _ => Form::Other,
        }
    }
}

impl Evaluator {
    /// The report on a task. Never fails: what cannot be judged is said in the report.
    pub(super) async fn judge(&self, task: &Task, seal: Seal) -> Report {
        let _look = self.looks.acquire().await.expect("never closed");
        let update = task.update.clone().unwrap_or_default();
        let manifest = update.manifest.clone().unwrap_or_default();
        let about = About { chain_id: &self.chain_id, task: task.id, sha256: &manifest.sha256 };
        if let Seal::Strange(scheme) = &seal {
            return about
                .abstain(format!("the content is sealed by {scheme:?}, which this operator cannot open"));
        }
        let fetched = match self.content(task, &manifest).await {
            Fetched::Good(content) => content,
            Fetched::Bad(why) => return about.invalid(why),
            Fetched::Other(why) => return about.other_bytes(why),
            Fetched::NotForUs(why) => return about.abstain(why),
        };
        let fetched = match seal {
            Seal::None | Seal::Strange(_) => fetched,
            Seal::Useless => return about.invalid("the key that was handed out opens nothing".into()),
            Seal::Key(key) => match self.unsealed(key, fetched).await {
                Ok(Ok(content)) => content,
                Ok(Err(why)) => return about.invalid(format!("it cannot be unsealed: {why}")),
                Err(why) => return about.abstain(why),
            },
        };
        let mut integrity = Section::new("integrity");
        integrity.fact("bytes", manifest.size);
        integrity.fact("chunks", fetched.leaves.len());
        integrity.fact("merkle_root", hex::encode(&manifest.merkle_root));
        match self.sections(task, &update, &manifest, &fetched).await {
            Ok(sections) if sections.is_empty() => {
                let kind = kind_name(update.kind());
                let media = &manifest.media_type;
                about.abstain(format!("nothing here judges a {kind} of type {media:?}; see exec.{kind}"))
            }
            Ok(sections) => about.judged(self.config.accept_from, [vec![integrity], sections].concat()),
            Err(why) => about.abstain(why),
        }
    }

    /// The content itself, in a file that is removed with it; or why the key does not open it.
    async fn unsealed(&self, key: DataKey, sealed: Content) -> Result<Result<Content, String>, String> {
        let folder = self.folder.clone();
        self.blocking(move || {
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            let opened = {
                let mut from = BufReader::new(sealed.file.reopen()?);
                let mut to = BufWriter::new(file.as_file_mut());
                decrypt(&key, &mut from, &mut to).and_then(|()| to.flush())
            };
            match opened {
                Ok(()) => Ok(Ok(Content { file, leaves: sealed.leaves })),
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Ok(Err(error.to_string())),
                Err(error) => Err(error),
            }
        })
        .await
    }

    async fn content(&self, task: &Task, manifest: &Manifest) -> Fetched {
        let fetcher = Fetcher::new(self.config.clone(), self.folder.clone());
        if manifest.locators.is_empty() {
            return match duties::content(&self.chain, task.id).await {
                Ok(bytes) if !bytes.is_empty() => fetcher.inline(bytes, manifest).await,
                Ok(_) => Fetched::Bad("there are no locators, and the task carries no content".into()),
                Err(error) => Fetched::NotForUs(format!("its content cannot be asked for: {error}")),
            };
        }
        fetcher.fetch(manifest).await
    }

    /// What each evaluator found; a text where this operator cannot say anything.
    async fn sections(
        &self,
        task: &Task,
        update: &Update,
        manifest: &Manifest,
        content: &Content,
    ) -> Result<Vec<Section>, String> {
        let form = Form::of(&manifest.media_type);
        let mut sections = Vec::new();
        let mut sketches =
            Sketches { chunks: seen::sketch(content.leaves.iter().map(seen::short)), rows: Vec::new() };
        match (update.kind(), form) {
            (UpdateKind::Dataset | UpdateKind::Pov, Form::Csv | Form::Tsv | Form::JsonLines) => {
                let path = content.file.path().to_owned();
                let (section, rows) = self.blocking(move || table::look(&path, form)).await?;
                sketches.rows = rows;
                sections.push(section);
            }
            (UpdateKind::Dataset | UpdateKind::Pov, Form::Parquet) => {
                let _turn = self.turn().await;
                let (section, rows) = apart::look(content.file.path()).await?;
                sketches.rows = rows;
                sections.push(section);
            }
            (UpdateKind::Model, Form::Safetensors | Form::Onnx) => {
                let path = content.file.path().to_owned();
                let weights = self.blocking(move || model::weights(&path, form)).await?;
                let parents = self.parents(update).await;
                sections.push(model::judge(&weights, &parents));
            }
            (UpdateKind::Agent | UpdateKind::Behaviour, _) if manifest.media_type == "application/json" => {
                sections.push(behaviour::look(content.file.path(), &self.config).await?);
            }
            _ => {}
        }
        if let Some(exec) = self.config.exec.get(kind_name(update.kind())) {
            let _turn = self.turn().await;
            sections.push(exec::look(exec, task, manifest, &content.file).await?);
        }
        if !sections.is_empty() {
            sections.push(overlap::look(self, task, update, &sketches).await?);
            self.seen.add(task.id, &manifest.sha256, &sketches).map_err(|error| error.to_string())?;
        }
        Ok(sections)
    }

    /// The weights of declared parents that can be had; why not of the others.
    async fn parents(&self, update: &Update) -> BTreeMap<String, Result<model::Weights, String>> {
        let mut found = BTreeMap::new();
        for parent in update.parents.iter().take(MAX_PARENTS) {
            let name = format!("asset-{}@{}", parent.asset, parent.version);
            found.insert(name, self.parent(parent.asset, parent.version).await);
        }
        found
    }

    async fn parent(&self, asset: u64, version: u64) -> Result<model::Weights, String> {
        let record = duties::version(&self.chain, asset, version).await.map_err(|error| error.to_string())?;
        let manifest = record.manifest.unwrap_or_default();
        let form = Form::of(&manifest.media_type);
        if !matches!(form, Form::Safetensors | Form::Onnx) {
            return Err(format!("{:?} has no weights to compare", manifest.media_type));
        }
        match Fetcher::new(self.config.clone(), self.folder.clone()).fetch(&manifest).await {
            Fetched::Good(content) => self.blocking(move || model::weights(content.file.path(), form)).await,
            Fetched::Bad(why) | Fetched::Other(why) | Fetched::NotForUs(why) => Err(why),
        }
    }

    /// A place among those that work.
    async fn turn(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.parallel).acquire_owned().await.expect("never closed")
    }

    /// Work that reads files, on a thread of its own; it keeps its turn to its end, even if the look is given up. A failing
    /// read of our own copy says nothing of the content.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let turn = self.turn().await;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        let done = done.await.map_err(|_| "the evaluator broke off".to_owned())?;
        done.map_err(|error| format!("this operator's copy cannot be read: {error}"))
    }
}

fn kind_name(kind: UpdateKind) -> &'static str {
    match kind {
        UpdateKind::Pov => "pov",
        UpdateKind::Dataset => "dataset",
        UpdateKind::Model => "model",
        UpdateKind::Agent => "agent",
        UpdateKind::Behaviour => "behaviour",
        UpdateKind::Unspecified => "unspecified",
    }
}

#[cfg(test)]
mod tests;

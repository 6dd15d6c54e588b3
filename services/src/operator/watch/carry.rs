//! Findings on their way to the chain. One is done when its transaction is in a block: a pool may lose it, and what the
//! chain refuses now it may take later.

use std::time::{Duration, Instant};

use client::{Sender, sign::any};
use prost_types::Any;
use proto::lazchain::vsc::v1 as pb;

use super::{Found, Kind, Watch, ballots, duties};
use crate::error::Result;

/// How long after the first try comes the second; after each further one it is twice as long, four hours in all.
const FIRST_WAIT: Duration = Duration::from_secs(15);
/// Tries, from each start of the daemon: a transaction that fails in a block costs its fee.
pub(super) const MOST_TRIES: u32 = 10;

/// How often a finding was taken to the chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    count: u32,
    /// Not before.
    next: Option<Instant>,
    /// Why the last one came to nothing.
    because: String,
}

impl Watch {
    /// Takes to the chain what waits for it, as of this instant.
    pub(super) async fn carry(&mut self, sender: &mut Sender, now: Instant) -> Result<()> {
        for mut found in self.findings.waiting() {
            let mut tries = self.tries.remove(&found.name()).unwrap_or_default();
            let stepped = self.step(&mut found, &mut tries, sender, now).await;
            if let Some(outcome) = &found.outcome {
                tracing::warn!(because = found.because, outcome, "taken to the chain");
                self.findings.keep(&found)?;
            } else {
                self.tries.insert(found.name(), tries);
            }
            stepped?;
        }
        Ok(())
    }

    /// Looks for its transaction, or sends one.
    async fn step(
        &mut self,
        found: &mut Found,
        tries: &mut Tries,
        sender: &mut Sender,
        now: Instant,
    ) -> Result<()> {
        if let Some(hash) = &found.sent {
            match self.chain.tx(hash).await {
                Ok(Some(answer)) if answer.code == 0 => {
                    found.outcome = Some(format!("sent in {hash}"));
                    return Ok(());
                }
                Ok(Some(answer)) => {
                    tries.because = format!("refused in {hash}: {}", answer.raw_log);
                    found.sent = None;
                }
                Ok(None) => tries.because = format!("sent in {hash}, which is in no block"),
                // a node that keeps no index: the chain refuses what it has already
                Err(client::Error::Rpc(why)) => tries.because = format!("sent in {hash}, not found: {why}"),
                Err(error) => return Err(error.into()),
            }
        }
        if tries.next.is_some_and(|next| now < next) {
            return Ok(());
        }
        if tries.count == MOST_TRIES {
            found.outcome = Some(format!("given up after {MOST_TRIES} tries: {}", tries.because));
            return Ok(());
        }
        let message = self.message(found, &sender.address().to_string()).await?;
        match sender.send(&self.chain, vec![message]).await {
            Ok(hash) => {
                self.gauges.sent.with_label_values(&[found.kind.name()]).inc();
                found.sent = Some(hash);
            }
            Err(error @ client::Error::Refused { .. }) => tries.because = format!("refused: {error}"),
            Err(error) => return Err(error.into()),
        }
        tries.next = Some(now + FIRST_WAIT * 2_u32.pow(tries.count));
        tries.count += 1;
        tracing::warn!(
            because = found.because,
            sent = found.sent,
            why = tries.because,
            tries = tries.count,
            "on its way"
        );
        // a restart looks for the transaction before it sends another
        self.findings.keep(found)
    }

    async fn message(&self, found: &Found, account: &str) -> Result<Any> {
        if found.kind == Kind::Equivocation {
            return ballots::report(found, account);
        }
        let record = duties::task(&self.chain, found.task).await?;
        let manifest = record.update.and_then(|update| update.manifest).unwrap_or_default();
        let hash = hex::decode(found.proof["report"].as_str().unwrap_or_default()).unwrap_or_default();
        Ok(any(&pb::MsgChallenge {
            challenger: account.into(),
            task: found.task,
            // where the bytes lie is what shows that they are others
            evidence: Some(pb::Evidence { hash, locators: manifest.locators }),
            max_bond: self.config.challenge_bond.to_string(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        sync::{Arc, Mutex},
    };

    use axum::{Json, Router, routing::post};
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    use client::{Chain, Secret, rpc::Rpc};
    use prost::Message as _;
    use proto::cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountInfoResponse},
        base::{abci::v1beta1::GasInfo, node::v1beta1::ConfigResponse},
        tx::v1beta1::SimulateResponse,
    };
    use serde_json::{Value, json};

    use super::*;
    use crate::operator::{Config, door::Gauges, watch::Findings};

    /// What a node does, and what was given to it.
    #[derive(Default)]
    struct Node {
        /// The code with which it refuses to look at a transaction; 0: it takes it into its pool.
        refuses: u32,
        /// The code of a transaction that is in a block; nothing while there is none.
        in_block: Option<u32>,
        sent: u32,
    }

    impl Node {
        fn answer(&mut self, method: &str, path: &str) -> std::result::Result<Value, &'static str> {
            let value =
                |bytes: Vec<u8>| Ok(json!({ "response": { "code": 0, "value": BASE64.encode(bytes) } }));
            match (method, path) {
                ("status", _) => Ok(json!({
                    "node_info": { "network": "lazchain-7" }, "sync_info": { "latest_block_height": "10" },
                })),
                ("abci_query", "/cosmos.auth.v1beta1.Query/AccountInfo") => {
                    let info = Some(BaseAccount::default());
                    value(QueryAccountInfoResponse { info }.encode_to_vec())
                }
                ("abci_query", "/cosmos.base.node.v1beta1.Service/Config") => {
                    value(ConfigResponse::default().encode_to_vec())
                }
                ("abci_query", "/cosmos.tx.v1beta1.Service/Simulate") if self.refuses == 0 => {
                    let gas_info = Some(GasInfo { gas_used: 7, ..GasInfo::default() });
                    value(SimulateResponse { gas_info, result: None }.encode_to_vec())
                }
                ("abci_query", _) => {
                    Ok(json!({ "response": { "code": self.refuses, "codespace": "sdk", "log": "too poor" } }))
                }
                ("broadcast_tx_sync", _) => {
                    self.sent += 1;
                    Ok(json!({ "code": 0, "hash": format!("{:064X}", self.sent) }))
                }
                ("tx", _) => {
                    let code = self.in_block.ok_or("tx not found")?;
                    let result = json!({ "code": code, "log": "too late", "data": "", "gas_wanted": "7", "gas_used": "7" });
                    Ok(json!({ "hash": "00", "height": "9", "tx": "", "tx_result": result }))
                }
                _ => Ok(json!({ "header": { "time": "" } })),
            }
        }
    }

    struct Desk {
        node: Arc<Mutex<Node>>,
        watch: Watch,
        sender: Sender,
        folder: tempfile::TempDir,
        now: Instant,
    }

    impl Desk {
        /// With one finding that is to be reported.
        async fn new() -> Desk {
            let node = Arc::new(Mutex::new(Node::default()));
            let served = Arc::clone(&node);
            let answer = move |Json(asked): Json<Value>| async move {
                let path = asked["params"]["path"].as_str().unwrap_or_default();
                let method = asked["method"].as_str().unwrap();
                Json(match served.lock().unwrap().answer(method, path) {
                    Ok(result) => json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }),
                    Err(why) => {
                        let error = json!({ "code": -32603, "message": "Internal error", "data": why });
                        json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error })
                    }
                })
            };
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let at = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, Router::new().fallback(post(answer))).await });
            let chain = Arc::new(Chain::new(Rpc::new(&format!("http://{at}")).unwrap()));
            let folder = tempfile::tempdir().unwrap();
            let ballot = json!({ "phase": "BALLOT_PHASE_COMMIT", "statement": "00", "signature": "00" });
            let proof = json!({ "first": ballot, "second": ballot });
            let found = Found::new(Kind::Equivocation, (9, 1), "twice".into(), proof);
            Findings::open(folder.path()).unwrap().keep(&found).unwrap();
            let watch = Desk::watch(&chain, folder.path()).await;
            let sender = Sender::open(&chain, Secret::from_slice(&[7; 32]).unwrap()).await.unwrap();
            Desk { node, watch, sender, folder, now: Instant::now() }
        }

        async fn watch(chain: &Arc<Chain>, folder: &std::path::Path) -> Watch {
            let at = (Arc::new(Gauges::new()), folder);
            let (chain, config) = (Arc::clone(chain), Config::default());
            Watch::open(chain, "lazchain-7", &config, BTreeSet::new(), at).await.unwrap()
        }

        /// What has become of it after a look, and how often it was sent.
        async fn looks(&mut self) -> (Option<String>, u32) {
            self.watch.carry(&mut self.sender, self.now).await.unwrap();
            let kept = Findings::read(&self.folder.path().join("findings")).unwrap().remove(0);
            (kept.outcome, self.node.lock().unwrap().sent)
        }

        fn later(&mut self) {
            self.now += Duration::from_secs(86_400);
        }
    }

    #[tokio::test]
    async fn a_finding_is_done_when_it_is_in_a_block_and_what_a_pool_lost_is_sent_again() {
        let mut desk = Desk::new().await;
        assert_eq!(desk.looks().await, (None, 1), "it is in the pool");
        assert_eq!(desk.looks().await, (None, 1), "a block takes its time");
        desk.later();
        assert_eq!(desk.looks().await, (None, 2));
        // a restart knows what it has sent
        let chain = Arc::clone(&desk.watch.chain);
        desk.watch = Desk::watch(&chain, desk.folder.path()).await;
        desk.node.lock().unwrap().in_block = Some(0);
        assert_eq!(desk.looks().await, (Some(format!("sent in {:064X}", 2)), 2));
        desk.later();
        assert_eq!(desk.looks().await.1, 2);
    }

    #[tokio::test]
    async fn what_the_chain_refuses_now_it_is_asked_again_and_not_for_ever() {
        let mut desk = Desk::new().await;
        desk.node.lock().unwrap().refuses = 5;
        assert_eq!(desk.looks().await, (None, 0));
        desk.later();
        assert_eq!(desk.looks().await, (None, 0));
        // it is taken, and fails in its block
        *desk.node.lock().unwrap() = Node { in_block: Some(3), ..Node::default() };
        for sent in 1..=MOST_TRIES - 2 {
            desk.later();
            assert_eq!(desk.looks().await, (None, sent));
        }
        desk.later();
        let (outcome, sent) = desk.looks().await;
        let outcome = outcome.unwrap();
        assert!(outcome.starts_with("given up after 10 tries: refused in "), "{outcome}");
        assert!(outcome.ends_with("too late") && sent == MOST_TRIES - 2, "{outcome}");
    }
}

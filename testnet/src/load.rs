//! Payments from the faucet, all the time, through whichever node answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use client::{
    Account, Broadcast, Chain, Secret,
    keyring::{Backend, Keyring},
    rpc::Rpc,
    sign::{self, Mode, Place},
};
use proto::{
    address::Address,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        tx::v1beta1::{Fee, TxBody},
    },
};
use tokio::{
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use crate::network::Network;

/// Gas that a payment states; it uses less.
const GAS: u64 = 200_000;
/// What that costs at the local networks' price, in ulaz.
const FEE: u64 = 500;
/// An answer that takes longer comes from a node that is being disturbed.
const ANSWER: Duration = Duration::from_secs(5);
/// After a refusal the pool and the block that is being made get so long to agree on the next sequence.
const AFTER_REFUSAL: Duration = Duration::from_millis(500);
/// Last payments have so long to get into a block.
const LAST_ONES: Duration = Duration::from_secs(60);

/// Load that is on.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    task: JoinHandle<Result<Report>>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// Payments that a node took.
    pub(crate) taken: u64,
    /// Payments that are in blocks.
    pub(crate) paid: u64,
}

/// Who pays, whom, and through which nodes.
struct Payer {
    chain_id: String,
    secret: Secret,
    address: Address,
    chains: Vec<Chain>,
    /// The node that is asked: the same one until it fails, because only it knows what is in its pool.
    at: usize,
}

impl Load {
    /// Begins to pay so many times a second.
    pub(crate) fn begin(network: &Network, per_second: u32) -> Result<Load> {
        let payer = Payer::new(network)?;
        let stop = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(run(payer, per_second, stop.clone()));
        println!("load: {per_second} payments a second");
        Ok(Load { stop, task })
    }

    /// Stops paying and waits until what was taken is in blocks.
    pub(crate) async fn end(self) -> Result<Report> {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.context("the load ended by itself")?
    }
}

async fn run(mut payer: Payer, per_second: u32, stop: Arc<AtomicBool>) -> Result<Report> {
    let mut beat = interval(Duration::from_secs(1) / per_second.max(1));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let first = payer.account_soon().await?;
    let (mut taken, mut next) = (0, Some(first.clone()));
    while !stop.load(Ordering::Relaxed) {
        beat.tick().await;
        let Some(account) = next.take() else {
            sleep(AFTER_REFUSAL).await;
            next = payer.account().await;
            continue;
        };
        match payer.pay(&account).await? {
            Some(0) => {
                taken += 1;
                next = Some(Account { sequence: account.sequence + 1, ..account });
            }
            Some(_) => {}
            None => payer.turn(),
        }
    }
    let last = payer.settled().await?;
    Ok(Report { taken, paid: last.sequence - first.sequence })
}

impl Payer {
    fn new(network: &Network) -> Result<Payer> {
        let first = network.nodes.first().context("a network has nodes")?;
        let known =
            Backend::Test.known_passphrase().ok_or_else(|| anyhow!("the keyring test asks nothing"))?;
        let secret = Keyring::open(&first.home, Backend::Test)
            .unlock("faucet", &known)
            .with_context(|| format!("the key faucet of {}", first.home.display()))?;
        let chain = |port: u16| Ok(Chain::new(Rpc::new(&format!("http://127.0.0.1:{port}"))?));
        Ok(Payer {
            chain_id: network.chain_id.clone(),
            address: secret.public().address(),
            secret,
            chains: network.nodes.iter().map(|node| chain(node.ports.rpc)).collect::<Result<_>>()?,
            at: 0,
        })
    }

    fn turn(&mut self) {
        self.at = (self.at + 1) % self.chains.len();
    }

    /// The faucet's account as the node at hand has it; another node's turn if it does not answer.
    async fn account(&mut self) -> Option<Account> {
        match timeout(ANSWER, self.chains[self.at].account(&self.address)).await {
            Ok(Ok(account)) => Some(account),
            _ => {
                self.turn();
                None
            }
        }
    }

    async fn account_soon(&mut self) -> Result<Account> {
        for _ in 0..20 {
            if let Some(account) = self.account().await {
                return Ok(account);
            }
            sleep(AFTER_REFUSAL).await;
        }
        bail!("no node shows the faucet's account")
    }

    /// Pays one unit; the answer's code, or nothing if there was none.
    async fn pay(&self, account: &Account) -> Result<Option<u32>> {
        let coin = |amount: u64| Coin { denom: "ulaz".into(), amount: amount.to_string() };
        let send = MsgSend {
            from_address: self.address.to_string(),
            to_address: Address::new([7; 20]).to_string(),
            amount: vec![coin(1)],
        };
        let body = TxBody { messages: vec![sign::any(&send)], ..TxBody::default() };
        let fee = Fee { amount: vec![coin(FEE)], gas_limit: GAS, ..Fee::default() };
        let mut tx = sign::unsigned(body, fee);
        let place =
            Place { chain_id: &self.chain_id, account_number: account.number, sequence: account.sequence };
        sign::add_signature(&mut tx, &self.secret, place, Mode::Direct)?;
        let bytes = sign::encode(&tx);
        let answer = timeout(ANSWER, self.chains[self.at].broadcast(&bytes, Broadcast::Sync)).await;
        Ok(answer.ok().and_then(Result::ok).map(|answer| answer.code))
    }

    /// The account once it no longer changes.
    async fn settled(&mut self) -> Result<Account> {
        let mut last = self.account_soon().await?;
        let (mut waited, mut still) = (Duration::ZERO, 0);
        while waited < LAST_ONES && still < 10 {
            sleep(AFTER_REFUSAL).await;
            waited += AFTER_REFUSAL;
            let now = self.account_soon().await?;
            still = if now.sequence == last.sequence { still + 1 } else { 0 };
            last = now;
        }
        Ok(last)
    }
}

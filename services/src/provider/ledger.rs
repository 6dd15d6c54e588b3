//! What the chain says of a channel: the channel itself proved, permission and policy as the node tells.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Chain, Error, Result, rpc::Method};
use prost::Message as _;
use proto::lazchain::{
    dat::v1::{self as dat, Purpose, Unit},
    usage::v1 as usage,
};
use serde_json::json;
use tokio::sync::Mutex;

use crate::channel;

/// Channels that are remembered.
const MAX_KEPT: usize = 10_000;

/// How often a channel is looked for that the node tells of and cannot prove yet.
const WAITS: u32 = 10;
/// How long a block time is taken for the latest.
const MOMENT: Duration = Duration::from_secs(1);

/// A channel, and what it is for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) channel: usage::Channel,
    pub(super) unit: Unit,
}

/// What was read, and when.
type Kept<K, V> = Mutex<HashMap<K, (Instant, V)>>;

/// Reads the chain for a provider.
pub(super) struct Ledger {
    chain: Arc<Chain>,
    trust: Duration,
    channels: Kept<u64, Known>,
    time: Mutex<Option<(Instant, prost_types::Timestamp)>>,
    allowed: Kept<(u64, i32), Option<String>>,
}

impl Ledger {
    pub(super) fn new(chain: Arc<Chain>, trust: Duration) -> Ledger {
        Ledger { chain, trust, channels: Mutex::default(), time: Mutex::default(), allowed: Mutex::default() }
    }

    /// A channel as it stands, if there is one of that number. Its record is proved against a signed header.
    pub(super) async fn channel(&self, id: u64) -> Result<Option<Known>> {
        if let Some((read, known)) = self.channels.lock().await.get(&id)
            && read.elapsed() < self.trust
        {
            return Ok(Some(known.clone()));
        }
        let Some(bytes) = self.proved(id).await? else { return Ok(None) };
        let channel = usage::Channel::decode(bytes.as_slice())
            .map_err(|error| Error::Answer(format!("channel-{id}: {error}")))?;
        let unit = channel::unit(&self.chain, &channel).await?;
        let known = Known { channel, unit };
        remember(&mut *self.channels.lock().await, id, known.clone());
        Ok(Some(known))
    }

    /// A channel's record, proved. What is proved is a block behind, so a channel that was just opened is waited for.
    async fn proved(&self, id: u64) -> Result<Option<Vec<u8>>> {
        let key = [b"channels/".as_slice(), &id.to_be_bytes()].concat();
        for _ in 0..WAITS {
            let read = self.chain.verified("usage", &key, None, None).await?;
            if read.value.is_some() {
                return Ok(read.value);
            }
            let ask = usage::QueryChannelRequest { channel: id };
            let told: Result<usage::QueryChannelResponse> =
                self.chain.ask("/lazchain.usage.v1.Query/Channel", &ask).await;
            match told {
                Err(Error::Refused { .. }) => return Ok(None),
                told => drop(told?),
            }
            tokio::time::sleep(MOMENT).await;
        }
        Ok(None)
    }

    /// Why the consumer may not use the asset for this now, if so.
    pub(super) async fn refusal(&self, channel: &usage::Channel, purpose: Purpose) -> Result<Option<String>> {
        let key = (channel.id, purpose.into());
        if let Some((read, why)) = self.allowed.lock().await.get(&key)
            && read.elapsed() < self.trust
        {
            return Ok(why.clone());
        }
        let ask = dat::QueryAllowedRequest {
            asset: channel.asset,
            account: channel.consumer.clone(),
            purpose: purpose.into(),
            policy_version: channel.policy_version,
        };
        let answer: dat::QueryAllowedResponse =
            self.chain.ask("/lazchain.dat.v1.Query/Allowed", &ask).await?;
        let why = (!answer.allowed).then_some(answer.why);
        remember(&mut *self.allowed.lock().await, key, why.clone());
        Ok(why)
    }

    /// The time of the latest block, or of one a moment ago.
    pub(super) async fn block_time(&self) -> Result<prost_types::Timestamp> {
        let mut known = self.time.lock().await;
        if let Some((read, time)) = *known
            && read.elapsed() < MOMENT
        {
            return Ok(time);
        }
        let status = self.chain.rpc().call(Method::Status, json!({})).await?;
        let time = status["sync_info"]["latest_block_time"].as_str().and_then(|text| text.parse().ok());
        let time = time.ok_or_else(|| Error::Answer("status without a block time".into()))?;
        *known = Some((Instant::now(), time));
        Ok(time)
    }
}

fn remember<K: std::hash::Hash + Eq, V>(map: &mut HashMap<K, (Instant, V)>, key: K, value: V) {
    if map.len() >= MAX_KEPT {
        map.clear(); // everything can be asked again
    }
    map.insert(key, (Instant::now(), value));
}

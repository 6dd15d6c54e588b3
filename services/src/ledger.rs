//! What the chain says of a channel and of the right to use it: every record proved, all in one state, and kept for a while.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use client::{Chain, Error, Result, State};
use prost_types::Timestamp;
use proto::{
    address::Address,
    lazchain::{
        dat::v1 as dat,
        idao::v1 as idao,
        usage::v1::{self as usage, Channel},
    },
};
use tokio::sync::Mutex;

/// Channels that are remembered.
const MAX_KEPT: usize = 10_000;
/// How often a channel is looked for that the node tells of and cannot prove yet.
const WAITS: u32 = 10;
/// How long a state is taken for the latest.
const MOMENT: Duration = Duration::from_secs(1);
/// How long the node may take to prove a channel: a few answers from memory.
const PATIENCE: Duration = Duration::from_secs(10);

/// A channel, and whether it may be used.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    pub(crate) channel: Channel,
    /// The licence that it pins; of a closed channel nothing.
    pub(crate) terms: Arc<dat::PolicyTerms>,
    /// Why the use is over, if it is.
    pub(crate) over: Option<&'static str>,
    /// The block time that this is true at.
    pub(crate) at: Timestamp,
}

/// Reads the chain for a side of a channel.
pub(crate) struct Ledger {
    chain: Arc<Chain>,
    trust: Duration,
    latest: Mutex<Option<(Instant, State)>>,
    channels: Mutex<HashMap<u64, (Instant, u64, Known)>>,
}

impl Ledger {
    /// That takes what was proved for still true for so long.
    pub(crate) fn new(chain: Arc<Chain>, trust: Duration) -> Ledger {
        Ledger { chain, trust, latest: Mutex::default(), channels: Mutex::default() }
    }

    /// A channel as it stands, if there is one of that number.
    pub(crate) async fn channel(&self, id: u64) -> Result<Option<Known>> {
        if let Some((read, _, known)) = self.channels.lock().await.get(&id)
            && read.elapsed() < self.trust
        {
            return Ok(Some(known.clone()));
        }
        let found = tokio::time::timeout(PATIENCE, self.look(id)).await;
        found.unwrap_or_else(|_| {
            let why = format!("it did not prove channel-{id} within {} s", PATIENCE.as_secs());
            Err(Error::Unreachable { node: self.chain.rpc().node().to_owned(), why })
        })
    }

    /// Reads a channel anew when it is asked for next.
    pub(crate) async fn forget(&self, id: u64) {
        self.channels.lock().await.remove(&id);
    }

    /// Proves a channel in the latest state, which is a block behind, so one that was just opened is waited for.
    async fn look(&self, id: u64) -> Result<Option<Known>> {
        for _ in 0..WAITS {
            let state = self.latest().await?;
            if let Some((read, height, known)) = self.channels.lock().await.get_mut(&id)
                && *height == state.height
            {
                *read = Instant::now(); // no block since
                return Ok(Some(known.clone()));
            }
            if let Some(known) = self.read(&state, id).await? {
                let mut channels = self.channels.lock().await;
                if channels.len() >= MAX_KEPT {
                    channels.clear(); // everything can be asked again
                }
                channels.insert(id, (Instant::now(), state.height, known.clone()));
                return Ok(Some(known));
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

    /// The latest state that can be proved, or that of a moment ago; never one before it.
    async fn latest(&self) -> Result<State> {
        let mut kept = self.latest.lock().await;
        if let Some((read, state)) = &*kept
            && read.elapsed() < MOMENT
        {
            return Ok(state.clone());
        }
        let state = self.chain.state(None, None).await?;
        if let Some((_, before)) = &*kept
            && state.height < before.height
        {
            let text = format!("the node went back from height {} to {}", before.height, state.height);
            return Err(Error::Unproved(text));
        }
        *kept = Some((Instant::now(), state.clone()));
        Ok(state)
    }

    async fn read(&self, state: &State, id: u64) -> Result<Option<Known>> {
        let found = self.chain.read_in(state, &usage::QueryChannelRequest { channel: id }).await?;
        let Some(channel): Option<Channel> = found else { return Ok(None) };
        // what its use rested on may be gone by then: the token that paid is its owner's to burn
        if channel.state() == usage::ChannelState::Closed {
            let terms = Arc::default();
            return Ok(Some(Known { channel, terms, over: Some("the channel is closed"), at: state.time }));
        }
        let rights = self.rights(state, &channel).await?;
        let over = rights.over(&channel, &state.time);
        let terms = Arc::new(rights.policy.terms.unwrap_or_default());
        Ok(Some(Known { channel, terms, over, at: state.time }))
    }

    async fn rights(&self, state: &State, channel: &Channel) -> Result<Rights> {
        let asset = channel.asset;
        let account = |text: &str| -> Result<Address> {
            text.parse().map_err(|_| Error::Answer(format!("{text:?} is no address")))
        };
        let missing = |what: &str| Error::Answer(format!("channel-{} is of no {what}", channel.id));
        let read = self.chain.read_in(state, &dat::QueryAssetRequest { asset }).await?;
        let asset_record: dat::Asset = read.ok_or_else(|| missing("asset"))?;
        let of_version = dat::QueryVersionRequest { asset, version: channel.version };
        let read = self.chain.read_in(state, &of_version).await?;
        let version = read.ok_or_else(|| missing("version"))?;
        let of_policy = dat::QueryPolicyRequest { asset, policy_version: channel.policy_version };
        let read = self.chain.read_in(state, &of_policy).await?;
        let policy = read.ok_or_else(|| missing("licence"))?;
        let consumer = account(&channel.consumer)?;
        let of_consumer =
            [b"revoked_accounts/".as_slice(), &asset.to_be_bytes(), consumer.as_bytes()].concat();
        let account_revoked = self.chain.proved(state, "dat", &of_consumer).await?.is_some();
        let token = match channel.dat {
            0 => None,
            serial => {
                let read = self.chain.read_in(state, &dat::QueryDatRequest { asset, serial }).await?;
                Some(read.ok_or_else(|| missing("token"))?)
            }
        };
        let frozen = self.frozen(state, &asset_record, &account(&asset_record.owner)?).await?;
        Ok(Rights { asset: asset_record, version, policy, account_revoked, token, frozen })
    }

    /// Whether the iDAO that the asset counts as has frozen it, until the chain has worked the end of that.
    async fn frozen(&self, state: &State, asset: &dat::Asset, owner: &Address) -> Result<bool> {
        if asset.idao == 0 {
            return Ok(false);
        }
        let (of_idao, kind) = (asset.idao.to_be_bytes(), i32::from(idao::SubjectKind::Asset).to_be_bytes());
        let place = [b"freezes/".as_slice(), &of_idao, &kind, &asset.id.to_be_bytes()].concat();
        let freeze: Option<idao::Freeze> = self.chain.proved_record(state, "idao", &place).await?;
        if freeze.is_none_or(|freeze| freeze.ended || freeze.owner != asset.owner) {
            return Ok(false);
        }
        if *owner == Address::module(&format!("idao/{}", asset.idao)) {
            return Ok(true);
        }
        let member = [b"members/".as_slice(), &of_idao, owner.as_bytes()].concat();
        Ok(self.chain.proved(state, "idao", &member).await?.is_some())
    }
}

/// What the right to use a channel rests on. What happened to a licence after the channel was opened, other than its end,
/// does not touch it: the chain redeems by the same rule.
struct Rights {
    asset: dat::Asset,
    version: dat::Version,
    policy: dat::Policy,
    account_revoked: bool,
    /// Where a token pays.
    token: Option<dat::Dat>,
    frozen: bool,
}

impl Rights {
    /// Why the use is over at this time.
    fn over(&self, channel: &Channel, now: &Timestamp) -> Option<&'static str> {
        let past = |until: Option<&Timestamp>| {
            until.is_some_and(|until| (until.seconds, until.nanos) <= (now.seconds, now.nanos))
        };
        let stands =
            matches!(self.version.status(), dat::VersionStatus::Liable | dat::VersionStatus::Settled);
        let terms = self.policy.terms.as_ref();
        let listed = terms
            .is_none_or(|terms| terms.providers.is_empty() || terms.providers.contains(&channel.provider));
        let token = self.token.as_ref();
        [
            (!stands || self.version.revoked_at.is_some(), "the version fell"),
            (self.asset.revoked_at.is_some(), "the asset is revoked"),
            (self.frozen, "the asset is frozen"),
            (self.policy.revoked_at.is_some(), "the licence is revoked"),
            (past(terms.and_then(|terms| terms.valid_until.as_ref())), "the time of the licence is over"),
            (!listed, "the licence does not list this provider"),
            (self.account_revoked, "access of the account is revoked"),
            (token.is_some_and(|token| token.revoked_at.is_some()), "the token that pays is revoked"),
            (token.is_some_and(|token| past(token.expires_at.as_ref())), "the token that pays has expired"),
        ]
        .into_iter()
        .find_map(|(is_so, why)| is_so.then_some(why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp { seconds, nanos: 0 }
    }

    fn rights() -> Rights {
        Rights {
            asset: dat::Asset::default(),
            version: dat::Version { status: dat::VersionStatus::Liable.into(), ..dat::Version::default() },
            policy: dat::Policy { terms: Some(dat::PolicyTerms::default()), ..dat::Policy::default() },
            account_revoked: false,
            token: None,
            frozen: false,
        }
    }

    #[test]
    fn a_use_is_over_exactly_where_the_chain_would_no_longer_redeem_it() {
        let over = |change: &dyn Fn(&mut Rights)| {
            let mut rights = rights();
            change(&mut rights);
            rights.over(&Channel { provider: "me".into(), ..Channel::default() }, &at(100))
        };
        let terms = |rights: &mut Rights, change: &dyn Fn(&mut dat::PolicyTerms)| {
            change(rights.policy.terms.get_or_insert_default());
        };
        assert_eq!(over(&|_| ()), None);
        assert_eq!(over(&|now| now.asset.policies = 9), None, "a newer licence is for others");
        assert_eq!(
            over(&|now| now.version.set_status(dat::VersionStatus::Revoked)),
            Some("the version fell")
        );
        assert_eq!(
            over(&|now| now.version.set_status(dat::VersionStatus::Provisional)),
            Some("the version fell")
        );
        assert_eq!(over(&|now| now.asset.revoked_at = Some(at(1))), Some("the asset is revoked"));
        assert_eq!(over(&|now| now.frozen = true), Some("the asset is frozen"));
        assert_eq!(over(&|now| now.policy.revoked_at = Some(at(1))), Some("the licence is revoked"));
        let until = |secs| move |now: &mut Rights| terms(now, &|terms| terms.valid_until = Some(at(secs)));
        assert_eq!(over(&until(100)), Some("the time of the licence is over"));
        assert_eq!(over(&until(101)), None);
        let lists = |name: &'static str| {
            move |now: &mut Rights| terms(now, &|terms| terms.providers = vec![name.into()])
        };
        assert_eq!(over(&lists("you")), Some("the licence does not list this provider"));
        assert_eq!(over(&lists("me")), None);
        assert_eq!(over(&|now| now.account_revoked = true), Some("access of the account is revoked"));
        let token =
            |change: fn(&mut dat::Dat)| move |now: &mut Rights| change(now.token.get_or_insert_default());
        assert_eq!(
            over(&token(|token| token.revoked_at = Some(at(1)))),
            Some("the token that pays is revoked")
        );
        assert_eq!(
            over(&token(|token| token.expires_at = Some(at(100)))),
            Some("the token that pays has expired")
        );
        assert_eq!(over(&token(|token| token.expires_at = Some(at(101)))), None);
    }
}

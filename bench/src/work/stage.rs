//! A genesis in which assets are anchored, channels open and rounds on, written as raw records: what leads there is
//! measured elsewhere.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{
    Secret,
    offchain::{self, Ed25519, Use},
    sign::{self, Mode, Place},
};
use prost_types::{Any, Timestamp};
use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    cosmos::{
        base::v1beta1::Coin,
        tx::v1beta1::{Fee, TxBody},
    },
    lazchain::{dat::v1 as dat, usage::v1 as usage, vsc::v1 as vsc},
};
use serde_json::{Value as Json, json};
use state::{Key, Map, Value, value::Pb};

use crate::{
    bank::START,
    workload::{CHAIN_ID, number, quiet_genesis},
};
use anyhow::{Context as _, Result};

const ASSETS: Map<u64, Pb<dat::Asset>> = Map::new("dat/assets");
const VERSIONS: Map<(u64, u64), Pb<dat::Version>> = Map::new("dat/versions");
const POLICIES: Map<(u64, u64), Pb<dat::Policy>> = Map::new("dat/policies");
const DATS: Map<(u64, u64), Pb<dat::Dat>> = Map::new("dat/dats");
const PROVIDERS: Map<Address, Pb<usage::Provider>> = Map::new("usage/providers");
const CHANNELS: Map<u64, Pb<usage::Channel>> = Map::new("usage/channels");
const ROUNDS: Map<(u64, u32), Pb<vsc::Round>> = Map::new("vsc/rounds");

/// All shares of an asset.
const SHARES: u32 = 1_000_000;
/// Of a unit, in `ulaz`: so much that each of a million holders can claim something of one voucher.
const PRICE: u64 = 10_000_000;
/// Units that a channel's deposit is good for.
const UNITS: u64 = 100_000_000;

/// Who provides, carries and claims.
pub(super) fn provider() -> Result<Secret> {
    Ok(Secret::from_slice(&number(&[20, 1]))?)
}

/// Who consumes.
pub(super) fn consumer() -> Result<Secret> {
    Ok(Secret::from_slice(&number(&[20, 2]))?)
}

/// A member of a committee.
pub(super) fn member(index: u64) -> Result<(Ed25519, ValAddress)> {
    let secret = Secret::from_slice(&number(&[21, index]))?;
    Ok((offchain::attestation(&secret, 0), secret.public().address().operator()))
}

fn at(secs: u64) -> Option<Timestamp> {
    Some(Timestamp { seconds: i64::try_from(secs).unwrap_or(i64::MAX), nanos: 0 })
}

/// The genesis being written.
#[derive(Default)]
pub(super) struct Stage {
    records: BTreeMap<&'static str, Vec<Json>>,
    channels: u64,
}

impl Stage {
    fn record<K: Key, V: Value>(&mut self, map: &Map<K, V>, key: &K, value: &V) {
        let name = map.name();
        let within = map.raw_key(key).split_off(map.prefix().len());
        let entry = json!({
            "collection": name, "key": BASE64.encode(within), "value": BASE64.encode(value.encode()),
        });
        self.records.entry(name.split('/').next().unwrap_or(name)).or_default().push(entry);
    }

    /// An asset whose revenue so many tokens of the provider share, `depth` versions from its first ancestor, which have the
    /// numbers behind its own.
    pub(super) fn asset(&mut self, id: u64, holders: u64, depth: u64) -> Result<()> {
        let owner = provider()?.public().address().to_string();
        for asset in (id..id + depth).rev() {
            let ancestors: Vec<u64> = (asset + 1..id + depth).collect();
            let version = dat::Version {
                asset,
                version: 1,
                depth: u32::try_from(ancestors.len())? + 1,
                royalties: ancestors.iter().map(|asset| dat::Royalty { asset: *asset, bps: 100 }).collect(),
                ancestors: ancestors
                    .iter()
                    .map(|asset| dat::VersionRef { asset: *asset, version: 1 })
                    .collect(),
                status: dat::VersionStatus::Settled.into(),
                anchored_at: at(START),
                ..dat::Version::default()
            };
            self.record(&VERSIONS, &(asset, 1), &Pb(version));
            let tokens = if asset == id { holders } else { 1 };
            let record = dat::Asset {
                id: asset,
                owner: owner.clone(),
                status: dat::AssetStatus::Active.into(),
                versions: 1,
                policies: 1,
                serials: tokens,
                tokens,
                final_version: 1,
                standing: 1,
                created_at: at(START),
                ..dat::Asset::default()
            };
            self.record(&ASSETS, &asset, &Pb(record));
            for serial in 1..=tokens {
                let share = SHARES / u32::try_from(tokens)?;
                let token = dat::Dat {
                    asset,
                    serial,
                    owner: owner.clone(),
                    share,
                    deposit: "0".into(),
                    ..dat::Dat::default()
                };
                self.record(&DATS, &(asset, serial), &Pb(token));
            }
            let terms = dat::PolicyTerms {
                purposes: vec![dat::Purpose::Infer.into()],
                grantees: dat::Grantees::Anyone.into(),
                prices: vec![Coin { denom: "ulaz".into(), amount: PRICE.to_string() }],
                unit: dat::Unit::Call.into(),
                provider_bps: 5_000,
                derivative_royalty_bps: 100,
                ..dat::PolicyTerms::default()
            };
            let policy = dat::Policy {
                asset,
                number: 1,
                terms: Some(terms),
                published_at: at(START),
                revoked_at: None,
            };
            self.record(&POLICIES, &(asset, 1), &Pb(policy));
        }
        Ok(())
    }

    /// So many open channels to an asset; the number of the first.
    pub(super) fn channels(&mut self, asset: u64, count: u64) -> Result<u64> {
        let (consumer, first) = (consumer()?, self.channels + 1);
        for id in first..first + count {
            let channel = usage::Channel {
                id,
                consumer: consumer.public().address().to_string(),
                provider: provider()?.public().address().to_string(),
                asset,
                version: 1,
                policy_version: 1,
                purposes: vec![dat::Purpose::Infer.into()],
                denom: "ulaz".into(),
                price: PRICE.to_string(),
                channel_key: offchain::channel(&consumer, id).public().to_vec(),
                deposit: (u128::from(UNITS) * u128::from(PRICE)).to_string(),
                redeemed: "0".into(),
                units_cap: UNITS,
                as_of: at(START),
                protocol_bps: 200,
                close_delay: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
                state: usage::ChannelState::Open.into(),
                opened_at: at(START),
                record_deposit: "0".into(),
                ..usage::Channel::default()
            };
            self.record(&CHANNELS, &id, &Pb(channel));
        }
        self.channels += count;
        Ok(first)
    }

    /// A round that waits for the ballots of so many members; one more than these has a seat, so that it goes on.
    pub(super) fn round(&mut self, task: u64, members: u64) -> Result<()> {
        let mut seats = Vec::new();
        for index in 0..=members {
            let (key, operator) = member(index)?;
            let attestation_key = key.public().to_vec();
            seats.push(vsc::Seat {
                member: operator.to_string(),
                power: "1".into(),
                attestation_key,
                ..vsc::Seat::default()
            });
        }
        let round = vsc::Round {
            task,
            seats,
            quorum_power: "100".into(),
            phase: vsc::Phase::Commit.into(),
            until: 1_000_000,
            reserve: "0".into(),
            ..vsc::Round::default()
        };
        self.record(&ROUNDS, &(task, 0), &Pb(round));
        Ok(())
    }

    /// The whole of it.
    pub(super) fn genesis(mut self) -> Result<Json> {
        let (provider, consumer) = (provider()?.public().address(), consumer()?.public().address());
        let record = usage::Provider {
            address: provider.to_string(),
            endpoint: "http://127.0.0.1".into(),
            deposit: "0".into(),
            channels: self.channels,
            ..usage::Provider::default()
        };
        self.record(&PROVIDERS, &provider, &Pb(record));
        let mut genesis = quiet_genesis();
        for (module, records) in self.records {
            genesis[module] = json!({ "entries": records });
        }
        let account = |(number, address): (usize, &Address)| {
            json!({
                "@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address.to_string(), "pub_key": null,
                "account_number": number.to_string(), "sequence": "0",
            })
        };
        let people = [provider, consumer];
        genesis["auth"] = json!({ "accounts": people.iter().enumerate().map(account).collect::<Vec<_>>() });
        let deposits = u128::from(self.channels) * u128::from(UNITS) * u128::from(PRICE);
        let balance = |who: &Address, amount: u128| json!({ "address": who.to_string(), "coins": [{ "denom": "ulaz", "amount": amount.to_string() }] });
        let mut balances: Vec<Json> = people.iter().map(|who| balance(who, 1_000_000_000_000)).collect();
        if deposits > 0 {
            balances.push(balance(&Address::module("usage"), deposits));
        }
        genesis["bank"] = json!({ "params": { "default_send_enabled": true }, "balances": balances });
        Ok(genesis)
    }
}

/// The provider's transaction of that sequence.
pub(super) fn signed(sequence: u64, messages: Vec<Any>) -> Result<Vec<u8>> {
    let fee = Fee {
        amount: vec![Coin { denom: "ulaz".into(), amount: "1".into() }],
        gas_limit: 50_000_000,
        ..Fee::default()
    };
    let body = TxBody { messages, ..TxBody::default() };
    let place = Place { chain_id: CHAIN_ID, account_number: 0, sequence };
    Ok(sign::sign(&body, &fee, &provider()?, place, Mode::Direct)?)
}

/// A channel's voucher for so many units.
pub(super) fn voucher(
    channel: u64,
    units: u64,
    root: Option<[u8; 32]>,
    key: &Ed25519,
) -> Result<usage::SignedVoucher> {
    let used = Use {
        channel,
        sequence: units,
        as_of: at(START).context("a time")?,
        purpose: dat::Purpose::Infer,
        terms: None,
        units,
        price: Amount::new(PRICE.into()),
        receipts_root: root,
    };
    Ok(offchain::voucher(CHAIN_ID, &used, key)?)
}

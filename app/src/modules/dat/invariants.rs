//! What is true after every block.

use std::collections::BTreeMap;

use proto::{
    amount::Amount,
    coin::{Coin, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read};

use super::{
    keys::{ANCHORS, ASSETS, BY_OWNER, DATS, HELD, INCOMES, OWNED, POTS, REFUNDS, REQUESTS, VERSIONS},
    logic,
    types::SHARES,
};
use crate::{
    checks::FEE_DENOM,
    error::Result,
    fixed::{bps_ceil, bps_floor},
    invariant::Invariant,
    modules::bank,
    page, stored,
};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("dat/shares-sum-to-a-million", shares_sum_to_a_million),
    ("dat/income-is-claimed-or-credited", income_is_claimed_or_credited),
    ("dat/pots-hold-what-they-owe", pots_hold_what_they_owe),
    ("dat/account-holds-what-is-owed", account_holds_what_is_owed),
    ("dat/one-anchor-for-each-content", one_anchor_for_each_content),
    ("dat/indexes-mirror-their-records", indexes_mirror_their_records),
];

fn broken(list: Vec<String>) -> Option<String> {
    (!list.is_empty()).then(|| list.join("; "))
}

fn shares_sum_to_a_million(state: &dyn Read) -> Result<Option<String>> {
    let mut sums: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    page::every(state, &DATS, &(), |(asset, _), Pb(dat)| {
        let (share, count) = sums.entry(asset).or_default();
        *share = share.saturating_add(dat.share.into());
        *count = count.saturating_add(1);
        Ok(())
    })?;
    let mut wrong = Vec::new();
    page::every(state, &ASSETS, &(), |id, Pb(asset)| {
        let (share, count) = sums.get(&id).copied().unwrap_or_default();
        if share != u64::from(SHARES) || count != asset.tokens {
            wrong.push(format!("asset-{id}: shares sum to {share}, {count} tokens of {}", asset.tokens));
        }
        Ok(())
    })?;
    Ok(broken(wrong))
}

/// Added = claimed + credits + (added - mark) x share + dust, in millionths.
fn income_is_claimed_or_credited(state: &dyn Read) -> Result<Option<String>> {
    let mut credited: BTreeMap<(u64, Denom), Amount> = BTreeMap::new();
    page::every(state, &DATS, &(), |(asset, _), Pb(dat)| {
        for (denom, _, account) in logic::claimable(state, &dat)? {
            let sum = credited.entry((asset, denom)).or_default();
            *sum = sum.plus(account.credit)?;
        }
        Ok(())
    })?;
    let mut wrong = Vec::new();
    page::every(state, &INCOMES, &(), |key, Pb(income)| {
        let millionths = |text: &str| -> Result<Amount> { Ok(stored::amount(text)?.times(SHARES.into())?) };
        let open = credited.get(&key).copied().unwrap_or_default();
        let gone = millionths(&income.claimed)?.plus(stored::amount(&income.dust)?)?;
        let (added, sum) = (millionths(&income.added)?, gone.plus(open)?);
        if added != sum {
            wrong.push(format!("asset-{} {}: {added} added, {sum} accounted for", key.0, key.1));
        }
        Ok(())
    })?;
    Ok(broken(wrong))
}

/// A pot holds the royalties of all revenue less what was moved: what it owes, and at most a unit for each ancestor.
fn pots_hold_what_they_owe(state: &dyn Read) -> Result<Option<String>> {
    let mut wrong = Vec::new();
    page::every(state, &POTS, &(), |(asset, number, denom), Pb(pot)| {
        let version = logic::version(state, asset, number)?;
        let base = stored::amount(&pot.base)?;
        let bps = version.royalties.iter().fold(0_u32, |sum, one| sum.saturating_add(one.bps));
        let (mut left, mut owed) = (bps_ceil(base, bps)?, Amount::ZERO);
        for royalty in &version.royalties {
            let moved = pot.moved.iter().find(|moved| moved.asset == royalty.asset);
            let moved = moved.map_or(Ok(Amount::ZERO), |moved| stored::amount(&moved.amount))?;
            left = left.minus_or_zero(moved);
            owed = owed.plus(bps_floor(base, royalty.bps)?.minus_or_zero(moved))?;
        }
        let balance = stored::amount(&pot.balance)?;
        let ancestors = Amount::new(u128::try_from(version.royalties.len()).unwrap_or(u128::MAX));
        let dust = balance.minus(owed);
        if balance != left || dust.is_none_or(|dust| dust > ancestors) {
            wrong.push(format!(
                "asset-{asset}@{number} {denom}: {balance} in the pot, {left} left, {owed} owed"
            ));
        }
        Ok(())
    })?;
    Ok(broken(wrong))
}

/// What is owed, by denomination.
#[derive(Default)]
struct Owed(BTreeMap<Denom, Amount>);

impl Owed {
    fn add(&mut self, denom: &Denom, amount: Amount) -> Result<()> {
        let sum = self.0.entry(denom.clone()).or_default();
        *sum = sum.plus(amount)?;
        Ok(())
    }

    fn text(&mut self, denom: &Denom, text: &str) -> Result<()> {
        self.add(denom, stored::amount(text)?)
    }

    fn coin(&mut self, coin: Option<&proto::cosmos::base::v1beta1::Coin>) -> Result<()> {
        if coin.is_none() {
            return Ok(());
        }
        let Coin { denom, amount } = stored::coin(coin)?;
        self.add(&denom, amount)
    }
}

/// The module's account holds claims, pots, what is held, refunds, the money behind prepaid use, and deposits.
fn account_holds_what_is_owed(state: &dyn Read) -> Result<Option<String>> {
    let (mut owed, fee) = (Owed::default(), Denom::known(FEE_DENOM));
    page::every(state, &INCOMES, &(), |(_, denom), Pb(income)| {
        let left = stored::amount(&income.added)?.minus_or_zero(stored::amount(&income.claimed)?);
        owed.add(&denom, left)
    })?;
    page::every(state, &POTS, &(), |(_, _, denom), Pb(pot)| owed.text(&denom, &pot.balance))?;
    page::every(state, &HELD, &(), |(_, _, denom), Pb(held)| {
        owed.text(&denom, &held.holders)?;
        owed.text(&denom, &held.providers)
    })?;
    page::every(state, &REFUNDS, &(), |(_, _, denom), Pb(refund)| {
        owed.text(&denom, &refund.pool_left)?;
        owed.text(&fee, &refund.top_up_left)
    })?;
    page::every(state, &DATS, &(), |_, Pb(dat)| {
        owed.coin(dat.paid.as_ref())?;
        owed.text(&fee, &dat.deposit)
    })?;
    page::every(state, &REQUESTS, &(), |_, Pb(request)| owed.text(&fee, &request.deposit))?;
    let mut wrong = Vec::new();
    let held = bank::balances(state, &logic::account())?;
    for coin in &held {
        owed.0.entry(coin.denom.clone()).or_default();
    }
    for (denom, owed) in owed.0 {
        let held = held.amount_of(&denom);
        if held != owed {
            wrong.push(format!("{held}{denom} held, {owed} owed"));
        }
    }
    Ok(broken(wrong))
}

fn one_anchor_for_each_content(state: &dyn Read) -> Result<Option<String>> {
    let (mut wrong, mut standing) = (Vec::new(), 0_u64);
    page::every(state, &VERSIONS, &(), |(asset, number), Pb(version)| {
        if version.status() == pb::VersionStatus::Revoked {
            return Ok(());
        }
        standing = standing.saturating_add(1);
        let sha256 = stored::digest(&version.manifest.unwrap_or_default().sha256)?;
        if logic::anchored(state, &sha256)? != Some((asset, number)) {
            wrong.push(format!("asset-{asset}@{number} is not anchored by its content"));
        }
        Ok(())
    })?;
    let mut anchors = 0_u64;
    page::every(state, &ANCHORS, &(), |_, _| {
        anchors = anchors.saturating_add(1);
        Ok(())
    })?;
    if anchors != standing {
        wrong.push(format!("{anchors} contents are anchored, {standing} versions stand"));
    }
    Ok(broken(wrong))
}

fn indexes_mirror_their_records(state: &dyn Read) -> Result<Option<String>> {
    let (mut wrong, mut records, mut entries) = (Vec::new(), 0_u64, 0_u64);
    page::every(state, &DATS, &(), |(asset, serial), Pb(dat)| {
        records = records.saturating_add(1);
        if !OWNED.has(state, &(stored::address(&dat.owner)?, asset, serial))? {
            wrong.push(format!("dat-{asset}/{serial} is not listed under its owner"));
        }
        Ok(())
    })?;
    page::every(state, &ASSETS, &(), |id, Pb(asset)| {
        records = records.saturating_add(1);
        if !BY_OWNER.has(state, &(stored::address(&asset.owner)?, id))? {
            wrong.push(format!("asset-{id} is not listed under its owner"));
        }
        Ok(())
    })?;
    page::every(state, &OWNED, &(), |_, ()| {
        entries = entries.saturating_add(1);
        Ok(())
    })?;
    page::every(state, &BY_OWNER, &(), |_, ()| {
        entries = entries.saturating_add(1);
        Ok(())
    })?;
    if records != entries {
        wrong.push(format!("{records} tokens and assets, {entries} entries by owner"));
    }
    Ok(broken(wrong))
}

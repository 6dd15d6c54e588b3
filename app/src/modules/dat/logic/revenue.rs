//! What comes in, and what holders can claim of it. Shares are millionths, so a credit is kept in millionths of the
//! smallest unit and no division ever loses anything but the fraction that stays credited.

use proto::{
    address::Address,
    amount::{Amount, AmountError},
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read};

use super::{
    liable::hold,
    records::{account, asset, find_version, version},
    royalties::into_pot,
    stops::{burden, burden_now, frozen},
};
use crate::{
    ctx::Ctx,
    error::Result,
    fixed::bps_floor,
    modules::{
        bank,
        dat::{
            errors::Error,
            events,
            keys::{CREDITS, INCOMES},
            types::{Burden, MAX_INCOMES, Payment, SHARES, Split},
        },
        idao, quorum,
    },
    stored,
    time::Time,
};

/// A token's account with the income of its asset in one denomination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// `added` of the income up to which it is settled.
    pub mark: Amount,
    /// In millionths.
    pub credit: Amount,
}

impl Account {
    /// Credits what was added since the mark for a share.
    pub(crate) fn settle(&mut self, added: Amount, share: u32) -> Result<(), AmountError> {
        let since = added.minus_or_zero(self.mark);
        self.credit = self.credit.plus(since.times(share.into())?)?;
        self.mark = added;
        Ok(())
    }

    /// Takes the whole units; the fraction stays credited.
    pub(crate) fn take_whole(&mut self) -> Result<Amount, AmountError> {
        let whole = self.whole();
        self.credit = self.credit.minus_or_zero(whole.times(SHARES.into())?);
        Ok(whole)
    }

    /// The whole units.
    pub(crate) fn whole(&self) -> Amount {
        Amount::new(self.credit.units().div_euclid(SHARES.into()))
    }
}

/// Shares a payment for use between ancestors, provider and holders; the coins come from `payment.from`.
pub(crate) fn receive(ctx: &mut Ctx, payment: &Payment) -> Result<Split> {
    let version = version(&ctx.state, payment.asset, payment.version)?;
    let status = match version.status() {
        pb::VersionStatus::Liable | pb::VersionStatus::Settled => None,
        pb::VersionStatus::Provisional => Some("provisional"),
        _ => Some("revoked"),
    };
    if let Some(status) = status {
        let (asset, version) = (payment.asset, payment.version);
        return Err(Error::WrongVersionStatus { asset, version, status }.into());
    }
    let base = Coins::one(payment.base.clone());
    if !base.is_empty() {
        bank::transfer(ctx, &payment.from, &account(), &base)?;
    }
    let mut split = share_out(ctx, &version, &payment.base, payment.provider_bps)?;
    if version.status() == pb::VersionStatus::Liable {
        split.provider_held = hold(ctx, payment, &split)?;
    } else {
        add_income(ctx, payment.asset, &payment.base.denom, split.holders)?;
    }
    let now = split.provider.minus_or_zero(split.provider_held);
    let coins = Coins::one(Coin::new(payment.base.denom.clone(), now));
    if !coins.is_empty() {
        bank::transfer(ctx, &account(), &payment.provider, &coins)?;
    }
    ctx.emit(events::Received {
        asset: payment.asset,
        version: payment.version,
        channel: payment.channel,
        denom: &payment.base.denom,
        royalties: split.royalties,
        provider: split.provider,
        held: split.provider_held,
        holders: split.holders,
    });
    Ok(split)
}

/// Takes what ancestors are owed into the pot and computes the rest; the coins lie on the module's account. Royalties
/// come first, or owners would serve themselves and pay ancestors nothing.
pub(crate) fn share_out(
    ctx: &mut Ctx,
    version: &pb::Version,
    base: &Coin,
    provider_bps: u32,
) -> Result<Split> {
    let royalties = into_pot(ctx, version, base)?;
    let rest = base.amount.minus_or_zero(royalties);
    let provider = bps_floor(rest, provider_bps)?;
    let holders = rest.minus_or_zero(provider);
    Ok(Split { royalties, provider, provider_held: Amount::ZERO, holders })
}

/// Adds to what the holders of an asset earned: one write, whatever their number.
pub(crate) fn add_income(ctx: &mut Ctx, asset: u64, denom: &Denom, amount: Amount) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let key = (asset, denom.clone());
    let income = INCOMES.get(&ctx.state, &key)?;
    if income.is_none() {
        let others = INCOMES.page(&ctx.state, &asset, None, MAX_INCOMES)?;
        if u32::try_from(others.len()).is_ok_and(|others| others >= MAX_INCOMES) {
            return Err(Error::TooManyDenoms(asset, MAX_INCOMES).into());
        }
    }
    let mut income = income.map_or_else(pb::Income::default, |Pb(income)| income);
    let added = stored::amount(&income.added)?.plus(amount)?;
    added.times(SHARES.into())?; // the credits of all holders together fit too
    income.added = added.to_string();
    if income.claimed.is_empty() {
        (income.claimed, income.dust) = ("0".into(), "0".into());
    }
    INCOMES.set(&mut ctx.state, &key, &Pb(income));
    Ok(())
}

/// The accounts of a token that are kept.
pub(crate) fn credits(state: &dyn Read, asset: u64, serial: u64) -> Result<Vec<(Denom, Account)>> {
    let page = CREDITS.page(state, &(asset, serial), None, MAX_INCOMES)?;
    page.into_iter().map(|((_, _, denom), Pb(kept))| Ok((denom, kept_account(&kept)?))).collect()
}

fn kept_account(kept: &pb::Credit) -> Result<Account> {
    Ok(Account { mark: stored::amount(&kept.mark)?, credit: stored::amount(&kept.credit)? })
}

/// Stores accounts of a token.
pub(super) fn put_credits(
    ctx: &mut Ctx,
    asset: u64,
    serial: u64,
    accounts: impl IntoIterator<Item = (Denom, Account)>,
) {
    for (denom, account) in accounts {
        let credit = pb::Credit { mark: account.mark.to_string(), credit: account.credit.to_string() };
        CREDITS.set(&mut ctx.state, &(asset, serial, denom), &Pb(credit));
    }
}

/// A token's accounts settled up to now, in every denomination that its asset ever earned, with what was added.
pub(crate) fn claimable(state: &dyn Read, dat: &pb::Dat) -> Result<Vec<(Denom, Amount, Account)>> {
    let incomes = INCOMES.page(state, &dat.asset, None, MAX_INCOMES)?;
    incomes.into_iter().map(|((_, denom), Pb(income))| settled(state, dat, denom, &income)).collect()
}

/// The same in these denominations, each once.
fn claimable_in(state: &dyn Read, dat: &pb::Dat, denoms: &[Denom]) -> Result<Vec<(Denom, Amount, Account)>> {
    let mut all = Vec::with_capacity(denoms.len());
    for denom in denoms {
        if let Some(Pb(income)) = INCOMES.get(state, &(dat.asset, denom.clone()))? {
            all.push(settled(state, dat, denom.clone(), &income)?);
        }
    }
    Ok(all)
}

/// The account of one denomination.
fn settled(
    state: &dyn Read,
    dat: &pb::Dat,
    denom: Denom,
    income: &pb::Income,
) -> Result<(Denom, Amount, Account)> {
    let added = stored::amount(&income.added)?;
    let key = (dat.asset, dat.serial, denom);
    let kept = CREDITS.get(state, &key)?;
    let mut account = kept.map_or(Ok(Account::default()), |Pb(kept)| kept_account(&kept))?;
    account.settle(added, dat.share)?;
    Ok((key.2, added, account))
}

/// Settles a token in every denomination: before each change of its share.
pub(super) fn settle_dat(ctx: &mut Ctx, dat: &pb::Dat) -> Result<()> {
    let settled = claimable(&ctx.state, dat)?;
    put_credits(ctx, dat.asset, dat.serial, settled.into_iter().map(|(denom, _, account)| (denom, account)));
    Ok(())
}

/// Why an asset pays no claims and moves no shares at a moment.
pub(crate) fn claims_wait(state: &dyn Read, asset: &pb::Asset, now: Time) -> Result<Option<&'static str>> {
    Ok(why_wait(frozen(state, asset, now)?, burden(state, asset)?, now))
}

/// The same, in the block that is being made.
pub(super) fn claims_wait_now(ctx: &mut Ctx, asset: &pb::Asset) -> Result<Option<&'static str>> {
    let now = ctx.block.time;
    Ok(why_wait(frozen(&ctx.state, asset, now)?, burden_now(ctx, asset)?, now))
}

fn why_wait(frozen: bool, burden: Burden, now: Time) -> Option<&'static str> {
    if frozen {
        return Some("it is frozen");
    }
    if burden.tainted {
        return Some("a version that it was made from fell; a clean new version opens it");
    }
    let due = burden.due.is_some_and(|due| due <= now);
    due.then_some("it should have unlearnt an ancestor; a new version without it, or a release, opens it")
}

/// Whether a Quorum's pool waits for the verdict that gave it its share.
pub(crate) fn is_locked(state: &dyn Read, dat: &pb::Dat) -> Result<bool> {
    if dat.quorum == 0 {
        return Ok(false);
    }
    let first = find_version(state, dat.asset, 1)?;
    Ok(first.is_some_and(|first| first.status() != pb::VersionStatus::Settled))
}

/// Pays the owner of a token what it earned, if its asset pays claims.
pub(crate) fn claim(ctx: &mut Ctx, dat: &pb::Dat, denoms: &[Denom]) -> Result<Coins> {
    let asset = asset(&ctx.state, dat.asset)?;
    if let Some(why) = claims_wait_now(ctx, &asset)? {
        return Err(Error::Waits { asset: asset.id, why }.into());
    }
    if is_locked(&ctx.state, dat)? {
        return Err(Error::Locked(dat.asset, dat.serial).into());
    }
    pay(ctx, dat, Some(denoms))
}

/// Settles a token and pays its owner the whole units, in these denominations or all.
pub(super) fn pay(ctx: &mut Ctx, dat: &pb::Dat, denoms: Option<&[Denom]>) -> Result<Coins> {
    let owner = stored::address(&dat.owner)?;
    let mut coins = Vec::new();
    let mut accounts = Vec::new();
    let settled = match denoms {
        Some(denoms) => claimable_in(&ctx.state, dat, denoms)?,
        None => claimable(&ctx.state, dat)?,
    };
    for (denom, _, mut account) in settled {
        let amount = account.take_whole()?;
        if !amount.is_zero() {
            count_claimed(ctx, dat.asset, &denom, amount)?;
            coins.push(Coin::new(denom.clone(), amount));
        }
        accounts.push((denom, account));
    }
    put_credits(ctx, dat.asset, dat.serial, accounts);
    let coins = Coins::sum(coins)?;
    if !coins.is_empty() {
        pay_out(ctx, dat, &owner, &coins)?;
        let amount = coins.to_string();
        ctx.emit(events::Claimed { asset: dat.asset, serial: dat.serial, owner: &owner, amount });
    }
    Ok(coins)
}

fn count_claimed(ctx: &mut Ctx, asset: u64, denom: &Denom, amount: Amount) -> Result<()> {
    let key = (asset, denom.clone());
    let mut income = INCOMES.get(&ctx.state, &key)?.map_or_else(pb::Income::default, |Pb(income)| income);
    income.claimed = stored::amount(&income.claimed)?.plus(amount)?.to_string();
    INCOMES.set(&mut ctx.state, &key, &Pb(income));
    Ok(())
}

/// A treasury's income is its iDAO's, a pool's its Quorum's members'; anybody else is simply paid.
fn pay_out(ctx: &mut Ctx, dat: &pb::Dat, owner: &Address, coins: &Coins) -> Result<()> {
    let from = account();
    match (dat.idao, dat.quorum) {
        (0, 0) => bank::transfer(ctx, &from, owner, coins),
        (0, quorum) => quorum::fund_members(ctx, quorum, &from, coins),
        (idao, _) => idao::income(ctx, idao, &from, coins),
    }
}

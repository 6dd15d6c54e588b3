//! Tokens: made, given, split, merged, burnt.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, Read};

use super::{
    deadlines::to_revenue,
    records::{account, find_version, params, standing_policy},
    revenue::{claims_wait_now, credits, pay, put_credits, settle_dat},
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        audit::{self, Subject},
        auth, bank,
        dat::{
            errors::Error,
            events,
            keys::{CREDITS, DATS, INCOMES, OWNED, REVOKED_ACCOUNTS},
        },
        idao,
    },
    stored,
};

/// A token to be made.
#[derive(Clone)]
pub(crate) struct Mint {
    pub owner: Address,
    pub share: u32,
    pub value: u64,
    /// The money behind `value`; it lies on the module's account already.
    pub paid: Option<Coin>,
    pub policy_version: u64,
    pub expires_at: Option<prost_types::Timestamp>,
    pub proof_of: u64,
    pub idao: u64,
    pub quorum: u64,
    /// On the module's account already.
    pub deposit: Amount,
    pub grantee_key: Vec<u8>,
    pub wrapped_key: Vec<u8>,
}

impl Mint {
    /// A token that is worth nothing yet.
    pub(crate) const fn of(owner: Address) -> Mint {
        Mint {
            owner,
            share: 0,
            value: 0,
            paid: None,
            policy_version: 0,
            expires_at: None,
            proof_of: 0,
            idao: 0,
            quorum: 0,
            deposit: Amount::ZERO,
            grantee_key: Vec::new(),
            wrapped_key: Vec::new(),
        }
    }
}

/// Refuses the account of a module: claims would pay it what its records know nothing of.
fn may_own(state: &dyn Read, who: &Address) -> Result<()> {
    if auth::is_module_account(state, who)? { Err(Error::ModuleOwner(*who).into()) } else { Ok(()) }
}

/// Makes a token; the caller stores the asset.
pub(crate) fn mint(ctx: &mut Ctx, asset: &mut pb::Asset, new: Mint) -> Result<u64> {
    may_own(&ctx.state, &new.owner)?;
    let serial = asset.serials.checked_add(1).ok_or_else(|| Sdk::Logic("serials are used up".into()))?;
    asset.serials = serial;
    asset.tokens = asset.tokens.saturating_add(1);
    let sealed = asset.key_epoch > 0 && new.policy_version > 0;
    let due = if sealed {
        let time = stored::span(params(&ctx.state)?.key_delivery_time.as_ref());
        Some(ctx.block.time.plus(time).wire())
    } else {
        None
    };
    let dat = pb::Dat {
        asset: asset.id,
        serial,
        owner: new.owner.to_string(),
        share: new.share,
        value: new.value,
        paid: new.paid.filter(|paid| !paid.amount.is_zero()).map(Into::into),
        expires_at: new.expires_at,
        policy_version: new.policy_version,
        proof_of: new.proof_of,
        idao: if new.idao > 0 { new.idao } else { treasury_of(asset, &new.owner) },
        quorum: new.quorum,
        deposit: new.deposit.to_string(),
        key_epoch: if new.wrapped_key.is_empty() { 0 } else { asset.key_epoch },
        grantee_key: new.grantee_key,
        wrapped_key: new.wrapped_key,
        key_due: due,
        minted_at: Some(ctx.block.time.wire()),
        ..pb::Dat::default()
    };
    OWNED.set(&mut ctx.state, &(new.owner, asset.id, serial), &());
    ctx.emit(events::Minted {
        asset: asset.id,
        serial,
        owner: &new.owner,
        share: dat.share,
        value: dat.value,
    });
    put(ctx, &dat, "dat.minted", &new.owner)?;
    Ok(serial)
}

/// The iDAO of an asset if it owns the token, whose claims are then its income; 0 for any other owner.
pub(super) fn treasury_of(asset: &pb::Asset, owner: &Address) -> u64 {
    if asset.idao > 0 && *owner == idao::account(asset.idao) { asset.idao } else { 0 }
}

/// Stores a token and notes in its trail what was done to it.
pub(crate) fn put(ctx: &mut Ctx, dat: &pb::Dat, kind: &'static str, actor: &Address) -> Result<()> {
    DATS.set(&mut ctx.state, &(dat.asset, dat.serial), &Pb(dat.clone()));
    note(ctx, dat, kind, actor)
}

fn note(ctx: &mut Ctx, dat: &pb::Dat, kind: &'static str, actor: &Address) -> Result<()> {
    let subject = Subject::Dat(dat.asset, dat.serial);
    let digest = audit::digest_of(dat);
    audit::record(ctx, audit::Entry::new(subject, kind, actor, digest))
}

/// Refuses while the version that a token proves, or the whole asset, is provisional.
fn not_locked(state: &dyn Read, asset: &pb::Asset, dat: &pb::Dat) -> Result<()> {
    let proof = find_version(state, asset.id, dat.proof_of)?;
    let provisional = proof.is_some_and(|proof| proof.status() == pb::VersionStatus::Provisional);
    if provisional || asset.status() == pb::AssetStatus::Provisional {
        return Err(Error::Locked(asset.id, dat.serial).into());
    }
    Ok(())
}

/// Gives a token to somebody else, after paying its owner what it earned.
pub(crate) fn transfer(ctx: &mut Ctx, asset: &pb::Asset, dat: pb::Dat, to: &Address) -> Result<()> {
    let from = stored::address(&dat.owner)?;
    not_locked(&ctx.state, asset, &dat)?;
    may_own(&ctx.state, to)?;
    if from == *to {
        return Err(Sdk::InvalidRequest("the token is that account's already".into()).into());
    }
    if dat.share > 0
        && let Some(why) = claims_wait_now(ctx, asset)?
    {
        return Err(Error::Waits { asset: asset.id, why }.into());
    }
    if dat.policy_version > 0 {
        may_hold(ctx, asset, dat.policy_version, to)?;
    }
    pay(ctx, &dat, None)?;
    let mut dat = dat;
    dat.owner = to.to_string();
    dat.approved_operator = String::new();
    (dat.idao, dat.quorum) = (treasury_of(asset, to), 0);
    if asset.key_epoch > 0 && dat.policy_version > 0 {
        // the key was wrapped to somebody else
        (dat.grantee_key, dat.wrapped_key, dat.key_epoch) = (Vec::new(), Vec::new(), 0);
        let time = stored::span(params(&ctx.state)?.key_delivery_time.as_ref());
        dat.key_due = Some(ctx.block.time.plus(time).wire());
    }
    OWNED.remove(&mut ctx.state, &(from, dat.asset, dat.serial));
    OWNED.set(&mut ctx.state, &(*to, dat.asset, dat.serial), &());
    ctx.emit(events::Given { asset: dat.asset, serial: dat.serial, from: &from, to });
    put(ctx, &dat, "dat.transferred", &from)?;
    idao::dat_moved(ctx, dat.asset, dat.serial, &from)
}

/// Refuses an account that a licence does not admit by itself and that holds no grant under it.
pub(super) fn may_hold(ctx: &Ctx, asset: &pb::Asset, policy: u64, who: &Address) -> Result<()> {
    let (state, now) = (&ctx.state, ctx.block.time);
    super::permission::not_frozen(state, asset, now)?;
    let (_, terms) = standing_policy(state, asset.id, policy)?;
    if REVOKED_ACCOUNTS.has(state, &(asset.id, *who))? {
        let why = "access of the account is revoked";
        return Err(Error::NotAdmitted { asset: asset.id, who: *who, why }.into());
    }
    if stored::address(&asset.owner)? == *who || super::holds_grant(state, asset, who, policy, now)? {
        return Ok(());
    }
    match super::admits(state, asset, &terms, who)? {
        Ok(_) => Ok(()),
        Err(why) => Err(Error::NotAdmitted { asset: asset.id, who: *who, why }.into()),
    }
}

/// Makes a new token with a part of another's share; what that one earned so far stays with it.
pub(crate) fn split_off(ctx: &mut Ctx, asset: &mut pb::Asset, mut dat: pb::Dat, share: u32) -> Result<u64> {
    let owner = stored::address(&dat.owner)?;
    not_locked(&ctx.state, asset, &dat)?;
    let left = dat.share.checked_sub(share).filter(|left| *left > 0 && share > 0);
    let (serial, have) = (dat.serial, dat.share);
    let left = left.ok_or(Error::ShareTooSmall { asset: asset.id, serial, have, need: share })?;
    let deposit = take_deposit(ctx, &owner)?;
    settle_dat(ctx, &dat)?;
    dat.share = left;
    let into = mint(ctx, asset, Mint { share, idao: dat.idao, deposit, ..Mint::of(owner) })?;
    let marks = credits(&ctx.state, asset.id, serial)?;
    let fresh = marks.into_iter().map(|(denom, mut credit)| {
        credit.credit = Amount::ZERO;
        (denom, credit)
    });
    put_credits(ctx, asset.id, into, fresh);
    ctx.emit(events::SplitOff { asset: asset.id, serial, into, share });
    put(ctx, &dat, "dat.split", &owner)?;
    Ok(into)
}

/// Adds the shares and credits of tokens to another of the same owner; what holds nothing else is burnt.
pub(crate) fn merge(
    ctx: &mut Ctx,
    asset: &mut pb::Asset,
    mut into: pb::Dat,
    from: Vec<pb::Dat>,
) -> Result<()> {
    let owner = stored::address(&into.owner)?;
    not_locked(&ctx.state, asset, &into)?;
    settle_dat(ctx, &into)?;
    for mut dat in from {
        not_locked(&ctx.state, asset, &dat)?;
        settle_dat(ctx, &dat)?;
        let mut sums = credits(&ctx.state, asset.id, into.serial)?;
        for (denom, credit) in credits(&ctx.state, asset.id, dat.serial)? {
            let sum = sums.iter_mut().find(|(have, _)| *have == denom);
            let (_, sum) = sum.ok_or_else(|| Sdk::Logic(format!("no mark in {denom}")))?;
            sum.credit = sum.credit.plus(credit.credit)?;
            CREDITS.remove(&mut ctx.state, &(asset.id, dat.serial, denom));
        }
        put_credits(ctx, asset.id, into.serial, sums);
        let share = std::mem::take(&mut dat.share);
        into.share = into.share.checked_add(share).ok_or(Error::TooManyShares)?;
        if into.idao == 0 {
            into.idao = dat.idao; // the treasury's stays the treasury's
        }
        ctx.emit(events::Merged { asset: asset.id, serial: into.serial, from: dat.serial, share });
        if dat.policy_version == 0 && dat.value == 0 && dat.lent == 0 && dat.paid.is_none() {
            remove(ctx, asset, &dat, &owner)?;
        } else {
            put(ctx, &dat, "dat.merged", &owner)?;
        }
    }
    put(ctx, &into, "dat.merged", &owner)
}

/// Burns a token without share: what it earned is paid, money not used becomes revenue, the deposit comes back.
pub(crate) fn burn(ctx: &mut Ctx, asset: &mut pb::Asset, mut dat: pb::Dat) -> Result<()> {
    let owner = stored::address(&dat.owner)?;
    not_locked(&ctx.state, asset, &dat)?;
    if dat.share > 0 || dat.lent > 0 {
        return Err(Error::NotEmpty(asset.id, dat.serial).into());
    }
    if let Some(why) = claims_wait_now(ctx, asset)? {
        return Err(Error::Waits { asset: asset.id, why }.into());
    }
    pay(ctx, &dat, None)?;
    if !to_revenue(ctx, asset, &mut dat)? {
        return Err(Error::NothingSettled(asset.id, dat.serial).into());
    }
    for (denom, credit) in credits(&ctx.state, asset.id, dat.serial)? {
        if let Some(Pb(mut income)) = INCOMES.get(&ctx.state, &(asset.id, denom.clone()))? {
            income.dust = stored::amount(&income.dust)?.plus(credit.credit)?.to_string();
            INCOMES.set(&mut ctx.state, &(asset.id, denom.clone()), &Pb(income));
        }
        CREDITS.remove(&mut ctx.state, &(asset.id, dat.serial, denom));
    }
    remove(ctx, asset, &dat, &owner)
}

/// Takes an empty token out of the world and returns its deposit; the caller stores the asset.
fn remove(ctx: &mut Ctx, asset: &mut pb::Asset, dat: &pb::Dat, owner: &Address) -> Result<()> {
    DATS.remove(&mut ctx.state, &(dat.asset, dat.serial));
    OWNED.remove(&mut ctx.state, &(*owner, dat.asset, dat.serial));
    asset.tokens = asset.tokens.saturating_sub(1);
    return_deposit(ctx, &dat.deposit, owner)?;
    ctx.emit(events::Burnt { asset: dat.asset, serial: dat.serial, owner });
    note(ctx, dat, "dat.burnt", owner)?;
    idao::dat_moved(ctx, dat.asset, dat.serial, owner)
}

/// Takes the deposit for a token from an account.
pub(crate) fn take_deposit(ctx: &mut Ctx, from: &Address) -> Result<Amount> {
    let deposit = stored::amount(&params(&ctx.state)?.dat_deposit)?;
    let coins = Coins::one(Coin::new(Denom::known(FEE_DENOM), deposit));
    if !coins.is_empty() {
        bank::transfer(ctx, from, &account(), &coins)?;
    }
    Ok(deposit)
}

/// Gives a deposit back.
pub(crate) fn return_deposit(ctx: &mut Ctx, deposit: &str, to: &Address) -> Result<()> {
    let coins = Coins::one(Coin::new(Denom::known(FEE_DENOM), stored::amount(deposit)?));
    if coins.is_empty() { Ok(()) } else { bank::transfer(ctx, &account(), to, &coins) }
}

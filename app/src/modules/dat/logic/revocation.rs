//! Access that ends, and demands to unlearn what was derived.

use proto::{
    amount::Amount,
    coin::{Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::Pb;

use super::{
    liable::put_version,
    records::{account, find_dat, params, policy, standing_policy, version},
    stops::stopped,
    tokens::put,
    value::{paid, put_paid},
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        bank,
        dat::{
            errors::Error,
            events,
            keys::{POLICIES, REVOKED_ACCOUNTS},
            types::Revoked,
        },
    },
    stored,
};

/// Ends access at once and refunds what a named token did not use.
pub(crate) fn revoke_access(
    ctx: &mut Ctx,
    asset: &pb::Asset,
    what: &Revoked,
    unlearn: &[pb::VersionRef],
) -> Result<()> {
    let again = revoke_one(ctx, asset, what)?;
    if again && unlearn.is_empty() {
        return Err(Error::AlreadyRevoked.into());
    }
    let (mut account, mut serial, mut policy) = (String::new(), 0, 0);
    match what {
        Revoked::Account(who) => account = who.to_string(),
        Revoked::Dat(number) => serial = *number,
        Revoked::Policy(number) => policy = *number,
    }
    ctx.emit(events::AccessRevoked { asset: asset.id, account, serial, policy });
    unlearn.iter().try_for_each(|derived| ask_to_unlearn(ctx, asset, what, derived))
}

/// Whether it was revoked before.
fn revoke_one(ctx: &mut Ctx, asset: &pb::Asset, what: &Revoked) -> Result<bool> {
    let now = ctx.block.time;
    match what {
        Revoked::Account(who) => {
            let key = (asset.id, *who);
            if REVOKED_ACCOUNTS.has(&ctx.state, &key)? {
                return Ok(true);
            }
            if stored::address(&asset.owner)? == *who {
                let text = "the owner's own access cannot be revoked";
                return Err(Sdk::InvalidRequest(text.into()).into());
            }
            REVOKED_ACCOUNTS.set(&mut ctx.state, &key, &now.nanos());
        }
        Revoked::Dat(serial) => {
            let mut dat = super::dat(&ctx.state, asset.id, *serial)?;
            if dat.policy_version == 0 {
                return Err(Error::AccessOver(asset.id, *serial).into());
            }
            if dat.revoked_at.is_some() {
                return Ok(true);
            }
            dat.revoked_at = Some(now.wire());
            pay_back(ctx, dat)?;
        }
        Revoked::Policy(number) => {
            let mut policy = policy(&ctx.state, asset.id, *number)?;
            if policy.revoked_at.is_some() {
                return Ok(true);
            }
            policy.revoked_at = Some(now.wire());
            POLICIES.set(&mut ctx.state, &(asset.id, *number), &Pb(policy));
        }
    }
    Ok(false)
}

/// Empties a token and pays its money back to its owner.
fn pay_back(ctx: &mut Ctx, mut dat: pb::Dat) -> Result<Coins> {
    let owner = stored::address(&dat.owner)?;
    let money = paid(&dat)?.map_or(Coins::EMPTY, Coins::one);
    dat.value = 0;
    put_paid(&mut dat, Denom::known(FEE_DENOM), Amount::ZERO);
    if !money.is_empty() {
        bank::transfer(ctx, &account(), &owner, &money)?;
        let amount = money.to_string();
        ctx.emit(events::AccessRefunded { asset: dat.asset, serial: dat.serial, amount });
    }
    put(ctx, &dat, "dat.access_refunded", &owner)?;
    Ok(money)
}

/// Pays back the money of a token whose access was taken away, or whose data key was not delivered in time.
pub(crate) fn refund_access(ctx: &mut Ctx, asset: &pb::Asset, mut dat: pb::Dat) -> Result<Coins> {
    let nothing = || Error::NothingToRefund(dat.asset, dat.serial);
    if dat.policy_version == 0 || dat.paid.is_none() {
        return Err(nothing().into());
    }
    if stopped(&ctx.state, asset, &dat)?.is_none() {
        if !undelivered(ctx, asset, &dat)? {
            return Err(nothing().into());
        }
        dat.revoked_at = Some(ctx.block.time.wire());
    }
    pay_back(ctx, dat)
}

/// Whether the data key in use was due and is not there: the first one, or the one after a rotation.
fn undelivered(ctx: &Ctx, asset: &pb::Asset, dat: &pb::Dat) -> Result<bool> {
    if asset.key_epoch == 0 || dat.key_epoch >= asset.key_epoch {
        return Ok(false);
    }
    let window = stored::span(params(&ctx.state)?.key_delivery_time.as_ref());
    let rotated = stored::time(asset.key_rotated_at.as_ref()).plus(window);
    let due = stored::time(dat.key_due.as_ref()).max(rotated);
    Ok(due <= ctx.block.time)
}

/// Demands that a derived version unlearns the asset: only where the licence that it used says so, and only of whom the
/// revocation is about.
fn ask_to_unlearn(ctx: &mut Ctx, asset: &pb::Asset, what: &Revoked, derived: &pb::VersionRef) -> Result<()> {
    let mut version = version(&ctx.state, derived.asset, derived.version)?;
    let refused =
        |why| Error::NotToUnlearn { asset: derived.asset, version: derived.version, ancestor: asset.id, why };
    let parent = version.parents.iter().find(|parent| parent.asset == asset.id);
    let used = parent.ok_or_else(|| refused("it was not made from it"))?.policy_version;
    let (_, terms) = standing_policy(&ctx.state, asset.id, used)?;
    if terms.on_revoke() != pb::OnRevoke::Unlearn {
        return Err(refused("the licence that it used keeps what was derived").into());
    }
    if version.status() == pb::VersionStatus::Revoked {
        return Err(refused("it is revoked").into());
    }
    let owner = super::asset(&ctx.state, derived.asset)?.owner;
    let concerned = match what {
        Revoked::Policy(number) => *number == used,
        Revoked::Account(who) => owner == who.to_string(),
        Revoked::Dat(serial) => {
            find_dat(&ctx.state, asset.id, *serial)?.is_some_and(|dat| dat.owner == owner)
        }
    };
    if !concerned {
        return Err(refused("the revocation is not about its owner or its licence").into());
    }
    if version.unlearning.iter().any(|demand| demand.ancestor == asset.id) {
        return Err(refused("it is asked already").into());
    }
    let span = stored::span(params(&ctx.state)?.unlearn_time.as_ref());
    let due = ctx.block.time.plus(span);
    version.unlearning.push(pb::Unlearning { ancestor: asset.id, due_at: Some(due.wire()) });
    ctx.emit(events::UnlearningAsked {
        asset: derived.asset,
        version: derived.version,
        ancestor: asset.id,
        due: due.to_string(),
    });
    put_version(ctx, version, "dat.unlearning_asked")
}

/// Takes a demand to unlearn back.
pub(crate) fn release(ctx: &mut Ctx, ancestor: u64, derived: &pb::VersionRef) -> Result<()> {
    let mut version = version(&ctx.state, derived.asset, derived.version)?;
    let before = version.unlearning.len();
    version.unlearning.retain(|demand| demand.ancestor != ancestor);
    if version.unlearning.len() == before {
        let (asset, version, why) = (derived.asset, derived.version, "it was not asked to");
        return Err(Error::NotToUnlearn { asset, version, ancestor, why }.into());
    }
    ctx.emit(events::Released { asset: derived.asset, version: derived.version, ancestor });
    put_version(ctx, version, "dat.released")
}

//! Licences and access: an owner can always refuse.

use proto::{
    coin::{Coin, Coins},
    lazchain::dat::v1 as pb,
};
use state::Pb;

use super::{control, note, put_asset};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::dat::{
        errors::Error,
        events,
        keys::{POLICIES, REQUESTS},
        logic::{self, Grant, Purchase},
        msgs::{
            BuyAccess, DecideAccess, DeliverKey, GrantAccess, PublishPolicy, RefundAccess, RequestAccess,
            RevokeAccess, RotateDataKey,
        },
    },
    stored,
    time::Time,
};

pub(crate) fn publish_policy(ctx: &mut Ctx, msg: &PublishPolicy) -> Result<u64> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = control::<pb::MsgPublishPolicy>(ctx, &asset, &msg.owner)?;
    if asset.status() == pb::AssetStatus::Revoked {
        return Err(Error::WrongStatus { asset: asset.id, status: "revoked" }.into());
    }
    let until = msg.terms.valid_until.as_ref().map(Time::from_wire);
    if until.is_some_and(|until| until <= ctx.block.time) {
        return Err(Sdk::InvalidRequest("valid_until is not in the future".into()).into());
    }
    for price in &msg.terms.prices {
        logic::accepted(&ctx.state, &stored::denom(&price.denom)?)?;
    }
    let number = asset.policies.saturating_add(1);
    asset.policies = number;
    let published_at = Some(ctx.block.time.wire());
    let terms = Some(msg.terms.clone());
    let policy = pb::Policy { asset: asset.id, number, terms, published_at, revoked_at: None };
    POLICIES.set(&mut ctx.state, &(asset.id, number), &Pb(policy.clone()));
    ctx.emit(events::Published { asset: asset.id, policy: number });
    note(ctx, asset.id, "dat.policy_published", &control, &policy)?;
    put_asset(ctx, &asset, "dat.policies_changed", &control)?;
    Ok(number)
}

pub(crate) fn buy_access(ctx: &mut Ctx, msg: &BuyAccess) -> Result<(u64, Coin)> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let purchase = Purchase {
        buyer: &msg.buyer,
        policy_version: msg.policy_version,
        units: msg.units,
        max_price: &msg.max_price,
        grantee_key: &msg.grantee_key,
    };
    logic::buy(ctx, &mut asset, &purchase)
}

pub(crate) fn grant_access(ctx: &mut Ctx, msg: &GrantAccess) -> Result<u64> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = control::<pb::MsgGrantAccess>(ctx, &asset, &msg.owner)?;
    logic::may_grant(&ctx.state, &asset, msg.policy_version)?;
    let deposit = logic::take_deposit(ctx, &msg.owner)?;
    let grant = Grant {
        grantee: &msg.grantee,
        policy_version: msg.policy_version,
        units: msg.units,
        expires_at: msg.expires_at,
        grantee_key: &msg.grantee_key,
        wrapped_key: &msg.wrapped_key,
        deposit,
    };
    let serial = logic::grant(ctx, &mut asset, &grant)?;
    let dat = logic::dat(&ctx.state, asset.id, serial)?;
    note(ctx, asset.id, "dat.access_granted", &control, &dat)?;
    Ok(serial)
}

pub(crate) fn request_access(ctx: &mut Ctx, msg: &RequestAccess) -> Result<u64> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    let request = pb::AccessRequest {
        asset: msg.asset,
        account: msg.account.to_string(),
        policy_version: msg.policy_version,
        purpose: msg.purpose.into(),
        units: msg.units,
        grantee_key: msg.grantee_key.clone(),
        ..pb::AccessRequest::default()
    };
    logic::open_request(ctx, &asset, request)
}

pub(crate) fn decide_access(ctx: &mut Ctx, msg: &DecideAccess) -> Result<u64> {
    let found = REQUESTS.get(&ctx.state, &msg.request)?;
    let Pb(request) = found.ok_or(Error::NoSuchRequest(msg.request))?;
    let asset = logic::asset(&ctx.state, request.asset)?;
    if !msg.grant && request.account == msg.signer.to_string() {
        logic::close_request(ctx, &request)?;
        return Ok(0);
    }
    let control = control::<pb::MsgDecideAccess>(ctx, &asset, &msg.signer)?;
    if !msg.grant {
        logic::close_request(ctx, &request)?;
        note(ctx, asset.id, "dat.request_refused", &control, &request)?;
        return Ok(0);
    }
    let voted = request.voted_by > 0 && request.voted_by == asset.idao && logic::belongs(&ctx.state, &asset)?;
    if voted {
        return Err(Error::NeedsVote(asset.id).into());
    }
    if msg.units > request.units {
        let text = format!("units is {}, more than the {} asked for", msg.units, request.units);
        return Err(Sdk::InvalidRequest(text).into());
    }
    let serial = logic::grant_request(ctx, &request, msg.units, msg.expires_at)?;
    note(ctx, asset.id, "dat.access_granted", &control, &request)?;
    Ok(serial)
}

pub(crate) fn deliver_key(ctx: &mut Ctx, msg: &DeliverKey) -> Result<()> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    let control = control::<pb::MsgDeliverKey>(ctx, &asset, &msg.owner)?;
    let mut dat = logic::dat(&ctx.state, msg.asset, msg.serial)?;
    if dat.policy_version == 0 || logic::stopped(&ctx.state, &asset, &dat)?.is_some() {
        return Err(Error::AccessOver(asset.id, msg.serial).into());
    }
    if asset.key_epoch == 0 || msg.key_epoch != asset.key_epoch {
        return Err(Error::WrongKeyEpoch(asset.id, asset.key_epoch).into());
    }
    dat.wrapped_key.clone_from(&msg.wrapped_key);
    dat.key_epoch = msg.key_epoch;
    ctx.emit(events::KeyDelivered { asset: asset.id, serial: msg.serial, key_epoch: msg.key_epoch });
    note(ctx, asset.id, "dat.key_delivered", &control, &dat)?;
    logic::put(ctx, &dat, "dat.key_delivered", &control.owner)
}

pub(crate) fn rotate_data_key(ctx: &mut Ctx, msg: &RotateDataKey) -> Result<u64> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = control::<pb::MsgRotateDataKey>(ctx, &asset, &msg.owner)?;
    if asset.key_epoch == 0 {
        return Err(Error::WrongKeyEpoch(asset.id, 0).into());
    }
    let key_epoch = asset.key_epoch.saturating_add(1);
    asset.key_epoch = key_epoch;
    asset.key_rotated_at = Some(ctx.block.time.wire());
    let key_commitment = msg.key_commitment.map(hex::encode).unwrap_or_default();
    ctx.emit(events::KeyRotated { asset: asset.id, key_epoch, key_commitment });
    put_asset(ctx, &asset, "dat.key_rotated", &control)?;
    Ok(key_epoch)
}

pub(crate) fn revoke_access(ctx: &mut Ctx, msg: &RevokeAccess) -> Result<()> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    let control = control::<pb::MsgRevokeAccess>(ctx, &asset, &msg.owner)?;
    logic::revoke_access(ctx, &asset, &msg.what, &msg.unlearn)?;
    note(ctx, asset.id, "dat.access_revoked", &control, &asset)
}

pub(crate) fn refund_access(ctx: &mut Ctx, msg: &RefundAccess) -> Result<Coins> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    let dat = logic::dat(&ctx.state, msg.asset, msg.serial)?;
    logic::refund_access(ctx, &asset, dat)
}

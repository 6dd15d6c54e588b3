//! Control of assets: the owner's alone, whatever anybody votes.

use proto::lazchain::dat::v1 as pb;

use super::{Control, control, put_asset};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        dat::{
            errors::Error,
            events,
            keys::{BY_IDAO, BY_OWNER},
            logic,
            msgs::{AcceptAsset, MoveAsset, ReleaseDescendant, RetireAsset, TransferAsset},
        },
        idao,
    },
    stored,
};

/// Refuses while the asset is provisional or revoked: nothing of it moves.
fn movable(asset: &pb::Asset) -> Result<()> {
    let status = match asset.status() {
        pb::AssetStatus::Active | pb::AssetStatus::Retired => return Ok(()),
        pb::AssetStatus::Provisional => "provisional",
        _ => "revoked",
    };
    Err(Error::WrongStatus { asset: asset.id, status }.into())
}

/// The owner alone: neither agents nor stewards give control away.
fn by_owner(asset: &pb::Asset, who: &proto::address::Address) -> Result<Control> {
    let owner = stored::address(&asset.owner)?;
    if owner == *who {
        Ok(Control { owner, agent: None })
    } else {
        Err(Error::NotController { asset: asset.id, who: *who }.into())
    }
}

pub(crate) fn transfer_asset(ctx: &mut Ctx, msg: &TransferAsset) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = by_owner(&asset, &msg.owner)?;
    movable(&asset)?;
    if msg.to == Some(msg.owner) {
        return Err(Sdk::InvalidRequest("the asset is that account's already".into()).into());
    }
    asset.pending_owner = msg.to.map(|to| to.to_string()).unwrap_or_default();
    ctx.emit(events::Offered { asset: asset.id, to: &asset.pending_owner });
    put_asset(ctx, &asset, "dat.asset_offered", &control)
}

pub(crate) fn accept_asset(ctx: &mut Ctx, msg: &AcceptAsset) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    if asset.pending_owner != msg.new_owner.to_string() {
        return Err(Error::NotOffered { asset: asset.id, who: msg.new_owner }.into());
    }
    movable(&asset)?;
    let from = stored::address(&asset.owner)?;
    asset.owner = std::mem::take(&mut asset.pending_owner);
    BY_OWNER.remove(&mut ctx.state, &(from, asset.id));
    BY_OWNER.set(&mut ctx.state, &(msg.new_owner, asset.id), &());
    ctx.emit(events::Accepted { asset: asset.id, from: &from, to: &msg.new_owner });
    put_asset(ctx, &asset, "dat.asset_accepted", &Control { owner: msg.new_owner, agent: None })
}

pub(crate) fn move_asset(ctx: &mut Ctx, msg: &MoveAsset) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = by_owner(&asset, &msg.owner)?;
    movable(&asset)?;
    if msg.idao == asset.idao {
        return Err(Sdk::InvalidRequest("the asset names that iDAO already".into()).into());
    }
    let own = msg.idao > 0 && msg.owner == idao::account(msg.idao);
    if msg.idao > 0 && !own && idao::member(&ctx.state, msg.idao, &msg.owner)?.is_none() {
        return Err(Error::NotMember { idao: msg.idao, who: msg.owner }.into());
    }
    let from = std::mem::replace(&mut asset.idao, msg.idao);
    BY_IDAO.remove(&mut ctx.state, &(from, asset.id));
    if msg.idao > 0 {
        BY_IDAO.set(&mut ctx.state, &(msg.idao, asset.id), &());
    }
    ctx.emit(events::Moved { asset: asset.id, from, to: msg.idao });
    put_asset(ctx, &asset, "dat.asset_moved", &control)
}

pub(crate) fn retire_asset(ctx: &mut Ctx, msg: &RetireAsset) -> Result<()> {
    let mut asset = logic::asset(&ctx.state, msg.asset)?;
    let control = by_owner(&asset, &msg.owner)?;
    let status = match asset.status() {
        pb::AssetStatus::Active => None,
        pb::AssetStatus::Retired => Some("retired"),
        pb::AssetStatus::Provisional => Some("provisional"),
        _ => Some("revoked"),
    };
    if let Some(status) = status {
        return Err(Error::WrongStatus { asset: asset.id, status }.into());
    }
    asset.set_status(pb::AssetStatus::Retired);
    ctx.emit(events::Retired { asset: asset.id });
    put_asset(ctx, &asset, "dat.asset_retired", &control)
}

pub(crate) fn release_descendant(ctx: &mut Ctx, msg: &ReleaseDescendant) -> Result<()> {
    let asset = logic::asset(&ctx.state, msg.asset)?;
    control::<pb::MsgReleaseDescendant>(ctx, &asset, &msg.owner)?;
    logic::release(ctx, asset.id, &pb::VersionRef { asset: msg.descendant, version: msg.version })
}

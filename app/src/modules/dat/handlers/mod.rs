//! Who may.

mod access;
mod assets;
mod money;
mod tokens;

pub(crate) use access::{
    buy_access, decide_access, deliver_key, grant_access, publish_policy, refund_access, request_access,
    revoke_access, rotate_data_key,
};
pub(crate) use assets::{accept_asset, move_asset, release_descendant, retire_asset, transfer_asset};
pub(crate) use money::{claim_revenue, settle_expired, settle_royalties, update_params};
pub(crate) use tokens::{approve_operator, burn_dat, merge_dats, split_dat, transfer_dat, transfer_value};

use prost::{Message, Name};
use proto::{address::Address, amount::Amount, lazchain::dat::v1 as pb};
use state::Pb;

use super::{errors::Error, keys::ASSETS, logic};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{
        audit::{self, Subject},
        idao,
    },
    stored,
};

/// Who acts on an asset: its owner, an agent of the owner that its iDAO lets send this message, or, where the iDAO itself
/// is the owner, a steward.
struct Control {
    owner: Address,
    agent: Option<Address>,
}

fn control<M: Name>(ctx: &mut Ctx, asset: &pb::Asset, signer: &Address) -> Result<Control> {
    let owner = stored::address(&asset.owner)?;
    if owner == *signer {
        return Ok(Control { owner, agent: None });
    }
    let refused = Error::NotController { asset: asset.id, who: *signer };
    if !logic::belongs(&ctx.state, asset)? {
        return Err(refused.into());
    }
    if owner == idao::account(asset.idao) {
        let speaks = idao::speaks_for(&ctx.state, asset.idao, signer, &M::type_url())?;
        return if speaks { Ok(Control { owner, agent: None }) } else { Err(refused.into()) };
    }
    let id = asset.idao;
    let acting = ctx.attempt(|ctx| idao::acting(ctx, id, signer, &M::type_url(), Amount::ZERO))?;
    match acting {
        Ok(actor) if actor.member == owner => Ok(Control { owner, agent: actor.agent }),
        _ => Err(refused.into()),
    }
}

/// An act on an asset: stored, and noted in its trail.
fn put_asset(ctx: &mut Ctx, asset: &pb::Asset, kind: &'static str, control: &Control) -> Result<()> {
    ASSETS.set(&mut ctx.state, &asset.id, &Pb(asset.clone()));
    note(ctx, asset.id, kind, control, asset)
}

fn note(
    ctx: &mut Ctx,
    asset: u64,
    kind: &'static str,
    control: &Control,
    record: &impl Message,
) -> Result<()> {
    let entry = audit::Entry::new(Subject::Asset(asset), kind, &control.owner, audit::digest_of(record));
    audit::record(ctx, entry.by_agent(control.agent.as_ref()))
}

/// A token and that somebody owns it.
fn owned(ctx: &Ctx, asset: u64, serial: u64, who: &Address) -> Result<pb::Dat> {
    let dat = logic::dat(&ctx.state, asset, serial)?;
    if dat.owner == who.to_string() {
        Ok(dat)
    } else {
        Err(Error::NotOwner { asset, serial, who: *who }.into())
    }
}

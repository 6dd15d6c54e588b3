//! Access that is asked for: the owner answers, or the asset's iDAO by a vote.

use proto::{
    coin::{Coin, Coins, Denom},
    lazchain::dat::v1 as pb,
};
use state::{Pb, key::encoded};

use super::{
    access::{Grant, check_key, grant, newest},
    permission::{grantable, open_to_grants},
    records::{account, asset, belongs, params},
    tokens::return_deposit,
};
use crate::{
    checks::FEE_DENOM,
    ctx::Ctx,
    error::{Result, Sdk},
    modules::{
        audit::{self, Subject},
        bank,
        dat::{
            errors::Error,
            events,
            keys::{ASKED, NEXT_REQUEST, REQUESTS, UNANSWERED},
        },
        idao, scheduler,
    },
    stored,
    time::Time,
};

/// Asks for access; where the licence says so, the asset's iDAO votes on it.
pub(crate) fn open_request(ctx: &mut Ctx, asset: &pb::Asset, mut request: pb::AccessRequest) -> Result<u64> {
    let now = ctx.block.time;
    open_to_grants(&ctx.state, asset, now)?;
    let number = newest(asset, request.policy_version)?;
    let terms = grantable(&ctx.state, asset, number, now)?;
    check_key(asset, &request.grantee_key)?;
    if !terms.purposes().any(|purpose| purpose == request.purpose()) {
        let text = "the licence does not name this purpose";
        return Err(Sdk::InvalidRequest(text.into()).into());
    }
    let most = terms.max_units_per_grantee;
    if most > 0 && request.units > most {
        return Err(Error::QuotaPassed { most }.into());
    }
    let who = stored::address(&request.account)?;
    let params = params(&ctx.state)?;
    let deposit = Coin::new(Denom::known(FEE_DENOM), stored::amount(&params.request_deposit)?);
    let coins = Coins::one(deposit);
    if !coins.is_empty() {
        bank::transfer(ctx, &who, &account(), &coins)?;
    }
    let id = NEXT_REQUEST.get(&ctx.state)?.unwrap_or(1);
    let next = id.checked_add(1).ok_or_else(|| Sdk::Logic("request ids are used up".into()))?;
    NEXT_REQUEST.set(&mut ctx.state, &next);
    let until = now.plus(stored::span(params.request_period.as_ref()));
    let voted = terms.grantees() == pb::Grantees::ByIdaoVote && belongs(&ctx.state, asset)?;
    request.id = id;
    request.deposit = params.request_deposit;
    request.voted_by = if voted { asset.idao } else { 0 };
    request.expires_at = Some(until.wire());
    REQUESTS.set(&mut ctx.state, &id, &Pb(request.clone()));
    ASKED.set(&mut ctx.state, &(asset.id, id), &());
    scheduler::push(ctx, &UNANSWERED, until.nanos(), &encoded(&id))?;
    ctx.emit(events::Requested { asset: asset.id, request: id, account: &who });
    let digest = audit::digest_of(&request);
    audit::record(ctx, audit::Entry::new(Subject::Asset(asset.id), "dat.access_requested", &who, digest))?;
    if voted {
        idao::open_use_vote(ctx, asset.idao, id)?;
    }
    Ok(id)
}

/// Ends a request without access; its deposit comes back.
pub(crate) fn close_request(ctx: &mut Ctx, request: &pb::AccessRequest) -> Result<()> {
    forget(ctx, request);
    let who = stored::address(&request.account)?;
    return_deposit(ctx, &request.deposit, &who)?;
    ctx.emit(events::Refused { asset: request.asset, request: request.id });
    let digest = audit::digest_of(request);
    let subject = Subject::Asset(request.asset);
    audit::record(ctx, audit::Entry::by_rule(subject, "dat.access_refused", digest))
}

/// Takes a request off the list.
pub(crate) fn forget(ctx: &mut Ctx, request: &pb::AccessRequest) {
    REQUESTS.remove(&mut ctx.state, &request.id);
    ASKED.remove(&mut ctx.state, &(request.asset, request.id));
}

/// Grants what a request asks for; its deposit becomes the token's.
pub(crate) fn grant_request(
    ctx: &mut Ctx,
    request: &pb::AccessRequest,
    units: u64,
    expires_at: Option<Time>,
) -> Result<u64> {
    let mut asset = asset(&ctx.state, request.asset)?;
    let grantee = stored::address(&request.account)?;
    let new = Grant {
        grantee: &grantee,
        policy_version: request.policy_version,
        units,
        expires_at,
        grantee_key: &request.grantee_key,
        wrapped_key: &[],
        deposit: stored::amount(&request.deposit)?,
    };
    let serial = grant(ctx, &mut asset, &new)?;
    forget(ctx, request);
    Ok(serial)
}

/// The asset's iDAO has voted on a request. Where the asset has left it meanwhile, the owner decides; where there is
/// nothing to grant any more, the request ends.
pub(crate) fn decided(ctx: &mut Ctx, id: u64, passed: bool) -> Result<()> {
    let Some(Pb(mut request)) = REQUESTS.get(&ctx.state, &id)? else { return Ok(()) };
    let asset = asset(&ctx.state, request.asset)?;
    if request.voted_by == 0 {
        return Ok(());
    }
    if asset.idao != request.voted_by || !belongs(&ctx.state, &asset)? {
        request.voted_by = 0;
        REQUESTS.set(&mut ctx.state, &id, &Pb(request));
        return Ok(());
    }
    let units = request.units;
    if passed && ctx.attempt(|ctx| grant_request(ctx, &request, units, None))?.is_ok() {
        return Ok(());
    }
    close_request(ctx, &request)
}

//! Balances at the start.

use proto::{
    address::Address,
    coin::{Coins, Denom},
    cosmos::bank::v1beta1 as pb,
};
use state::{Pb, Read};

use super::{
    keys::{BALANCES, METADATA, PARAMS, SEND_ENABLED, SUPPLY},
    logic,
    types::Params,
};
use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    modules::auth,
    page,
};

pub(crate) fn init(ctx: &mut Ctx, genesis: &pb::GenesisState) -> Result<()> {
    let params = genesis.params.clone().map_or_else(Params::start, Params::from);
    PARAMS.set(&mut ctx.state, &params);
    for entry in &genesis.send_enabled {
        SEND_ENABLED.set(&mut ctx.state, &entry.denom.parse()?, &entry.enabled);
    }
    for metadata in &genesis.denom_metadata {
        let base: Denom = metadata.base.parse()?;
        METADATA.set(&mut ctx.state, &base, &Pb(metadata.clone()));
    }
    for entry in &genesis.balances {
        let who: Address = entry.address.parse()?;
        let coins = Coins::parse_any(entry.coins.clone())?;
        if !logic::balances(&ctx.state, &who)?.is_empty() {
            return Err(Sdk::InvalidRequest(format!("balances of {who} are listed twice")).into());
        }
        auth::ensure_account(ctx, &who)?;
        coins.iter().try_for_each(|coin| logic::endow(ctx, &who, coin))?;
    }
    check_supply(ctx, Coins::parse_any(genesis.supply.clone())?)
}

/// A stated supply must be the sum of the balances; none stated means whatever they sum to.
fn check_supply(ctx: &Ctx, stated: Coins) -> Result<()> {
    for coin in &stated {
        let sum = logic::supply(&ctx.state, &coin.denom)?;
        if sum != coin.amount {
            let text = format!("genesis supply is incorrect, expected {coin}, got {sum}{}", coin.denom);
            return Err(Sdk::InvalidRequest(text).into());
        }
    }
    Ok(())
}

pub(crate) fn export(state: &dyn Read) -> Result<pb::GenesisState> {
    let mut balances: Vec<pb::Balance> = Vec::new();
    page::every(state, &BALANCES, &(), |(who, denom), amount| {
        let coin = proto::coin::Coin { denom, amount }.into();
        match balances.last_mut().filter(|last| last.address == who.to_string()) {
            Some(last) => last.coins.push(coin),
            None => balances.push(pb::Balance { address: who.to_string(), coins: vec![coin] }),
        }
        Ok(())
    })?;
    let mut supply = Vec::new();
    page::every(state, &SUPPLY, &(), |denom, amount| {
        supply.push(proto::coin::Coin { denom, amount }.into());
        Ok(())
    })?;
    let mut denom_metadata = Vec::new();
    page::every(state, &METADATA, &(), |_, Pb(metadata)| {
        denom_metadata.push(metadata);
        Ok(())
    })?;
    let mut send_enabled = Vec::new();
    page::every(state, &SEND_ENABLED, &(), |denom: Denom, enabled| {
        send_enabled.push(pb::SendEnabled { denom: denom.to_string(), enabled });
        Ok(())
    })?;
    let params = PARAMS.get(state)?.map(Into::into);
    Ok(pb::GenesisState { params, balances, supply, denom_metadata, send_enabled })
}

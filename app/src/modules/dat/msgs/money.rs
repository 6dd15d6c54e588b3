//! What was earned, and the parameters.

use proto::{address::Address, coin::Denom, lazchain::dat::v1 as pb};

use super::{PLAIN, id};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{list, refused},
    modules::dat::{
        handlers,
        keys::{CREDITS, DATS},
        types::{MAX_CLAIMED, MAX_DENOMS, check},
    },
    msg::{Gas, Msg},
};

/// `MsgClaimRevenue`: what tokens earned is paid to their owners.
pub(crate) struct ClaimRevenue {
    pub sender: Address,
    pub dats: Vec<(u64, u64)>,
    pub denoms: Vec<Denom>,
}

impl Msg for ClaimRevenue {
    type Wire = pb::MsgClaimRevenue;
    type Response = pb::MsgClaimRevenueResponse;

    fn parse(wire: pb::MsgClaimRevenue) -> Result<ClaimRevenue> {
        let (dats, denoms) = (dats(wire.dats)?, denoms(wire.denoms)?);
        Ok(ClaimRevenue { sender: wire.sender.parse()?, dats, denoms })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(20_000).times(self.dats.len().saturating_mul(self.denoms.len().saturating_add(1)))
    }

    fn reads(&self, keys: &mut Vec<Vec<u8>>) {
        // one denomination's accounts, so that there are not more keys than the message has bytes
        let first = self.denoms.first();
        for (asset, serial) in &self.dats {
            keys.push(DATS.raw_key(&(*asset, *serial)));
            keys.extend(first.map(|denom| CREDITS.raw_key(&(*asset, *serial, denom.clone()))));
        }
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgClaimRevenueResponse> {
        Ok(pb::MsgClaimRevenueResponse { paid: handlers::claim_revenue(ctx, self)?.wire() })
    }
}

/// `MsgSettleRoyalties`: what a version owes its ancestors moves now.
pub(crate) struct SettleRoyalties {
    pub sender: Address,
    pub asset: u64,
    pub version: u64,
    pub denoms: Vec<Denom>,
}

impl Msg for SettleRoyalties {
    type Wire = pb::MsgSettleRoyalties;
    type Response = pb::MsgSettleRoyaltiesResponse;

    fn parse(wire: pb::MsgSettleRoyalties) -> Result<SettleRoyalties> {
        let (asset, version) = (id("asset", wire.asset)?, id("version", wire.version)?);
        Ok(SettleRoyalties { sender: wire.sender.parse()?, asset, version, denoms: denoms(wire.denoms)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(20_000).plus(Gas(120_000).times(self.denoms.len()))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSettleRoyaltiesResponse> {
        handlers::settle_royalties(ctx, self)?;
        Ok(pb::MsgSettleRoyaltiesResponse {})
    }
}

/// `MsgSettleExpired`: the money of expired tokens becomes revenue now.
pub(crate) struct SettleExpired {
    pub sender: Address,
    pub dats: Vec<(u64, u64)>,
}

impl Msg for SettleExpired {
    type Wire = pb::MsgSettleExpired;
    type Response = pb::MsgSettleExpiredResponse;

    fn parse(wire: pb::MsgSettleExpired) -> Result<SettleExpired> {
        Ok(SettleExpired { sender: wire.sender.parse()?, dats: dats(wire.dats)? })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        PLAIN.times(self.dats.len())
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSettleExpiredResponse> {
        handlers::settle_expired(ctx, self)?;
        Ok(pb::MsgSettleExpiredResponse {})
    }
}

/// `MsgUpdateParams`, by governance.
pub(crate) struct UpdateParams {
    pub authority: Address,
    pub params: pb::Params,
}

impl Msg for UpdateParams {
    type Wire = pb::MsgUpdateParams;
    type Response = pb::MsgUpdateParamsResponse;

    fn parse(wire: pb::MsgUpdateParams) -> Result<UpdateParams> {
        let params = wire.params.ok_or_else(|| refused("params are missing"))?;
        check(&params)?;
        Ok(UpdateParams { authority: wire.authority.parse()?, params })
    }

    fn signer(&self) -> Address {
        self.authority
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgUpdateParamsResponse> {
        handlers::update_params(ctx, self)?;
        Ok(pb::MsgUpdateParamsResponse {})
    }
}

fn dats(wire: Vec<pb::DatRef>) -> Result<Vec<(u64, u64)>> {
    let dats = list("dats", wire, MAX_CLAIMED, |one| Ok((id("dats", one.asset)?, id("dats", one.serial)?)))?;
    if dats.is_empty() { Err(refused("dats is empty")) } else { Ok(dats) }
}

fn denoms(wire: Vec<String>) -> Result<Vec<Denom>> {
    let denoms = list("denoms", wire, MAX_DENOMS, |denom| Ok(denom.parse()?))?;
    if denoms.is_empty() { Err(refused("denoms is empty")) } else { Ok(denoms) }
}

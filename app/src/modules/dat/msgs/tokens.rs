//! Tokens.

use proto::{address::Address, lazchain::dat::v1 as pb};

use super::{PLAIN, id};
use crate::{
    ctx::Ctx,
    error::Result,
    given::{address_or_none, list, refused},
    modules::dat::{handlers, types::MAX_MERGED},
    msg::{Gas, Msg},
};

/// `MsgTransferDat`: a token changes hands.
pub(crate) struct TransferDat {
    pub sender: Address,
    pub asset: u64,
    pub serial: u64,
    pub to: Address,
}

impl Msg for TransferDat {
    type Wire = pb::MsgTransferDat;
    type Response = pb::MsgTransferDatResponse;

    fn parse(wire: pb::MsgTransferDat) -> Result<TransferDat> {
        Ok(TransferDat {
            sender: wire.sender.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
            to: wire.to.parse()?,
        })
    }

    fn signer(&self) -> Address {
        self.sender
    }

    fn cost(&self) -> Gas {
        Gas(150_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgTransferDatResponse> {
        handlers::transfer_dat(ctx, self)?;
        Ok(pb::MsgTransferDatResponse {})
    }
}

/// `MsgSplitDat`: a part of a share becomes a token.
pub(crate) struct SplitDat {
    pub owner: Address,
    pub asset: u64,
    pub serial: u64,
    pub share: u32,
}

impl Msg for SplitDat {
    type Wire = pb::MsgSplitDat;
    type Response = pb::MsgSplitDatResponse;

    fn parse(wire: pb::MsgSplitDat) -> Result<SplitDat> {
        if wire.share == 0 {
            return Err(refused("share is 0; nothing would be split off"));
        }
        Ok(SplitDat {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
            share: wire.share,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(150_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgSplitDatResponse> {
        Ok(pb::MsgSplitDatResponse { serial: handlers::split_dat(ctx, self)? })
    }
}

/// `MsgMergeDats`: shares become one.
pub(crate) struct MergeDats {
    pub owner: Address,
    pub asset: u64,
    pub into: u64,
    pub from: Vec<u64>,
}

impl Msg for MergeDats {
    type Wire = pb::MsgMergeDats;
    type Response = pb::MsgMergeDatsResponse;

    fn parse(wire: pb::MsgMergeDats) -> Result<MergeDats> {
        let (into, asset) = (id("into", wire.into)?, id("asset", wire.asset)?);
        let from = list("from", wire.from, MAX_MERGED, |serial| id("from", serial))?;
        if from.is_empty() || from.contains(&into) {
            return Err(refused("from is empty, or names the token to merge into"));
        }
        Ok(MergeDats { owner: wire.owner.parse()?, asset, into, from })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(60_000).times(self.from.len().saturating_add(1))
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgMergeDatsResponse> {
        handlers::merge_dats(ctx, self)?;
        Ok(pb::MsgMergeDatsResponse {})
    }
}

/// `MsgTransferValue`: prepaid use moves.
pub(crate) struct TransferValue {
    pub owner: Address,
    pub asset: u64,
    pub serial: u64,
    pub units: u64,
    pub to: Address,
    pub to_serial: u64,
}

impl Msg for TransferValue {
    type Wire = pb::MsgTransferValue;
    type Response = pb::MsgTransferValueResponse;

    fn parse(wire: pb::MsgTransferValue) -> Result<TransferValue> {
        Ok(TransferValue {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
            units: id("units", wire.units)?,
            to: wire.to.parse()?,
            to_serial: wire.to_serial,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(100_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgTransferValueResponse> {
        Ok(pb::MsgTransferValueResponse { serial: handlers::transfer_value(ctx, self)? })
    }
}

/// `MsgApproveOperator`: somebody may transfer a token, once.
pub(crate) struct ApproveOperator {
    pub owner: Address,
    pub asset: u64,
    pub serial: u64,
    pub operator: Option<Address>,
}

impl Msg for ApproveOperator {
    type Wire = pb::MsgApproveOperator;
    type Response = pb::MsgApproveOperatorResponse;

    fn parse(wire: pb::MsgApproveOperator) -> Result<ApproveOperator> {
        Ok(ApproveOperator {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
            operator: address_or_none(&wire.operator)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgApproveOperatorResponse> {
        handlers::approve_operator(ctx, self)?;
        Ok(pb::MsgApproveOperatorResponse {})
    }
}

/// `MsgBurnDat`: a token without share goes.
pub(crate) struct BurnDat {
    pub owner: Address,
    pub asset: u64,
    pub serial: u64,
}

impl Msg for BurnDat {
    type Wire = pb::MsgBurnDat;
    type Response = pb::MsgBurnDatResponse;

    fn parse(wire: pb::MsgBurnDat) -> Result<BurnDat> {
        Ok(BurnDat {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            serial: id("serial", wire.serial)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        Gas(150_000)
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgBurnDatResponse> {
        handlers::burn_dat(ctx, self)?;
        Ok(pb::MsgBurnDatResponse {})
    }
}

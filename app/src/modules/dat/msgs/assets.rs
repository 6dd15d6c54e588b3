//! Control of assets.

use proto::{address::Address, lazchain::dat::v1 as pb};

use super::{PLAIN, id};
use crate::{
    ctx::Ctx,
    error::Result,
    given::address_or_none,
    modules::dat::handlers,
    msg::{Gas, Msg},
};

/// `MsgTransferAsset`: control is offered to somebody, or the offer is taken back.
pub(crate) struct TransferAsset {
    pub owner: Address,
    pub asset: u64,
    pub to: Option<Address>,
}

impl Msg for TransferAsset {
    type Wire = pb::MsgTransferAsset;
    type Response = pb::MsgTransferAssetResponse;

    fn parse(wire: pb::MsgTransferAsset) -> Result<TransferAsset> {
        Ok(TransferAsset {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            to: address_or_none(&wire.to)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgTransferAssetResponse> {
        handlers::transfer_asset(ctx, self)?;
        Ok(pb::MsgTransferAssetResponse {})
    }
}

/// `MsgAcceptAsset`: control is taken by whom it was offered to.
pub(crate) struct AcceptAsset {
    pub new_owner: Address,
    pub asset: u64,
}

impl Msg for AcceptAsset {
    type Wire = pb::MsgAcceptAsset;
    type Response = pb::MsgAcceptAssetResponse;

    fn parse(wire: pb::MsgAcceptAsset) -> Result<AcceptAsset> {
        Ok(AcceptAsset { new_owner: wire.new_owner.parse()?, asset: id("asset", wire.asset)? })
    }

    fn signer(&self) -> Address {
        self.new_owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgAcceptAssetResponse> {
        handlers::accept_asset(ctx, self)?;
        Ok(pb::MsgAcceptAssetResponse {})
    }
}

/// `MsgMoveAsset`: into another iDAO of the owner's, or out of any.
pub(crate) struct MoveAsset {
    pub owner: Address,
    pub asset: u64,
    pub idao: u64,
}

impl Msg for MoveAsset {
    type Wire = pb::MsgMoveAsset;
    type Response = pb::MsgMoveAssetResponse;

    fn parse(wire: pb::MsgMoveAsset) -> Result<MoveAsset> {
        Ok(MoveAsset { owner: wire.owner.parse()?, asset: id("asset", wire.asset)?, idao: wire.idao })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgMoveAssetResponse> {
        handlers::move_asset(ctx, self)?;
        Ok(pb::MsgMoveAssetResponse {})
    }
}

/// `MsgRetireAsset`: no new grants from now on.
pub(crate) struct RetireAsset {
    pub owner: Address,
    pub asset: u64,
}

impl Msg for RetireAsset {
    type Wire = pb::MsgRetireAsset;
    type Response = pb::MsgRetireAssetResponse;

    fn parse(wire: pb::MsgRetireAsset) -> Result<RetireAsset> {
        Ok(RetireAsset { owner: wire.owner.parse()?, asset: id("asset", wire.asset)? })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgRetireAssetResponse> {
        handlers::retire_asset(ctx, self)?;
        Ok(pb::MsgRetireAssetResponse {})
    }
}

/// `MsgReleaseDescendant`: a demand to unlearn is taken back.
pub(crate) struct ReleaseDescendant {
    pub owner: Address,
    pub asset: u64,
    pub descendant: u64,
    pub version: u64,
}

impl Msg for ReleaseDescendant {
    type Wire = pb::MsgReleaseDescendant;
    type Response = pb::MsgReleaseDescendantResponse;

    fn parse(wire: pb::MsgReleaseDescendant) -> Result<ReleaseDescendant> {
        Ok(ReleaseDescendant {
            owner: wire.owner.parse()?,
            asset: id("asset", wire.asset)?,
            descendant: id("descendant", wire.descendant)?,
            version: id("version", wire.version)?,
        })
    }

    fn signer(&self) -> Address {
        self.owner
    }

    fn cost(&self) -> Gas {
        PLAIN
    }

    fn apply(&self, ctx: &mut Ctx) -> Result<pb::MsgReleaseDescendantResponse> {
        handlers::release_descendant(ctx, self)?;
        Ok(pb::MsgReleaseDescendantResponse {})
    }
}

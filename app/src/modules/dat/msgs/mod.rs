//! The messages.

mod access;
mod assets;
mod money;
mod parts;
mod tokens;

pub(crate) use access::{
    BuyAccess, DecideAccess, DeliverKey, GrantAccess, PublishPolicy, RefundAccess, RequestAccess,
    RevokeAccess, RotateDataKey,
};
pub(crate) use assets::{AcceptAsset, MoveAsset, ReleaseDescendant, RetireAsset, TransferAsset};
pub(crate) use money::{ClaimRevenue, SettleExpired, SettleRoyalties, UpdateParams};
pub(crate) use parts::{given_manifest, given_parents, given_policy};
pub(crate) use tokens::{ApproveOperator, BurnDat, MergeDats, SplitDat, TransferDat, TransferValue};

use crate::{error::Result, given::refused, msg::Gas};

/// What a message costs that writes a record or two.
const PLAIN: Gas = Gas(50_000);

/// A number of something that is there: from 1.
fn id(field: &str, id: u64) -> Result<u64> {
    if id == 0 { Err(refused(format!("{field} is 0; ids are counted from 1"))) } else { Ok(id) }
}

//! The chain on one page. The order of calls below is consensus.

pub(crate) mod auth;
pub(crate) mod bank;
pub(crate) mod consensus;
pub(crate) mod hooks;
pub(crate) mod staking;

use proto::address::Address;
use serde_json::Value as Json;
use state::Read;
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use crate::{
    ctx::Ctx,
    error::{Result, Sdk},
    genesis,
    invariant::Invariant,
    msg::Route,
    node::Seen,
    query::Query,
};

/// The module account whose messages are passed proposals.
pub(crate) const GOVERNANCE: &str = "gov";

/// Module accounts and what they may do, as Cosmos names it.
pub(crate) const MODULE_ACCOUNTS: &[(&str, &[&str])] = &[
    (crate::checks::FEE_COLLECTOR, &[]),
    (staking::BONDED_POOL, &["burner", "staking"]),
    (staking::NOT_BONDED_POOL, &["burner", "staking"]),
];

/// Every message there is.
const ROUTES: &[&[Route]] = &[
    &[Route::of::<auth::UpdateParams>()],
    &[
        Route::of::<bank::Transfer>(),
        Route::of::<bank::MultiTransfer>(),
        Route::of::<bank::UpdateParams>(),
        Route::of::<bank::SetSendEnabled>(),
    ],
    &[Route::of::<consensus::UpdateParams>()],
];

/// Every query of state there is.
pub(crate) const QUERIES: &[&[Query]] = &[auth::QUERIES, bank::QUERIES, consensus::QUERIES];

/// Everything that is true after every block.
pub(crate) const INVARIANTS: &[&[Invariant]] = &[auth::INVARIANTS, bank::INVARIANTS];

/// All routes, in order.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().flat_map(|list| list.iter())
}

/// Before the transactions. An error here stops the chain.
pub(crate) fn begin_block(_: &mut Ctx, _: &Seen) -> Result<()> {
    Ok(())
}

/// After the transactions. An error here stops the chain.
pub(crate) fn end_block(_: &mut Ctx) -> Result<Vec<ValidatorUpdate>> {
    Ok(Vec::new())
}

/// Fills an empty state; `app` has one field per module. Returns the validators, if a module names any.
pub(crate) fn init(ctx: &mut Ctx, app: &Json) -> Result<Vec<ValidatorUpdate>> {
    auth::init(ctx, &genesis::section(app, "auth")?)?;
    bank::init(ctx, &genesis::section(app, "bank")?)?;
    Ok(Vec::new())
}

/// The state as a genesis would have it.
pub(crate) fn export(state: &dyn Read) -> Result<Vec<(&'static str, Json)>> {
    Ok(vec![("auth", genesis::json(&auth::export(state)?)?), ("bank", genesis::json(&bank::export(state)?)?)])
}

/// Refuses whoever is not governance.
pub(crate) fn require_authority(who: &Address) -> Result<()> {
    let authority = Address::module(GOVERNANCE);
    if *who == authority {
        return Ok(());
    }
    let text = format!(
        "invalid authority; expected {authority}, got {who}: expected gov account as only signer for proposal message"
    );
    Err(Sdk::Unauthorized(text).into())
}

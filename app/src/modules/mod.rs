//! The chain on one page. The order of calls below is consensus.

pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod bank;
pub mod beacon;
pub(crate) mod consensus;
pub(crate) mod dat;
pub(crate) mod distribution;
pub(crate) mod evidence;
pub(crate) mod genutil;
pub(crate) mod gov;
pub(crate) mod hooks;
pub(crate) mod idao;
pub(crate) mod mint;
pub(crate) mod quorum;
pub(crate) mod rewards;
pub(crate) mod scheduler;
pub(crate) mod slashing;
pub(crate) mod staking;
pub(crate) mod usage;
pub(crate) mod vsc;

use proto::address::Address;
use serde_json::Value as Json;
use state::Read;
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use crate::{
    ctx::Ctx,
    error::Result,
    genesis,
    invariant::Invariant,
    metrics::block_work,
    modules::scheduler::{Queue, Work},
    msg::Route,
    node::Seen,
    query::Query,
};

/// The module account whose messages are passed proposals.
pub(crate) const GOVERNANCE: &str = "gov";

/// Module accounts and what they may do, as Cosmos names it.
pub(crate) const MODULE_ACCOUNTS: &[(&str, &[&str])] = &[
    (crate::checks::FEE_COLLECTOR, &[]),
    (distribution::ACCOUNT, &[]),
    (mint::ACCOUNT, &["minter"]),
    (staking::BONDED_POOL, &["burner", "staking"]),
    (staking::NOT_BONDED_POOL, &["burner", "staking"]),
    (idao::ACCOUNT, &["burner"]),
    (quorum::ACCOUNT, &["burner"]),
    (dat::ACCOUNT, &[]),
    (usage::ACCOUNT, &["burner"]),
    (rewards::ACCOUNT, &[]),
    (vsc::ACCOUNT, &["burner"]),
    (GOVERNANCE, &["burner"]),
];

/// Messages that carry ballots: a proposer takes them before others.
pub(crate) const BALLOTS: &[&str] =
    &["/lazchain.vsc.v1.MsgSubmitCommits", "/lazchain.vsc.v1.MsgSubmitReveals"];

/// Every message there is.
const ROUTES: &[&[Route]] = &[
    &[Route::of::<scheduler::UpdateParams>(), Route::of::<scheduler::Retry>()],
    &[Route::of::<auth::UpdateParams>()],
    &[
        Route::of::<bank::Transfer>(),
        Route::of::<bank::MultiTransfer>(),
        Route::of::<bank::UpdateParams>(),
        Route::of::<bank::SetSendEnabled>(),
    ],
    &[Route::of::<consensus::UpdateParams>()],
    &[
        Route::of::<staking::CreateValidator>(),
        Route::of::<staking::EditValidator>(),
        Route::of::<staking::Delegate>(),
        Route::of::<staking::BeginRedelegate>(),
        Route::of::<staking::Undelegate>(),
        Route::of::<staking::CancelUnbonding>(),
        Route::of::<staking::UpdateParams>(),
    ],
    &[Route::of::<slashing::Unjail>(), Route::of::<slashing::UpdateParams>()],
    &[Route::of::<evidence::SubmitEvidence>()],
    &[
        Route::of::<distribution::SetWithdrawAddress>(),
        Route::of::<distribution::WithdrawReward>(),
        Route::of::<distribution::WithdrawCommission>(),
        Route::of::<distribution::FundCommunityPool>(),
        Route::of::<distribution::DepositRewards>(),
        Route::of::<distribution::SpendCommunityPool>(),
        Route::of::<distribution::UpdateParams>(),
    ],
    &[Route::of::<mint::UpdateParams>()],
    &[Route::of::<beacon::RegisterBeacon>(), Route::of::<beacon::UpdateParams>()],
    &[
        Route::of::<idao::CreateIdao>(),
        Route::of::<idao::UpdateIdao>(),
        Route::of::<idao::CloseIdao>(),
        Route::of::<idao::ApplyToJoin>(),
        Route::of::<idao::WithdrawApplication>(),
        Route::of::<idao::Invite>(),
        Route::of::<idao::AcceptInvite>(),
        Route::of::<idao::LeaveIdao>(),
        Route::of::<idao::RemoveMember>(),
        Route::of::<idao::SetRoles>(),
        Route::of::<idao::AcceptRole>(),
        Route::of::<idao::RegisterAgent>(),
        Route::of::<idao::RevokeAgent>(),
        Route::of::<idao::Propose>(),
        Route::of::<idao::Vote>(),
        Route::of::<idao::ExecuteProposal>(),
        Route::of::<idao::WithdrawProposal>(),
        Route::of::<idao::EstablishTrust>(),
        Route::of::<idao::EndTrust>(),
        Route::of::<idao::FreezeSubject>(),
        Route::of::<idao::ClaimMemberRewards>(),
        Route::of::<idao::FundTreasury>(),
        Route::of::<idao::UpdateParams>(),
    ],
    &[
        Route::of::<quorum::CreateQuorum>(),
        Route::of::<quorum::JoinQuorum>(),
        Route::of::<quorum::AdmitMember>(),
        Route::of::<quorum::UpdateAllocation>(),
        Route::of::<quorum::LeaveQuorum>(),
        Route::of::<quorum::RotateKeys>(),
        Route::of::<quorum::ProposeRules>(),
        Route::of::<quorum::VoteRules>(),
        Route::of::<quorum::UnjailMember>(),
        Route::of::<quorum::FundQuorum>(),
        Route::of::<quorum::ClaimPool>(),
        Route::of::<quorum::UpdateParams>(),
    ],
    &[
        Route::of::<dat::TransferAsset>(),
        Route::of::<dat::AcceptAsset>(),
        Route::of::<dat::MoveAsset>(),
        Route::of::<dat::TransferDat>(),
        Route::of::<dat::SplitDat>(),
        Route::of::<dat::MergeDats>(),
        Route::of::<dat::TransferValue>(),
        Route::of::<dat::ApproveOperator>(),
        Route::of::<dat::BurnDat>(),
        Route::of::<dat::PublishPolicy>(),
        Route::of::<dat::BuyAccess>(),
        Route::of::<dat::GrantAccess>(),
        Route::of::<dat::RequestAccess>(),
        Route::of::<dat::DecideAccess>(),
        Route::of::<dat::DeliverKey>(),
        Route::of::<dat::RevokeAccess>(),
        Route::of::<dat::RefundAccess>(),
        Route::of::<dat::RotateDataKey>(),
        Route::of::<dat::ClaimRevenue>(),
        Route::of::<dat::SettleRoyalties>(),
        Route::of::<dat::SettleExpired>(),
        Route::of::<dat::RetireAsset>(),
        Route::of::<dat::ReleaseDescendant>(),
        Route::of::<dat::UpdateParams>(),
    ],
    &[
        Route::of::<usage::RegisterProvider>(),
        Route::of::<usage::UpdateProvider>(),
        Route::of::<usage::UnregisterProvider>(),
        Route::of::<usage::BuyCompute>(),
        Route::of::<usage::OpenChannel>(),
        Route::of::<usage::TopUpChannel>(),
        Route::of::<usage::CloseChannel>(),
        Route::of::<usage::RedeemVouchers>(),
        Route::of::<usage::SettleClosed>(),
        Route::of::<usage::ClaimRefund>(),
        Route::of::<usage::UpdateParams>(),
    ],
    &[Route::of::<rewards::ClaimEmission>(), Route::of::<rewards::UpdateParams>()],
    &[
        Route::of::<vsc::SealUpdate>(),
        Route::of::<vsc::SubmitUpdate>(),
        Route::of::<vsc::WithdrawUpdate>(),
        Route::of::<vsc::ShareKeys>(),
        Route::of::<vsc::SubmitCommits>(),
        Route::of::<vsc::SubmitReveals>(),
        Route::of::<vsc::Challenge>(),
        Route::of::<vsc::Appeal>(),
        Route::of::<vsc::AddEvidence>(),
        Route::of::<vsc::RevealCanary>(),
        Route::of::<vsc::Rule>(),
        Route::of::<vsc::UpdateParams>(),
        Route::of::<vsc::SubmitEquivocation>(),
    ],
    &[
        Route::of::<gov::Submit>(),
        Route::of::<gov::Deposit>(),
        Route::of::<gov::Vote>(),
        Route::of::<gov::VoteWeighted>(),
        Route::of::<gov::Cancel>(),
        Route::of::<gov::ExecuteOldContent>(),
        Route::of::<gov::UpdateParams>(),
        Route::of::<gov::OldSubmit>(),
        Route::of::<gov::OldDeposit>(),
        Route::of::<gov::OldVote>(),
        Route::of::<gov::OldVoteWeighted>(),
    ],
];

/// Every query of state there is.
pub(crate) const QUERIES: &[&[Query]] = &[
    scheduler::QUERIES,
    audit::QUERIES,
    auth::QUERIES,
    bank::QUERIES,
    consensus::QUERIES,
    staking::QUERIES,
    slashing::QUERIES,
    evidence::QUERIES,
    distribution::QUERIES,
    mint::QUERIES,
    beacon::QUERIES,
    idao::QUERIES,
    quorum::QUERIES,
    dat::QUERIES,
    usage::QUERIES,
    rewards::QUERIES,
    vsc::QUERIES,
    gov::QUERIES,
    gov::OLD_QUERIES,
];

/// Everything that is true after every block.
pub(crate) const INVARIANTS: &[&[Invariant]] = &[
    scheduler::INVARIANTS,
    audit::INVARIANTS,
    auth::INVARIANTS,
    bank::INVARIANTS,
    staking::INVARIANTS,
    slashing::INVARIANTS,
    distribution::INVARIANTS,
    mint::INVARIANTS,
    beacon::INVARIANTS,
    idao::INVARIANTS,
    quorum::INVARIANTS,
    dat::INVARIANTS,
    usage::INVARIANTS,
    rewards::INVARIANTS,
    vsc::INVARIANTS,
    gov::INVARIANTS,
];

/// Every queue there is and its work. Each is sure of a sixteenth of a block's budget, in this order.
pub(crate) const QUEUES: &[(&Queue, Work)] = &[
    // rulings and slashes first: stake that they reach may be about to leave
    (&vsc::RULINGS, vsc::work_rulings),
    (&quorum::SLASHING, quorum::slash),
    (&vsc::PHASES, vsc::work_phases),
    (&vsc::THROWS, vsc::work_throws),
    (&vsc::DEADLINES, vsc::work_deadlines),
    (&vsc::SEAL_ENDS, vsc::work_seal_ends),
    (&quorum::MEASURING, quorum::measure),
    (&quorum::FORGETTING, quorum::forget),
    (&idao::CLOSINGS, idao::close_vote),
    (&idao::ENDS, idao::end),
    (&idao::LEFTOVERS, idao::clear),
    (&dat::ROYALTIES, dat::royalties),
    (&dat::RELEASES, dat::releases),
    (&dat::EXPIRIES, dat::expiries),
    (&dat::UNANSWERED, dat::unanswered),
    (&usage::CLOSINGS, usage::work_closing),
];

/// All routes, in order.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().flat_map(|list| list.iter())
}

/// Before the transactions. An error here stops the chain.
pub(crate) fn begin_block(ctx: &mut Ctx, seen: &Seen) -> Result<()> {
    scheduler::begin_block(ctx);
    #[cfg(test)]
    crate::testkit::acted(ctx)?;
    block_work("mint", "begin_block", || mint::begin_block(ctx))?;
    // before anybody is slashed
    block_work("distribution", "begin_block", || distribution::begin_block(ctx, seen))?;
    block_work("slashing", "begin_block", || slashing::begin_block(ctx, seen))?;
    block_work("evidence", "begin_block", || evidence::begin_block(ctx, seen))
}

/// After the transactions. An error here stops the chain.
pub(crate) fn end_block(ctx: &mut Ctx) -> Result<Vec<ValidatorUpdate>> {
    // runs passed proposals, which may still change stakes
    block_work("gov", "end_block", || gov::end_block(ctx))?;
    // rulings and slashes, before what is unbonding matures
    block_work("scheduler", "end_block", || scheduler::end_block(ctx))?;
    // last: reports the set that the next blocks are signed by
    block_work("staking", "end_block", || staking::end_block(ctx))
}

/// An epoch begins with the next block. What takes longer than a few reads goes into a queue.
pub(crate) fn epoch_began(ctx: &mut Ctx, number: u64) -> Result<()> {
    quorum::epoch_began(ctx, number)?;
    rewards::epoch_began(ctx, number)
}

/// Fills an empty state; `app` has one field per module. Returns the validators, if a module names any.
pub(crate) fn init(ctx: &mut Ctx, app: &Json) -> Result<Vec<ValidatorUpdate>> {
    scheduler::init(ctx, &genesis::section(app, "scheduler")?)?;
    audit::init(ctx, &genesis::section(app, "audit")?)?;
    auth::init(ctx, &genesis::section(app, "auth")?)?;
    bank::init(ctx, &genesis::section(app, "bank")?)?;
    distribution::init(ctx, &genesis::section(app, "distribution")?)?; // before staking, whose hooks it answers
    slashing::init(ctx, &genesis::section(app, "slashing")?)?;
    staking::init(ctx, &genesis::section(app, "staking")?)?;
    evidence::init(ctx, &genesis::section(app, "evidence")?)?;
    mint::init(ctx, &genesis::section(app, "mint")?)?;
    beacon::init(ctx, &genesis::section(app, "beacon")?)?;
    idao::init(ctx, &genesis::section(app, "idao")?)?;
    quorum::init(ctx, &genesis::section(app, "quorum")?)?; // after staking, whose stake it holds
    dat::init(ctx, &genesis::section(app, "dat")?)?;
    usage::init(ctx, &genesis::section(app, "usage")?)?;
    rewards::init(ctx, &genesis::section(app, "rewards")?)?;
    vsc::init(ctx, &genesis::section(app, "vsc")?)?;
    gov::init(ctx, &genesis::section(app, "gov")?)?;
    if genutil::init(ctx, app.get("genutil"))? > 0 {
        staking::apply_updates(ctx)?;
    }
    ctx.take_events();
    staking::set(&ctx.state)
}

/// Parameters of the protocol's modules for a network on one desk: short times, small committees.
pub(crate) fn local_params() -> Result<Vec<(&'static str, Json)>> {
    Ok(vec![
        ("scheduler", genesis::json(&scheduler::local())?),
        ("beacon", genesis::json(&beacon::local())?),
        ("idao", genesis::json(&idao::local())?),
        ("quorum", genesis::json(&quorum::local())?),
        ("dat", genesis::json(&dat::local())?),
        ("vsc", genesis::json(&vsc::local())?),
        ("usage", genesis::json(&usage::Params::local().wire())?),
    ])
}

/// A part of a genesis: whose, and how it is written.
pub(crate) type Section = (&'static str, fn(&dyn Read) -> Result<Json>);

/// The state as a genesis would have it, a section per module.
pub(crate) const SECTIONS: &[Section] = &[
    ("scheduler", |state| genesis::json(&scheduler::export(state)?)),
    ("audit", |state| genesis::json(&audit::export(state)?)),
    ("auth", |state| genesis::json(&auth::export(state)?)),
    ("bank", |state| genesis::json(&bank::export(state)?)),
    ("slashing", |state| genesis::json(&slashing::export(state)?)),
    ("staking", |state| genesis::json(&staking::export(state)?)),
    ("evidence", |state| genesis::json(&evidence::export(state)?)),
    ("distribution", |state| genesis::json(&distribution::export(state)?)),
    ("mint", |state| genesis::json(&mint::export(state)?)),
    ("beacon", |state| genesis::json(&beacon::export(state)?)),
    ("idao", |state| genesis::json(&idao::export(state)?)),
    ("quorum", |state| genesis::json(&quorum::export(state)?)),
    ("dat", |state| genesis::json(&dat::export(state)?)),
    ("usage", |state| genesis::json(&usage::export(state)?)),
    ("rewards", |state| genesis::json(&rewards::export(state)?)),
    ("vsc", |state| genesis::json(&vsc::export(state)?)),
    ("gov", |state| genesis::json(&gov::export(state)?)),
];

/// All sections.
pub(crate) fn export(state: &dyn Read) -> Result<Vec<(&'static str, Json)>> {
    SECTIONS.iter().map(|(module, write)| Ok((*module, write(state)?))).collect()
}

/// Refuses whoever is not governance.
pub(crate) fn require_authority(who: &Address) -> Result<()> {
    let authority = Address::module(GOVERNANCE);
    if *who == authority {
        return Ok(());
    }
    Err(gov::Error::InvalidSigner(format!("invalid authority; expected {authority}, got {who}")).into())
}

//! Submitting an update.

use std::collections::BTreeSet;

use proto::{address::Address, lazchain::vsc::v1 as pb, pubkey::PubKey, signed};
use state::Pb;

use super::super::{
    errors::Error,
    events,
    keys::{CLAIMS, CONTENTS, NEXT_TASK, SEALS, TASKS_OF_ACCOUNT, TASKS_OF_IDAO},
    logic,
    money::stake,
    msgs::SubmitUpdate,
    types::{MAX_POOL_SHARE, WHOLE, time_of},
};
use crate::{
    ctx::Ctx,
    error::Result,
    given::refused,
    modules::{
        audit::{self, Subject},
        bank, dat,
        idao::{self, Actor},
    },
    signatures, stored,
};

const TYPE_URL: &str = "/lazchain.vsc.v1.MsgSubmitUpdate";
/// Millionths in a basis point.
const MILLIONTHS: u32 = 100;

pub(crate) fn submit_update(ctx: &mut Ctx, msg: &SubmitUpdate) -> Result<u64> {
    let params = logic::params(&ctx.state)?;
    let least = stored::amount(&params.min_value_at_risk)?;
    if msg.value_at_risk < least {
        return Err(Error::ValueTooSmall { value: msg.value_at_risk, least }.into());
    }
    let deposit = stake(msg.max_fee, params.deposit_fees, msg.value_at_risk, params.deposit_bps)?;
    let idao = msg.update.idao;
    let actor = idao::acting(ctx, idao, &msg.signer, TYPE_URL, deposit.plus(msg.max_fee)?)?;
    let (sealed_by, seal) = use_seal(ctx, msg, &actor)?;
    let rival = older_claim(ctx, msg, seal.number)?;
    let (owner, conflicts) = check_lineage(ctx, msg, &actor, &seal)?;
    let split_bps = idao::split(&ctx.state, idao)?;
    check_shares(msg, split_bps)?;
    logic::count_open(ctx, &actor.member, idao)?;
    let id = NEXT_TASK.get(&ctx.state)?.unwrap_or(1);
    NEXT_TASK.set(&mut ctx.state, &id.saturating_add(1));
    let mut task = pb::Task {
        id,
        update: Some(msg.update.clone()),
        submitter: actor.member.to_string(),
        agent: actor.agent.map(|agent| agent.to_string()).unwrap_or_default(),
        owner: owner.to_string(),
        seal: seal.seal.clone(),
        seal_number: seal.number,
        opened_height: ctx.block.height,
        opened: Some(ctx.block.time.wire()),
        fee_held: msg.max_fee.to_string(),
        deposit_held: deposit.to_string(),
        deposit: deposit.to_string(),
        split_bps,
        conflicts: conflicts.iter().map(Address::to_string).collect(),
        counted: true,
        ..pb::Task::default()
    };
    bank::transfer(ctx, &actor.member, &logic::account(), &logic::ulaz(deposit.plus(msg.max_fee)?))?;
    let seal_deposit = stored::amount(&seal.deposit)?;
    if !seal_deposit.is_zero() {
        bank::transfer(ctx, &logic::account(), &sealed_by, &logic::ulaz(seal_deposit))?;
    }
    TASKS_OF_IDAO.set(&mut ctx.state, &(idao, id), &());
    TASKS_OF_ACCOUNT.set(&mut ctx.state, &(actor.member, id), &());
    if !msg.content.is_empty() {
        CONTENTS.set(&mut ctx.state, &id, &msg.content);
    }
    task.set_status(pb::TaskStatus::Rival);
    logic::save(ctx, &task);
    ctx.emit(events::Submitted { task: &task });
    let digest = audit::digest_of(&task);
    let entry = audit::Entry::new(Subject::Task(id), "vsc.update_submitted", &actor.member, digest);
    audit::record(ctx, entry.by_agent(actor.agent.as_ref()))?;
    claim(ctx, msg, &mut task, rival)?;
    Ok(id)
}

/// Takes the seal out of state: it is used.
fn use_seal(ctx: &mut Ctx, msg: &SubmitUpdate, actor: &Actor) -> Result<(Address, pb::Seal)> {
    let life = time_of(logic::params(&ctx.state)?.seal_life.as_ref());
    for owner in [Some(actor.member), actor.agent].into_iter().flatten() {
        let key = (owner, signed::seal(&msg.digest, &owner, &msg.salt));
        let Some(Pb(seal)) = SEALS.get(&ctx.state, &key)? else { continue };
        if seal.height >= ctx.block.height {
            return Err(Error::SealTooYoung.into());
        }
        if ctx.block.time >= stored::time(seal.time.as_ref()).plus(life) {
            return Err(Error::SealTooOld.into());
        }
        SEALS.remove(&mut ctx.state, &key);
        return Ok((owner, seal));
    }
    Err(Error::NoSuchSeal(actor.member).into())
}

/// The task that has the content under a younger seal; an older one, or a final anchor, is refused.
fn older_claim(ctx: &Ctx, msg: &SubmitUpdate, seal: u64) -> Result<Option<pb::Task>> {
    let Some(task) = logic::anchored_claim(&ctx.state, &msg.digest)? else { return Ok(None) };
    if task.status() == pb::TaskStatus::Final {
        return Err(Error::Anchored { asset: task.asset, version: task.version }.into());
    }
    let waiting = logic::find_task(&ctx.state, task.rival)?;
    let oldest = waiting.filter(|waiting| waiting.seal_number < task.seal_number);
    let oldest = oldest.as_ref().unwrap_or(&task);
    if oldest.seal_number < seal {
        return Err(Error::Claimed(oldest.id).into());
    }
    Ok(Some(task))
}

/// The content is this task's now, or will be when the younger seal's has been decided.
fn claim(ctx: &mut Ctx, msg: &SubmitUpdate, task: &mut pb::Task, younger: Option<pb::Task>) -> Result<()> {
    let Some(mut younger) = younger else {
        CLAIMS.set(&mut ctx.state, &msg.digest, &task.id);
        return logic::admit(ctx, task);
    };
    if let Some(mut waiting) = logic::find_task(&ctx.state, younger.rival)? {
        younger.rival = 0;
        logic::save(ctx, &younger);
        logic::displace(ctx, &mut waiting)?;
    }
    if logic::waits(&younger) {
        younger.rival = task.id;
        logic::save(ctx, &younger);
        return Ok(());
    }
    CLAIMS.set(&mut ctx.state, &msg.digest, &task.id);
    logic::displace(ctx, &mut younger)?;
    logic::admit(ctx, task)
}

/// Target, parents and consents; who will own it, and whose conflicts it brings.
fn check_lineage(
    ctx: &Ctx,
    msg: &SubmitUpdate,
    actor: &Actor,
    seal: &pb::Seal,
) -> Result<(Address, BTreeSet<Address>)> {
    let update = &msg.update;
    let target = (update.target != 0).then_some(update.target);
    let derivation = dat::Derivation {
        submitter: &actor.member,
        target,
        parents: &update.parents,
        dropped: &update.dropped,
        now: ctx.block.time,
    };
    let lineage = dat::check_parents(&ctx.state, &derivation)?;
    let mut conflicts: BTreeSet<Address> = [actor.member].into_iter().chain(actor.agent).collect();
    let mut owner = actor.member;
    if let Some(asset) = target {
        let record = dat::asset(&ctx.state, asset)?;
        if record.idao != update.idao {
            return Err(Error::WrongTarget { asset, why: "it is of another iDAO" }.into());
        }
        owner = stored::address(&record.owner)?;
        if owner != actor.member {
            consented(ctx, msg, seal, (actor, owner, 0))?;
        }
    }
    conflicts.insert(owner);
    for (account, share) in &msg.beneficiaries {
        if *account != actor.member {
            consented(ctx, msg, seal, (actor, *account, *share))?;
        }
        conflicts.insert(*account);
    }
    for parent in &lineage.parents {
        conflicts.insert(stored::address(&dat::asset(&ctx.state, parent.asset)?.owner)?);
    }
    Ok((owner, conflicts))
}

/// Beneficiaries take out of the owner's part, whatever Quorum is chosen.
fn check_shares(msg: &SubmitUpdate, split_bps: u32) -> Result<()> {
    let given = msg.beneficiaries.iter().fold(0_u32, |sum, (_, share)| sum.saturating_add(*share));
    let treasury = split_bps.saturating_mul(MILLIONTHS);
    let left = WHOLE.saturating_sub(treasury).saturating_sub(MAX_POOL_SHARE);
    if given > left {
        return Err(refused(format!("beneficiaries get {given} millionths; {left} can be given")));
    }
    Ok(())
}

/// Whether somebody has signed for this update and no other.
fn consented(
    ctx: &Ctx,
    msg: &SubmitUpdate,
    seal: &pb::Seal,
    (actor, account, share): (&Actor, Address, u32),
) -> Result<()> {
    let statement = pb::ConsentStatement {
        digest: msg.digest.to_vec(),
        seal: seal.seal.clone(),
        submitter: actor.member.to_string(),
        account: account.to_string(),
        idao: msg.update.idao,
        target: msg.update.target,
        share,
    };
    let said = signed::statement("consent", &ctx.block.chain_id, &statement);
    let found = msg.consents.iter().find(|consent| consent.account == account);
    let good = found.is_some_and(|consent| {
        PubKey::Secp256k1(consent.pub_key).address() == account
            && signatures::is_signed(&consent.pub_key, &said, &consent.signature)
    });
    if good { Ok(()) } else { Err(Error::NoConsent(account).into()) }
}

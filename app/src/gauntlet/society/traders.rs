//! Shares that are split, given, merged and claimed in any order; delegators; licences that are taken back.

use proto::{
    cosmos::{base::v1beta1::Coin, staking::v1beta1 as staking},
    lazchain::dat::v1 as pb,
};

use super::{
    cast::{Kind, LAZ},
    desk::Desk,
    look::dats_of,
    operators::Stage,
};
use crate::{gauntlet::Dice, testkit::address};

/// Owners now and then give a part of what they have to a trader; traders do with it what they like.
pub(super) fn act(stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    for who in stage.cast.of(Kind::Submitter) {
        if dice.one_in(120) {
            give(who, stage, dice, desk);
        }
        if dice.one_in(600) || is_parent(who, stage) && dice.one_in(6) {
            take_back(who, stage, desk);
        }
    }
    for who in stage.cast.of(Kind::Trader) {
        if dice.one_in(8) {
            trade(who, stage, dice, desk);
        }
    }
    for who in stage.cast.of(Kind::Delegator) {
        if dice.one_in(40) {
            delegate(who, stage, dice, desk);
        }
    }
}

/// A token with a share goes to a trader; half of it stays behind as a new one.
fn give(who: &str, stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let dats = dats_of(stage.look.chain, stage.cast.account(who));
    let Some(dat) = dats.iter().find(|dat| dat.share > 1_000) else { return };
    let (owner, sender) = (stage.cast.account(who), stage.cast.account(who));
    let (asset, serial, share) = (dat.asset, dat.serial, dat.share - dat.share / 8);
    desk.put(who, &pb::MsgSplitDat { owner, asset, serial, share });
    let to = a_trader(stage, dice);
    desk.put(who, &pb::MsgTransferDat { sender, asset, serial, to });
}

/// Whether something is being judged that was made from an asset of theirs.
fn is_parent(who: &str, stage: &Stage) -> bool {
    let owner = stage.cast.account(who);
    let mine = |asset: u64| stage.look.assets.iter().any(|found| found.id == asset && found.owner == owner);
    let judged = stage.look.tasks.iter().filter(|task| task.verdicts == 0);
    judged
        .filter_map(|task| task.update.as_ref())
        .flat_map(|update| &update.parents)
        .any(|one| mine(one.asset))
}

/// A licence is revoked for all, a new one is published.
fn take_back(who: &str, stage: &Stage, desk: &mut Desk) {
    let owner = stage.cast.account(who);
    let mine = |asset: &&pb::Asset| asset.owner == owner && asset.status() == pb::AssetStatus::Active;
    let Some(asset) = stage.look.assets.iter().find(mine) else { return };
    let (asset, policy_version) = (asset.id, asset.policies);
    let revoke = pb::MsgRevokeAccess { owner: owner.clone(), asset, policy_version, ..Default::default() };
    desk.put(who, &revoke);
    let terms = Some(super::makers::licence(1_500, 4_000));
    desk.put(who, &pb::MsgPublishPolicy { owner, asset, terms });
}

fn trade(who: &str, stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let dats = dats_of(stage.look.chain, stage.cast.account(who));
    if dats.is_empty() {
        return;
    }
    let dat = dice.pick(&dats);
    let (owner, sender) = (stage.cast.account(who), stage.cast.account(who));
    let (asset, serial) = (dat.asset, dat.serial);
    match dice.below(5) {
        0 if dat.share > 1 => {
            let share = 1 + u32::try_from(dice.below(u64::from(dat.share - 1))).expect("small");
            desk.put(who, &pb::MsgSplitDat { owner, asset, serial, share });
        }
        1 => {
            let others = dats.iter().filter(|other| other.asset == asset && other.serial != serial);
            let from: Vec<u64> = others.map(|other| other.serial).take(16).collect();
            if !from.is_empty() {
                desk.put(who, &pb::MsgMergeDats { owner, asset, into: serial, from });
            }
        }
        2 => {
            let to = a_trader(stage, dice);
            desk.put(who, &pb::MsgTransferDat { sender, asset, serial, to });
        }
        3 => desk.put(who, &pb::MsgBurnDat { owner, asset, serial }),
        _ => {
            let dats = dats.iter().map(|dat| pb::DatRef { asset: dat.asset, serial: dat.serial }).collect();
            desk.put(who, &pb::MsgClaimRevenue { sender, dats, denoms: vec!["ulaz".into()] });
        }
    }
}

fn a_trader(stage: &Stage, dice: &mut Dice) -> String {
    let name: &String = dice.pick(stage.cast.of(Kind::Trader));
    stage.cast.account(name)
}

fn delegate(who: &str, stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let validators: Vec<&str> = stage.cast.validators().collect();
    let mut operator = || address(dice.pick::<&str>(&validators)).operator().to_string();
    let (from, to) = (operator(), operator());
    let delegator_address = stage.cast.account(who);
    let amount = Some(Coin { denom: "ulaz".into(), amount: (1_000 * LAZ).to_string() });
    match dice.below(3) {
        0 => desk.put(who, &staking::MsgDelegate { delegator_address, validator_address: to, amount }),
        1 => desk.put(who, &staking::MsgUndelegate { delegator_address, validator_address: from, amount }),
        _ => {
            let message = staking::MsgBeginRedelegate {
                delegator_address,
                validator_src_address: from,
                validator_dst_address: to,
                amount,
            };
            desk.put(who, &message);
        }
    }
}

//! Consumers who pay for use by vouchers, providers who serve and redeem, washers who pay themselves.

use std::collections::{BTreeMap, BTreeSet};

use proto::{
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin},
    lazchain::{
        dat::v1::{self as dat_pb, Purpose},
        rewards::v1::MsgClaimEmission,
        usage::v1 as pb,
        vsc::v1 as vsc_pb,
    },
    signed,
};

use super::{
    cast::{Kind, LAZ},
    desk::Desk,
    facts::{Facts, Worth},
    founding::washers_idao,
    look::{ask, dats_of},
    makers::licence,
    operators::Stage,
};
use crate::{
    gauntlet::Dice,
    testkit::{
        CHAIN_ID,
        ballots::{hash, seal, signing_key},
    },
};

/// What consumers have signed.
#[derive(Default)]
pub(super) struct Market {
    /// Units of a channel so far, and the number of the voucher.
    used: BTreeMap<u64, (u64, u64)>,
    /// Channels that were asked to close, and those of fallen versions whose refund was claimed.
    closed: BTreeSet<u64>,
    refunded: BTreeSet<u64>,
    /// Nobody opens anything; what is open is closed.
    pub(super) rest: bool,
}

fn ulaz(amount: u128) -> Coin {
    Coin { denom: "ulaz".into(), amount: amount.to_string() }
}

impl Market {
    pub(super) fn act(&mut self, stage: &Stage, facts: &mut Facts, dice: &mut Dice, desk: &mut Desk) {
        let mut vouchers: BTreeMap<String, Vec<pb::SignedVoucher>> = BTreeMap::new();
        for channel in &stage.look.channels {
            let Some(provider) = stage.cast.name_of(&channel.provider).map(str::to_owned) else { continue };
            if fell(channel, stage) {
                self.leave(channel, stage, desk);
            } else if channel.state() == pb::ChannelState::Open
                && let Some(voucher) = self.use_it(channel, stage, dice)
            {
                vouchers.entry(provider).or_default().push(voucher);
            }
            let empty = channel.units == channel.units_cap;
            let over = self.rest || empty || dice.one_in(60);
            if over && !self.refunded.contains(&channel.id) && channel.state() == pb::ChannelState::Open {
                self.close(channel, stage, desk);
            }
        }
        for (who, vouchers) in vouchers {
            let provider = stage.cast.account(&who);
            desk.put(&who, &pb::MsgRedeemVouchers { provider, vouchers });
        }
        if !self.rest {
            for who in stage.cast.of(Kind::Consumer) {
                if dice.one_in(25) {
                    open(who, stage, dice, desk);
                }
                if dice.one_in(60) {
                    use_access(who, stage, dice, desk);
                }
            }
        }
        for person in 0..stage.cast.of(Kind::Washer).len() / 3 {
            wash(person, stage, (facts, self.rest), desk);
        }
    }

    /// The consumer of an asset that fell takes what is refunded.
    fn leave(&mut self, channel: &pb::Channel, stage: &Stage, desk: &mut Desk) {
        let Some(who) = stage.cast.name_of(&channel.consumer) else { return };
        if self.refunded.insert(channel.id) {
            let sender = channel.consumer.clone();
            desk.put(who, &pb::MsgClaimRefund { sender, channel: channel.id });
        }
    }

    /// Consumers ask; a washer's provider closes at once.
    fn close(&mut self, channel: &pb::Channel, stage: &Stage, desk: &mut Desk) {
        let washes = stage.cast.is(&channel.consumer, Kind::Washer);
        let sender = if washes { &channel.provider } else { &channel.consumer };
        let Some(who) = stage.cast.name_of(sender) else { return };
        if self.closed.insert(channel.id) {
            let sender = sender.clone();
            desk.put(who, &pb::MsgCloseChannel { sender, channel: channel.id });
        }
    }

    /// Some use, and the voucher for all of it.
    fn use_it(&mut self, channel: &pb::Channel, stage: &Stage, dice: &mut Dice) -> Option<pb::SignedVoucher> {
        let who = stage.cast.name_of(&channel.consumer)?;
        let washes = stage.cast.kind(who) == Kind::Washer;
        if self.closed.contains(&channel.id)
            || self.refunded.contains(&channel.id)
            || !(washes || dice.one_in(4))
        {
            return None;
        }
        let (used, number) = self.used.entry(channel.id).or_default();
        let more = if washes { channel.units_cap } else { 200 + dice.below(800) };
        let units = (*used + more).min(channel.units_cap);
        if units == *used {
            return None;
        }
        (*used, *number) = (units, *number + 1);
        let price: u64 = channel.price.parse().expect("a number");
        let voucher = pb::Voucher {
            channel: channel.id,
            sequence: *number,
            as_of: Some(stage.look.now.wire()),
            purpose: Purpose::Infer.into(),
            cumulative_units: units,
            cumulative_amount: (units * price).to_string(),
            ..pb::Voucher::default()
        };
        let statement = signed::statement("voucher", CHAIN_ID, &voucher);
        let signature = signing_key(who).sign(&statement).to_bytes().to_vec();
        Some(pb::SignedVoucher { voucher: Some(voucher), signature })
    }
}

/// Whether the version of a channel was revoked.
fn fell(channel: &pb::Channel, stage: &Stage) -> bool {
    let ask_it = dat_pb::QueryVersionRequest { asset: channel.asset, version: channel.version };
    let found = ask(stage.look.chain, "/lazchain.dat.v1.Query/Version", &ask_it);
    let version = found.and_then(|found: dat_pb::QueryVersionResponse| found.version);
    version.is_some_and(|version| version.status() == dat_pb::VersionStatus::Revoked)
}

/// Something that can be used, from any provider that is no washer; washers' own assets are left to them.
fn open(who: &str, stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let washed = washers_idao(0);
    let usable = |asset: &&dat_pb::Asset| {
        asset.status() == dat_pb::AssetStatus::Active && asset.final_version > 0 && asset.idao < washed
    };
    let assets: Vec<&dat_pb::Asset> = stage.look.assets.iter().filter(usable).collect();
    if assets.is_empty() {
        return;
    }
    let asset = dice.pick(&assets);
    let provider = dice.pick(stage.cast.of(Kind::Provider)).clone();
    if !dice.one_in(4) {
        channel(who, &provider, (asset, 60 * LAZ), stage, desk);
    } else if let Some(price) = price(asset, stage) {
        let message = dat_pb::MsgBuyAccess {
            buyer: stage.cast.account(who),
            asset: asset.id,
            policy_version: asset.policies,
            units: 5_000,
            max_price: Some(ulaz(5_000 * price)),
            grantee_key: vec![7; 32],
        };
        desk.put(who, &message);
    }
}

/// A channel on use that was paid for already.
fn use_access(who: &str, stage: &Stage, dice: &mut Dice, desk: &mut Desk) {
    let dats = dats_of(stage.look.chain, stage.cast.account(who));
    let Some(dat) = dats.iter().find(|dat| dat.value > 0 && dat.policy_version > 0) else { return };
    let asset = stage.look.assets.iter().find(|asset| asset.id == dat.asset).expect("is there");
    let provider: &String = dice.pick(stage.cast.of(Kind::Provider));
    let message = pb::MsgOpenChannel {
        dat: dat.serial,
        policy_version: dat.policy_version,
        deposit: None,
        units_cap: dat.value,
        ..wish((who, provider), asset, stage)
    };
    desk.put(who, &message);
}

/// A channel between two.
fn wish((who, provider): (&str, &str), asset: &dat_pb::Asset, stage: &Stage) -> pb::MsgOpenChannel {
    pb::MsgOpenChannel {
        consumer: stage.cast.account(who),
        provider: stage.cast.account(provider),
        asset: asset.id,
        version: asset.final_version,
        policy_version: asset.policies,
        purposes: vec![Purpose::Infer.into()],
        channel_key: signing_key(who).verification_key().to_bytes().to_vec(),
        ..pb::MsgOpenChannel::default()
    }
}

/// What a unit of use costs under the newest licence; nothing if it is not for sale.
fn price(asset: &dat_pb::Asset, stage: &Stage) -> Option<u128> {
    let ask_it = dat_pb::QueryPolicyRequest { asset: asset.id, policy_version: asset.policies };
    let found = ask(stage.look.chain, "/lazchain.dat.v1.Query/Policy", &ask_it);
    let terms = found.and_then(|found: dat_pb::QueryPolicyResponse| found.policy?.terms);
    terms.and_then(|terms| terms.prices.first()?.amount.parse().ok()).filter(|price| *price > 0)
}

/// A channel with so much in it.
fn channel(
    who: &str,
    provider: &str,
    (asset, deposit): (&dat_pb::Asset, u128),
    stage: &Stage,
    desk: &mut Desk,
) {
    let Some(price) = price(asset, stage) else { return };
    let units_cap = u64::try_from(deposit / price).expect("small");
    let deposit = Some(ulaz(deposit));
    desk.put(who, &pb::MsgOpenChannel { deposit, units_cap, ..wish((who, provider), asset, stage) });
}

/// An owner, a provider and a consumer who are one: an asset of their own, use that nobody needs, and emission for it.
fn wash(person: usize, stage: &Stage, (facts, rest): (&mut Facts, bool), desk: &mut Desk) {
    let people = &stage.cast.of(Kind::Washer)[3 * person..];
    let (owner, provider, consumer) = (&people[0], &people[1], &people[2]);
    let (account, idao) = (stage.cast.account(owner), washers_idao(person));
    let asset = stage.look.assets.iter().find(|asset| asset.owner == account);
    let party = |party: String| MsgClaimEmission { sender: account.clone(), party };
    if stage.look.next_epoch == stage.look.height + 15 {
        desk.put(owner, &party(format!("idao-{idao}")));
        desk.put(owner, &party(stage.cast.account(provider)));
        let member = account.clone();
        desk.put(owner, &proto::lazchain::idao::v1::MsgClaimMemberRewards { member, idao });
    }
    match asset {
        None if !rest => submit(owner, idao, stage, facts, desk),
        Some(asset) if !rest && asset.status() == dat_pb::AssetStatus::Active => {
            let own = stage.cast.account(consumer);
            let open = stage.look.channels.iter().filter(|channel| channel.consumer == own);
            if open.filter(|channel| channel.state() == pb::ChannelState::Open).count() < 2 {
                channel(consumer, provider, (asset, 500 * LAZ), stage, desk);
                // the money goes round
                let (from_address, to_address) = (stage.cast.account(provider), own);
                let amount = vec![ulaz(400 * LAZ)];
                desk.put(provider, &MsgSend { from_address, to_address, amount });
            }
        }
        _ => {}
    }
}

/// The washer's own content: good, so that it stands.
fn submit(owner: &str, idao: u64, stage: &Stage, facts: &mut Facts, desk: &mut Desk) {
    let account = stage.cast.account(owner);
    if stage.look.tasks.iter().any(|task| task.submitter == account) {
        return;
    }
    let name = format!("{owner}/{}", stage.look.height / 2);
    let digest = hash(&name);
    if stage.look.height.is_multiple_of(2) {
        facts.made(&digest, Worth::Good);
        desk.put(owner, &vsc_pb::MsgSealUpdate { owner: account, seal: seal(owner, &digest) });
        return;
    }
    let update = vsc_pb::Update {
        idao,
        kind: proto::lazchain::idao::v1::UpdateKind::Dataset.into(),
        manifest: Some(super::makers::manifest(&name, Worth::Good, false)),
        policy: Some(licence(1_000, 9_000)),
        value_at_risk: (100 * LAZ).to_string(),
        max_fee: (10 * LAZ).to_string(),
        ..vsc_pb::Update::default()
    };
    let (update, salt) = (Some(update), hash(owner).to_vec());
    let submitter = account;
    desk.put(
        owner,
        &vsc_pb::MsgSubmitUpdate { submitter, update, salt, ..vsc_pb::MsgSubmitUpdate::default() },
    );
}

//! Whoever submits: good, poor and missing content, canaries, what others made.

use std::collections::BTreeSet;

use proto::{
    cosmos::base::v1beta1::Coin,
    lazchain::{dat::v1 as dat_pb, idao::v1::UpdateKind, vsc::v1 as pb},
    signed,
};

use super::{
    cast::{Kind, LAZ},
    desk::Desk,
    facts::{Facts, Lying, Worth},
    founding::{OPEN, homes},
    look::Look,
    operators::Stage,
};
use crate::{
    gauntlet::Dice,
    testkit::ballots::{hash, seal},
};

/// Sealed, and submitted once its time has come.
struct Draft {
    who: String,
    update: pb::Update,
    from: u64,
}

/// All makers.
#[derive(Default)]
pub(super) struct Makers {
    drafts: Vec<Draft>,
    made: u64,
    /// Who has taken which content.
    stolen: BTreeSet<(String, Vec<u8>)>,
    /// Nothing new is begun.
    pub(super) rest: bool,
}

/// How many blocks lie between two updates of one maker on average; 0: it makes none.
const fn pace(kind: Kind) -> u64 {
    match kind {
        Kind::Submitter | Kind::Leaver => 70,
        Kind::Hermit | Kind::Forger | Kind::Front => 40,
        Kind::Planter => 50,
        Kind::Spammer | Kind::Plotter | Kind::Stingy | Kind::Miser => 90,
        Kind::Sybil => 200,
        _ => 0,
    }
}

fn worth(kind: Kind, who: &str, salt: [u8; 32]) -> Worth {
    match kind {
        // a few of the many buy their votes with good content
        Kind::Sybil if who.len() == "sybil-0".len() => Worth::Good,
        Kind::Forger | Kind::Front | Kind::Plotter | Kind::Sybil => Worth::Poor,
        Kind::Spammer => Worth::Missing,
        Kind::Planter => Worth::Nothing(salt),
        _ => Worth::Good,
    }
}

/// A licence at so many `ulaz` a unit; neither for sale nor to be built on at 0.
pub(super) fn licence(price: u64, provider_bps: u32) -> dat_pb::PolicyTerms {
    let coin = Coin { denom: "ulaz".into(), amount: price.to_string() };
    let derive = Some(dat_pb::Purpose::Derive.into()).filter(|_| price > 0);
    dat_pb::PolicyTerms {
        purposes: [dat_pb::Purpose::Infer.into()].into_iter().chain(derive).collect(),
        grantees: dat_pb::Grantees::Anyone.into(),
        prices: Some(coin).filter(|_| price > 0).into_iter().collect(),
        unit: dat_pb::Unit::Token.into(),
        provider_bps,
        derivative_royalty_bps: 1_500,
        on_revoke: dat_pb::OnRevoke::Keep.into(),
        ..dat_pb::PolicyTerms::default()
    }
}

pub(super) fn manifest(name: &str, worth: Worth, sealed: bool) -> dat_pb::Manifest {
    let root = match worth {
        Worth::Nothing(salt) => signed::canary_root(&salt),
        _ => hash(&format!("root of {name}")),
    };
    let encryption = dat_pb::Encryption { scheme: "x25519-chacha20poly1305".into(), key_commitment: vec![] };
    dat_pb::Manifest {
        sha256: hash(name).to_vec(),
        size: 1_000_000,
        chunk_size: 262_144,
        merkle_root: root.to_vec(),
        media_type: "text/csv".into(),
        encryption: sealed.then_some(encryption),
        ..dat_pb::Manifest::default()
    }
}

impl Makers {
    pub(super) fn act(&mut self, stage: &Stage, facts: &mut Facts, dice: &mut Dice, desk: &mut Desk) {
        let due = |draft: &mut Draft| draft.from <= stage.look.height;
        for draft in self.drafts.extract_if(.., due) {
            let (submitter, salt) = (stage.cast.account(&draft.who), hash(&draft.who).to_vec());
            let update = Some(draft.update);
            desk.put(
                &draft.who,
                &pb::MsgSubmitUpdate { submitter, update, salt, ..pb::MsgSubmitUpdate::default() },
            );
        }
        if !self.rest {
            for (kind, people) in stage.cast.groups().filter(|(kind, _)| pace(**kind) > 0) {
                for who in people {
                    if dice.one_in(pace(*kind)) {
                        self.make((*kind, who), stage, (facts, dice), desk);
                    }
                }
            }
            self.steal(stage, facts, dice, desk);
        }
        facts.lying.retain(|lying| lying.from > stage.look.height);
        for task in &stage.look.tasks {
            after(task, stage, (facts.of(task), dice), desk);
        }
    }

    /// Makes something and seals it; most submit it in the next block, some let it lie.
    fn make(
        &mut self,
        (kind, who): (Kind, &str),
        stage: &Stage,
        (facts, dice): (&mut Facts, &mut Dice),
        desk: &mut Desk,
    ) {
        self.made += 1;
        let name = format!("{who}/{}", self.made);
        let worth = worth(kind, who, hash(&format!("salt of {name}")));
        let homes = homes(kind, who);
        let Some(idao) = homes.get(usize::try_from(dice.below(4)).expect("small") % homes.len().max(1))
        else {
            return;
        };
        let update = self.update((kind, who, *idao), (&name, worth), stage, dice);
        facts.made(&hash(&name), worth);
        let lies = kind == Kind::Submitter && dice.one_in(6);
        let from = stage.look.height + 1 + if lies { 8 + dice.below(8) } else { 0 };
        if lies {
            facts.lying.push(Lying { update: update.clone(), sealed: stage.look.height + 1, from });
        }
        self.seal(who, update, from, (stage, desk));
    }

    fn seal(&mut self, who: &str, update: pb::Update, from: u64, (stage, desk): (&Stage, &mut Desk)) {
        let digest = update.manifest.as_ref().expect("has one").sha256.as_slice().try_into();
        let seal = seal(who, &digest.expect("32 bytes"));
        desk.put(who, &pb::MsgSealUpdate { owner: stage.cast.account(who), seal });
        self.drafts.push(Draft { who: who.to_owned(), update, from });
    }

    fn update(
        &self,
        (kind, who, idao): (Kind, &str, u64),
        (name, worth): (&str, Worth),
        stage: &Stage,
        dice: &mut Dice,
    ) -> pb::Update {
        use UpdateKind::{Agent, Behaviour, Dataset, Model, Pov};
        let what = *dice.pick(&[Pov, Dataset, Dataset, Model, Model, Agent, Behaviour]);
        let sealed = kind == Kind::Stingy || kind == Kind::Submitter && dice.one_in(5);
        let own = stage.cast.account(who);
        let honest = matches!(kind, Kind::Submitter | Kind::Leaver);
        let target = stage.look.assets.iter().find(|asset| {
            asset.owner == own && asset.idao == idao && asset.status() == dat_pb::AssetStatus::Active
        });
        let target = target.filter(|_| honest && dice.one_in(5)).map_or(0, |asset| asset.id);
        let price = if kind == Kind::Sybil { 0 } else { 1_000 + dice.below(4_000) };
        let policy = (target == 0).then(|| licence(price, 4_000));
        let parents =
            if honest && what == Model { parents(stage.look, (&own, target), dice) } else { vec![] };
        let max_fee = if kind == Kind::Miser { LAZ } else { 20 * LAZ };
        pb::Update {
            idao,
            kind: what.into(),
            target,
            manifest: Some(manifest(name, worth, sealed)),
            parents,
            policy,
            value_at_risk: (u128::from(100 + dice.below(1_400)) * LAZ).to_string(),
            max_fee: max_fee.to_string(),
            ..pb::Update::default()
        }
    }

    /// Thieves take what lies about, or what was just submitted by somebody else.
    fn steal(&mut self, stage: &Stage, facts: &Facts, dice: &mut Dice, desk: &mut Desk) {
        for who in stage.cast.of(Kind::Thief) {
            let lying = facts.lying.iter().find(|lying| lying.sealed <= stage.look.height);
            let found = match dice.below(8) {
                0..2 => lying.map(|lying| lying.update.clone()),
                2 => stage.look.fresh.first().and_then(|task| task.update.clone()),
                _ => None,
            };
            let Some(update) = found else { continue };
            let digest = update.manifest.as_ref().expect("has one").sha256.clone();
            if !self.stolen.insert((who.clone(), digest)) {
                continue;
            }
            let stolen = pb::Update { idao: OPEN, target: 0, parents: vec![], ..update };
            let policy = Some(licence(2_000, 4_000));
            self.seal(who, pb::Update { policy, ..stolen }, stage.look.height + 1, (stage, desk));
        }
    }
}

/// What a model is made from: one or two assets of others that may be used.
fn parents(look: &Look, (own, target): (&str, u64), dice: &mut Dice) -> Vec<dat_pb::Parent> {
    let usable = |asset: &&dat_pb::Asset| {
        asset.status() == dat_pb::AssetStatus::Active
            && asset.final_version > 0
            && asset.policies > 0
            && asset.owner != own
            && asset.id != target
    };
    let all: Vec<&dat_pb::Asset> = look.assets.iter().filter(usable).collect();
    let mut parents = Vec::new();
    for _ in 0..2 {
        if !all.is_empty() && dice.one_in(2) {
            let asset = dice.pick(&all);
            let (version, policy_version) = (asset.final_version, asset.policies);
            parents.push(dat_pb::Parent { asset: asset.id, version, policy_version });
        }
    }
    parents.sort_by_key(|parent| parent.asset);
    parents.dedup_by_key(|parent| parent.asset);
    parents
}

/// What the submitter of a task does while it goes on.
fn after(task: &pb::Task, stage: &Stage, (worth, dice): (Worth, &mut Dice), desk: &mut Desk) {
    use pb::TaskStatus::{Awaiting, Final, Invalid, Provisional, Queued, Rejected};
    let Some(who) = stage.cast.name_of(&task.submitter) else { return };
    let kind = stage.cast.kind(who);
    let submitter = task.submitter.clone();
    let waits = matches!(task.status(), Queued | Awaiting) && task.rounds == 0;
    if kind == Kind::Submitter && waits && dice.one_in(25) {
        desk.put(who, &pb::MsgWithdrawUpdate { submitter: submitter.clone(), task: task.id });
    }
    if let Worth::Nothing(salt) = worth
        && kind == Kind::Planter
        && matches!(task.status(), Provisional | Final | Rejected | Invalid)
        && !task.canary
        && dice.one_in(8)
    {
        let (planter, salt) = (submitter.clone(), salt.to_vec());
        desk.put(who, &pb::MsgRevealCanary { planter, task: task.id, salt });
    }
    if kind == Kind::Stingy {
        return;
    }
    for round in stage.look.rounds.iter().filter(|round| round.task == task.id) {
        if round.phase() == pb::Phase::Keys {
            let key = |seat: &pb::Seat| pb::WrappedKey { member: seat.member.clone(), key: vec![7; 48] };
            let keys = round.seats.iter().map(key).collect();
            let submitter = submitter.clone();
            desk.put(who, &pb::MsgShareKeys { submitter, task: task.id, round: round.round, keys });
        }
    }
}

//! Section 12 of the protocol, to the unit, as far as it is of updates and verdicts.

use proto::address::Address;
use proto::lazchain::{quorum::v1 as quorum_pb, vsc::v1 as pb};

use super::acts::{challenge, dataset, submission};
use super::{LAZ, World, hash, text};
use crate::{
    modules::dat,
    testkit::{CHAIN_ID, address, key_of, pub_key},
};
use proto::signed;
use secp256k1::{Message as Digest32, Secp256k1};
use sha2::{Digest, Sha256};
use state::{Map, Pb};

/// Ben's consent to his part.
fn consent(submitter: &str, account: &str, content: &str, share: u32) -> pb::Consent {
    let statement = pb::ConsentStatement {
        digest: hash(content).to_vec(),
        seal: signed::seal(&hash(content), &address(submitter), &hash(submitter)).to_vec(),
        submitter: text(submitter),
        account: text(account),
        idao: 1,
        target: 0,
        share,
    };
    let said = signed::statement("consent", CHAIN_ID, &statement);
    let digest = Digest32::from_digest(Sha256::digest(said).into());
    let key = key_of(account);
    let signature = Secp256k1::new().sign_ecdsa(digest, &key).serialize_compact().to_vec();
    let proto::pubkey::PubKey::Secp256k1(pub_key) = pub_key(&key) else { panic!("a single key") };
    pb::Consent { account: text(account), pub_key: pub_key.to_vec(), signature }
}

const fn accepts(score: u32) -> (pb::Verdict, u32) {
    (pb::Verdict::Accept, score)
}

fn places(world: &World, task: u64, round: u32, of: &[String]) -> Vec<usize> {
    let place = |name: &String| of.iter().position(|one| one == name).expect("known") + 1;
    world.seats(task, round).iter().map(place).collect()
}

#[test]
fn the_dataset_of_the_worked_example_is_drawn_judged_and_paid_to_the_unit() {
    let mut world = World::new(true, false);
    let mut update = dataset("dataset", 9_000);
    update.beneficiaries = vec![pb::Beneficiary { account: text("ben"), share: 80_000 }];
    world.seal("ada", "dataset");
    world.pass(1);
    let mut message = submission("ada", update);
    message.consents = vec![consent("ada", "ben", "dataset", 80_000)];
    world.ok(&message);
    world.await_round(1, 1);
    let round = world.round(1, 1);
    assert_eq!(hex::encode(&round.seed[..8]), "aafa114ee3a2c02c");
    assert_eq!(places(&world, 1, 1, &world.first.clone()), [2, 1, 5, 3]);
    assert_eq!((round.needed, round.reserve.as_str()), (3, "3000000000"));
    assert_eq!(world.task(1).deposit_held, (1_800 * LAZ).to_string());
    let seats = world.seats(1, 1);
    let before: Vec<u128> = seats.iter().map(|name| world.of(name)).collect();
    world.judge(1, 1, &[accepts(8_200), accepts(7_900), accepts(8_600), super::REJECT]);
    let task = world.task(1);
    assert_eq!(
        (task.status(), task.score, task.fee.as_str()),
        (pb::TaskStatus::Provisional, 8_200, "29000002")
    );
    let (supply, pools) = (world.supply(), world.pools(1));
    world.end_window();
    let paid: Vec<u128> = seats.iter().zip(&before).map(|(name, before)| world.of(name) - before).collect();
    assert_eq!(paid, [7_250_000, 7_250_000, 7_250_000, 0]);
    let after = world.pools(1);
    assert_eq!((after.0 - pools.0, after.1 - pools.1), (2_900_002, 1_450_000));
    assert_eq!(supply - world.supply(), 2_900_000);
    assert_eq!((world.task(1).status(), world.task(1).points.as_str()), (pb::TaskStatus::Final, "16400"));
    let shares: Vec<(String, u32)> = (1..=4)
        .map(|serial| {
            let dats: Map<(u64, u64), Pb<proto::lazchain::dat::v1::Dat>> = Map::new("dat/dats");
            let Pb(dat) = dats.get(world.overlay(), &(1, serial)).expect("reads").expect("is there");
            (dat.owner, dat.share)
        })
        .collect();
    let pool = Address::module("quorum/1").to_string();
    let treasury = Address::module("idao/1").to_string();
    let expected = [(text("ada"), 800_000), (text("ben"), 80_000), (treasury, 100_000), (pool, 20_000)];
    assert_eq!(shares, expected);
    let had = world.of("ada");
    world.end_liability();
    assert_eq!(
        (world.task(1).status(), world.task(1).outcome()),
        (pb::TaskStatus::Closed, pb::Outcome::Settled)
    );
    assert_eq!(world.of("ada") - had, 1_800 * LAZ);
}

/// lazai 7.17: one text says what happens, number for number. lazai 7.16.
#[test]
fn the_overturned_verdict_of_the_worked_example_is_billed_and_slashed_to_the_unit() {
    let mut world = World::new(true, false);
    world.member("mallory");
    for name in ["one", "two"] {
        let task = world.submit("ada", dataset(name, 100));
        world.ok(&pb::MsgWithdrawUpdate { submitter: text("ada"), task });
    }
    let task = world.drawn("mallory", dataset("false", 15_000));
    world.trust(2, false);
    assert_eq!(task, 3);
    assert_eq!(hex::encode(&world.round(3, 1).seed[..8]), "324cb335b5e887cf");
    assert_eq!(places(&world, 3, 1, &world.first.clone()), [1, 3, 2, 5]);
    world.judge(3, 1, &[accepts(8_000), accepts(8_000), accepts(8_000), super::REJECT]);
    let (chad, supply, pools) = (world.of("chad"), world.supply(), world.pools(1));
    world.ok(&challenge("chad", 3));
    assert_eq!(chad - world.of("chad"), 750 * LAZ);
    world.await_round(3, 2);
    let round = world.round(3, 2);
    assert_eq!((round.quorum, round.step), (2, 2));
    assert_eq!(hex::encode(&round.seed[..8]), "f3d88670eecf6061");
    assert_eq!(places(&world, 3, 2, &world.second.clone()), [3, 4, 5, 1, 2]);
    let jury = world.seats(3, 2);
    let before: Vec<u128> = jury.iter().map(|name| world.of(name)).collect();
    world.judge(3, 2, &[super::REJECT, super::REJECT, super::ACCEPT, super::REJECT, super::REJECT]);
    let insured = world.pools(2).0;
    world.end_appeal();
    let paid: Vec<u128> = jury.iter().zip(&before).map(|(name, before)| world.of(name) - before).collect();
    assert_eq!(paid, [6_562_500, 6_562_500, 0, 6_562_500, 6_562_500]);
    assert_eq!(world.pools(2).0 - insured, 1);
    assert_eq!(world.of("chad") - chad, 1_500 * LAZ + 8_750_001);
    let task = world.task(3);
    assert_eq!((task.status(), task.outcome()), (pb::TaskStatus::Closed, pb::Outcome::Overturned));
    world.blocks(3);
    let slashes: Map<u64, Pb<quorum_pb::Slash>> = Map::new("quorum/slashes");
    let slashes = slashes.page(world.overlay(), &(), None, 10).expect("reads");
    let amounts: Vec<(u32, &str, &str)> = slashes
        .iter()
        .map(|(_, Pb(slash))| (slash.factor_bps, slash.at_fault.as_str(), slash.amount.as_str()))
        .collect();
    let fault = "460000308640";
    if !amounts.is_empty() {
        assert_eq!(
            amounts,
            [(24_838, fault, "5000000000"), (24_838, fault, "5000000000"), (24_838, fault, "7451400000"),]
        );
    }
    // own parts: V1 100 of 5,000 (it has 20,000 of 1,000,000), V2 all, V3 500; 20 % of those burnt, the rest insured
    let own = 100 * LAZ + 7_451_400_000 + 500 * LAZ;
    assert_eq!(world.pools(1).0 - pools.0, own - own / 5);
    let burnt = 1_500 * LAZ + own / 5 + (4_900 + 4_500) * LAZ;
    assert_eq!(supply - world.supply(), burnt);
    let version = dat::version(world.overlay(), task.asset, task.version).expect("is there");
    assert_eq!(version.status(), proto::lazchain::dat::v1::VersionStatus::Revoked);
}

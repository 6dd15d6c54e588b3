//! What a play shows: printed, and held against what the protocol promises.

use std::collections::{BTreeMap, BTreeSet};

use proto::lazchain::vsc::v1 as pb;

use super::{
    Society,
    books::{self, Laz, Ulaz},
    cast::{Kind, LAZ},
    look::all_tasks,
};

/// What became of what was worth what, as far as it was judged.
fn outcomes(society: &Society) -> BTreeMap<(&'static str, &'static str), u32> {
    let mut found = BTreeMap::new();
    for task in all_tasks(&society.trio.a) {
        let worth = society.facts.of(&task).name();
        *found.entry((worth, task.outcome().as_str_name())).or_default() += 1;
    }
    found
}

/// Everything that was counted, and who gained what.
pub(super) fn print(society: &Society, gains: &BTreeMap<Kind, Ulaz>) {
    let tally = &society.tally;
    println!("SEED={}: {} blocks, {} transactions", society.seed, tally.blocks, tally.transactions);
    println!("\n{}", books::table(&society.cast, gains));
    println!("minted {}, burnt {}", Laz(tally.minted), Laz(tally.burnt));
    for (pool, amount) in books::pools(&society.trio.a) {
        println!("{pool:<26}{:>18}", Laz(amount));
    }
    println!();
    for ((what, which), count) in &tally.counts {
        println!("{what:<10}{which:<32}{count:>6}");
    }
    println!();
    for ((worth, outcome), count) in outcomes(society) {
        println!("{worth:<10}{outcome:<32}{count:>6}");
    }
    println!();
    for ((kind, offence), count) in &tally.offences {
        println!("{:<12}{offence:<32}{count:>6}", format!("{kind:?}"));
    }
    tally.faults.iter().for_each(|fault| println!("{fault}"));
    println!();
    for (kind, income) in &tally.incomes {
        println!("{:<12}members' income {:>18}", format!("{kind:?}"), Laz(*income));
    }
    println!();
    for ((space, code), (count, log)) in &tally.refusals {
        println!("refused {count:>5} {space:>8}/{code:<4} {log:.90}");
    }
}

fn heads(society: &Society, kind: Kind) -> Ulaz {
    Ulaz::try_from(society.cast.of(kind).len()).expect("few")
}

/// No listed attack pays, honest work does, and enough happened to say so.
pub(super) fn check(society: &Society, gains: &BTreeMap<Kind, Ulaz>) {
    let seed = society.seed;
    // whoever attacks without a stake would have had nothing more or less by doing nothing
    assert_eq!(gains[&Kind::Idler], 0, "SEED={seed}: who does nothing has what they had");
    for kind in [Kind::Forger, Kind::Spammer, Kind::Plotter, Kind::Griefer, Kind::Washer] {
        assert!(gains[&kind] < 0, "SEED={seed}: {kind:?} gained {}", Laz(gains[&kind]));
    }
    // sybils work for their votes, so they are held against others who work: their many accounts add nothing
    assert_eq!(society.tally.of("proposal", "executed"), 0, "SEED={seed}: a treasury was emptied by a vote");
    let (sybils, others) =
        (gains[&Kind::Sybil] / 10, gains[&Kind::Submitter] / heads(society, Kind::Submitter));
    assert!(sybils < others, "SEED={seed}: sybils gained {} each, others {}", Laz(sybils), Laz(others));
    // an operator that attacks, less than the validator that does nothing beyond consensus, whose stake earns the same
    let idle = gains[&Kind::Bystander];
    for kind in [Kind::Lazy, Kind::Mimic, Kind::Sleeper, Kind::TwoFaced] {
        let gain = gains[&kind] / heads(society, kind);
        assert!(gain < idle, "SEED={seed}: {kind:?} gained {}, doing nothing {}", Laz(gain), Laz(idle));
    }
    // the cartel is one: its operators, its fronts, its iDAO and its Quorum
    let cartel = gains[&Kind::Cartel] + gains[&Kind::Front] - heads(society, Kind::Cartel) * idle;
    assert!(cartel < 0, "SEED={seed}: the cartel gained {}", Laz(cartel));
    // who works gains more than who does not
    let honest = gains[&Kind::Honest] / heads(society, Kind::Honest);
    assert!(honest > idle, "SEED={seed}: honest operators gained {}, idle ones {}", Laz(honest), Laz(idle));
    thefts(society);
    offences(society);
    incomes(society);
    happened(society);
}

/// Thieves have what others gave up and nothing else: who withdraws or abandons what was shown leaves it to whoever comes,
/// but an owner who stands by it is displaced by nobody.
fn thefts(society: &Society) {
    let all = all_tasks(&society.trio.a);
    let digest = |task: &pb::Task| {
        let manifest = task.update.as_ref().and_then(|update| update.manifest.as_ref());
        manifest.map(|manifest| manifest.sha256.clone()).unwrap_or_default()
    };
    let is_thief = |task: &pb::Task| {
        society.cast.name_of(&task.submitter).is_some_and(|who| society.cast.kind(who) == Kind::Thief)
    };
    let stolen: BTreeSet<Vec<u8>> =
        all.iter().filter(|task| is_thief(task) && task.asset > 0).map(digest).collect();
    for task in all.iter().filter(|task| !is_thief(task) && stolen.contains(&digest(task))) {
        let (seed, task, outcome) = (society.seed, task.id, task.outcome());
        assert_ne!(outcome, pb::Outcome::Displaced, "SEED={seed}: a thief has the content of task-{task}");
    }
}

/// Honest operators are away from nothing, and wrong as rarely as they err.
fn offences(society: &Society) {
    let (seed, tally) = (society.seed, &society.tally);
    let of = |offence: &str| {
        tally.offences.get(&(Kind::Honest, format!("OFFENCE_KIND_{offence}"))).copied().unwrap_or(0)
    };
    for offence in ["ABSENT", "UNREVEALED", "LAZY", "EQUIVOCATION"] {
        assert_eq!(of(offence), 0, "SEED={seed}: honest operators were found {offence}");
    }
    let rounds: u32 =
        ["VERDICT", "JURY", "LOOK"].map(|what| tally.of("round", &format!("PURPOSE_{what}"))).iter().sum();
    assert!(
        of("WRONG") <= 1 + rounds / 50,
        "SEED={seed}: honest operators were found wrong {} times",
        of("WRONG")
    );
}

/// To come for the distribution alone brings no more than to stay.
fn incomes(society: &Society) {
    let of = |kind| society.tally.incomes.get(&kind).copied().unwrap_or(0) / heads(society, kind);
    let (stay, come) = (of(Kind::Submitter), of(Kind::Leaver));
    let seed = society.seed;
    assert!(
        come <= 2 * stay + LAZ.cast_signed(),
        "SEED={seed}: leavers had {}, others {}",
        Laz(come),
        Laz(stay)
    );
}

/// The main things happened.
fn happened(society: &Society) {
    let (seed, tally) = (society.seed, &society.tally);
    for (what, which) in [
        ("task", "OUTCOME_SETTLED"),
        ("task", "OUTCOME_REJECTED"),
        ("task", "OUTCOME_INVALID"),
        ("task", "OUTCOME_OVERTURNED"),
        ("case", "RULING_UPHELD"),
        ("case", "RULING_OVERTURNED"),
        ("offence", "OFFENCE_KIND_ABSENT"),
        ("offence", "OFFENCE_KIND_UNREVEALED"),
        ("offence", "OFFENCE_KIND_WRONG"),
        ("offence", "OFFENCE_KIND_LAZY"),
    ] {
        assert!(tally.of(what, which) > 0, "SEED={seed}: no {what} was {which}");
    }
    assert_eq!(tally.of("queue", "set aside"), 0, "SEED={seed}: no work of a queue is refused");
}

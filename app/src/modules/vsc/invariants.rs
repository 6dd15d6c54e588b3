//! True after every block.

use std::collections::{BTreeMap, BTreeSet};

use proto::{address::Address, amount::Amount, coin::Denom, lazchain::vsc::v1 as pb};
use state::{Pb, Read};

use super::{
    keys::{CASES, CLAIMS, DUTIES, OPEN_OF_ACCOUNT, OPEN_OF_IDAO, ROUNDS, SEALS, TASKS},
    logic,
};
use crate::{error::Result, fixed::product, invariant::Invariant, modules::bank, page, stored};

pub(crate) const INVARIANTS: &[Invariant] = &[
    ("vsc/escrow-is-what-records-say", escrow_is_what_records_say),
    ("vsc/acceptances-are-backed", acceptances_are_backed),
    ("vsc/open-tasks-are-counted", open_tasks_are_counted),
    ("vsc/content-has-one-task", content_has_one_task),
    ("vsc/duties-are-seats", duties_are_seats),
];

fn escrow_is_what_records_say(state: &dyn Read) -> Result<Option<String>> {
    let mut owed = Amount::ZERO;
    let mut add = |text: &str| -> Result<()> {
        owed = owed.plus(stored::amount(text)?)?;
        Ok(())
    };
    page::every(state, &SEALS, &(), |_, Pb(seal)| add(&seal.deposit))?;
    page::every(state, &TASKS, &(), |_, Pb(task)| {
        add(&task.fee_held)?;
        add(&task.deposit_held)
    })?;
    page::every(state, &CASES, &(), |_, Pb(case)| {
        if case.status() == pb::CaseStatus::Closed {
            return Ok(());
        }
        case.calls.iter().flat_map(|call| &call.parties).try_for_each(|party| add(&party.bond))
    })?;
    let held = bank::balance(state, &logic::account(), &Denom::known("ulaz"))?;
    Ok((held != owed).then(|| format!("the account holds {held}ulaz, records say {owed}ulaz")))
}

/// What is anchored has a certificate above its threshold, and each accepting set of its seats holds the value at risk.
fn acceptances_are_backed(state: &dyn Read) -> Result<Option<String>> {
    let mut broken = None;
    page::every(state, &TASKS, &(), |id, Pb(task)| {
        if !matches!(task.status(), pb::TaskStatus::Provisional | pb::TaskStatus::Final) {
            return Ok(());
        }
        let round = logic::round(state, id, task.round)?;
        let seats = u32::try_from(round.seats.len()).unwrap_or(u32::MAX);
        let signed = round.seats.iter().filter(|seat| seat.verdict() == pb::Verdict::Accept).count();
        let signed = u32::try_from(signed).unwrap_or(u32::MAX);
        let over = product(signed.into(), 10_000) >= product(seats.into(), round.threshold_bps.into());
        let reserve = stored::amount(&round.reserve)?;
        let value = stored::amount(&logic::update(&task).value_at_risk)?;
        let backed = product(reserve.units(), round.needed.into()) >= product(value.units(), 1);
        if !over || !backed || !round.held || (!round.reserved && !value.is_zero()) {
            broken =
                Some(format!("task-{id} is anchored on {signed} of {seats} seats with {reserve}ulaz each"));
        }
        Ok(())
    })?;
    Ok(broken)
}

fn open_tasks_are_counted(state: &dyn Read) -> Result<Option<String>> {
    let (mut by_account, mut by_idao) = (BTreeMap::<Address, u32>::new(), BTreeMap::<u64, u32>::new());
    page::every(state, &TASKS, &(), |_, Pb(task)| {
        if task.counted {
            let account = by_account.entry(logic::submitter(&task)?).or_default();
            *account = account.saturating_add(1);
            let idao = by_idao.entry(logic::update(&task).idao).or_default();
            *idao = idao.saturating_add(1);
        }
        Ok(())
    })?;
    let (mut accounts, mut idaos) = (BTreeMap::new(), BTreeMap::new());
    page::every(state, &OPEN_OF_ACCOUNT, &(), |who, count| {
        accounts.insert(who, count);
        Ok(())
    })?;
    page::every(state, &OPEN_OF_IDAO, &(), |idao, count| {
        idaos.insert(idao, count);
        Ok(())
    })?;
    let same = by_account == accounts && by_idao == idaos;
    Ok((!same).then(|| format!("open tasks are {by_idao:?} by iDAO, {idaos:?} are counted")))
}

fn content_has_one_task(state: &dyn Read) -> Result<Option<String>> {
    let mut expected = BTreeMap::new();
    let mut twice = None;
    page::every(state, &TASKS, &(), |id, Pb(task)| {
        if let Some(digest) = logic::claims(&task)?
            && expected.insert(digest, id).is_some()
        {
            twice = Some(format!("task-{id} has the content of another open task"));
        }
        Ok(())
    })?;
    let mut claims = BTreeMap::new();
    page::every(state, &CLAIMS, &(), |digest, id| {
        claims.insert(digest, id);
        Ok(())
    })?;
    let wrong = (expected != claims).then(|| "claims are not those of the open tasks".to_owned());
    Ok(twice.or(wrong))
}

fn duties_are_seats(state: &dyn Read) -> Result<Option<String>> {
    let (mut seats, mut duties) = (BTreeSet::new(), BTreeSet::new());
    page::every(state, &ROUNDS, &(), |(task, number), Pb(round)| {
        if round.phase() != pb::Phase::Over {
            for seat in &round.seats {
                seats.insert((logic::member(seat)?, task, number));
            }
        }
        Ok(())
    })?;
    page::every(state, &DUTIES, &(), |duty, ()| {
        duties.insert(duty);
        Ok(())
    })?;
    Ok((seats != duties).then(|| format!("{} seats are on, {} duties are listed", seats.len(), duties.len())))
}

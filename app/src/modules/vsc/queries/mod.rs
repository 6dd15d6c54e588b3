//! Questions.

mod why;

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::vsc::v1 as pb,
};
use state::{Pb, Read};

use super::{
    errors::Error,
    keys::{
        BALLOTS, CASES, CLAIMS, CONTENTS, DUTIES, ROUNDS, SEALS, TASKS, TASKS_OF_ACCOUNT, TASKS_OF_IDAO,
        WRAPPED_KEYS,
    },
    logic, types,
};
use crate::{
    error::{Result, Sdk},
    given, page,
    query::{Query, answer},
    stored,
};

pub(crate) const QUERIES: &[Query] = &[
    Query::new("/lazchain.vsc.v1.Query/Params", |s, b| answer(s, b, params)),
    Query::new("/lazchain.vsc.v1.Query/Task", |s, b| answer(s, b, task)),
    Query::new("/lazchain.vsc.v1.Query/Tasks", |s, b| answer(s, b, tasks)),
    Query::new("/lazchain.vsc.v1.Query/TasksByIdao", |s, b| answer(s, b, tasks_by_idao)),
    Query::new("/lazchain.vsc.v1.Query/TasksByAccount", |s, b| answer(s, b, tasks_by_account)),
    Query::new("/lazchain.vsc.v1.Query/Content", |s, b| answer(s, b, content)),
    Query::new("/lazchain.vsc.v1.Query/Seal", |s, b| answer(s, b, seal)),
    Query::new("/lazchain.vsc.v1.Query/Seals", |s, b| answer(s, b, seals)),
    Query::new("/lazchain.vsc.v1.Query/Claim", |s, b| answer(s, b, claim)),
    Query::new("/lazchain.vsc.v1.Query/Round", |s, b| answer(s, b, round)),
    Query::new("/lazchain.vsc.v1.Query/Rounds", |s, b| answer(s, b, rounds)),
    Query::new("/lazchain.vsc.v1.Query/Ballots", |s, b| answer(s, b, ballots)),
    Query::new("/lazchain.vsc.v1.Query/Keys", |s, b| answer(s, b, keys)),
    Query::new("/lazchain.vsc.v1.Query/Duties", |s, b| answer(s, b, duties)),
    Query::new("/lazchain.vsc.v1.Query/Case", |s, b| answer(s, b, case)),
    Query::new("/lazchain.vsc.v1.Query/Cases", |s, b| answer(s, b, cases)),
    Query::new("/lazchain.vsc.v1.Query/ChallengeCost", |s, b| answer(s, b, challenge_cost)),
    Query::new("/lazchain.vsc.v1.Query/WhyRouting", |s, b| answer(s, b, why::routing)),
    Query::new("/lazchain.vsc.v1.Query/WhyDrawing", |s, b| answer(s, b, why::drawing)),
    Query::new("/lazchain.vsc.v1.Query/WhyTally", |s, b| answer(s, b, why::tally)),
    Query::new("/lazchain.vsc.v1.Query/WhyPayout", |s, b| answer(s, b, why::payout)),
];

fn address(text: &str) -> Result<Address> {
    Ok(text.parse().map_err(|error| Sdk::InvalidRequest(format!("invalid address: {error}")))?)
}

fn params(state: &dyn Read, _: pb::QueryParamsRequest) -> Result<pb::QueryParamsResponse> {
    Ok(pb::QueryParamsResponse { params: Some(logic::params(state)?) })
}

fn task(state: &dyn Read, ask: pb::QueryTaskRequest) -> Result<pb::QueryTaskResponse> {
    Ok(pb::QueryTaskResponse { task: Some(logic::task(state, ask.task)?) })
}

fn tasks(state: &dyn Read, ask: pb::QueryTasksRequest) -> Result<pb::QueryTasksResponse> {
    let row = |_, Pb(task)| Ok(Some(task));
    let (tasks, pagination) = page::collect(state, &TASKS, &(), ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTasksResponse { tasks, pagination })
}

fn tasks_by_idao(state: &dyn Read, ask: pb::QueryTasksByIdaoRequest) -> Result<pb::QueryTasksByIdaoResponse> {
    let row = |(_, task): (u64, u64), ()| logic::find_task(state, task);
    let (tasks, pagination) = page::collect(state, &TASKS_OF_IDAO, &ask.idao, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTasksByIdaoResponse { tasks, pagination })
}

fn tasks_by_account(
    state: &dyn Read,
    ask: pb::QueryTasksByAccountRequest,
) -> Result<pb::QueryTasksByAccountResponse> {
    let who = address(&ask.account)?;
    let row = |(_, task): (Address, u64), ()| logic::find_task(state, task);
    let (tasks, pagination) = page::collect(state, &TASKS_OF_ACCOUNT, &who, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryTasksByAccountResponse { tasks, pagination })
}

fn content(state: &dyn Read, ask: pb::QueryContentRequest) -> Result<pb::QueryContentResponse> {
    let content = CONTENTS.get(state, &ask.task)?;
    let content = content.ok_or_else(|| Sdk::KeyNotFound(format!("content of task-{}", ask.task)))?;
    Ok(pb::QueryContentResponse { content })
}

fn seal(state: &dyn Read, ask: pb::QuerySealRequest) -> Result<pb::QuerySealResponse> {
    let (owner, seal) = (address(&ask.owner)?, given::digest("seal", &ask.seal)?);
    let found = SEALS.get(state, &(owner, seal))?.map(|Pb(seal)| seal);
    Ok(pb::QuerySealResponse { seal: Some(found.ok_or(Error::NoSuchSeal(owner))?) })
}

fn seals(state: &dyn Read, ask: pb::QuerySealsRequest) -> Result<pb::QuerySealsResponse> {
    let owner = address(&ask.owner)?;
    let row = |_, Pb(seal)| Ok(Some(seal));
    let (seals, pagination) = page::collect(state, &SEALS, &owner, ask.pagination.as_ref(), row)?;
    Ok(pb::QuerySealsResponse { seals, pagination })
}

fn claim(state: &dyn Read, ask: pb::QueryClaimRequest) -> Result<pb::QueryClaimResponse> {
    let digest = given::digest("digest", &ask.digest)?;
    let task = CLAIMS.get(state, &digest)?;
    let task = task.ok_or_else(|| Sdk::KeyNotFound("no open task with this content".into()))?;
    Ok(pb::QueryClaimResponse { task })
}

fn round(state: &dyn Read, ask: pb::QueryRoundRequest) -> Result<pb::QueryRoundResponse> {
    Ok(pb::QueryRoundResponse { round: Some(logic::round(state, ask.task, ask.round)?) })
}

fn rounds(state: &dyn Read, ask: pb::QueryRoundsRequest) -> Result<pb::QueryRoundsResponse> {
    let row = |_, Pb(round)| Ok(Some(round));
    let (rounds, pagination) = page::collect(state, &ROUNDS, &ask.task, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryRoundsResponse { rounds, pagination })
}

fn ballots(state: &dyn Read, ask: pb::QueryBallotsRequest) -> Result<pb::QueryBallotsResponse> {
    let (of, row) = ((ask.task, ask.round), |_, Pb(ballot)| Ok(Some(ballot)));
    let (ballots, pagination) = page::collect(state, &BALLOTS, &of, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryBallotsResponse { ballots, pagination })
}

fn keys(state: &dyn Read, ask: pb::QueryKeysRequest) -> Result<pb::QueryKeysResponse> {
    let (of, row) = ((ask.task, ask.round), |_, Pb(key)| Ok(Some(key)));
    let (keys, pagination) = page::collect(state, &WRAPPED_KEYS, &of, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryKeysResponse { keys, pagination })
}

fn duties(state: &dyn Read, ask: pb::QueryDutiesRequest) -> Result<pb::QueryDutiesResponse> {
    let member: ValAddress = ask.member.parse()?;
    let row = |(_, task, round): (ValAddress, u64, u32), ()| {
        Ok(ROUNDS.get(state, &(task, round))?.map(|Pb(round)| round))
    };
    let (rounds, pagination) = page::collect(state, &DUTIES, &member, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryDutiesResponse { rounds, pagination })
}

fn case(state: &dyn Read, ask: pb::QueryCaseRequest) -> Result<pb::QueryCaseResponse> {
    Ok(pb::QueryCaseResponse { case: Some(logic::case(state, ask.task, ask.number)?) })
}

fn cases(state: &dyn Read, ask: pb::QueryCasesRequest) -> Result<pb::QueryCasesResponse> {
    let row = |_, Pb(case)| Ok(Some(case));
    let (cases, pagination) = page::collect(state, &CASES, &ask.task, ask.pagination.as_ref(), row)?;
    Ok(pb::QueryCasesResponse { cases, pagination })
}

fn challenge_cost(
    state: &dyn Read,
    ask: pb::QueryChallengeCostRequest,
) -> Result<pb::QueryChallengeCostResponse> {
    use pb::TaskStatus::{Final, Invalid, Provisional, Rejected};
    let task = logic::task(state, ask.task)?;
    let until = match task.status() {
        Provisional | Rejected | Invalid => task.window_until,
        Final => task.liable_until,
        _ => return Err(Error::NotChallengeable(task.id).into()),
    };
    if !task.case_open {
        let bond: Amount = logic::bond_now(&logic::params(state)?, &task)?;
        return Ok(pb::QueryChallengeCostResponse { bond: bond.to_string(), until, joins: false });
    }
    let case = logic::case(state, task.id, task.cases)?;
    let jury = case.calls.last().map_or(0, |call| call.round);
    let jury = ROUNDS.get(state, &(task.id, jury))?.map(|Pb(round)| round);
    let joins = logic::can_join(&case, jury.as_ref());
    if !joins {
        return Err(Error::CaseUnderWay.into());
    }
    let bond = stored::amount(&case.bond)?.to_string();
    Ok(pb::QueryChallengeCostResponse { bond, until, joins })
}

/// Most seats of one answer.
const MAX_BALLOTS: u32 = types::MAX_SEATS;

//! G33: the overflow ladder. Every accumulator is given more and more, up to all that 128 bits can count, twice over. What
//! does not fit is refused by the message that brings it; no number wraps, no block fails, no work is set aside.

use proto::{
    address::Address,
    amount::Amount,
    coin::{Coin, Coins, Denom},
    cosmos::distribution::v1beta1 as distribution_pb,
    lazchain::idao::v1 as idao_pb,
};

use crate::{
    ctx::Ctx,
    error::{Reject, Result},
    invariant,
    modules::{
        self, bank,
        dat::{
            self, Payment,
            tests::{derived, new},
        },
        hooks, idao, quorum,
        quorum::tests::{Stage, equal, val},
        scheduler,
    },
    msg,
    testkit::{address, any},
    time::Time,
};

/// Rungs: around products with a million, a ratio's 10,000 and 1e27, the halves, and the end.
fn rungs() -> Vec<Amount> {
    let most = u128::MAX;
    let around = |number: u128| [number - 1, number, number + 1];
    let mut rungs = vec![0, 1, u128::from(u64::MAX), 1 << 127, most - 1, most];
    rungs.extend([most / 1_000_000, most / 10_000, most / 5_000, most / 1_500].into_iter().flat_map(around));
    rungs.into_iter().map(Amount::new).collect()
}

fn huge(amount: Amount) -> Coins {
    Coins::one(Coin::new("uhuge".parse::<Denom>().expect("a name"), amount))
}

/// Somebody who has all there can be of a token.
fn donor() -> Address {
    address("somebody with everything")
}

/// Five validators in a Quorum, an iDAO of Ada's, an asset of hers and one that was made from it, both settled and the
/// iDAO's; 128 bits of `uhuge` at the donor.
fn stage() -> Stage {
    let mut stage = Stage::of(&equal(), 0);
    let create = idao_pb::MsgCreateIdao {
        founder: address("ada").to_string(),
        name: "Open Health".into(),
        domain: "health".into(),
        charter_uri: "https://example.org/charter".into(),
        charter_hash: vec![7; 32],
        rules: None,
    };
    let routed = msg::route(&any(&create)).expect("parses");
    routed.action.apply(&mut stage.ctx).expect("founds");
    idao::add_points(&mut stage.ctx, 1, &address("ada"), 3).expect("adds");
    for made in [new("ada", "a"), derived("ada", "b", &[1])] {
        let made = dat::NewAnchor { idao: 1, treasury_bps: 1_000, quorum_pool: Some((1, 200)), ..made };
        let (asset, version) = dat::anchor(&mut stage.ctx, &made).expect("anchors");
        dat::finalize(&mut stage.ctx, asset, version).expect("is final");
        dat::settle(&mut stage.ctx, asset, version).expect("settles");
    }
    bank::mint(&mut stage.ctx, &donor(), &huge(Amount::MAX)).expect("mints");
    stage
}

/// Ends blocks until an epoch has turned; all of it goes through, and everything is still true.
fn goes_on(stage: &mut Stage, what: &str) {
    let before = scheduler::epoch(&stage.ctx.state).expect("reads");
    stage.ctx.take_events();
    while scheduler::epoch(&stage.ctx.state).expect("reads") < before + 2 {
        stage.ctx.block.height += 1;
        modules::end_block(&mut stage.ctx).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    let events = stage.ctx.take_events();
    assert!(!events.iter().any(|event| event.kind() == "scheduler.set_aside"), "{what}: {events:?}");
    assert_eq!(invariant::broken(&stage.ctx.state).expect("reads"), Vec::<String>::new(), "{what}");
}

/// Does it with every rung, twice in an epoch and once in a later one. Each time it is done or refused; of all there can
/// be, something is.
fn climb(what: &str, mut act: impl FnMut(&mut Ctx, Amount) -> Result<()>) {
    let (mut done, mut refused) = (0, 0);
    for rung in rungs() {
        let mut stage = stage();
        for time in ["first", "second", "third"] {
            let outcome: Result<(), Reject> =
                stage.ctx.attempt(|ctx| act(ctx, rung)).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            done += u32::from(outcome.is_ok());
            refused += u32::from(outcome.is_err());
            if time != "first" {
                goes_on(&mut stage, &format!("{what}: {rung} for the {time} time"));
            }
        }
    }
    assert!(done > 0 && refused > 0, "{what}: {done} done, {refused} refused");
}

fn payment(version: (u64, u64), amount: Amount) -> Payment {
    Payment {
        asset: version.0,
        version: version.1,
        channel: 1,
        provider: address("del"),
        provider_bps: 4_000,
        paid: amount,
        base: Coin::new("uhuge".parse().expect("a name"), amount),
        from: donor(),
    }
}

#[test]
fn revenue_royalties_and_claims_climb_the_ladder() {
    climb("revenue of an asset", |ctx, amount| {
        dat::receive(ctx, &payment((2, 1), amount))?;
        Ok(())
    });
}

#[test]
fn what_a_liable_version_holds_climbs_the_ladder() {
    climb("held income", |ctx, amount| {
        let third = derived("ada", "c", &[1]);
        let made = match dat::asset(&ctx.state, 3) {
            Ok(_) => (3, 1),
            Err(_) => dat::anchor(ctx, &third)?,
        };
        let _ = ctx.attempt(|ctx| dat::finalize(ctx, made.0, made.1))?;
        dat::receive(ctx, &payment(made, amount))?;
        Ok(())
    });
}

#[test]
fn income_of_idaos_and_quorums_climbs_the_ladder() {
    climb("an iDAO's income", |ctx, amount| idao::income(ctx, 1, &donor(), &huge(amount)));
    climb("a Quorum's income", |ctx, amount| quorum::fund_members(ctx, 1, &donor(), &huge(amount)));
}

#[test]
fn points_climb_the_ladder() {
    climb("points", |ctx, amount| idao::add_points(ctx, 1, &address("ada"), amount.units()));
}

#[test]
fn what_epochs_are_paid_by_climbs_the_ladder() {
    climb("protocol fees", |ctx, amount| {
        let fee = Coin::new(Denom::known("ulaz"), amount);
        hooks::protocol_fee(ctx, Some(1), &address("del"), &fee)
    });
    climb("burnt fees", |ctx, amount| {
        hooks::task_fee_burnt(ctx, 1, &[val("v1"), val("v2"), val("v1")], amount)
    });
}

/// ISA-2025-005: a gift to the delegators of a validator made the ratio of its rewards overflow, and the chain stopped
/// when somebody withdrew.
#[test]
fn a_validators_rewards_climb_the_ladder_and_are_withdrawn() {
    climb("a gift to delegators", |ctx, amount| {
        if amount.is_zero() {
            return Ok(());
        }
        let gift = distribution_pb::MsgDepositValidatorRewardsPool {
            depositor: donor().to_string(),
            validator_address: val("v1").to_string(),
            amount: huge(amount).wire(),
        };
        msg::route(&any(&gift))?.action.apply(ctx)?;
        let withdraw = distribution_pb::MsgWithdrawDelegatorReward {
            delegator_address: address("v1").to_string(),
            validator_address: val("v1").to_string(),
        };
        msg::route(&any(&withdraw))?.action.apply(ctx)?;
        Ok(())
    });
}

/// Deadlines in a far future, and a block there: nothing wraps to the past.
#[test]
fn time_climbs_the_ladder() {
    for secs in [1, 86_400, 31_557_600, 1 << 32, 18_446_744_073] {
        let mut stage = stage();
        stage.ctx.block.time = Time::from_secs(secs.max(1_800_000_000));
        goes_on(&mut stage, &format!("{secs} seconds"));
    }
    let mut stage = stage();
    stage.ctx.block.time = Time::from_nanos(u64::MAX);
    goes_on(&mut stage, "the end of time");
}

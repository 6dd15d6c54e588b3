//! Paying from escrow, and keeping what was paid and why.

use proto::{address::Address, amount::Amount, lazchain::vsc::v1 as pb};
use state::Pb;

use super::super::{events, keys::PAYOUTS};
use super::{account, ulaz};
use crate::{
    ctx::Ctx,
    error::Result,
    modules::{bank, quorum},
};

/// One payout while it is made: each line moves money at once.
pub(crate) struct Payer {
    payout: pb::Payout,
}

impl Payer {
    /// For a task as it stands before.
    pub(crate) fn new(task: &pb::Task, params: &pb::Params, reason: &str) -> Payer {
        let payout = pb::Payout {
            task: task.id,
            reason: reason.to_owned(),
            fee_held: task.fee_held.clone(),
            deposit_held: task.deposit_held.clone(),
            fee: task.fee.clone(),
            rates: Some(pb::Rates {
                ballots_bps: params.ballots_bps,
                audit_bps: params.audit_bps,
                burnt_bps: params.burnt_bps,
                bond_burnt_bps: params.bond_burnt_bps,
            }),
            ..pb::Payout::default()
        };
        Payer { payout }
    }

    fn line(&mut self, to: String, amount: Amount, what: &str) {
        let (amount, what) = (amount.to_string(), what.to_owned());
        self.payout.lines.push(pb::PayoutLine { to, amount, what });
    }

    /// To an account; nothing happens for 0.
    pub(crate) fn pay(&mut self, ctx: &mut Ctx, to: &Address, amount: Amount, what: &str) -> Result<()> {
        if amount.is_zero() {
            return Ok(());
        }
        bank::transfer(ctx, &account(), to, &ulaz(amount))?;
        self.line(to.to_string(), amount, what);
        Ok(())
    }

    /// To nobody.
    pub(crate) fn burn(&mut self, ctx: &mut Ctx, amount: Amount) -> Result<()> {
        if amount.is_zero() {
            return Ok(());
        }
        bank::burn(ctx, &account(), &ulaz(amount))?;
        self.line(String::new(), amount, "burnt");
        Ok(())
    }

    /// To a Quorum's insurance pool.
    pub(crate) fn insurance(&mut self, ctx: &mut Ctx, id: u64, amount: Amount) -> Result<()> {
        if amount.is_zero() {
            return Ok(());
        }
        quorum::fund_insurance(ctx, id, &account(), amount)?;
        self.line(quorum::account(id).to_string(), amount, "insurance");
        Ok(())
    }

    /// To a Quorum's audit pool.
    pub(crate) fn audit(&mut self, ctx: &mut Ctx, id: u64, amount: Amount) -> Result<()> {
        if amount.is_zero() {
            return Ok(());
        }
        quorum::fund_audit(ctx, id, &account(), amount)?;
        self.line(quorum::account(id).to_string(), amount, "audit");
        Ok(())
    }

    /// What a Quorum's pool has added, as far as it reached.
    pub(crate) fn added(&mut self, id: u64, amount: Amount, pool: &str) {
        let (to, amount, what) = (quorum::account(id).to_string(), amount.to_string(), pool.to_owned());
        self.payout.drawn.push(pb::PayoutLine { to, amount, what });
    }

    /// Keeps what was paid, if anything was.
    pub(crate) fn done(mut self, ctx: &mut Ctx, task: &mut pb::Task) {
        if self.payout.lines.is_empty() {
            return;
        }
        task.payouts = task.payouts.saturating_add(1);
        (self.payout.number, self.payout.height) = (task.payouts, ctx.block.height);
        PAYOUTS.set(&mut ctx.state, &(task.id, task.payouts), &Pb(self.payout.clone()));
        ctx.emit(events::PaidOut { payout: &self.payout });
    }
}

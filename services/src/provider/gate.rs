//! Who may, and why not: refusals that a program can read.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use proto::lazchain::{
    dat::v1::Purpose,
    usage::v1::{Channel, ChannelState},
};
use serde_json::{Value, json};

use super::config::Offer;
use crate::{books::Book, channel::price, ledger::Known};

/// Why a request is not served.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    /// A word that does not change: `voucher_behind`, `deposit_short`, ..
    pub(super) reason: &'static str,
    message: String,
    more: Value,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, reason, message: message.into(), more: json!({}) }
    }

    /// 400: the request itself is wrong.
    pub(super) fn bad(reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, reason, message)
    }

    /// 402: it is a matter of money.
    pub(super) fn unpaid(reason: &'static str, message: impl Into<String>, more: Value) -> Refusal {
        Refusal { more, ..Refusal::new(StatusCode::PAYMENT_REQUIRED, reason, message) }
    }

    /// 403: permission.
    pub(super) fn forbidden(reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::FORBIDDEN, reason, message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error =
            json!({ "type": "lazchain", "code": self.reason, "message": self.message, "details": self.more });
        (self.status, Json(json!({ "error": error }))).into_response()
    }
}

/// Whether a channel is with this provider: what is with another is not looked at any further.
pub(super) fn is_ours(me: &str, channel: &Channel) -> Result<(), Refusal> {
    if channel.provider == me {
        return Ok(());
    }
    Err(Refusal::forbidden("other_provider", format!("channel-{} is with {}", channel.id, channel.provider)))
}

/// Whether so many units in all are within a channel: its cap, and the deposit that pays for them.
pub(super) fn covers(channel: &Channel, units: u64) -> Result<(), Refusal> {
    if units > channel.units_cap {
        let details = json!({ "needed": units, "units_cap": channel.units_cap });
        let text = format!("{units} units would be more than the channel's {}", channel.units_cap);
        return Err(Refusal::unpaid("units_short", text, details));
    }
    let (needed, deposit) =
        (price(channel).units().saturating_mul(units.into()), channel.deposit.parse().unwrap_or(0_u128));
    if needed > deposit {
        let details =
            json!({ "needed": needed.to_string(), "deposit": channel.deposit, "denom": channel.denom });
        let text = format!("the deposit of {deposit} {} does not cover {needed}", channel.denom);
        return Err(Refusal::unpaid("deposit_short", text, details));
    }
    Ok(())
}

/// Whether one more request may begin. `refused` is what the chain said of the channel's voucher, if it did not take it.
pub(super) fn may_begin(
    known: &Known,
    offer: &Offer,
    purpose: Purpose,
    book: &Book,
    refused: Option<String>,
) -> Result<(), Refusal> {
    let channel = &known.channel;
    if channel.state() != ChannelState::Open {
        return Err(closing(channel));
    }
    if !channel.purposes.contains(&purpose.into()) {
        return Err(Refusal::forbidden("purpose", format!("channel-{} is not for that", channel.id)));
    }
    if let Some(why) = known.over {
        return Err(Refusal::forbidden("not_allowed", why));
    }
    if book.units < channel.units {
        let text = format!(
            "channel-{} was redeemed for {} units, and the books here have {}: they are not those that its use was kept in",
            channel.id, channel.units, book.units
        );
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "books_behind", text));
    }
    if let Some(why) = refused {
        let text = format!("the chain does not redeem the channel's voucher; sign another: {why}");
        return Err(Refusal::unpaid("voucher_refused", text, json!({ "vouched": book.vouched() })));
    }
    if book.vouched() < book.units {
        let details = json!({
            "units": book.units, "vouched": book.vouched(), "receipts": book.count, "receipts_root": hex::encode(book.root()),
        });
        let text = format!("{} units were used, and the last voucher is for {}", book.units, book.vouched());
        return Err(Refusal::unpaid("voucher_behind", text, details));
    }
    covers(channel, book.units.saturating_add(offer.least_units))
}

/// 403: a channel that is at its end.
pub(super) fn closing(channel: &Channel) -> Refusal {
    Refusal::forbidden("channel_closing", format!("channel-{} is not open any more", channel.id))
}

#[cfg(test)]
mod tests {
    use proto::lazchain::usage::v1::ChannelState;

    use super::*;
    use crate::provider::voucher::tests::{Stage, stage};

    fn begin(stage: &Stage, refused: Option<&str>) -> Result<(), &'static str> {
        let offer = Offer { asset: 2, upstream: None, paths: Vec::new(), file: None, least_units: 10 };
        let begun = may_begin(&stage.known, &offer, Purpose::Infer, &stage.book, refused.map(str::to_owned));
        begun.map_err(|refusal| refusal.reason)
    }

    #[test]
    fn one_request_is_served_ahead_of_its_voucher_and_no_second() {
        let mut stage = stage();
        assert_eq!(begin(&stage, None), Ok(()));
        stage.uses(20);
        assert_eq!(begin(&stage, None), Err("voucher_behind"));
        let used = stage.used(1, 20);
        assert_eq!(stage.take(&used), Ok(()));
        assert_eq!(stage.take(&used), Ok(()), "the same again");
        assert_eq!(begin(&stage, None), Ok(()));
        assert_eq!(begin(&stage, Some("the use ended")), Err("voucher_refused"));
    }

    #[test]
    fn money_permission_and_state_are_looked_at_before_any_work() {
        let refused = |change: &dyn Fn(&mut Channel)| {
            let mut stage = stage();
            change(&mut stage.known.channel);
            begin(&stage, None).unwrap_err()
        };
        assert_eq!(refused(&|channel| channel.state = ChannelState::Closing.into()), "channel_closing");
        assert_eq!(refused(&|channel| channel.purposes = vec![Purpose::Train.into()]), "purpose");
        assert_eq!(refused(&|channel| channel.units_cap = 9), "units_short");
        assert_eq!(refused(&|channel| channel.deposit = "29".into()), "deposit_short");
        assert_eq!(refused(&|channel| channel.units = 1), "books_behind");
        let mut over = stage();
        over.known.over = Some("the licence is revoked");
        assert_eq!(begin(&over, None), Err("not_allowed"));
        let mut prepaid = stage();
        (prepaid.known.channel.dat, prepaid.known.channel.deposit) = (4, "0".into());
        assert_eq!(begin(&prepaid, None), Ok(()), "a token pays");
        assert!(is_ours("me", &prepaid.known.channel).is_ok());
        assert_eq!(is_ours("you", &prepaid.known.channel).unwrap_err().reason, "other_provider");
    }
}

//! Who may, and why not: refusals that a program can read.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain;
use prost::Message as _;
use proto::{
    amount::Amount,
    lazchain::{
        dat::v1::Purpose,
        usage::v1::{Channel, ChannelState, SignedVoucher},
    },
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

/// A voucher from its header.
pub(super) fn voucher(text: &str) -> Result<SignedVoucher, Refusal> {
    let bad = |why: String| Refusal::bad("voucher_unreadable", format!("the voucher cannot be read: {why}"));
    let bytes = BASE64.decode(text).map_err(|error| bad(error.to_string()))?;
    SignedVoucher::decode(bytes.as_slice()).map_err(|error| bad(error.to_string()))
}

/// Takes a voucher if it is better than the one there is; the same one again is no harm.
pub(super) fn take(
    chain_id: &str,
    channel: &Channel,
    book: &mut Book,
    offered: SignedVoucher,
) -> Result<(), Refusal> {
    if book.voucher.as_ref() == Some(&offered) {
        return Ok(());
    }
    let wrong = |reason, message: String| Err(Refusal::bad(reason, message));
    let Some(said) = &offered.voucher else {
        return wrong("voucher_unreadable", "the voucher is empty".into());
    };
    if said.channel != channel.id {
        return wrong("voucher_channel", format!("it is for channel-{}", said.channel));
    }
    let key = channel.channel_key.as_slice().try_into();
    let right = key.is_ok_and(|key| offchain::is_signed(chain_id, &offered, key));
    if !right {
        return wrong("voucher_signature", "it is not signed with the channel's key".into());
    }
    let last = book.voucher.as_ref().and_then(|best| best.voucher.clone()).unwrap_or_default();
    if said.sequence <= last.sequence.max(channel.sequence) {
        let text = format!(
            "its sequence is {}, the last was {}",
            said.sequence,
            last.sequence.max(channel.sequence)
        );
        return wrong("voucher_sequence", text);
    }
    if said.cumulative_units < last.cumulative_units {
        return wrong("voucher_units", "it is for fewer units than the last".into());
    }
    let (price, units) = (price(channel).units(), u128::from(said.cumulative_units));
    let owed = price.checked_mul(units).map(|units| Amount::new(units).to_string());
    if owed.as_ref() != Some(&said.cumulative_amount) {
        let text = format!("{units} units at {price} are not {}", said.cumulative_amount);
        return wrong("voucher_amount", text);
    }
    if said.cumulative_units > book.units {
        let text = format!("it is for {units} units, and {} were used", book.units);
        return wrong("voucher_ahead", text);
    }
    let root = book.root();
    if said.cumulative_units == book.units && book.count > 0 && said.receipts_root != root {
        let text =
            format!("its receipts_root is not that of the {} receipts, {}", book.count, hex::encode(root));
        return wrong("voucher_root", text);
    }
    book.keep(offered).map_err(|error| {
        tracing::error!(%error, "a voucher could not be kept");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "books", "the voucher could not be kept; try again")
    })
}

/// Whether one more request may begin.
pub(super) fn may_begin(
    me: &str,
    known: &Known,
    offer: &Offer,
    purpose: Purpose,
    book: &Book,
) -> Result<(), Refusal> {
    let channel = &known.channel;
    if channel.provider != me {
        return Err(Refusal::forbidden(
            "other_provider",
            format!("channel-{} is with {}", channel.id, channel.provider),
        ));
    }
    if channel.state() != ChannelState::Open {
        return Err(Refusal::forbidden(
            "channel_closing",
            format!("channel-{} is not open any more", channel.id),
        ));
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
    if book.vouched() < book.units {
        let details = json!({
            "units": book.units, "vouched": book.vouched(), "receipts": book.count, "receipts_root": hex::encode(book.root()),
        });
        let text = format!("{} units were used, and the last voucher is for {}", book.units, book.vouched());
        return Err(Refusal::unpaid("voucher_behind", text, details));
    }
    let after = book.units.saturating_add(offer.least_units);
    if after > channel.units_cap {
        let details = json!({ "units": book.units, "units_cap": channel.units_cap });
        let text = format!("{after} units would be more than the channel's {}", channel.units_cap);
        return Err(Refusal::unpaid("units_short", text, details));
    }
    let (needed, deposit) =
        (price(channel).units().saturating_mul(after.into()), channel.deposit.parse().unwrap_or(0_u128));
    if needed > deposit {
        let details =
            json!({ "needed": needed.to_string(), "deposit": channel.deposit, "denom": channel.denom });
        let text = format!("the deposit of {deposit} {} does not cover {needed}", channel.denom);
        return Err(Refusal::unpaid("deposit_short", text, details));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use client::{
        Secret,
        offchain::{Use, channel as channel_key},
    };
    use proto::lazchain::{dat::v1::Unit, usage::v1::Receipt};

    use super::*;
    use crate::books::Books;

    const CHAIN: &str = "lazchain-7";

    struct Stage {
        channel: Channel,
        over: Option<&'static str>,
        book: Book,
        _folder: tempfile::TempDir,
    }

    fn key() -> offchain::Ed25519 {
        channel_key(&Secret::from_slice(&[7; 32]).unwrap(), 1)
    }

    fn stage() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let book = Books::open(folder.path()).unwrap().book(5).unwrap();
        let channel = Channel {
            id: 5,
            provider: "me".into(),
            purposes: vec![Purpose::Infer.into()],
            price: "3".into(),
            denom: "ulaz".into(),
            channel_key: key().public().to_vec(),
            deposit: "300".into(),
            units_cap: 1_000,
            state: ChannelState::Open.into(),
            ..Channel::default()
        };
        Stage { channel, over: None, book, _folder: folder }
    }

    impl Stage {
        fn uses(&mut self, units: u64) {
            let number = self.book.count + 1;
            self.book.write(&Receipt { channel: 5, number, units, ..Receipt::default() }).unwrap();
        }

        fn used(&self, sequence: u64, units: u64) -> Use {
            Use {
                channel: 5,
                sequence,
                as_of: prost_types::Timestamp::default(),
                purpose: Purpose::Infer,
                terms: None,
                units,
                price: Amount::new(3),
                receipts_root: Some(self.book.root()),
            }
        }

        fn take(&mut self, used: &Use) -> Result<(), &'static str> {
            let voucher = offchain::voucher(CHAIN, used, &key()).unwrap();
            take(CHAIN, &self.channel, &mut self.book, voucher).map_err(|refusal| refusal.reason)
        }

        fn begin(&self) -> Result<(), &'static str> {
            let offer = Offer { asset: 2, upstream: None, file: None, least_units: 10 };
            let known = Known {
                channel: self.channel.clone(),
                unit: Unit::Call,
                over: self.over,
                at: prost_types::Timestamp::default(),
            };
            may_begin("me", &known, &offer, Purpose::Infer, &self.book).map_err(|refusal| refusal.reason)
        }
    }

    #[test]
    fn one_request_is_served_ahead_of_its_voucher_and_no_second() {
        let mut stage = stage();
        assert_eq!(stage.begin(), Ok(()));
        stage.uses(20);
        assert_eq!(stage.begin(), Err("voucher_behind"));
        let used = stage.used(1, 20);
        assert_eq!(stage.take(&used), Ok(()));
        assert_eq!(stage.take(&used), Ok(()), "the same again");
        assert_eq!(stage.begin(), Ok(()));
    }

    #[test]
    fn a_voucher_that_is_not_exactly_for_what_was_used_is_refused() {
        let mut stage = stage();
        stage.uses(20);
        let good = stage.used(2, 20);
        for (used, reason) in [
            (Use { channel: 6, ..good.clone() }, "voucher_channel"),
            (Use { sequence: 0, ..good.clone() }, "voucher_sequence"),
            (Use { price: Amount::new(2), ..good.clone() }, "voucher_amount"),
            (Use { units: 21, ..good.clone() }, "voucher_ahead"),
            (Use { receipts_root: Some([9; 32]), ..good.clone() }, "voucher_root"),
        ] {
            assert_eq!(stage.take(&used), Err(reason));
        }
        let mut bent = offchain::voucher(CHAIN, &good, &key()).unwrap();
        bent.signature[0] ^= 1;
        let refused = take(CHAIN, &stage.channel, &mut stage.book, bent).unwrap_err();
        assert_eq!(refused.reason, "voucher_signature");
        assert_eq!(
            take(CHAIN, &stage.channel, &mut stage.book, SignedVoucher::default()).unwrap_err().reason,
            "voucher_unreadable"
        );
        assert_eq!(stage.take(&good), Ok(()));
        let fewer = Use { sequence: 3, units: 19, ..good };
        assert_eq!(stage.take(&fewer), Err("voucher_units"));
        assert_eq!(voucher("%").unwrap_err().reason, "voucher_unreadable");
    }

    #[test]
    fn money_permission_and_state_are_looked_at_before_any_work() {
        let refused = |change: &dyn Fn(&mut Channel)| {
            let mut stage = stage();
            change(&mut stage.channel);
            stage.begin().unwrap_err()
        };
        assert_eq!(refused(&|channel| channel.provider = "you".into()), "other_provider");
        assert_eq!(refused(&|channel| channel.state = ChannelState::Closing.into()), "channel_closing");
        assert_eq!(refused(&|channel| channel.purposes = vec![Purpose::Train.into()]), "purpose");
        assert_eq!(refused(&|channel| channel.units_cap = 9), "units_short");
        assert_eq!(refused(&|channel| channel.deposit = "29".into()), "deposit_short");
        assert_eq!(refused(&|channel| channel.units = 1), "books_behind");
        let mut over = stage();
        over.over = Some("the licence is revoked");
        assert_eq!(over.begin(), Err("not_allowed"));
        let mut prepaid = stage();
        (prepaid.channel.dat, prepaid.channel.deposit) = (4, "0".into());
        assert_eq!(prepaid.begin(), Ok(()), "a token pays");
    }
}

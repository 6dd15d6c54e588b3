//! What a voucher must be to be taken: all that the chain will ask of it when it is redeemed. One that the chain would refuse
//! never takes the place of one that it would not.

use app::given;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::offchain;
use prost::Message as _;
use prost_types::Timestamp;
use proto::{
    amount::Amount,
    lazchain::{
        dat::v1::PolicyTerms,
        usage::v1::{ChannelState, SignedVoucher, Voucher},
    },
};

use super::gate::{self, Refusal};
use crate::{books::Book, channel::price, ledger::Known};

/// Most fields that a voucher names.
const MAX_FIELDS: usize = 64;

/// A voucher from its header.
pub(super) fn read(text: &str) -> Result<SignedVoucher, Refusal> {
    let bad = |why: String| Refusal::bad("voucher_unreadable", format!("the voucher cannot be read: {why}"));
    let bytes = BASE64.decode(text).map_err(|error| bad(error.to_string()))?;
    SignedVoucher::decode(bytes.as_slice()).map_err(|error| bad(error.to_string()))
}

/// Takes a voucher if it is better than the one there is; the same one again is no harm.
pub(super) fn take(
    chain_id: &str,
    known: &Known,
    book: &mut Book,
    offered: SignedVoucher,
) -> Result<(), Refusal> {
    if book.voucher.as_ref() == Some(&offered) {
        return Ok(());
    }
    let channel = &known.channel;
    if channel.state() == ChannelState::Closed {
        return Err(gate::closing(channel));
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
    let sequence = last.sequence.max(channel.sequence);
    if said.sequence <= sequence {
        return wrong(
            "voucher_sequence",
            format!("its sequence is {}, the last was {sequence}", said.sequence),
        );
    }
    if said.cumulative_units < last.cumulative_units {
        return wrong("voucher_units", "it is for fewer units than the last".into());
    }
    is_dated(said, [channel.as_of, last.as_of], book.at.unwrap_or(known.at))?;
    if !channel.purposes.contains(&said.purpose) {
        return wrong("voucher_purpose", format!("channel-{} was not opened for that purpose", channel.id));
    }
    names_terms(said, &known.terms)?;
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
    let whole = said.cumulative_units == book.units && book.count > 0;
    if (whole && said.receipts_root != root) || ![0, root.len()].contains(&said.receipts_root.len()) {
        let text =
            format!("its receipts_root is not that of the {} receipts, {}", book.count, hex::encode(root));
        return wrong("voucher_root", text);
    }
    gate::covers(channel, said.cumulative_units)?;
    book.keep(offered).map_err(|error| {
        tracing::error!(%error, "a voucher could not be kept");
        Refusal::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "books",
            "the voucher could not be kept; try again",
        )
    })
}

fn order(time: &Timestamp) -> (i64, i32) {
    (time.seconds, time.nanos)
}

/// Not before the last voucher, and not after the last work: the use was proved to be allowed then, and the chain is as far.
fn is_dated(said: &Voucher, before: [Option<Timestamp>; 2], work: Timestamp) -> Result<(), Refusal> {
    let first = before.into_iter().flatten().max_by_key(order);
    let fits = said.as_of.as_ref().is_some_and(|as_of| {
        (0..1_000_000_000).contains(&as_of.nanos)
            && first.as_ref().is_none_or(|first| order(as_of) >= order(first))
            && order(as_of) <= order(&work)
    });
    if fits {
        return Ok(());
    }
    let first = first.map_or_else(String::new, |first| format!("from {first} "));
    let text = format!("its as_of must be {first}to {work}, the time of the last receipt");
    Err(Refusal::bad("voucher_dated", text))
}

/// Fields and code as the chain takes them, and where the licence names some, of those.
fn names_terms(said: &Voucher, licence: &PolicyTerms) -> Result<(), Refusal> {
    let wrong = |text: String| Refusal::bad("voucher_terms", text);
    let terms = said.terms.clone().unwrap_or_default();
    let fields = given::list("fields", terms.fields, MAX_FIELDS, |field| given::tag("field", field));
    let fields = fields.map_err(|error| wrong(error.to_string()))?;
    given::digest_or_none("code_digest", &terms.code_digest).map_err(|error| wrong(error.to_string()))?;
    if !fields.is_sorted() {
        return Err(wrong("its fields are not sorted".into()));
    }
    let allowed = |field: &String| licence.fields.contains(field);
    if !licence.fields.is_empty() && (fields.is_empty() || !fields.iter().all(allowed)) {
        let text =
            format!("the licence names fields; it must name those that were used, of {:?}", licence.fields);
        return Err(wrong(text));
    }
    if !licence.code_digests.is_empty() && !licence.code_digests.contains(&terms.code_digest) {
        return Err(wrong("the licence names code; it must name the code that ran, one of those".into()));
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use client::{
        Secret,
        offchain::{Use, channel as channel_key},
    };
    use proto::lazchain::{
        dat::v1::Purpose,
        usage::v1::{Channel, Receipt, Terms},
    };

    use super::*;
    use crate::books::Books;

    const CHAIN: &str = "lazchain-7";

    pub(in crate::provider) struct Stage {
        pub(in crate::provider) known: Known,
        pub(in crate::provider) book: Book,
        _folder: tempfile::TempDir,
    }

    fn key() -> offchain::Ed25519 {
        channel_key(&Secret::from_slice(&[7; 32]).unwrap(), 1)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp { seconds, nanos: 0 }
    }

    /// A channel that was opened at 50, whose receipts are dated 100.
    pub(in crate::provider) fn stage() -> Stage {
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
            as_of: Some(at(50)),
            state: ChannelState::Open.into(),
            ..Channel::default()
        };
        let known = Known { channel, terms: Arc::default(), over: None, at: at(100) };
        Stage { known, book, _folder: folder }
    }

    impl Stage {
        pub(in crate::provider) fn uses(&mut self, units: u64) {
            let number = self.book.count + 1;
            let receipt =
                Receipt { channel: 5, number, units, at: Some(self.known.at), ..Receipt::default() };
            self.book.write(&receipt).unwrap();
        }

        pub(in crate::provider) fn used(&self, sequence: u64, units: u64) -> Use {
            Use {
                channel: 5,
                sequence,
                as_of: self.known.at,
                purpose: Purpose::Infer,
                terms: None,
                units,
                price: Amount::new(3),
                receipts_root: Some(self.book.root()),
            }
        }

        pub(in crate::provider) fn take(&mut self, used: &Use) -> Result<(), &'static str> {
            let voucher = offchain::voucher(CHAIN, used, &key()).unwrap();
            self.takes(voucher)
        }

        fn takes(&mut self, voucher: SignedVoucher) -> Result<(), &'static str> {
            take(CHAIN, &self.known, &mut self.book, voucher).map_err(|refusal| refusal.reason)
        }
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
        assert_eq!(stage.takes(bent), Err("voucher_signature"));
        assert_eq!(stage.takes(SignedVoucher::default()), Err("voucher_unreadable"));
        assert_eq!(stage.take(&good), Ok(()));
        let fewer = Use { sequence: 3, units: 19, ..good };
        assert_eq!(stage.take(&fewer), Err("voucher_units"));
        assert_eq!(read("%").unwrap_err().reason, "voucher_unreadable");
    }

    #[test]
    fn a_voucher_that_the_chain_would_refuse_does_not_take_the_place_of_a_good_one() {
        let mut stage = stage();
        stage.uses(20);
        let first = stage.used(1, 20);
        assert_eq!(stage.take(&first), Ok(()));
        stage.known.at = at(110);
        stage.uses(20);
        let good = Use { units: 40, ..stage.used(2, 40) };
        let dated = |as_of| Use { as_of, ..good.clone() };
        for (used, reason) in [
            (Use { purpose: Purpose::Train, ..good.clone() }, "voucher_purpose"),
            (dated(at(4_102_444_800)), "voucher_dated"),
            (dated(at(111)), "voucher_dated"),
            (dated(at(99)), "voucher_dated"),
            (dated(Timestamp { seconds: 105, nanos: 1_000_000_000 }), "voucher_dated"),
            (dated(Timestamp { seconds: 105, nanos: -1 }), "voucher_dated"),
        ] {
            assert_eq!(stage.take(&used), Err(reason), "{used:?}");
        }
        let undated =
            Voucher { as_of: None, ..offchain::voucher(CHAIN, &good, &key()).unwrap().voucher.unwrap() };
        let signature = key().sign(&proto::signed::statement("voucher", CHAIN, &undated)).to_vec();
        assert_eq!(stage.takes(SignedVoucher { voucher: Some(undated), signature }), Err("voucher_dated"));
        let mut over = |change: &dyn Fn(&mut Channel)| {
            let before = stage.known.channel.clone();
            change(&mut stage.known.channel);
            let taken = stage.take(&good);
            stage.known.channel = before;
            taken
        };
        assert_eq!(over(&|channel| channel.deposit = "119".into()), Err("deposit_short"));
        assert_eq!(over(&|channel| channel.units_cap = 39), Err("units_short"));
        assert_eq!(over(&|channel| channel.as_of = Some(at(120))), Err("voucher_dated"));
        assert_eq!(over(&|channel| channel.state = ChannelState::Closed.into()), Err("channel_closing"));
        assert_eq!(stage.book.vouched(), 20, "the last good one stands");
        assert_eq!(stage.take(&good), Ok(()));
    }

    #[test]
    fn fields_and_code_are_named_where_the_licence_names_them_and_never_without_end() {
        let mut stage = stage();
        stage.uses(20);
        let code = vec![7; 32];
        let terms = |fields: &[&str], code: &[u8]| {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            Some(Terms { fields, code_digest: code.to_vec() })
        };
        let plain = stage.used(1, 20);
        let with = |terms| Use { terms, ..plain.clone() };
        let many: Vec<String> = (0..65).map(|number| format!("f{number:03}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let long = "a".repeat(1 << 16);
        for bad in [terms(&many, &[]), terms(&[&long], &[]), terms(&["b", "a"], &[]), terms(&[], &[7; 31])] {
            assert_eq!(stage.take(&with(bad)), Err("voucher_terms"));
        }
        let licence = PolicyTerms {
            fields: vec!["age".into(), "sex".into()],
            code_digests: vec![code.clone()],
            ..PolicyTerms::default()
        };
        stage.known.terms = Arc::new(licence);
        for bad in [None, terms(&[], &code), terms(&["age"], &[]), terms(&["age", "name"], &code)] {
            assert_eq!(stage.take(&with(bad)), Err("voucher_terms"));
        }
        assert_eq!(stage.take(&with(terms(&["age"], &code))), Ok(()));
    }
}

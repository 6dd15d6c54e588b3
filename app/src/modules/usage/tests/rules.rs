//! Each rule of a voucher, on its own.

use proto::lazchain::{dat::v1::Purpose, usage::v1 as pb};

use crate::{
    error::Result,
    modules::usage::{
        meter::Taken,
        voucher::{Limits, Voucher},
    },
    time::Time,
};

const NOW: u64 = 1_000;

fn at(secs: u64) -> Option<prost_types::Timestamp> {
    Some(Time::from_secs(secs).wire())
}

fn channel() -> pb::Channel {
    pb::Channel {
        id: 5,
        purposes: vec![Purpose::Infer.into(), Purpose::Evaluate.into()],
        price: "3".into(),
        deposit: "3000".into(),
        redeemed: "300".into(),
        units_cap: 900,
        units: 100,
        sequence: 7,
        as_of: at(900),
        protocol_bps: 200,
        close_delay: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        state: pb::ChannelState::Open.into(),
        opened_at: at(800),
        ..Default::default()
    }
}

fn wire() -> pb::Voucher {
    pb::Voucher {
        channel: 5,
        sequence: 8,
        as_of: at(950),
        purpose: Purpose::Infer.into(),
        terms: None,
        cumulative_units: 200,
        cumulative_amount: "600".into(),
        receipts_root: vec![9; 32],
    }
}

fn parse(wire: pb::Voucher) -> Result<Voucher> {
    Voucher::parse(pb::SignedVoucher { voucher: Some(wire), signature: vec![1; 64] })
}

fn judge(channel: &pb::Channel, wire: pb::Voucher, ends: Option<u64>) -> Result<Taken> {
    let ends = ends.map(Time::from_secs);
    parse(wire)?.judge(channel, &Limits::default(), ends, Time::from_secs(NOW))
}

fn code(result: Result<Taken>) -> u32 {
    result.expect_err("refused").reject().expect("by rule").code
}

#[test]
fn a_good_voucher_takes_what_it_states_over_the_one_before() {
    let taken = judge(&channel(), wire(), None).expect("good");
    assert_eq!((taken.total.units(), taken.redeemed.units()), (600, 300));
    assert_eq!((taken.protocol.units(), taken.base.units()), (6, 294));
}

/// peers 7.12: overdrawn by one unit. lazai 7.2: nobody names another price.
#[test]
fn each_broken_rule_has_its_number() {
    let open = channel();
    let cases: Vec<(u32, pb::Voucher)> = vec![
        (18, pb::Voucher { sequence: 7, ..wire() }),
        (18, pb::Voucher { sequence: 0, ..wire() }),
        (19, pb::Voucher { cumulative_units: 100, cumulative_amount: "300".into(), ..wire() }),
        (19, pb::Voucher { cumulative_units: 99, cumulative_amount: "297".into(), ..wire() }),
        (20, pb::Voucher { cumulative_amount: "599".into(), ..wire() }),
        (20, pb::Voucher { cumulative_amount: "601".into(), ..wire() }),
        (20, pb::Voucher { cumulative_amount: "0".into(), ..wire() }),
        (22, pb::Voucher { cumulative_units: 901, cumulative_amount: "2703".into(), ..wire() }),
        (23, pb::Voucher { purpose: Purpose::Train.into(), ..wire() }),
        (25, pb::Voucher { as_of: at(NOW + 1), ..wire() }),
        (26, pb::Voucher { as_of: at(899), ..wire() }),
    ];
    for (expected, voucher) in cases {
        assert_eq!(code(judge(&open, voucher.clone(), None)), expected, "{voucher:?}");
    }
    let poor = pb::Channel { deposit: "599".into(), ..open };
    assert_eq!(code(judge(&poor, wire(), None)), 21);
    let exact = pb::Channel { deposit: "600".into(), ..poor };
    assert!(judge(&exact, wire(), None).is_ok());
}

#[test]
fn work_before_the_end_of_use_is_paid_for_the_close_delay_and_work_after_it_never() {
    let ends = |ended| judge(&channel(), wire(), Some(ended));
    assert!(ends(951).is_ok(), "the end of use is an instant later");
    assert_eq!(code(ends(950)), 27, "at the instant the use is over");
    assert_eq!(code(ends(930)), 27);
    assert!(ends(2_000).is_ok(), "an end that is still to come");
    let earlier = |as_of, ended| judge(&channel(), pb::Voucher { as_of: at(as_of), ..wire() }, Some(ended));
    assert!(earlier(930, 941).is_ok(), "59 seconds after the end");
    assert_eq!(code(earlier(930, 940)), 28, "60 seconds after it");
}

#[test]
fn a_closing_channel_takes_vouchers_until_its_instant_and_a_closed_one_none() {
    let closing =
        |closes| pb::Channel { state: pb::ChannelState::Closing.into(), closes_at: at(closes), ..channel() };
    assert!(judge(&closing(NOW + 1), wire(), None).is_ok());
    assert_eq!(code(judge(&closing(NOW), wire(), None)), 15);
    let closed = pb::Channel { state: pb::ChannelState::Closed.into(), ..channel() };
    assert_eq!(code(judge(&closed, wire(), None)), 15);
}

#[test]
fn prepaid_use_states_no_amount_and_takes_its_part_of_the_money() {
    let prepaid = pb::Channel {
        dat: 3,
        price: "0".into(),
        deposit: "1000".into(),
        redeemed: "112".into(),
        ..channel()
    };
    assert_eq!(code(judge(&prepaid, wire(), None)), 20);
    let voucher = pb::Voucher { cumulative_amount: "0".into(), ..wire() };
    // ceil(1,000 x 200 / 900) = 223
    assert_eq!(judge(&prepaid, voucher, None).expect("good").redeemed.units(), 111);
}

#[test]
fn where_the_policy_names_fields_or_code_the_voucher_must_name_of_them() {
    let limits = Limits { fields: vec!["age".into(), "sex".into()], code_digests: vec![[4; 32]] };
    let judge = |terms: Option<pb::Terms>| {
        let voucher = parse(pb::Voucher { terms, ..wire() }).expect("parses");
        voucher.judge(&channel(), &limits, None, Time::from_secs(NOW))
    };
    let terms = |fields: &[&str], code: Vec<u8>| {
        Some(pb::Terms {
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            code_digest: code,
        })
    };
    assert!(judge(terms(&["age"], vec![4; 32])).is_ok());
    assert!(judge(terms(&["age", "sex"], vec![4; 32])).is_ok());
    for wrong in [
        None,
        terms(&[], vec![4; 32]),
        terms(&["income"], vec![4; 32]),
        terms(&["age", "income"], vec![4; 32]),
        terms(&["age"], vec![5; 32]),
        terms(&["age"], Vec::new()),
    ] {
        assert_eq!(code(judge(wrong)), 24);
    }
}

#[test]
fn what_is_no_voucher_is_refused_before_it_is_judged() {
    for wrong in [
        pb::Voucher { as_of: None, ..wire() },
        pb::Voucher { as_of: Some(prost_types::Timestamp { seconds: -1, nanos: 0 }), ..wire() },
        pb::Voucher { as_of: Some(prost_types::Timestamp { seconds: 1, nanos: 1_000_000_000 }), ..wire() },
        pb::Voucher { purpose: 0, ..wire() },
        pb::Voucher { purpose: 99, ..wire() },
        pb::Voucher { cumulative_amount: "06".into(), ..wire() },
        pb::Voucher { cumulative_amount: String::new(), ..wire() },
        pb::Voucher { receipts_root: vec![1; 31], ..wire() },
        pb::Voucher {
            terms: Some(pb::Terms { fields: vec!["b".into(), "a".into()], code_digest: Vec::new() }),
            ..wire()
        },
        pb::Voucher {
            terms: Some(pb::Terms { fields: vec!["a".into(), "a".into()], code_digest: Vec::new() }),
            ..wire()
        },
    ] {
        assert_eq!(
            parse(wrong.clone()).expect_err("refused").reject().expect("by rule").code,
            18,
            "{wrong:?}"
        );
    }
    let short = pb::SignedVoucher { voucher: Some(wire()), signature: vec![1; 63] };
    assert!(Voucher::parse(short).is_err());
    assert!(Voucher::parse(pb::SignedVoucher { voucher: None, signature: vec![1; 64] }).is_err());
}

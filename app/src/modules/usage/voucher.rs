//! When a voucher is good: pure rules.

use proto::{
    amount::Amount,
    lazchain::{dat::v1::Purpose, usage::v1 as pb},
};

use super::{
    errors::Error,
    meter::{Meter, Taken},
};
use crate::{
    error::Result,
    given::{self, digest_or_none, list, refused, tag},
    stored,
    time::Time,
};

/// Most fields that a voucher names.
const MAX_FIELDS: usize = 64;

/// A voucher as it was given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Voucher {
    pub channel: u64,
    pub sequence: u64,
    pub as_of: Time,
    pub purpose: Purpose,
    /// Sorted.
    pub fields: Vec<String>,
    pub code_digest: Option<[u8; 32]>,
    pub units: u64,
    pub amount: Amount,
    pub receipts_root: Option<[u8; 32]>,
    pub signature: [u8; 64],
    /// What was signed.
    pub wire: pb::Voucher,
}

/// Where the channel's policy asks for more than a purpose.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Limits {
    /// Fields that may be used; all if none are named.
    pub fields: Vec<String>,
    /// Code that may run; any if none is named.
    pub code_digests: Vec<[u8; 32]>,
}

impl Voucher {
    /// From the wire.
    pub(crate) fn parse(signed: pb::SignedVoucher) -> Result<Voucher> {
        let signature = given::signature("signature", &signed.signature)?;
        let wire = signed.voucher.ok_or_else(|| refused("a voucher is missing"))?;
        let as_of = wire.as_of.ok_or_else(|| refused("as_of is missing"))?;
        if as_of.seconds < 0 || !(0..1_000_000_000).contains(&as_of.nanos) {
            return Err(refused("as_of is no time"));
        }
        let purpose = Purpose::try_from(wire.purpose).ok().filter(|purpose| *purpose != Purpose::Unspecified);
        let terms = wire.terms.clone().unwrap_or_default();
        let fields = list("fields", terms.fields, MAX_FIELDS, |field| tag("field", field))?;
        if !fields.is_sorted() {
            return Err(refused("fields are not sorted"));
        }
        Ok(Voucher {
            channel: wire.channel,
            sequence: wire.sequence,
            as_of: Time::from_wire(&as_of),
            purpose: purpose.ok_or_else(|| refused("purpose is unknown"))?,
            fields,
            code_digest: digest_or_none("code_digest", &terms.code_digest)?,
            units: wire.cumulative_units,
            amount: given::amount("cumulative_amount", &wire.cumulative_amount)?,
            receipts_root: digest_or_none("receipts_root", &wire.receipts_root)?,
            signature,
            wire,
        })
    }

    /// What it takes out of its channel, or which rule it breaks. `ends` is when the use ended, if it did. The
    /// signature is somebody else's to check.
    pub(crate) fn judge(
        &self,
        channel: &pb::Channel,
        limits: &Limits,
        ends: Option<Time>,
        now: Time,
    ) -> Result<Taken> {
        is_in_time(channel, now)?;
        if self.sequence <= channel.sequence {
            return Err(Error::StaleSequence { given: self.sequence, last: channel.sequence }.into());
        }
        self.is_dated(channel, ends, now)?;
        self.is_permitted(channel, limits)?;
        let meter = Meter::of(channel)?;
        if self.units <= meter.units {
            return Err(Error::UnitsDoNotGrow { given: self.units, last: meter.units }.into());
        }
        if self.units > meter.units_cap {
            return Err(Error::AboveUnits { given: self.units, most: meter.units_cap }.into());
        }
        let exact = meter.stated(self.units)?;
        if self.amount != exact {
            return Err(Error::WrongAmount { given: self.amount, exact }.into());
        }
        let taken = meter.take(self.units)?;
        if taken.total > meter.deposit {
            return Err(Error::AboveDeposit { needed: taken.total, deposit: meter.deposit }.into());
        }
        Ok(taken)
    }

    fn is_dated(&self, channel: &pb::Channel, ends: Option<Time>, now: Time) -> Result<()> {
        let (as_of, last) = (self.as_of, stored::time(channel.as_of.as_ref()));
        if as_of > now {
            return Err(Error::FromTheFuture { as_of }.into());
        }
        if as_of < last {
            return Err(Error::BeforeTheLast { as_of, last }.into());
        }
        let Some(ended) = ends else { return Ok(()) };
        if as_of >= ended {
            return Err(Error::UseEnded { as_of, ended }.into());
        }
        let until = ended.plus(stored::span(channel.close_delay.as_ref()));
        if now >= until {
            return Err(Error::TooLate { ended, until }.into());
        }
        Ok(())
    }

    fn is_permitted(&self, channel: &pb::Channel, limits: &Limits) -> Result<()> {
        if !channel.purposes.contains(&i32::from(self.purpose)) {
            return Err(Error::PurposeNotOpened.into());
        }
        let refuse = |text: String| Err(Error::TermsNotAllowed(text).into());
        if !limits.fields.is_empty() {
            if self.fields.is_empty() {
                return refuse(
                    "the policy names fields, so the voucher must name those that were used".into(),
                );
            }
            if let Some(other) = self.fields.iter().find(|field| !limits.fields.contains(field)) {
                return refuse(format!("the policy does not open the field {other}"));
            }
        }
        let code_is_allowed = self.code_digest.is_some_and(|code| limits.code_digests.contains(&code));
        if !limits.code_digests.is_empty() && !code_is_allowed {
            return refuse("the policy names code, and the voucher names none of it".into());
        }
        Ok(())
    }
}

/// A closed channel takes nothing; a closing one until its instant.
pub(crate) fn is_in_time(channel: &pb::Channel, now: Time) -> Result<()> {
    let over = match channel.state() {
        pb::ChannelState::Open => false,
        pb::ChannelState::Closing => now >= stored::time(channel.closes_at.as_ref()),
        pb::ChannelState::Closed | pb::ChannelState::Unspecified => true,
    };
    if over { Err(Error::ChannelOver(channel.id).into()) } else { Ok(()) }
}

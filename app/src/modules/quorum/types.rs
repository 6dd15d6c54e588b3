//! What callers say about members.

use proto::{
    address::{Address, ValAddress},
    amount::Amount,
    lazchain::quorum::v1 as pb,
};

/// Most seats of a Quorum.
pub(crate) const MAX_SEATS: u32 = 64;
/// Most applicants that wait at once.
pub(crate) const MAX_APPLICANTS: u32 = 64;
/// Most members and applicants together.
pub(crate) const MAX_MEMBERS: u32 = 128;
/// Most Quorums that a validator is in, or has applied to.
pub(crate) const MAX_MEMBERSHIPS: u32 = 50;
/// Most denominations that a Quorum's members share; what else comes is the community's.
pub(crate) const MAX_DENOMS: u32 = 16;

/// The module account that holds deposits and pools.
pub(crate) const ACCOUNT: &str = "quorum";

/// One duty: a seat in one round of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duty {
    pub task: u64,
    pub round: u32,
}

/// How a duty was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// Voted and revealed.
    Good,
    /// Revealed that it abstained.
    Abstained,
    /// Committed and did not reveal.
    Unrevealed,
    /// Did not commit.
    Absent,
}

/// A finding of fault of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    pub quorum: u64,
    /// Epoch of the measurement that it was drawn by.
    pub measurement: u64,
    pub member: ValAddress,
    pub kind: pb::OffenceKind,
    pub task: u64,
    pub round: u32,
    /// Power of all members that the same finding concerns, in `ulaz`.
    pub power_at_fault: Amount,
    /// Who showed an equivocation or a canary.
    pub reporter: Option<Address>,
    /// It pays at least that: its reserve, if it accepted.
    pub at_least: Amount,
    /// Who is refunded out of the operators' own parts, and with how much in all.
    pub refund: Option<(Address, Amount)>,
}

/// The number of an offence, as a part of keys.
pub(crate) fn number(kind: pb::OffenceKind) -> u8 {
    u8::try_from(i32::from(kind)).unwrap_or(0)
}

/// What puts a member into the Quorum's jail: points, and abstentions.
pub(crate) fn marks(record: &pb::Record) -> (u32, u32) {
    let unrevealed = record.unrevealed.count_ones().saturating_mul(2);
    (record.absent.count_ones().saturating_add(unrevealed), record.abstained.count_ones())
}

/// The record with one more duty.
pub(crate) fn noted(record: &pb::Record, conduct: Conduct) -> pb::Record {
    let note = |mask: u64, which: Conduct| (mask << 1) | u64::from(conduct == which);
    pb::Record {
        absent: note(record.absent, Conduct::Absent),
        unrevealed: note(record.unrevealed, Conduct::Unrevealed),
        abstained: note(record.abstained, Conduct::Abstained),
        ..*record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_remembers_sixty_four_duties() {
        let mut record = pb::Record::default();
        for _ in 0..11 {
            record = noted(&record, Conduct::Absent);
        }
        record = noted(&record, Conduct::Unrevealed);
        record = noted(&record, Conduct::Abstained);
        assert_eq!(marks(&record), (13, 1));
        for _ in 0..u64::BITS {
            record = noted(&record, Conduct::Good);
        }
        assert_eq!(marks(&record), (0, 0));
    }
}

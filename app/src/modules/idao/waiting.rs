//! What waits in the queues, and how it is spelled there.

use proto::address::Address;
use state::{Fault, Key};

/// Something that ends at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// A passed proposal that nobody executed.
    Lapse(u64),
    /// An invitation to an iDAO.
    Invitation(u64, Address),
    /// The freeze of a subject: iDAO, kind, subject.
    Thaw(u64, u32, u64),
}

/// Something that is removed in pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// A finished proposal with its votes.
    Proposal(u64),
    /// Checkpoints of somebody who left an iDAO.
    Points(u64, Address),
    /// What a closed iDAO has.
    Treasury(u64),
    /// Its stakes, which are paid out at the end of this block.
    Stakes(u64),
}

impl End {
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            End::Lapse(proposal) => bytes(&(1_u32, proposal)),
            End::Invitation(idao, who) => bytes(&(2_u32, idao, who)),
            End::Thaw(idao, kind, subject) => bytes(&(3_u32, idao, kind, subject)),
        }
    }

    pub(crate) fn decode(mut bytes: &[u8]) -> Result<End, Fault> {
        let bytes = &mut bytes;
        match u32::decode(bytes)? {
            1 => Ok(End::Lapse(u64::decode(bytes)?)),
            2 => Ok(End::Invitation(u64::decode(bytes)?, Address::decode(bytes)?)),
            3 => Ok(End::Thaw(u64::decode(bytes)?, u32::decode(bytes)?, u64::decode(bytes)?)),
            other => Err(Fault::corrupt("idao/ends", format!("an entry of kind {other}"))),
        }
    }
}

impl Leftover {
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            Leftover::Proposal(proposal) => bytes(&(1_u32, proposal)),
            Leftover::Points(idao, who) => bytes(&(2_u32, idao, who)),
            Leftover::Treasury(idao) => bytes(&(3_u32, idao)),
            Leftover::Stakes(idao) => bytes(&(4_u32, idao)),
        }
    }

    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Leftover, Fault> {
        let bytes = &mut bytes;
        match u32::decode(bytes)? {
            1 => Ok(Leftover::Proposal(u64::decode(bytes)?)),
            2 => Ok(Leftover::Points(u64::decode(bytes)?, Address::decode(bytes)?)),
            3 => Ok(Leftover::Treasury(u64::decode(bytes)?)),
            4 => Ok(Leftover::Stakes(u64::decode(bytes)?)),
            other => Err(Fault::corrupt("idao/leftovers", format!("an entry of kind {other}"))),
        }
    }
}

fn bytes(key: &impl Key) -> Vec<u8> {
    let mut out = Vec::new();
    key.encode(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_survive_their_spelling() {
        let who = Address::new([7; 20]);
        for end in [End::Lapse(9), End::Invitation(1, who), End::Thaw(1, 3, 4)] {
            assert_eq!(End::decode(&end.encode()).expect("reads"), end);
        }
        let stakes = Leftover::Stakes(2);
        for left in [Leftover::Proposal(9), Leftover::Points(1, who), Leftover::Treasury(2), stakes] {
            assert_eq!(Leftover::decode(&left.encode()).expect("reads"), left);
        }
        assert!(End::decode(&[0, 0, 0, 9]).is_err());
        assert!(Leftover::decode(&[]).is_err());
    }
}

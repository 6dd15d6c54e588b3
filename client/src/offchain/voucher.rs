//! A consumer's voucher: signed after each piece of work, it replaces the one before.

use proto::{
    amount::Amount,
    lazchain::{dat::v1::Purpose, usage::v1 as pb},
    signed::{statement, verify},
};

use super::keys::Ed25519;
use crate::error::{Error, Result};

/// What was used of a channel so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The channel.
    pub channel: u64,
    /// Grows with every voucher.
    pub sequence: u64,
    /// Block time of the last work.
    pub as_of: prost_types::Timestamp,
    /// What for.
    pub purpose: Purpose,
    /// Fields and code, where the policy names them.
    pub terms: Option<pb::Terms>,
    /// All units of the channel so far.
    pub units: u64,
    /// Of one unit; 0 for prepaid use.
    pub price: Amount,
    /// The Merkle root of the single receipts.
    pub receipts_root: Option<[u8; 32]>,
}

/// The signed voucher.
///
/// # Errors
/// If the amount does not fit.
pub fn voucher(chain_id: &str, used: &Use, key: &Ed25519) -> Result<pb::SignedVoucher> {
    let amount = used.price.times(used.units.into()).map_err(|error| Error::Tx(error.to_string()))?;
    let voucher = pb::Voucher {
        channel: used.channel,
        sequence: used.sequence,
        as_of: Some(used.as_of),
        purpose: used.purpose.into(),
        terms: used.terms.clone(),
        cumulative_units: used.units,
        cumulative_amount: amount.to_string(),
        receipts_root: used.receipts_root.map(Vec::from).unwrap_or_default(),
    };
    let signature = key.sign(&statement("voucher", chain_id, &voucher)).to_vec();
    Ok(pb::SignedVoucher { voucher: Some(voucher), signature })
}

/// Whether a voucher is signed with this channel's key. Whether what it says is right is another question.
pub fn is_signed(chain_id: &str, signed: &pb::SignedVoucher, key: &[u8; 32]) -> bool {
    let (Some(voucher), Ok(signature)) = (&signed.voucher, signed.signature.as_slice().try_into()) else {
        return false;
    };
    verify(key, &statement("voucher", chain_id, voucher), signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{offchain::channel, secret::Secret};

    /// lazai 7.18.
    #[test]
    fn a_voucher_is_for_exactly_the_units_at_their_price() {
        let key = channel(&Secret::from_slice(&[7; 32]).unwrap(), 0);
        let used = Use {
            channel: 1,
            sequence: 1,
            as_of: prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 },
            purpose: Purpose::Infer,
            terms: None,
            units: 333_333,
            price: Amount::new(3),
            receipts_root: None,
        };
        let signed = voucher("lazchain-7", &used, &key).unwrap();
        let said = signed.voucher.clone().unwrap();
        assert_eq!(said.cumulative_amount, "999999");
        assert!(
            is_signed("lazchain-7", &signed, &key.public())
                && !is_signed("lazchain-8", &signed, &key.public())
        );
        let bent = pb::SignedVoucher { signature: vec![0; 63], ..signed.clone() };
        assert!(!is_signed("lazchain-7", &bent, &key.public()));
        let dear = Use { price: Amount::MAX, ..used };
        assert!(voucher("lazchain-7", &dear, &key).is_err());
    }
}

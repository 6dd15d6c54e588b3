//! The bytes that a signature covers.

use prost::Message;
use sha2::{Digest, Sha256};

use crate::amino::{self, Signer};
use crate::cosmos::tx::v1beta1::{Fee, SignDoc, TxBody};
use crate::error::WireError;

/// What is signed in SIGN_MODE_DIRECT: the very bytes of body and auth info, bound to chain and account.
pub fn direct_bytes(
    body_bytes: &[u8],
    auth_info_bytes: &[u8],
    chain_id: &str,
    account_number: u64,
) -> Vec<u8> {
    SignDoc {
        body_bytes: body_bytes.to_vec(),
        auth_info_bytes: auth_info_bytes.to_vec(),
        chain_id: chain_id.to_owned(),
        account_number,
    }
    .encode_to_vec()
}

/// What is signed in SIGN_MODE_LEGACY_AMINO_JSON.
pub fn amino_bytes(
    body: &TxBody,
    fee: &Fee,
    chain_id: &str,
    account_number: u64,
    sequence: u64,
) -> Result<Vec<u8>, WireError> {
    amino::sign_doc(Signer { chain_id, account_number, sequence }, body, fee)
}

/// The hash that ECDSA signs.
pub fn digest(sign_bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(sign_bytes).into()
}

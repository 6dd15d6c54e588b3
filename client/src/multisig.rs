//! Threshold signatures: members sign amino JSON one by one, then their signatures are put together.

use prost::Message;
use proto::{
    cosmos::{
        crypto::multisig::v1beta1::{CompactBitArray, MultiSignature},
        tx::v1beta1::{ModeInfo, SignerInfo, Tx, mode_info},
    },
    pubkey::{MAX_KEYS, PubKey},
    strict,
};

use crate::{
    error::{Error, Result},
    sign::{self, Mode, Place, valid},
};

/// A member's key and signature.
pub type Part = ([u8; 33], Vec<u8>);

/// A threshold key of these keys, sorted by their addresses unless their order is to be kept.
pub fn key(threshold: u32, mut keys: Vec<PubKey>, sort: bool) -> Result<PubKey> {
    if sort {
        keys.sort_by_key(PubKey::address);
    }
    let single = |key: PubKey| match key {
        PubKey::Secp256k1(key) => Ok(key),
        PubKey::Multisig { .. } => Err(Error::Tx("a member of a multisig must be a single key".into())),
    };
    let keys = keys.into_iter().map(single).collect::<Result<Vec<_>>>()?;
    let most = u32::try_from(keys.len()).unwrap_or(u32::MAX);
    if threshold < 1 || threshold > most || keys.len() > MAX_KEYS {
        let text = format!("a multisig has 1 to {MAX_KEYS} keys and a threshold from 1 to their number");
        return Err(Error::Tx(text));
    }
    Ok(PubKey::Multisig { threshold, keys })
}

/// Puts members' signatures together and signs the transaction with them as the threshold key.
pub fn combine(tx: &mut Tx, key: &PubKey, parts: &[Part], place: Place<'_>) -> Result<()> {
    let PubKey::Multisig { threshold, keys } = key else {
        return Err(Error::Tx("the key is not a multisig".into()));
    };
    let bytes = sign::sign_bytes(tx, place, Mode::AminoJson)?;
    let mut signatures: Vec<Option<&Vec<u8>>> = vec![None; keys.len()];
    for (member, signature) in parts {
        let at = keys.iter().position(|key| key == member);
        let address = PubKey::Secp256k1(*member).address();
        let at = at.ok_or_else(|| Error::Tx(format!("{address} is not a member of the multisig")))?;
        if !valid(member, &bytes, signature) {
            let text = format!(
                "the signature of {address} does not fit chain-id {}, account number {} and sequence {}",
                place.chain_id, place.account_number, place.sequence
            );
            return Err(Error::Tx(text));
        }
        signatures[at] = Some(signature);
    }
    let given = signatures.iter().flatten().count();
    if given < usize::try_from(*threshold).unwrap_or(usize::MAX) {
        return Err(Error::Tx(format!("{given} signatures, but the multisig needs {threshold}")));
    }
    let signers: Vec<bool> = signatures.iter().map(Option::is_some).collect();
    let all = MultiSignature { signatures: signatures.into_iter().flatten().cloned().collect() };
    let info = SignerInfo {
        public_key: Some(key.wire()),
        mode_info: Some(bits(&signers)),
        sequence: place.sequence,
    };
    let at = sign::position(tx, key)?;
    sign::set_signer(tx, at, info, all.encode_to_vec())
}

/// The mode of a simulation, in which the first members sign.
pub(crate) fn mode_info(count: usize, threshold: u32) -> ModeInfo {
    let signing = usize::try_from(threshold).unwrap_or(usize::MAX);
    let signers: Vec<bool> = (0..count).map(|at| at < signing).collect();
    bits(&signers)
}

pub(crate) fn empty_signature(threshold: u32) -> Vec<u8> {
    let signatures = (0..threshold).map(|_| Vec::new()).collect();
    MultiSignature { signatures }.encode_to_vec()
}

/// Who signed, as the wire has it: a bit for each key, the most significant first.
fn bits(signers: &[bool]) -> ModeInfo {
    let mut elems = vec![0_u8; signers.len().div_ceil(8)];
    for (at, _) in signers.iter().enumerate().filter(|(_, signs)| **signs) {
        elems[at / 8] |= 0x80 >> (at % 8);
    }
    let extra_bits_stored = u32::try_from(signers.len() % 8).unwrap_or_default();
    let count = signers.iter().filter(|signs| **signs).count();
    let multi = mode_info::Multi {
        bitarray: Some(CompactBitArray { extra_bits_stored, elems }),
        mode_infos: vec![Mode::AminoJson.info(); count],
    };
    ModeInfo { sum: Some(mode_info::Sum::Multi(multi)) }
}

pub(crate) fn verify(
    threshold: u32,
    keys: &[[u8; 33]],
    multi: &mode_info::Multi,
    signature: &[u8],
    bytes: &[u8],
) -> Result<()> {
    let all: MultiSignature = strict::decode(signature)?;
    let elems = multi.bitarray.as_ref().map(|bits| bits.elems.as_slice()).unwrap_or_default();
    let set = |at: usize| elems.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0);
    let signing: Vec<&[u8; 33]> =
        keys.iter().enumerate().filter(|(at, _)| set(*at)).map(|(_, key)| key).collect();
    let enough = signing.len() >= usize::try_from(threshold).unwrap_or(usize::MAX);
    let paired = signing.len() == all.signatures.len();
    let right = signing.iter().zip(&all.signatures).all(|(key, signature)| valid(key, bytes, signature));
    if enough && paired && right { Ok(()) } else { Err(Error::Tx("multisig signature is invalid".into())) }
}

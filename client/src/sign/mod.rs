//! Building and signing transactions. Nothing here asks a node: chain, account number and sequence are given.

use prost::Message;
use prost_types::Any;
use proto::{
    cosmos::tx::{
        signing::v1beta1::SignMode,
        v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, Tx, TxBody, mode_info},
    },
    pubkey::PubKey,
    sign, strict,
};
use secp256k1::{Message as Digest, PublicKey, Secp256k1, ecdsa};

pub use proto::amino::Signer as Place;

use crate::{
    error::{Error, Result},
    multisig,
    secret::Secret,
    signers,
};

/// What a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The transaction's bytes.
    Direct,
    /// Its amino JSON: for hardware wallets, threshold keys and transactions with several signers.
    AminoJson,
}

impl Mode {
    /// The mode on the wire.
    pub fn wire(self) -> SignMode {
        match self {
            Mode::Direct => SignMode::Direct,
            Mode::AminoJson => SignMode::LegacyAminoJson,
        }
    }

    pub(crate) fn info(self) -> ModeInfo {
        let single = mode_info::Single { mode: self.wire().into() };
        ModeInfo { sum: Some(mode_info::Sum::Single(single)) }
    }

    pub(crate) fn of(wire: i32) -> Result<Mode> {
        match SignMode::try_from(wire) {
            Ok(SignMode::Direct) => Ok(Mode::Direct),
            Ok(SignMode::LegacyAminoJson) => Ok(Mode::AminoJson),
            _ => Err(Error::Tx(format!("sign mode {wire} is not supported; use direct or amino-json"))),
        }
    }
}

/// A transaction that nobody has signed.
pub fn unsigned(body: TxBody, fee: Fee) -> Tx {
    #[allow(deprecated, reason = "the field is on the wire")]
    let auth_info = AuthInfo { signer_infos: Vec::new(), fee: Some(fee), tip: None };
    Tx { body: Some(body), auth_info: Some(auth_info), signatures: Vec::new() }
}

/// Signs a transaction that has one signer and gives the bytes to broadcast.
pub fn sign(body: &TxBody, fee: &Fee, secret: &Secret, place: Place<'_>, mode: Mode) -> Result<Vec<u8>> {
    let mut tx = unsigned(body.clone(), fee.clone());
    add_signature(&mut tx, secret, place, mode)?;
    Ok(encode(&tx))
}

/// Signs in place, as one of the transaction's signers. A signature of the same key is replaced.
pub fn add_signature(tx: &mut Tx, secret: &Secret, place: Place<'_>, mode: Mode) -> Result<()> {
    let key = secret.public();
    let all = signers::of_tx(tx)?;
    if mode == Mode::Direct && all.len() > 1 {
        let text = "several accounts sign this transaction; each signs it with --sign-mode amino-json";
        return Err(Error::Tx(text.into()));
    }
    let info =
        SignerInfo { public_key: Some(key.wire()), mode_info: Some(mode.info()), sequence: place.sequence };
    let at = position(tx, &key)?;
    set_signer(tx, at, info, Vec::new())?;
    let signature = secret.sign(&sign_bytes(tx, place, mode)?).to_vec();
    tx.signatures[at] = signature;
    Ok(())
}

/// A member's signature of a transaction that a threshold key signs: over amino JSON, for `multisig::combine`.
pub fn sign_as_member(tx: &Tx, secret: &Secret, place: Place<'_>) -> Result<Vec<u8>> {
    Ok(secret.sign(&sign_bytes(tx, place, Mode::AminoJson)?).to_vec())
}

/// The bytes that a signature of this mode covers.
pub fn sign_bytes(tx: &Tx, place: Place<'_>, mode: Mode) -> Result<Vec<u8>> {
    let (body, auth) = parts(tx)?;
    match mode {
        Mode::Direct => Ok(sign::direct_bytes(
            &body.encode_to_vec(),
            &auth.encode_to_vec(),
            place.chain_id,
            place.account_number,
        )),
        Mode::AminoJson => {
            let fee =
                auth.fee.as_ref().ok_or_else(|| Error::Tx("the transaction has no fee field".into()))?;
            let (number, sequence) = (place.account_number, place.sequence);
            Ok(sign::amino_bytes(body, fee, place.chain_id, number, sequence)?)
        }
    }
}

/// A transaction for a simulation: with its signer's key, without a signature.
pub fn for_simulation(tx: &Tx, signers: &[(Option<PubKey>, u64)]) -> Vec<u8> {
    let mut tx = tx.clone();
    if let Some(auth) = &mut tx.auth_info {
        let info = |(key, sequence): &(Option<PubKey>, u64)| SignerInfo {
            public_key: key.as_ref().map(PubKey::wire),
            mode_info: Some(match key {
                Some(PubKey::Multisig { keys, threshold }) => multisig::mode_info(keys.len(), *threshold),
                _ => Mode::Direct.info(),
            }),
            sequence: *sequence,
        };
        auth.signer_infos = signers.iter().map(info).collect();
    }
    tx.signatures = signers
        .iter()
        .map(|(key, _)| match key {
            Some(PubKey::Multisig { threshold, .. }) => multisig::empty_signature(*threshold),
            _ => Vec::new(),
        })
        .collect();
    encode(&tx)
}

/// The bytes to broadcast.
pub fn encode(tx: &Tx) -> Vec<u8> {
    tx.encode_to_vec()
}

/// Reads broadcast bytes, strictly: what the chain would refuse is refused here.
pub fn decode(bytes: &[u8]) -> Result<Tx> {
    Ok(strict::decode(bytes)?)
}

/// The hash by which the chain knows these bytes.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode_upper(sign::digest(bytes))
}

/// A message as the wire has it.
pub fn any<M: Message + prost::Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// Whether the signature at this place of the transaction is right.
pub fn verify(tx: &Tx, at: usize, place: Place<'_>) -> Result<()> {
    let (_, auth) = parts(tx)?;
    let missing = || Error::Tx(format!("signature {at} is missing"));
    let info = auth.signer_infos.get(at).ok_or_else(missing)?;
    let signature = tx.signatures.get(at).filter(|bytes| !bytes.is_empty()).ok_or_else(missing)?;
    let key =
        info.public_key.as_ref().ok_or_else(|| Error::Tx("the signer's public key is missing".into()))?;
    let key = PubKey::parse(key).map_err(|error| Error::Tx(error.to_string()))?;
    match (&key, info.mode_info.as_ref().and_then(|info| info.sum.as_ref())) {
        (PubKey::Secp256k1(key), Some(mode_info::Sum::Single(single))) => {
            let bytes = sign_bytes(tx, place, Mode::of(single.mode)?)?;
            if valid(key, &bytes, signature) { Ok(()) } else { Err(Error::Tx("signature is invalid".into())) }
        }
        (PubKey::Multisig { threshold, keys }, Some(mode_info::Sum::Multi(multi))) => {
            let bytes = sign_bytes(tx, place, Mode::AminoJson)?;
            multisig::verify(*threshold, keys, multi, signature, &bytes)
        }
        _ => Err(Error::Tx("key and kind of signature do not belong together".into())),
    }
}

/// Whether this is the signature of these bytes by this key.
pub fn valid(key: &[u8; 33], bytes: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (PublicKey::from_slice(key), ecdsa::Signature::from_compact(signature))
    else {
        return false;
    };
    Secp256k1::verification_only()
        .verify_ecdsa(Digest::from_digest(sign::digest(bytes)), &signature, &key)
        .is_ok()
}

pub(crate) fn parts(tx: &Tx) -> Result<(&TxBody, &AuthInfo)> {
    match (&tx.body, &tx.auth_info) {
        (Some(body), Some(auth)) => Ok((body, auth)),
        _ => Err(Error::Tx("the transaction lacks \"body\" or \"auth_info\"".into())),
    }
}

/// The key's place among the transaction's signers.
pub(crate) fn position(tx: &Tx, key: &PubKey) -> Result<usize> {
    let address = key.address();
    let all = signers::of_tx(tx)?;
    all.iter().position(|signer| *signer == address).ok_or_else(|| {
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        Error::Tx(format!(
            "{address} is not a signer of this transaction; its signers are {}",
            names.join(", ")
        ))
    })
}

/// Puts one signer's part in its place; those who have not signed yet have an empty one.
pub(crate) fn set_signer(tx: &mut Tx, at: usize, info: SignerInfo, signature: Vec<u8>) -> Result<()> {
    let count = signers::of_tx(tx)?.len();
    let auth =
        tx.auth_info.as_mut().ok_or_else(|| Error::Tx("the transaction lacks \"auth_info\"".into()))?;
    auth.signer_infos.resize(count, SignerInfo::default());
    tx.signatures.resize(count, Vec::new());
    auth.signer_infos[at] = info;
    tx.signatures[at] = signature;
    Ok(())
}

#[cfg(test)]
mod tests;

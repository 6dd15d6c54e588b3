//! Bytes to a transaction: sizes, limits, and one spelling only.

use prost::Message;
use proto::{
    address::Address,
    coin::Coins,
    cosmos::tx::{
        signing::v1beta1::SignMode,
        v1beta1::{self as pb, mode_info},
    },
    pubkey::PubKey,
    strict,
};
use sha2::{Digest, Sha256};

use crate::{
    checks::{GAS_BASE, GAS_PER_BYTE, GAS_PER_SIGNATURE},
    error::{Result, Sdk},
    msg::{Gas, Routed, route},
    time::Time,
};

/// Most bytes of a transaction, whatever the block would hold.
pub const MAX_TX_BYTES: usize = 1_048_576;
/// Most messages in a transaction.
pub const MAX_MESSAGES: usize = 100;
/// Most accounts that sign one transaction.
pub const MAX_SIGNERS: usize = 16;

/// How one single signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Over `SignDoc`.
    Direct,
    /// Over amino JSON.
    AminoJson,
    /// Not stated: only a simulation may leave it out.
    Unspecified,
}

/// How one account signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signing {
    /// With one key.
    Single(Mode),
    /// With some keys of a threshold key.
    Threshold {
        /// Keys there are.
        of: usize,
        /// For each that signed, its place and its mode.
        places: Vec<(usize, Mode)>,
    },
}

impl Signing {
    fn is_amino(&self) -> bool {
        match self {
            Signing::Single(mode) => *mode == Mode::AminoJson,
            Signing::Threshold { places, .. } => places.iter().any(|(_, mode)| *mode == Mode::AminoJson),
        }
    }
}

/// One account's part of a transaction.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Whose.
    pub address: Address,
    /// The key, if stated.
    pub key: Option<PubKey>,
    /// How it signed.
    pub signing: Signing,
    /// The sequence it signed for.
    pub sequence: u64,
    /// What it signed with.
    pub signature: Vec<u8>,
}

impl Signer {
    /// Single keys in its key. Of a key that is not stated it is as many as the signature says there are: another
    /// number makes the signature wrong.
    fn keys(&self) -> usize {
        match (&self.key, &self.signing) {
            (Some(key), _) => key.count(),
            (None, Signing::Threshold { of, .. }) => *of,
            (None, Signing::Single(_)) => 1,
        }
    }
}

/// What a transaction pays.
#[derive(Clone, Debug)]
pub struct Fee {
    /// Coins; may be none where a node asks for none.
    pub coins: Coins,
    /// The most gas it may use.
    pub gas_limit: u64,
    /// Who pays: the first signer unless another signer is named.
    pub payer: Address,
    /// Who pays for the payer, if stated.
    pub granter: Option<Address>,
}

/// A transaction in its one spelling, parsed once.
pub struct Tx {
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    /// The body as signed.
    pub body_bytes: Vec<u8>,
    /// Fee and signers as signed.
    pub auth_bytes: Vec<u8>,
    /// The body.
    pub body: pb::TxBody,
    /// Its messages.
    pub messages: Vec<Routed>,
    /// Its signers: each once, those of the messages in order, then a payer who is none of them.
    pub signers: Vec<Signer>,
    /// Its fee.
    pub fee: Fee,
    /// The fee as it was sent, for sign bytes.
    pub wire_fee: pb::Fee,
    /// Past this time it is void.
    pub timeout: Option<Time>,
}

impl Tx {
    /// Parses and checks everything that needs no state.
    pub fn parse(bytes: &[u8]) -> Result<Tx> {
        Tx::parse_hashed(bytes, Sha256::digest(bytes).into())
    }

    /// As [`Tx::parse`], of bytes with this SHA-256.
    pub(crate) fn parse_hashed(bytes: &[u8], hash: [u8; 32]) -> Result<Tx> {
        let tx = Tx::read(bytes, hash)?;
        // sign bytes in amino JSON do not cover the key, so without it the transaction would have a second spelling
        if let Some(signer) =
            tx.signers.iter().find(|signer| signer.key.is_none() && signer.signing.is_amino())
        {
            let text = format!("a transaction signed in amino JSON states the key of {}", signer.address);
            return Err(Sdk::InvalidPubKey(text).into());
        }
        Ok(tx)
    }

    /// As [`Tx::parse`], of one that is not signed yet: who asks what it would do may leave out every key.
    pub fn parse_unsigned(bytes: &[u8]) -> Result<Tx> {
        Tx::read(bytes, Sha256::digest(bytes).into())
    }

    fn read(bytes: &[u8], hash: [u8; 32]) -> Result<Tx> {
        if bytes.len() > MAX_TX_BYTES {
            let got = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let limit = u64::try_from(MAX_TX_BYTES).unwrap_or(u64::MAX);
            return Err(Sdk::TxTooLarge { got, limit }.into());
        }
        let raw: pb::TxRaw = strict::decode(bytes)?;
        let body: pb::TxBody = strict::decode(&raw.body_bytes)?;
        let auth: pb::AuthInfo = strict::decode(&raw.auth_info_bytes)?;
        if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
            return Err(Sdk::UnknownExtension.into());
        }
        #[allow(
            deprecated,
            reason = "a field that Cosmos has given up; no sign bytes in amino JSON cover it"
        )]
        if auth.tip.is_some() {
            return Err(Sdk::NotSupported("tips are not enabled".into()).into());
        }
        if body.unordered {
            return Err(Sdk::NotSupported("unordered transactions are not enabled".into()).into());
        }
        let messages = messages(&body)?;
        let wire_fee = auth.fee.ok_or_else(|| Sdk::InvalidRequest("fee is missing".into()))?;
        let addresses = signing_addresses(&messages, &wire_fee)?;
        let fee = fee(&wire_fee, &addresses)?;
        let signers = signers(addresses, auth.signer_infos, raw.signatures)?;
        if signers.iter().any(|signer| signer.signing.is_amino()) {
            one_spelling_within(&body)?;
        }
        let timeout = body.timeout_timestamp.as_ref().map(Time::from_wire);
        Ok(Tx {
            hash,
            body_bytes: raw.body_bytes,
            auth_bytes: raw.auth_info_bytes,
            body,
            messages,
            signers,
            fee,
            wire_fee,
            timeout,
        })
    }

    /// What it costs: a function of its body and its keys alone, so that a simulation, which has neither a fee nor
    /// signatures yet, costs the same as the signed transaction.
    pub fn cost(&self) -> Gas {
        let bytes = Gas(GAS_PER_BYTE).times(self.body_bytes.len());
        let signatures = Gas(GAS_PER_SIGNATURE).times(self.keys());
        let base = Gas(GAS_BASE).plus(bytes).plus(signatures);
        self.messages.iter().fold(base, |sum, message| sum.plus(message.action.cost()))
    }

    /// Single keys that it is signed with, as each account states them.
    pub fn keys(&self) -> usize {
        self.signers.iter().map(Signer::keys).fold(0, usize::saturating_add)
    }
}

fn messages(body: &pb::TxBody) -> Result<Vec<Routed>> {
    if body.messages.is_empty() {
        return Err(Sdk::InvalidRequest("must contain at least one message".into()).into());
    }
    if body.messages.len() > MAX_MESSAGES {
        return Err(Sdk::InvalidRequest(format!("more than {MAX_MESSAGES} messages")).into());
    }
    body.messages.iter().map(route).collect()
}

/// Amino JSON covers what a message says, not how its bytes say it: what is wrapped within, a key or a text, must be in
/// its one spelling too. Binary sign bytes cover every byte.
fn one_spelling_within(body: &pb::TxBody) -> Result<()> {
    for message in &body.messages {
        strict::check(message.type_url.trim_start_matches('/'), &message.value)?;
    }
    Ok(())
}

fn signing_addresses(messages: &[Routed], fee: &pb::Fee) -> Result<Vec<Address>> {
    let mut addresses: Vec<Address> = Vec::new();
    let payer = if fee.payer.is_empty() { None } else { Some(fee.payer.parse::<Address>()?) };
    for address in messages.iter().map(|message| message.action.signer()).chain(payer) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.len() > MAX_SIGNERS {
        let got = u64::try_from(addresses.len()).unwrap_or(u64::MAX);
        let limit = u64::try_from(MAX_SIGNERS).unwrap_or(u64::MAX);
        return Err(Sdk::TooManySignatures { got, limit }.into());
    }
    Ok(addresses)
}

fn fee(wire: &pb::Fee, addresses: &[Address]) -> Result<Fee> {
    let payer = match (wire.payer.is_empty(), addresses.first()) {
        (false, _) => wire.payer.parse()?,
        (true, Some(first)) => *first,
        (true, None) => return Err(Sdk::NoSignatures.into()),
    };
    let granter = if wire.granter.is_empty() { None } else { Some(wire.granter.parse()?) };
    Ok(Fee { coins: Coins::parse_any(wire.amount.clone())?, gas_limit: wire.gas_limit, payer, granter })
}

fn signers(
    addresses: Vec<Address>,
    infos: Vec<pb::SignerInfo>,
    signatures: Vec<Vec<u8>>,
) -> Result<Vec<Signer>> {
    if signatures.is_empty() {
        return Err(Sdk::NoSignatures.into());
    }
    if infos.len() != addresses.len() || signatures.len() != addresses.len() {
        let text = format!(
            "wrong number of signers; expected {}, got {} signer infos and {} signatures",
            addresses.len(),
            infos.len(),
            signatures.len()
        );
        return Err(Sdk::Unauthorized(text).into());
    }
    let parts = addresses.into_iter().zip(infos).zip(signatures);
    parts.map(|((address, info), signature)| signer(address, info, signature)).collect()
}

fn signer(address: Address, info: pb::SignerInfo, signature: Vec<u8>) -> Result<Signer> {
    let key = info.public_key.as_ref().map(PubKey::parse).transpose();
    let key = key.map_err(|error| Sdk::InvalidPubKey(error.to_string()))?;
    let signing = match info.mode_info.and_then(|info| info.sum) {
        Some(mode_info::Sum::Single(single)) => Signing::Single(mode(single.mode)?),
        Some(mode_info::Sum::Multi(multi)) => threshold(&multi)?,
        None => return Err(Sdk::InvalidRequest("mode info is missing".into()).into()),
    };
    if signature.len() > 4_096 {
        return Err(Sdk::Unauthorized("a signature is too long".into()).into());
    }
    Ok(Signer { address, key, signing, sequence: info.sequence, signature })
}

fn mode(mode: i32) -> Result<Mode> {
    match SignMode::try_from(mode) {
        Ok(SignMode::Direct) => Ok(Mode::Direct),
        Ok(SignMode::LegacyAminoJson) => Ok(Mode::AminoJson),
        Ok(SignMode::Unspecified) => Ok(Mode::Unspecified),
        _ => Err(Sdk::NotSupported(format!("sign mode {mode}; use direct or amino-json")).into()),
    }
}

/// The places of the set bits, most significant first, paired with the modes in their order.
fn threshold(multi: &mode_info::Multi) -> Result<Signing> {
    let unreadable = |text: &str| Sdk::InvalidRequest(format!("threshold signature: {text}"));
    let bits = multi.bitarray.as_ref().ok_or_else(|| unreadable("bit array is missing"))?;
    let last_byte = usize::try_from(bits.extra_bits_stored).unwrap_or(8);
    let whole = bits.elems.len().saturating_sub(usize::from(last_byte > 0)).saturating_mul(8);
    let count = whole.saturating_add(last_byte);
    if last_byte > 7 || count > proto::pubkey::MAX_KEYS {
        return Err(unreadable("bit array is too long").into());
    }
    let bit = |place: usize| {
        let (byte, offset) = (place.checked_div(8)?, place.checked_rem(8)?);
        Some(bits.elems.get(byte)? & 0x80_u8.checked_shr(u32::try_from(offset).ok()?)? != 0)
    };
    // bits past the last key are nobody's, and would be a second spelling
    if (count..bits.elems.len().saturating_mul(8)).any(|place| bit(place) == Some(true)) {
        return Err(unreadable("bits are set past the last key").into());
    }
    let places: Vec<usize> = (0..count).filter(|place| bit(*place) == Some(true)).collect();
    if places.len() != multi.mode_infos.len() {
        return Err(unreadable("as many modes as set bits are needed").into());
    }
    let modes = multi.mode_infos.iter().map(|info| match &info.sum {
        Some(mode_info::Sum::Single(single)) => mode(single.mode),
        _ => Err(unreadable("keys within are single keys").into()),
    });
    let modes = modes.collect::<Result<Vec<_>>>()?;
    Ok(Signing::Threshold { of: count, places: places.into_iter().zip(modes).collect() })
}

/// The single signatures inside a threshold signature.
pub(crate) fn signatures_within(signature: &[u8]) -> Result<Vec<Vec<u8>>> {
    let wire: proto::cosmos::crypto::multisig::v1beta1::MultiSignature = strict::decode(signature)?;
    Ok(wire.signatures)
}

/// Wraps signed parts as broadcast bytes.
pub fn assemble(body_bytes: Vec<u8>, auth_info_bytes: Vec<u8>, signatures: Vec<Vec<u8>>) -> Vec<u8> {
    pb::TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
}

//! The transactions, the same bytes for both sides: bank sends by senders in turn to receivers at random. All of it
//! follows from fixed seeds.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, ErrorKind, Read, Write},
    path::Path,
};

use anyhow::Result;
use prost::{Message, Name};
use prost_types::Any;
use proto::{
    address::Address,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, TxRaw, mode_info},
        },
    },
    pubkey::PubKey,
    sign,
};
use secp256k1::{All, Message as Digest32, PublicKey, Secp256k1, SecretKey};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// The chain's id on both sides.
pub(crate) const CHAIN_ID: &str = "lazchain-bench-1";
/// Transactions a block.
pub(crate) const BLOCK: u64 = 10_000;
/// Accounts that send.
const SENDERS: u64 = 20_000;
/// Blocks; the first warms up.
const BLOCKS: u64 = 6;

/// How many accounts there are.
#[derive(Clone, Copy)]
pub(crate) struct Size(pub(crate) u64);

/// A number that a seed and some numbers lead to.
pub(crate) fn number(parts: &[u64]) -> [u8; 32] {
    let bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_be_bytes()).collect();
    Sha256::digest(bytes).into()
}

/// The first eight bytes of that, as a number below `bound`.
pub(crate) fn below(parts: &[u64], bound: u64) -> u64 {
    let hash = number(parts);
    hash.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte)) % bound
}

struct Sender {
    secret: SecretKey,
    key: PubKey,
}

fn sender(curve: &Secp256k1<All>, index: u64) -> Result<Sender> {
    let secret = SecretKey::from_byte_array(number(&[1, index]))?;
    Ok(Sender { key: PubKey::Secp256k1(PublicKey::from_secret_key(curve, &secret).serialize()), secret })
}

/// Writes `accounts.txt` and `blocks.bin`.
pub(crate) fn write(folder: &Path, size: Size) -> Result<()> {
    let curve = Secp256k1::new();
    let senders = (0..SENDERS).map(|index| sender(&curve, index)).collect::<Result<Vec<_>>>()?;
    let mut addresses: Vec<Address> = senders.iter().map(|sender| sender.key.address()).collect();
    for index in SENDERS..size.0 {
        addresses.push(Address::from_slice(&number(&[2, index])[..20])?);
    }
    let mut file = BufWriter::new(File::create(folder.join("accounts.txt"))?);
    addresses.iter().try_for_each(|address| writeln!(file, "{address}"))?;
    file.flush()?;
    let mut file = BufWriter::new(File::create(folder.join("blocks.bin"))?);
    for block in 0..BLOCKS {
        file.write_all(&u32::try_from(BLOCK)?.to_be_bytes())?;
        for place in 0..BLOCK {
            let turn = block * BLOCK + place;
            let (index, sequence) = (turn % SENDERS, turn / SENDERS);
            let to = addresses[usize::try_from(below(&[3, turn], size.0))?];
            let tx = send(&curve, &senders[usize::try_from(index)?], (index, sequence), &to)?;
            file.write_all(&u32::try_from(tx.len())?.to_be_bytes())?;
            file.write_all(&tx)?;
        }
    }
    Ok(file.flush()?)
}

fn send(curve: &Secp256k1<All>, from: &Sender, place: (u64, u64), to: &Address) -> Result<Vec<u8>> {
    let (account, sequence) = place;
    let coin = || vec![Coin { denom: "ulaz".into(), amount: "1".into() }];
    let message =
        MsgSend { from_address: from.key.address().to_string(), to_address: to.to_string(), amount: coin() };
    let message = Any { type_url: MsgSend::type_url(), value: message.encode_to_vec() };
    let single = mode_info::Single { mode: SignMode::Direct.into() };
    let signer = SignerInfo {
        public_key: Some(from.key.wire()),
        mode_info: Some(ModeInfo { sum: Some(mode_info::Sum::Single(single)) }),
        sequence,
    };
    let fee = Fee { amount: coin(), gas_limit: 200_000, ..Fee::default() };
    #[allow(deprecated, reason = "the field is on the wire")]
    let auth = AuthInfo { signer_infos: vec![signer], fee: Some(fee), tip: None };
    let body = TxBody { messages: vec![message], ..TxBody::default() };
    let (body_bytes, auth_info_bytes) = (body.encode_to_vec(), auth.encode_to_vec());
    let digest = sign::digest(&sign::direct_bytes(&body_bytes, &auth_info_bytes, CHAIN_ID, account));
    let signature = curve.sign_ecdsa(Digest32::from_digest(digest), &from.secret);
    let signatures = vec![signature.serialize_compact().to_vec()];
    Ok(TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec())
}

/// Our genesis of the accounts in the folder; all of them rich, nothing minted.
pub(crate) fn genesis(folder: &Path) -> Result<Json> {
    let text = fs::read_to_string(folder.join("accounts.txt"))?;
    let coins = json!([{"denom": "ulaz", "amount": "1000000000000"}]);
    let account = |(number, address): (usize, &str)| {
        json!({
            "@type": "/cosmos.auth.v1beta1.BaseAccount", "address": address, "pub_key": null,
            "account_number": number.to_string(), "sequence": "0",
        })
    };
    let accounts: Vec<Json> = text.lines().enumerate().map(account).collect();
    let balances: Vec<Json> =
        text.lines().map(|address| json!({"address": address, "coins": coins})).collect();
    let mut genesis = quiet_genesis();
    genesis["auth"] = json!({"accounts": accounts});
    genesis["bank"] = json!({"params": {"default_send_enabled": true}, "balances": balances});
    Ok(genesis)
}

/// A genesis of nobody, without new coins.
pub(crate) fn quiet_genesis() -> Json {
    json!({
        "mint": {
            "minter": {"inflation": "0", "annual_provisions": "0"},
            "params": {
                "mint_denom": "ulaz", "inflation_rate_change": "0", "inflation_max": "0", "inflation_min": "0",
                "goal_bonded": "0.67", "blocks_per_year": "6311520",
            },
        },
    })
}

/// The blocks in the folder.
pub(crate) fn blocks(folder: &Path) -> Result<Vec<Vec<Vec<u8>>>> {
    let mut file = BufReader::new(File::open(folder.join("blocks.bin"))?);
    let mut blocks = Vec::new();
    while let Some(count) = word(&mut file)? {
        let mut block = Vec::new();
        for _ in 0..count {
            let mut tx = vec![0; usize::try_from(word(&mut file)?.unwrap_or(0))?];
            file.read_exact(&mut tx)?;
            block.push(tx);
        }
        blocks.push(block);
    }
    Ok(blocks)
}

fn word(file: &mut impl Read) -> Result<Option<u32>> {
    let mut bytes = [0; 4];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u32::from_be_bytes(bytes))),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

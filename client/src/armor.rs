//! Exported private keys in the SDK's armour: `lazd keys export` and `simd keys export` read each other's.
//!
//! The format is fixed by the SDK: OpenPGP armour with the header `kdf: argon2`, a key from Argon2id (1 pass, 64 MiB, 4
//! lanes), ChaCha20-Poly1305 with a nonce of zeros (each export has a salt, so a key, of its own), amino's prefix inside.

use std::fmt::Write as _;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit, Nonce, aead::Aead};
use rand::RngCore;
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    secret::{Passphrase, Secret},
};

const BEGIN: &str = "-----BEGIN TENDERMINT PRIVATE KEY-----";
const END: &str = "-----END TENDERMINT PRIVATE KEY-----";
/// Amino's prefix of a secp256k1 private key, with its length.
const AMINO: [u8; 5] = [0xE1, 0xB0, 0xF7, 0x9B, 32];
const MAX_TEXT: usize = 16 * 1024;
const LINE: usize = 64;

/// Seals a key for transport.
pub fn export(secret: &Secret, passphrase: &Passphrase) -> String {
    let mut salt = [0; 16];
    rand::rngs::OsRng.fill_bytes(&mut salt);
    let mut plain = Zeroizing::new(AMINO.to_vec());
    plain.extend(secret.expose());
    let key = stretch(passphrase, &salt).expect("a salt of 16 bytes is long enough");
    let sealed = ChaCha20Poly1305::new(key.as_ref().into())
        .encrypt(&Nonce::default(), plain.as_slice())
        .expect("a key is short enough to encrypt");
    let mut out = format!("{BEGIN}\nkdf: argon2\nsalt: {}\ntype: secp256k1\n\n", hex::encode_upper(salt));
    let body = BASE64.encode(&sealed);
    for line in body.as_bytes().chunks(LINE) {
        out.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        out.push('\n');
    }
    let sum = checksum(&sealed).to_be_bytes();
    let _ = write!(out, "={}\n{END}", BASE64.encode(&sum[1..]));
    out
}

/// Opens an exported key.
pub fn import(text: &str, passphrase: &Passphrase) -> Result<Secret> {
    if text.len() > MAX_TEXT {
        return Err(Error::Armor("it is too long"));
    }
    let inner = text.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
    let (inner, _) = inner.ok_or(Error::Armor("there is no TENDERMINT PRIVATE KEY block"))?;
    let (mut salt, mut kdf, mut kind) = (None, "", "secp256k1");
    let (mut body, mut sum) = (String::new(), None);
    for line in inner.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match (line.split_once(": "), line.strip_prefix('=')) {
            (Some(("salt", value)), _) => salt = Some(value),
            (Some(("kdf", value)), _) => kdf = value,
            (Some(("type", value)), _) => kind = value,
            (Some(_), _) => {}
            (None, Some(value)) => sum = Some(value),
            (None, None) => body.push_str(line),
        }
    }
    match kdf {
        "argon2" => {}
        "bcrypt" => {
            return Err(Error::Armor("it is sealed with bcrypt, by an SDK before 0.47; export it anew"));
        }
        _ => return Err(Error::Armor("its kdf header is not argon2")),
    }
    if kind != "secp256k1" {
        return Err(Error::Armor("its type is not secp256k1"));
    }
    let salt = salt.and_then(|salt| hex::decode(salt).ok()).ok_or(Error::Armor("its salt is missing"))?;
    let sealed = BASE64.decode(body).map_err(|_| Error::Armor("it is not base64"))?;
    let expected = checksum(&sealed).to_be_bytes();
    if sum.is_some_and(|sum| BASE64.decode(sum).ok().as_deref() != Some(&expected[1..])) {
        return Err(Error::Armor("its checksum is wrong: a character was changed"));
    }
    let key = stretch(passphrase, &salt).ok_or(Error::Armor("its salt is too short"))?;
    let plain = ChaCha20Poly1305::new(key.as_ref().into()).decrypt(&Nonce::default(), sealed.as_slice());
    let plain = Zeroizing::new(plain.map_err(|_| Error::WrongPassphrase)?);
    let bytes = plain.strip_prefix(&AMINO).ok_or(Error::Armor("it does not hold a secp256k1 key"))?;
    Secret::from_slice(bytes)
}

fn stretch(passphrase: &Passphrase, salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let params =
        Params::new(64 * 1024, 1, 4, None).expect("the SDK's work factors are within Argon2's limits");
    let mut key = Zeroizing::new([0; 32]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(passphrase.bytes(), salt, key.as_mut()).ok()?;
    Some(key)
}

/// OpenPGP's CRC-24.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = 0x00B7_04CE_u32;
    for byte in bytes {
        sum ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            sum <<= 1;
            if sum & 0x0100_0000 != 0 {
                sum ^= 0x0186_4CFB;
            }
        }
    }
    sum & 0x00FF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by the Cosmos SDK 0.53.8 (`crypto.EncryptArmorPrivKey`).
    const OF_THE_SDK: &str = "-----BEGIN TENDERMINT PRIVATE KEY-----
kdf: argon2
salt: 81AC85378266311844369E2B8A7CADAD
type: secp256k1

z4GsQNAXY8x/DtuJmn468smHBKESRj2oGdQa9u/nc5RQyCPCBgC8vyLi8Ky0bm8u
+XePeBo=
=8NQo
-----END TENDERMINT PRIVATE KEY-----";

    #[test]
    fn a_key_that_the_sdk_exported_is_read() {
        let secret = import(OF_THE_SDK, &Passphrase::new("correct horse")).unwrap();
        assert_eq!(secret.expose().to_vec(), (1..=32).collect::<Vec<u8>>());
    }

    #[test]
    fn an_exported_key_is_read_with_its_passphrase_only() {
        let secret = Secret::from_slice(&[7; 32]).unwrap();
        let text = export(&secret, &Passphrase::new("correct horse"));
        assert_eq!(import(&text, &Passphrase::new("correct horse")).unwrap().expose(), secret.expose());
        assert!(matches!(import(&text, &Passphrase::new("wrong horse")), Err(Error::WrongPassphrase)));
        let spoiled = text.replace("\n\n", "\n\nA");
        assert!(matches!(import(&spoiled, &Passphrase::new("correct horse")), Err(Error::Armor(_))));
        assert!(matches!(import("hello", &Passphrase::new("correct horse")), Err(Error::Armor(_))));
    }
}

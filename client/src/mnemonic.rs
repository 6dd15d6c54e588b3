//! Mnemonics (BIP-39) and the keys they stand for (BIP-32, BIP-44).

use std::str::FromStr;

use bip39::{Language, Mnemonic};
use cosmrs::bip32::{DerivationPath, XPrv};
use rand::RngCore;
use zeroize::{Zeroize, Zeroizing};

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// The coin type of Cosmos accounts.
pub const COIN_TYPE: u32 = 118;
/// Where BIP-32 puts hardened numbers; a path's numbers are below it.
const HARDENED: u32 = 1 << 31;
/// Bytes of entropy in the 24 words that we make.
const ENTROPY: usize = 32;

/// Words that stand for keys, checked. Wiped when dropped.
pub struct Words(Zeroizing<String>);

impl Words {
    /// 24 new words.
    pub fn generate() -> Words {
        let mut entropy = Zeroizing::new([0_u8; ENTROPY]);
        rand::rngs::OsRng.fill_bytes(entropy.as_mut());
        Words::from_entropy(entropy.as_ref()).expect("32 bytes are the entropy of 24 words")
    }

    /// The words of this entropy: 16, 20, 24, 28 or 32 bytes.
    pub fn from_entropy(entropy: &[u8]) -> Result<Words> {
        let mut mnemonic = Mnemonic::from_entropy_in(Language::English, entropy)
            .map_err(|_| Error::Mnemonic("entropy has 16, 20, 24, 28 or 32 bytes"))?;
        let mut text = Zeroizing::new(String::with_capacity(256));
        for (index, word) in mnemonic.words().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            text.push_str(word);
        }
        mnemonic.zeroize();
        Ok(Words(text))
    }

    /// Reads words in any case and spacing; their number and checksum must be right.
    pub fn parse(text: &str) -> Result<Words> {
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        for word in text.split_whitespace() {
            if !clean.is_empty() {
                clean.push(' ');
            }
            word.chars().for_each(|letter| clean.push(letter.to_ascii_lowercase()));
        }
        let parsed = Mnemonic::parse_in_normalized(Language::English, &clean);
        let mut parsed = parsed.map_err(|error| match error {
            bip39::Error::BadWordCount(_) => Error::Mnemonic("it must have 12, 15, 18, 21 or 24 words"),
            bip39::Error::UnknownWord(_) => Error::Mnemonic("a word is not in the English list of BIP-39"),
            bip39::Error::InvalidChecksum => {
                Error::Mnemonic("its checksum is wrong: a word is mistyped or misplaced")
            }
            _ => Error::Mnemonic("it is not one of BIP-39"),
        })?;
        parsed.zeroize();
        Ok(Words(clean))
    }

    /// The words themselves, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key at a path. `extra` is BIP-39's own passphrase, mostly empty.
    pub fn derive(&self, extra: &str, path: &HdPath) -> Result<Secret> {
        if !extra.is_ascii() {
            return Err(Error::Mnemonic(
                "a BIP-39 passphrase with other than ASCII characters is not supported",
            ));
        }
        let mut mnemonic =
            Mnemonic::parse_in_normalized(Language::English, &self.0).expect("checked when it was made");
        let seed = Zeroizing::new(mnemonic.to_seed_normalized(extra));
        mnemonic.zeroize();
        let key = XPrv::derive_from_path(seed.as_ref(), &path.parsed);
        let key = key.map_err(|_| Error::Path(path.text.clone()))?;
        let bytes = Zeroizing::new(<[u8; 32]>::from(key.private_key().to_bytes()));
        Secret::from_slice(bytes.as_ref())
    }
}

/// Where in the tree of keys.
#[derive(Clone, Debug)]
pub struct HdPath {
    text: String,
    parsed: DerivationPath,
}

impl HdPath {
    /// `m/44'/coin'/account'/0/index`
    pub fn bip44(coin: u32, account: u32, index: u32) -> Result<HdPath> {
        let text = format!("m/44'/{coin}'/{account}'/0/{index}");
        if coin.max(account).max(index) >= HARDENED {
            return Err(Error::Path(text));
        }
        text.parse()
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for HdPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<HdPath> {
        let bad = || Error::Path(text.chars().take(60).collect());
        let full = if text.starts_with("m/") { text.to_owned() } else { format!("m/{text}") };
        let parsed: DerivationPath = full.parse().map_err(|_| bad())?;
        if parsed.is_empty() || parsed.len() > 10 {
            return Err(bad());
        }
        Ok(HdPath { text: full, parsed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn known_words_give_the_keys_that_every_cosmos_wallet_derives() {
        let words = Words::parse(TEST).unwrap();
        let secret = words.derive("", &HdPath::bip44(COIN_TYPE, 0, 0).unwrap()).unwrap();
        // cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4 in every wallet
        assert_eq!(
            hex::encode(secret.public().address().as_bytes()),
            "28ff5c6d57d8cfd492b6fb42614536ed648e01fd"
        );
        let other = words.derive("", &HdPath::bip44(COIN_TYPE, 0, 1).unwrap()).unwrap();
        assert_ne!(other.public(), secret.public());
        let with_extra = words.derive("extra", &HdPath::bip44(COIN_TYPE, 0, 0).unwrap()).unwrap();
        assert_ne!(with_extra.public(), secret.public());
    }

    #[test]
    fn mistyped_words_are_refused_without_repeating_them() {
        for bad in [
            "",
            "abandon about",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon sesame",
        ] {
            let text = Words::parse(bad).err().unwrap().to_string();
            assert!(!text.contains("abandon") && !text.contains("sesame"), "{text}");
        }
        assert_eq!(Words::parse(&TEST.to_uppercase().replace(' ', " \n ")).unwrap().expose(), TEST);
    }

    #[test]
    fn new_words_are_24_and_read_back() {
        let words = Words::generate();
        assert_eq!(words.expose().split(' ').count(), 24);
        assert_eq!(Words::parse(words.expose()).unwrap().expose(), words.expose());
        assert_ne!(Words::generate().expose(), words.expose());
    }

    #[test]
    fn paths_are_checked() {
        for bad in ["", "m", "m/x", "m/44'/118'/0'/0/2147483648", "m/1/1/1/1/1/1/1/1/1/1/1"] {
            assert!(bad.parse::<HdPath>().is_err(), "{bad:?}");
        }
        assert!(HdPath::bip44(118, 1 << 31, 0).is_err());
        assert_eq!("44'/118'/0'/0/0".parse::<HdPath>().unwrap().as_str(), "m/44'/118'/0'/0/0");
    }
}

//! Addresses: 20 bytes inside, bech32 outside.
//!
//! Three kinds that never mix: accounts (`laz1..`), validator operators (`lazvaloper1..`) and consensus keys
//! (`lazvalcons1..`). A module account is derived from its name as Cosmos does (first 20 bytes of SHA-256).

use std::{fmt, str::FromStr};

use bech32::{Bech32, Hrp};
use sha2::{Digest, Sha256};

/// The human-readable part of account addresses.
pub const ACCOUNT_PREFIX: &str = "laz";
/// The human-readable part of validator operator addresses.
pub const OPERATOR_PREFIX: &str = "lazvaloper";
/// The human-readable part of consensus addresses.
pub const CONSENSUS_PREFIX: &str = "lazvalcons";
/// Bytes in every address.
pub const ADDRESS_BYTES: usize = 20;

/// Why a text is not an address. The words are those Cosmos clients know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("empty address string is not allowed")]
    Empty,
    /// Not bech32 at all.
    #[error("decoding bech32 failed: {0}")]
    Bech32(String),
    /// An address of another kind or chain.
    #[error("invalid Bech32 prefix; expected {expected}, got {got}")]
    Prefix {
        /// What this kind starts with.
        expected: &'static str,
        /// What was found.
        got: String,
    },
    /// Neither 20 bytes nor anything else we use.
    #[error("address must be 20 bytes, got {0}")]
    Length(usize),
}

fn decode(text: &str, expected: &'static str) -> Result<[u8; ADDRESS_BYTES], AddressError> {
    if text.trim().is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() < 8 {
        return Err(AddressError::Bech32(format!("invalid bech32 string length {}", text.len())));
    }
    let checked = bech32::primitives::decode::CheckedHrpstring::new::<Bech32>(text)
        .map_err(|error| AddressError::Bech32(error.to_string()))?;
    if !checked.hrp().lowercase_char_iter().eq(expected.chars()) {
        return Err(AddressError::Prefix { expected, got: checked.hrp().to_lowercase() });
    }
    let (bytes, mut address) = (checked.byte_iter(), [0; ADDRESS_BYTES]);
    if bytes.len() != ADDRESS_BYTES {
        return Err(AddressError::Length(bytes.len()));
    }
    address.iter_mut().zip(bytes).for_each(|(to, byte)| *to = byte);
    Ok(address)
}

macro_rules! kind {
    ($(#[$doc:meta])* $name:ident, $prefix:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ADDRESS_BYTES]);

        impl $name {
            /// From the bytes themselves.
            pub const fn new(bytes: [u8; ADDRESS_BYTES]) -> Self {
                Self(bytes)
            }

            /// From a slice that must hold 20 bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, AddressError> {
                bytes.try_into().map(Self).map_err(|_| AddressError::Length(bytes.len()))
            }

            /// The 20 bytes.
            pub const fn as_bytes(&self) -> &[u8; ADDRESS_BYTES] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = AddressError;

            fn from_str(text: &str) -> Result<Self, AddressError> {
                decode(text, $prefix).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                const HRP: Hrp = Hrp::parse_unchecked($prefix);
                let mut text = String::with_capacity(64);
                bech32::encode_lower_to_fmt::<Bech32, _>(&mut text, HRP, &self.0).map_err(|_| fmt::Error)?;
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

kind!(
    /// An account.
    Address,
    ACCOUNT_PREFIX
);
kind!(
    /// A validator's operator; the same 20 bytes as its account.
    ValAddress,
    OPERATOR_PREFIX
);
kind!(
    /// A validator's consensus key: the first 20 bytes of SHA-256 of its ed25519 key.
    ConsAddress,
    CONSENSUS_PREFIX
);

/// The first 20 bytes of SHA-256.
pub(crate) fn first_20(bytes: &[u8]) -> [u8; ADDRESS_BYTES] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let mut out = [0; ADDRESS_BYTES];
    out.copy_from_slice(digest.split_at(ADDRESS_BYTES).0);
    out
}

impl Address {
    /// The account of a module, which nobody signs for.
    pub fn module(name: &str) -> Self {
        Self(first_20(name.as_bytes()))
    }

    /// The same bytes as a validator operator.
    pub const fn operator(&self) -> ValAddress {
        ValAddress(self.0)
    }
}

impl ValAddress {
    /// The same bytes as an account.
    pub const fn account(&self) -> Address {
        Address(self.0)
    }
}

impl ConsAddress {
    /// Of an ed25519 consensus key.
    pub fn of_ed25519(key: &[u8; 32]) -> Self {
        Self(first_20(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_the_round_trip_in_each_of_its_three_spellings() {
        let bytes = [7; 20];
        let account = Address::new(bytes);
        assert_eq!(account.to_string().parse(), Ok(account));
        assert_eq!(account.operator().to_string().parse(), Ok(account.operator()));
        assert!(account.operator().to_string().starts_with("lazvaloper1"));
        let cons = ConsAddress::new(bytes);
        assert_eq!(cons.to_string().parse(), Ok(cons));
    }

    #[test]
    fn the_gov_module_account_is_the_one_cosmos_derives() {
        // cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn with another prefix
        assert_eq!(
            hex::encode(Address::module("gov").as_bytes()),
            "7b5fe22b5446f7c62ea27b8bd71cef94e03f3df2"
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_its_reason() {
        let good = Address::new([1; 20]).to_string();
        assert_eq!("".parse::<Address>(), Err(AddressError::Empty));
        assert_eq!(
            "test".parse::<Address>().expect_err("short").to_string(),
            "decoding bech32 failed: invalid bech32 string length 4"
        );
        assert!(matches!(good.parse::<ValAddress>(), Err(AddressError::Prefix { .. })));
        let mut mixed = good.clone();
        mixed.replace_range(5..6, &good[5..6].to_uppercase());
        assert!(mixed == good || mixed.parse::<Address>().is_err());
        let hrp = Hrp::parse("laz").expect("valid");
        for length in [0, 19, 21, 32] {
            let text = bech32::encode::<Bech32>(hrp, &vec![1; length]).expect("encodes");
            assert_eq!(text.parse::<Address>(), Err(AddressError::Length(length)));
        }
        let bech32m = bech32::encode::<bech32::Bech32m>(hrp, &[1; 20]).expect("encodes");
        assert!(matches!(bech32m.parse::<Address>(), Err(AddressError::Bech32(_))));
    }
}

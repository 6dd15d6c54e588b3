//! Addresses: 20 bytes inside, bech32 outside.
//!
//! Three kinds that never mix: accounts (`laz1..`), validator operators (`lazvaloper1..`) and consensus keys
//! (`lazvalcons1..`). A module account is derived from its name as Cosmos does (first 20 bytes of SHA-256).

use std::{fmt, str::FromStr};

use bech32::Bech32;
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

/// The letters of bech32, by the five bits each stands for.
const LETTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// The generator of its checksum, shifted by each of five bits.
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// Groups of five bits in an address, and in its checksum.
const FIVES: usize = 32;
const SUM_FIVES: usize = 6;

/// A checksum with five more bits in it.
const fn summed(sum: u32, five: u32) -> u32 {
    let (mut next, mut bit) = (((sum & 0x01ff_ffff) << 5) ^ five, 0);
    while bit < GENERATOR.len() {
        if (sum >> 25 >> bit) & 1 == 1 {
            next ^= GENERATOR[bit];
        }
        bit += 1;
    }
    next
}

/// A checksum with so many groups of zeros in it.
const fn followed(mut sum: u32, groups: usize) -> u32 {
    let mut done = 0;
    while done < groups {
        sum = summed(sum, 0);
        done += 1;
    }
    sum
}

/// What the checksum of 20 zeros is behind a human-readable part, of which it takes the upper bits of each letter,
/// nothing, and the lower bits.
const fn sum_of(prefix: &str) -> u32 {
    let (letters, mut sum, mut place) = (prefix.as_bytes(), 1, 0);
    while place < letters.len() {
        sum = summed(sum, letters[place] as u32 >> 5);
        place += 1;
    }
    (sum, place) = (summed(sum, 0), 0);
    while place < letters.len() {
        sum = summed(sum, letters[place] as u32 & 31);
        place += 1;
    }
    followed(sum, FIVES + SUM_FIVES) ^ 1
}

/// What each five bits at each place change in the checksum: it is linear, so they need not wait for each other.
static SUMS: [[u32; 32]; FIVES] = {
    let (mut sums, mut place) = ([[0; 32]; FIVES], 0);
    while place < FIVES {
        let mut five = 0;
        while five < 32 {
            sums[place][five] = followed(five as u32, FIVES + SUM_FIVES - 1 - place);
            five += 1;
        }
        place += 1;
    }
    sums
};

/// Writes an address in bech32. A block spells tens of thousands, so this is by hand; a test holds it against the crate.
fn spell(prefix: &str, mut sum: u32, bytes: &[u8; ADDRESS_BYTES], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut fives = [0_u8; FIVES + SUM_FIVES];
    for (group, five) in bytes.chunks_exact(5).zip(fives.chunks_exact_mut(8)) {
        let bits = group.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        five.iter_mut()
            .zip([35, 30, 25, 20, 15, 10, 5, 0])
            .for_each(|(five, at)| *five = (bits >> at) as u8 & 31);
    }
    sum = fives.iter().zip(&SUMS).fold(sum, |sum, (five, sums)| sum ^ sums[usize::from(*five)]);
    let last = fives[FIVES..].iter_mut().zip([25, 20, 15, 10, 5, 0]);
    last.for_each(|(five, at)| *five = (sum >> at) as u8 & 31);
    let letters = fives.iter().map(|five| LETTERS[usize::from(*five)]);
    let (mut text, mut size) = ([0_u8; 64], 0);
    for (to, letter) in text.iter_mut().zip(prefix.bytes().chain([b'1']).chain(letters)) {
        *to = letter;
        size += 1;
    }
    f.write_str(str::from_utf8(&text[..size]).map_err(|_| fmt::Error)?)
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
                const SUM: u32 = sum_of($prefix);
                spell($prefix, SUM, &self.0, f)
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
    use bech32::Hrp;

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
    fn addresses_are_spelled_as_the_crate_spells_them() {
        let spelled = |prefix, bytes: &[u8; ADDRESS_BYTES]| {
            bech32::encode::<Bech32>(Hrp::parse(prefix).expect("valid"), bytes).expect("encodes")
        };
        for number in 0_u32..2_000 {
            let bytes = first_20(&number.to_be_bytes()).map(|byte| if number == 0 { 0 } else { byte });
            assert_eq!(Address(bytes).to_string(), spelled(ACCOUNT_PREFIX, &bytes));
            assert_eq!(ValAddress(bytes).to_string(), spelled(OPERATOR_PREFIX, &bytes));
            assert_eq!(ConsAddress(bytes).to_string(), spelled(CONSENSUS_PREFIX, &bytes));
        }
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

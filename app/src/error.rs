//! Refusals and faults.
//!
//! A [`Reject`] is part of the chain's history: a codespace, a number that never changes, a text. A [`Fault`] is this
//! machine's trouble and stops the process before it can vote. `?` converts each module's own error into a `Reject`
//! with its codespace kept, and lets a fault pass.

use proto::{WireError, address::AddressError, amount::AmountError, coin::CoinError, dec::DecError};
use state::Fault;

/// What almost everything in the chain returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The family of a refusal, which decides the gRPC status it is reported with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request itself is wrong.
    Invalid,
    /// What it names is not there.
    Absent,
    /// The one who asks may not.
    Denied,
    /// It does not fit the present state.
    Conflict,
    /// A limit is reached.
    Exhausted,
    /// None of these.
    Unknown,
}

/// One variant, one rule, one number.
pub trait Coded: std::error::Error {
    /// The codespace: the module's name.
    const SPACE: &'static str;
    /// 2 and up; 0 is success, 1 is reserved; never reused, since the number is hashed into the next header.
    fn code(&self) -> u32;
    /// The family.
    fn kind(&self) -> Kind;
}

/// A refusal by rule: the same on every node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Reject {
    /// The codespace.
    pub space: &'static str,
    /// The number within it.
    pub code: u32,
    /// The family.
    pub kind: Kind,
    /// For people; not part of consensus.
    pub text: String,
}

/// A refusal, or this machine's trouble.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// By rule.
    #[error(transparent)]
    Reject(Reject),
    /// By trouble.
    #[error(transparent)]
    Fault(Fault),
}

impl<E: Coded> From<E> for Reject {
    fn from(error: E) -> Reject {
        Reject { space: E::SPACE, code: error.code(), kind: error.kind(), text: error.to_string() }
    }
}

impl<E: Coded> From<E> for Error {
    fn from(error: E) -> Error {
        Error::Reject(error.into())
    }
}

impl From<Reject> for Error {
    fn from(reject: Reject) -> Error {
        Error::Reject(reject)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Fault(fault)
    }
}

impl Error {
    /// The refusal, if it is one.
    pub fn reject(self) -> Result<Reject, Fault> {
        match self {
            Error::Reject(reject) => Ok(reject),
            Error::Fault(fault) => Err(fault),
        }
    }
}

/// Separates refusals from faults: `Ok(Err(..))` is a refusal.
pub fn split<T>(result: Result<T>) -> Result<Result<T, Reject>, Fault> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => error.reject().map(Err),
    }
}

/// What every Cosmos client knows: codespace `sdk`, with its numbers and, where clients match on them, its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Sdk {
    /// 2: bytes that are no transaction in its one spelling.
    #[error("{0}: tx parse error")]
    TxDecode(String),
    /// 4: a signature is missing, wrong, or not the right person's.
    #[error("{0}: unauthorized")]
    Unauthorized(String),
    /// 5: less there than needed.
    #[error("{0}: insufficient funds")]
    InsufficientFunds(String),
    /// 6: nothing answers to that name.
    #[error("{0}: unknown request")]
    UnknownRequest(String),
    /// 7: a text that is no address.
    #[error("{0}: invalid address")]
    InvalidAddress(String),
    /// 8: a public key that does not belong or cannot be read.
    #[error("{0}: invalid pubkey")]
    InvalidPubKey(String),
    /// 9: no such account.
    #[error("{0}: unknown address")]
    UnknownAddress(String),
    /// 10: amounts or names that are no coins.
    #[error("{0}: invalid coins")]
    InvalidCoins(String),
    /// 11: the gas limit does not cover the transaction.
    #[error("out of gas in location: transaction; gasWanted: {wanted}, gasUsed: {used}: out of gas")]
    OutOfGas {
        /// The limit given.
        wanted: u64,
        /// What the transaction costs.
        used: u64,
    },
    /// 12: too long a memo.
    #[error("maximum number of characters is {limit} but received {got} characters: memo too large")]
    MemoTooLarge {
        /// Most characters.
        limit: u64,
        /// Found.
        got: u64,
    },
    /// 13: too small a fee.
    #[error("insufficient fees; got: {got} required: {required}: insufficient fee")]
    InsufficientFee {
        /// Offered.
        got: String,
        /// Asked.
        required: String,
    },
    /// 14: more signatures than allowed.
    #[error("signatures: {got}, limit: {limit}: maximum number of signatures exceeded")]
    TooManySignatures {
        /// Found.
        got: u64,
        /// Most.
        limit: u64,
    },
    /// 15: no signature at all.
    #[error("no signatures supplied")]
    NoSignatures,
    /// 18: a request that cannot be right.
    #[error("{0}: invalid request")]
    InvalidRequest(String),
    /// 21: more bytes than a transaction may have.
    #[error("{got} bytes, at most {limit}: tx too large")]
    TxTooLarge {
        /// Found.
        got: u64,
        /// Most.
        limit: u64,
    },
    /// 22: nothing is stored there.
    #[error("{0}: key not found")]
    KeyNotFound(String),
    /// 26: a height that cannot be asked for.
    #[error("{0}: invalid height")]
    InvalidHeight(String),
    /// 30: a transaction past its height.
    #[error("block height: {height}, timeout height: {timeout}: tx timeout height")]
    TxTimeoutHeight {
        /// Now.
        height: u64,
        /// Its last.
        timeout: u64,
    },
    /// 31: an extension that we do not know.
    #[error("unknown extension options")]
    UnknownExtension,
    /// 32: not the next of its account.
    #[error("account sequence mismatch, expected {expected}, got {got}: incorrect account sequence")]
    WrongSequence {
        /// The account's next.
        expected: u64,
        /// Found.
        got: u64,
    },
    /// 35: a contradiction inside the program's own rules.
    #[error("{0}: internal logic error")]
    Logic(String),
    /// 37: a feature that is not there.
    #[error("{0}: feature not supported")]
    NotSupported(String),
    /// 38: nothing kept for that height or name.
    #[error("{0}: not found")]
    NotFound(String),
    /// 41: a gas limit over the block's.
    #[error("{0}: invalid gas limit")]
    InvalidGasLimit(String),
    /// 42: a transaction past its time.
    #[error("block time is after tx timeout timestamp: tx timeout")]
    TxTimeout,
}

impl Coded for Sdk {
    const SPACE: &'static str = "sdk";

    fn code(&self) -> u32 {
        match self {
            Sdk::TxDecode(_) => 2,
            Sdk::Unauthorized(_) => 4,
            Sdk::InsufficientFunds(_) => 5,
            Sdk::UnknownRequest(_) => 6,
            Sdk::InvalidAddress(_) => 7,
            Sdk::InvalidPubKey(_) => 8,
            Sdk::UnknownAddress(_) => 9,
            Sdk::InvalidCoins(_) => 10,
            Sdk::OutOfGas { .. } => 11,
            Sdk::MemoTooLarge { .. } => 12,
            Sdk::InsufficientFee { .. } => 13,
            Sdk::TooManySignatures { .. } => 14,
            Sdk::NoSignatures => 15,
            Sdk::InvalidRequest(_) => 18,
            Sdk::TxTooLarge { .. } => 21,
            Sdk::KeyNotFound(_) => 22,
            Sdk::InvalidHeight(_) => 26,
            Sdk::TxTimeoutHeight { .. } => 30,
            Sdk::UnknownExtension => 31,
            Sdk::WrongSequence { .. } => 32,
            Sdk::Logic(_) => 35,
            Sdk::NotSupported(_) => 37,
            Sdk::NotFound(_) => 38,
            Sdk::InvalidGasLimit(_) => 41,
            Sdk::TxTimeout => 42,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Sdk::Unauthorized(_) => Kind::Denied,
            Sdk::UnknownAddress(_) | Sdk::KeyNotFound(_) | Sdk::NotFound(_) => Kind::Absent,
            Sdk::OutOfGas { .. } | Sdk::TxTooLarge { .. } => Kind::Exhausted,
            Sdk::WrongSequence { .. } | Sdk::InsufficientFunds(_) => Kind::Conflict,
            Sdk::Logic(_) | Sdk::UnknownRequest(_) | Sdk::NotSupported(_) => Kind::Unknown,
            _ => Kind::Invalid,
        }
    }
}

/// Wire types refuse with the `sdk` numbers a Cosmos client expects.
macro_rules! as_sdk {
    ($($error:ty => $variant:ident),*) => {$(
        impl From<$error> for Reject {
            fn from(error: $error) -> Reject {
                Sdk::$variant(error.to_string()).into()
            }
        }
        impl From<$error> for Error {
            fn from(error: $error) -> Error {
                Error::Reject(error.into())
            }
        }
    )*};
}
as_sdk!(AddressError => InvalidAddress, CoinError => InvalidCoins, AmountError => InvalidCoins, DecError => InvalidRequest, WireError => TxDecode);

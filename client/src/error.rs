//! What can go wrong, and what to do about it.

use std::path::PathBuf;

use proto::WireError;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something did not work. None of the texts holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key of that name or address.
    #[error("{0}: key not found; `lazd keys list` shows the keys there are")]
    NoSuchKey(String),
    /// A key of that name is there already.
    #[error("{0}: a key of this name exists; delete or rename it first")]
    KeyExists(String),
    /// The same key under another name.
    #[error("this key is there already under the name {0}")]
    SameKey(String),
    /// A name that is no file name.
    #[error(
        "{0:?} is not a key name; use 1 to 64 letters, digits, dots, dashes and underscores, not a dot first"
    )]
    KeyName(String),
    /// A key that cannot sign here.
    #[error(
        "{0} is a multisig or public key only: it cannot sign; sign with its members' keys and `tx multi-sign`"
    )]
    NotSigning(String),
    /// The passphrase does not open the key.
    #[error("incorrect passphrase")]
    WrongPassphrase,
    /// A passphrase that protects nothing.
    #[error("password must be at least {} characters", crate::secret::MIN_PASSPHRASE)]
    ShortPassphrase,
    /// A key file that is damaged or was tampered with.
    #[error(
        "key file {path}: {why}; restore it from a backup, or delete it and recover the key from its mnemonic"
    )]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An armoured key that cannot be read.
    #[error("this is not an exported private key: {0}")]
    Armor(&'static str),
    /// Words that are no mnemonic. The words are not repeated.
    #[error("invalid mnemonic: {0}")]
    Mnemonic(&'static str),
    /// Not a derivation path.
    #[error("{0:?} is not a derivation path such as m/44'/118'/0'/0/0")]
    Path(String),
    /// Bytes that are no secp256k1 key. The bytes are not repeated.
    #[error("not a secp256k1 private key: 32 bytes from 1 to the order of the curve are needed")]
    SecretBytes,
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A message or query that does not fit its type.
    #[error("{0}")]
    Wire(#[from] WireError),
    /// A transaction that cannot be signed or checked as it is.
    #[error("{0}")]
    Tx(String),
    /// The node's address is none.
    #[error("{node:?} is not a node's address; give one such as tcp://localhost:26657 with --node")]
    Node {
        /// What was given.
        node: String,
    },
    /// The node does not answer.
    #[error("cannot reach the node at {node}: {why}; is it running, and is --node right?")]
    Unreachable {
        /// Whom was asked.
        node: String,
        /// What happened.
        why: String,
    },
    /// The node answered with an error.
    #[error("the node answers: {0}")]
    Rpc(String),
    /// The node's answer is not what was asked for.
    #[error("the node's answer cannot be read: {0}")]
    Answer(String),
    /// The chain refused a query or a transaction.
    #[error("{log}: code {code}, codespace {codespace}")]
    Refused {
        /// Whose code it is.
        codespace: String,
        /// Its number.
        code: u32,
        /// Its words.
        log: String,
    },
    /// A proof or a header that does not hold.
    #[error("the node's answer is not proved: {0}")]
    Unproved(String),
    /// The account has never received anything.
    #[error("account {0} not found on the chain; it exists once it has received coins")]
    NoAccount(String),
    /// A transaction did not get into a block in time.
    #[error("transaction {hash} is in no block after {seconds} s; `lazd query wait-tx {hash}` waits on")]
    NotIncluded {
        /// Which.
        hash: String,
        /// How long was waited.
        seconds: u64,
    },
}

impl Error {
    pub(crate) fn io(path: &std::path::Path, source: std::io::Error) -> Error {
        Error::Io { path: path.to_owned(), source }
    }
}

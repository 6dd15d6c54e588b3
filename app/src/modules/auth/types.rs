//! Accounts and parameters.

use prost::{Message, Name};
use prost_types::Any;
use proto::{address::Address, cosmos::auth::v1beta1 as pb, pubkey::PubKey};
use state::{Fault, Record, Value, value};

use crate::error::{Result, Sdk};

/// One account. A module account has a name and no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Given once, never reused.
    pub number: u64,
    /// Of its next transaction.
    pub sequence: u64,
    /// Known since its first signature.
    pub key: Option<PubKey>,
    /// What the module may do, if this is a module's.
    pub module: Option<Module>,
}

/// The module part of a module account.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Module {
    /// Its name, from which its address is derived.
    #[prost(string, tag = "1")]
    pub name: String,
    /// `minter`, `burner`, `staking`.
    #[prost(string, repeated, tag = "2")]
    pub permissions: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Stored {
    #[prost(uint64, tag = "1")]
    number: u64,
    #[prost(uint64, tag = "2")]
    sequence: u64,
    /// A single key, its 33 bytes alone: what nearly every account has.
    #[prost(bytes = "vec", tag = "3")]
    key: Vec<u8>,
    /// Any other key.
    #[prost(message, optional, tag = "4")]
    other_key: Option<Any>,
    #[prost(message, optional, tag = "5")]
    module: Option<Module>,
}

impl Value for Account {
    fn encode(&self) -> Vec<u8> {
        let (key, other_key) = match &self.key {
            None => (Vec::new(), None),
            Some(PubKey::Secp256k1(key)) => (key.to_vec(), None),
            Some(other) => (Vec::new(), Some(other.wire())),
        };
        let module = self.module.clone();
        value::encode_pb(&Stored { number: self.number, sequence: self.sequence, key, other_key, module })
    }

    fn decode(bytes: &[u8]) -> Result<Account, Fault> {
        let stored: Stored = value::decode_pb("account", bytes)?;
        let key = match (&stored.other_key, stored.key.is_empty()) {
            (Some(any), _) => Some(PubKey::parse(any).map_err(|error| Fault::corrupt("account key", error))?),
            (None, true) => None,
            (None, false) => {
                let key = stored.key.as_slice().try_into();
                Some(PubKey::Secp256k1(key.map_err(|error| Fault::corrupt("account key", error))?))
            }
        };
        Ok(Account { number: stored.number, sequence: stored.sequence, key, module: stored.module })
    }
}

impl Account {
    /// As clients and genesis files have it: a `BaseAccount`, or a `ModuleAccount` round one.
    pub(crate) fn wire(&self, who: &Address) -> Any {
        let base = self.base(who);
        match self.module.clone() {
            None => Any { type_url: pb::BaseAccount::type_url(), value: base.encode_to_vec() },
            Some(Module { name, permissions }) => {
                let account = pb::ModuleAccount { base_account: Some(base), name, permissions };
                Any { type_url: pb::ModuleAccount::type_url(), value: account.encode_to_vec() }
            }
        }
    }

    /// The wire form of a plain account.
    pub(crate) fn base(&self, address: &Address) -> pb::BaseAccount {
        pb::BaseAccount {
            address: address.to_string(),
            pub_key: self.key.as_ref().map(PubKey::wire),
            account_number: self.number,
            sequence: self.sequence,
        }
    }
}

/// What governance can set. Gas prices of size and signature are fixed in `checks.rs`, so that a simulation stays
/// exact across a change of parameters; the fields are kept because clients read them.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Params {
    /// Most characters of a memo.
    #[prost(uint64, tag = "1")]
    pub max_memo_characters: u64,
    /// Most single signatures in a transaction.
    #[prost(uint64, tag = "2")]
    pub tx_sig_limit: u64,
}

impl Record for Params {}

/// Bytes of memo that governance may allow at most.
pub(crate) const MAX_MEMO: u64 = 4_096;
/// Single signatures that governance may allow at most.
pub(crate) const MAX_SIGNATURES: u64 = 64;

impl Params {
    /// What a new chain starts with.
    pub(crate) const fn start() -> Params {
        Params { max_memo_characters: 256, tx_sig_limit: 16 }
    }

    /// From the wire, each field in its range.
    pub(crate) fn parse(wire: &pb::Params) -> Result<Params> {
        let within = |name, value, limit| {
            if (1..=limit).contains(&value) {
                Ok(value)
            } else {
                Err(Sdk::InvalidRequest(format!("{name} is {value}; it must be between 1 and {limit}")))
            }
        };
        Ok(Params {
            max_memo_characters: within("max_memo_characters", wire.max_memo_characters, MAX_MEMO)?,
            tx_sig_limit: within("tx_sig_limit", wire.tx_sig_limit, MAX_SIGNATURES)?,
        })
    }
}

impl From<Params> for pb::Params {
    fn from(params: Params) -> pb::Params {
        pb::Params {
            max_memo_characters: params.max_memo_characters,
            tx_sig_limit: params.tx_sig_limit,
            tx_size_cost_per_byte: crate::checks::GAS_PER_BYTE,
            sig_verify_cost_ed25519: crate::checks::GAS_PER_SIGNATURE,
            sig_verify_cost_secp256k1: crate::checks::GAS_PER_SIGNATURE,
        }
    }
}

//! What is worked out and signed without a node: `lazd content`, `lazd ballot`, `lazd voucher`. Each prints JSON that a
//! `lazd tx` command takes.

pub(crate) mod ballot;
pub(crate) mod content;
pub(crate) mod voucher;

use anyhow::{Context as _, Result, anyhow, bail};
use client::Secret;
use proto::address::Address;

use crate::context::{Context, KeyringFlags, OutputFlag};

// Flags of whatever signs off chain. No doc comment: it would become the help of the command that has them.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SignFlags {
    /// Name of the key that the signing key comes from
    #[arg(long)]
    from: Option<String>,
    /// Which of the keys that come from it: 0 is the first
    #[arg(long, default_value_t = 0)]
    number: u64,
    #[command(flatten)]
    keyring: KeyringFlags,
    #[command(flatten)]
    output: OutputFlag,
}

impl SignFlags {
    /// The settings that these flags lead to.
    fn context(&self, home: &crate::node::home::Home) -> Result<Context> {
        Ok(Context::new(home, self.output.clone())?.with_keyring(self.keyring.clone()))
    }

    /// The account and its secret.
    fn unlock(&self, context: &Context) -> Result<(Address, Secret)> {
        context.key(self.from.as_deref())
    }
}

/// 32 bytes in hex or base64.
pub(crate) fn digest(text: &str) -> Result<[u8; 32]> {
    use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
    let bytes = hex::decode(text).ok().or_else(|| BASE64.decode(text).ok());
    let bytes = bytes.ok_or_else(|| anyhow!("{text:?} is neither hex nor base64"))?;
    <[u8; 32]>::try_from(bytes)
        .map_err(|bytes| anyhow!("{text:?} has {} bytes; it must have 32", bytes.len()))
}

/// A number, bare or behind the kind that it is of: `9`, `task-9`.
pub(crate) fn id(kind: &str, text: &str) -> Result<u64> {
    let number = text.strip_prefix(kind).and_then(|rest| rest.strip_prefix('-')).unwrap_or(text);
    number.parse().with_context(|| format!("{text:?} is no number of a {kind}, like 9 or {kind}-9"))
}

/// The value of an enum by the word in which it differs from the others.
pub(crate) fn word<E: TryFrom<i32>>(enumeration: &str, text: &str) -> Result<E> {
    let found = proto::descriptors().get_enum_by_name(enumeration);
    let values = found.ok_or_else(|| anyhow!("there is no {enumeration}"))?;
    let wanted = format!("_{}", text.to_uppercase().replace('-', "_"));
    let value = values.values().find(|value| value.name().ends_with(&wanted) && value.number() != 0);
    match value.and_then(|value| E::try_from(value.number()).ok()) {
        Some(value) => Ok(value),
        None => {
            let names: Vec<String> =
                values.values().skip(1).map(|value| value.name().to_lowercase()).collect();
            bail!("{text:?} is none of {}", names.join(", "))
        }
    }
}

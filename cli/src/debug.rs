//! `lazd debug`: looking into addresses, keys, transactions and a node's state.

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use client::{sign, signers};
use prost::{Message, Name};
use proto::{
    address::{ACCOUNT_PREFIX, Address, CONSENSUS_PREFIX, ConsAddress, OPERATOR_PREFIX, ValAddress},
    cosmos::{crypto::ed25519, tx::v1beta1::Tx},
    pubkey::PubKey,
    strict,
};
use serde_json::{Value, json};
use state::Store;

use crate::{
    node::{config::AppConfig, export, home::Home, settings::Flags, start},
    output::{Format, json_of},
};

/// Tool for helping with debugging your application
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Debug,
}

#[derive(clap::Subcommand)]
enum Debug {
    /// Check every invariant on a node's state, whether it runs or not
    #[command(
        after_help = "Fails if one does not hold. Of a running node it is the state of a moment ago, looked at in a folder beside it.\n\nExample:\n  lazd debug invariants --height 1000"
    )]
    Invariants {
        /// The state to check (-1 means latest height)
        #[arg(long, default_value_t = -1, allow_negative_numbers = true)]
        height: i64,
    },
    /// Convert an address between hex and bech32
    #[command(after_help = "Example:\n  lazd debug addr 3A6A9C0D0F4B53F1A1E4AE6A1E6A7A0F4B1C2D3E")]
    Addr { address: String },
    /// Decode a transaction from hex or base64
    #[command(after_help = "Shows its JSON, its hash, its size and who must sign it.")]
    RawTx { bytes: String },
    /// Decode a pubkey from proto JSON
    #[command(after_help = "Example:
  lazd debug pubkey '{\"@type\":\"/cosmos.crypto.secp256k1.PubKey\",\"key\":\"AurroA7jvfPd1AadmmOvWM2rJSwipXfRf8yD6pLbA2DJ\"}'")]
    Pubkey { pubkey: String },
    /// Decode a ED25519 or secp256k1 pubkey from hex or base64
    #[command(after_help = "Example:
  lazd debug pubkey-raw 8FCA9D6D1F80947FD5E9A05309259746F5F72541121766D5F921339DD061174A
  lazd debug pubkey-raw AurroA7jvfPd1AadmmOvWM2rJSwipXfRf8yD6pLbA2DJ --type secp256k1")]
    PubkeyRaw {
        pubkey: String,
        /// Pubkey type
        #[arg(short, long, default_value = "ed25519", value_parser = ["ed25519", "secp256k1"])]
        r#type: String,
    },
    /// Convert raw bytes output (eg. [10 21 13 255]) to hex
    #[command(after_help = "Example:\n  lazd debug raw-bytes '[72 101 108 108 111]'")]
    RawBytes { bytes: String },
    /// Tool for helping with debugging your application codec
    Codec {
        #[command(subcommand)]
        command: Codec,
    },
    /// List prefixes used for Human-Readable Part (HRP) in Bech32
    Prefixes,
}

#[derive(clap::Subcommand)]
enum Codec {
    /// List all registered interface type URLs
    ListInterfaces,
    /// List the registered type URLs for the provided interface
    #[command(after_help = "Without an interface it lists those of all.\n\nExample:
  lazd debug codec list-implementations cosmos.crypto.PubKey")]
    ListImplementations { interface: Option<String> },
}

/// Runs a `lazd debug` command.
pub(crate) fn run(home: &Home, args: &Args) -> Result<()> {
    match &args.command {
        Debug::Invariants { height } => invariants(home, *height)?,
        Debug::Addr { address } => println!("{}", described(&parsed(address.trim())?)),
        Debug::RawTx { bytes } => Format::Json.print(&raw_tx(bytes.trim())?)?,
        Debug::Pubkey { pubkey: text } => println!("{}", pubkey(text)?),
        Debug::PubkeyRaw { pubkey, r#type } => println!("{}", pubkey_raw(pubkey.trim(), r#type)?),
        Debug::RawBytes { bytes } => println!("{}", raw_bytes(bytes)?),
        Debug::Codec { command } => codec(command)?.iter().for_each(|line| println!("{line}")),
        Debug::Prefixes => {
            println!(
                "Bech32 Acc: {ACCOUNT_PREFIX}\nBech32 Val: {OPERATOR_PREFIX}\nBech32 Con: {CONSENSUS_PREFIX}"
            );
        }
    }
    Ok(())
}

fn invariants(home: &Home, height: i64) -> Result<()> {
    home.read(&home.genesis())?;
    home.make()?;
    let config = AppConfig::load(home, &Flags::new())?;
    let options = start::store_options(&config)?;
    let beside = tempfile::tempdir_in(home.data()).with_context(|| format!("{}", home.data().display()))?;
    let held = home.lock();
    let store = match held {
        Ok(_) => Store::open(&home.store(), options)?,
        Err(_) => Store::beside(&home.store(), &beside.path().join("store"), options)?,
    };
    if store.height() == 0 {
        bail!("there is no state yet");
    }
    let state = export::state_at(&store, height)?;
    let broken = app::invariant::broken(&state).map_err(|error| anyhow!("{error}"))?;
    if !broken.is_empty() {
        bail!("at height {} do not hold:\n  {}", state.height(), broken.join("\n  "));
    }
    println!("at height {} hold:", state.height());
    app::invariant::names().for_each(|name| println!("  {name}"));
    Ok(())
}

fn parsed(text: &str) -> Result<Address> {
    if let Ok(bytes) = hex::decode(text) {
        return Address::from_slice(&bytes).context("expected 20 bytes");
    }
    let account = text.parse::<Address>();
    let operator = || text.parse::<ValAddress>().map(|operator| operator.account());
    let consensus = || text.parse::<ConsAddress>().map(|key| Address::new(*key.as_bytes()));
    account
        .or_else(|error| operator().or_else(|_| consensus()).map_err(|_| error))
        .map_err(|error| anyhow!("expected hex or bech32: {error}"))
}

fn described(address: &Address) -> String {
    let bytes = address.as_bytes();
    let numbers: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    format!(
        "Address: [{}]\nAddress (hex): {}\nBech32 Acc: {address}\nBech32 Val: {}\nBech32 Con: {}",
        numbers.join(" "),
        hex::encode_upper(bytes),
        address.operator(),
        ConsAddress::new(*bytes),
    )
}

fn raw_tx(text: &str) -> Result<Value> {
    let bytes =
        hex::decode(text).or_else(|_| BASE64.decode(text)).context("this is neither hex nor base64")?;
    let tx: Tx = strict::decode(&bytes)?;
    let who: Vec<String> = signers::of_tx(&tx)?.iter().map(ToString::to_string).collect();
    Ok(json!({
        "tx": json_of(&tx)?,
        "txhash": sign::hash(&bytes),
        "bytes": bytes.len().to_string(),
        "signers": who,
    }))
}

fn pubkey(text: &str) -> Result<String> {
    let json: Value = serde_json::from_str(text).context("a public key is a JSON object")?;
    let any = prost_types::Any::decode(proto::json::from_json("google.protobuf.Any", &json)?.as_slice())?;
    if any.type_url == ed25519::PubKey::type_url() {
        let wire: ed25519::PubKey = strict::decode(&any.value)?;
        let key: [u8; 32] = wire.key.try_into().map_err(|_| anyhow!("an ed25519 key has 32 bytes"))?;
        return Ok(shown(ConsAddress::of_ed25519(&key).as_bytes(), &key));
    }
    let key = PubKey::parse(&any)?;
    let address = key.address();
    match &key {
        PubKey::Secp256k1(bytes) => Ok(shown(address.as_bytes(), bytes)),
        PubKey::Multisig { .. } => Ok(format!("Address: {}", hex::encode_upper(address.as_bytes()))),
    }
}

/// A key of a known kind from its bytes alone.
fn pubkey_raw(text: &str, kind: &str) -> Result<String> {
    let expected = match kind {
        "secp256k1" => 33,
        _ => 32,
    };
    let fits = |bytes: &Vec<u8>| bytes.len() == expected;
    let bytes = hex::decode(text).ok().filter(fits).or_else(|| BASE64.decode(text).ok().filter(fits));
    let bytes = bytes.ok_or_else(|| {
        anyhow!("pubkey {text:?} invalid; expected hex or base64 of the {expected} bytes of a {kind} key")
    })?;
    let url = format!("/cosmos.crypto.{kind}.PubKey");
    let json = json!({ "@type": url, "key": BASE64.encode(&bytes) });
    let address = match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Address::new(*ConsAddress::of_ed25519(&key).as_bytes()),
        Err(_) => {
            let value = proto::cosmos::crypto::secp256k1::PubKey { key: bytes }.encode_to_vec();
            PubKey::parse(&prost_types::Any { type_url: url, value })?.address()
        }
    };
    Ok(format!(
        "Address: {}\nJSON (base64): {json}\nBech32 Acc: {address}\nBech32 Val: {}\nBech32 Con: {}",
        hex::encode_upper(address.as_bytes()),
        address.operator(),
        ConsAddress::new(*address.as_bytes()),
    ))
}

/// Go prints a list of bytes as `[10 21 13 255]`.
fn raw_bytes(text: &str) -> Result<String> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    let bytes = inner.split_whitespace().map(|number| {
        number.parse::<u8>().map_err(|_| anyhow!("{number:?} is not a byte: a number from 0 to 255"))
    });
    Ok(hex::encode_upper(bytes.collect::<Result<Vec<u8>>>()?))
}

/// The interfaces, or who implements one of them.
fn codec(command: &Codec) -> Result<Vec<String>> {
    let all = app::doors::implementers();
    let urls = |messages: &[prost_reflect::MessageDescriptor]| -> Vec<String> {
        messages.iter().map(|message| format!("/{}", message.full_name())).collect()
    };
    Ok(match command {
        Codec::ListInterfaces => all.into_keys().collect(),
        Codec::ListImplementations { interface: None } => {
            all.iter().flat_map(|(name, messages)| [vec![name.clone()], urls(messages)].concat()).collect()
        }
        Codec::ListImplementations { interface: Some(name) } => {
            let found = all.get(name).with_context(|| {
                format!("no interface {name:?} is known; `lazd debug codec list-interfaces` lists them")
            })?;
            urls(found)
        }
    })
}

fn shown(address: &[u8], key: &[u8]) -> String {
    format!("Address: {}\nPubKey Hex: {}", hex::encode_upper(address), hex::encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_leads_to_the_same_description() {
        let address = Address::new([7; 20]);
        let spelled = [
            hex::encode(address.as_bytes()),
            address.to_string(),
            address.operator().to_string(),
            ConsAddress::new([7; 20]).to_string(),
        ];
        for text in spelled {
            assert_eq!(parsed(&text).unwrap(), address, "{text}");
        }
        let text = described(&address);
        assert!(
            text.starts_with("Address: [7 7 7 ") && text.contains(&format!("Bech32 Acc: {address}\n")),
            "{text}"
        );
        assert!(parsed("07").is_err() && parsed("cosmos1xyz").is_err());
    }

    #[test]
    fn raw_keys_and_bytes_are_read_in_their_spellings() {
        let hex = "02EAEBA00EE3BDF3DDD4069D9A63AF58CDAB252C22A577D17FCC83EA92DB0360C9";
        let key = "AurroA7jvfPd1AadmmOvWM2rJSwipXfRf8yD6pLbA2DJ";
        let json = format!(r#"{{"@type":"/cosmos.crypto.secp256k1.PubKey","key":"{key}"}}"#);
        let text = pubkey_raw(hex, "secp256k1").unwrap();
        assert_eq!(text, pubkey_raw(key, "secp256k1").unwrap());
        let address = pubkey(&json).unwrap();
        assert_eq!(text.lines().next(), address.lines().next());
        assert!(text.contains(&format!("JSON (base64): {json}\nBech32 Acc: laz1")), "{text}");
        let consensus = pubkey_raw(&BASE64.encode([1_u8; 32]), "ed25519").unwrap();
        assert!(consensus.contains(&ConsAddress::of_ed25519(&[1; 32]).to_string()), "{consensus}");
        for (bad, kind) in [(hex, "ed25519"), (&hex[2..], "secp256k1"), ("lazpub1xyz", "ed25519")] {
            assert!(pubkey_raw(bad, kind).unwrap_err().to_string().contains("invalid; expected hex"));
        }
        assert_eq!(raw_bytes("[72 101 108 108 111 255]").unwrap(), "48656C6C6FFF");
        assert!(raw_bytes("[256]").is_err() && raw_bytes("[a]").is_err());
    }

    #[test]
    fn interfaces_and_their_implementations_are_listed() {
        let listed = |command| codec(&command).unwrap();
        let interfaces = listed(Codec::ListInterfaces);
        assert!(interfaces.iter().any(|name| name == "cosmos.crypto.PubKey"), "{interfaces:?}");
        let keys = listed(Codec::ListImplementations { interface: Some("cosmos.crypto.PubKey".into()) });
        assert!(keys.contains(&"/cosmos.crypto.secp256k1.PubKey".to_owned()), "{keys:?}");
        let all = listed(Codec::ListImplementations { interface: None });
        assert!(interfaces.iter().chain(&keys).all(|line| all.contains(line)));
        assert!(codec(&Codec::ListImplementations { interface: Some("frob".into()) }).is_err());
    }

    #[test]
    fn keys_are_shown_as_the_sdk_shows_them() {
        let text = r#"{"@type":"/cosmos.crypto.secp256k1.PubKey","key":"AurroA7jvfPd1AadmmOvWM2rJSwipXfRf8yD6pLbA2DJ"}"#;
        let hex = "02eaeba00ee3bdf3ddd4069d9a63af58cdab252c22a577d17fcc83ea92db0360c9";
        assert!(pubkey(text).unwrap().ends_with(&format!("\nPubKey Hex: {hex}")));
        let key = BASE64.encode([1_u8; 32]);
        let text = format!(r#"{{"@type":"/cosmos.crypto.ed25519.PubKey","key":"{key}"}}"#);
        assert!(pubkey(&text).unwrap().ends_with(&"01".repeat(32)));
        assert!(pubkey(r#"{"@type":"/cosmos.bank.v1beta1.MsgSend"}"#).is_err());
    }
}

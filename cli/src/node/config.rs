//! Typed configuration: what the rest of the program reads, checked once.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::node::MAX_BLOCK_BYTES;
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    home::Home,
    settings::{APP, CLIENT, Flags},
};

const MIB: u64 = 1024 * 1024;
/// What an ABCI request may have at least: the largest block, and what comes with it.
const LEAST_FRAME_MIB: u64 = MAX_BLOCK_BYTES.unsigned_abs() / MIB + 1;

/// `config/app.toml`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct AppConfig {
    pub(crate) minimum_gas_prices: String,
    pub(crate) pruning: String,
    #[serde(deserialize_with = "quoted")]
    pub(crate) pruning_keep_recent: u64,
    #[serde(deserialize_with = "quoted")]
    pub(crate) pruning_interval: u64,
    pub(crate) halt_height: u64,
    pub(crate) halt_time: u64,
    pub(crate) min_retain_blocks: u64,
    index_events: Vec<String>,
    pub(crate) telemetry: Telemetry,
    pub(crate) api: Api,
    pub(crate) grpc: Grpc,
    grpc_web: GrpcWeb,
    pub(crate) state_sync: StateSync,
    streaming: Streaming,
    pub(crate) lazchain: Lazchain,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Telemetry {
    pub(crate) enabled: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Api {
    pub(crate) enable: bool,
    pub(crate) address: String,
    pub(crate) max_open_connections: u32,
    pub(crate) rpc_read_timeout: u64,
    pub(crate) rpc_max_body_bytes: u64,
    pub(crate) enabled_unsafe_cors: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Grpc {
    pub(crate) enable: bool,
    pub(crate) address: String,
    #[serde(deserialize_with = "quoted")]
    pub(crate) max_recv_msg_size: u64,
    #[serde(deserialize_with = "quoted")]
    pub(crate) max_send_msg_size: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct GrpcWeb {
    enable: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct StateSync {
    pub(crate) snapshot_interval: u64,
    pub(crate) snapshot_keep_recent: u32,
}

#[derive(Clone, Debug, Deserialize)]
struct Streaming {
    abci: StreamingAbci,
}

#[derive(Clone, Debug, Deserialize)]
struct StreamingAbci {
    plugin: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Lazchain {
    pub(crate) commit_sync: Sync,
    cache_mib: u64,
    pub(crate) recent_states: u32,
    pub(crate) checkpoint_interval: u64,
    pub(crate) index: bool,
    abci_frame_mib: u64,
    pub(crate) restarts: u32,
    shutdown_grace: u64,
}

/// When a block counts as committed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sync {
    Strict,
    Relaxed,
}

impl Lazchain {
    pub(crate) fn cache_bytes(&self) -> u64 {
        self.cache_mib.saturating_mul(MIB)
    }

    pub(crate) fn frame_bytes(&self) -> usize {
        usize::try_from(self.abci_frame_mib.saturating_mul(MIB)).unwrap_or(usize::MAX)
    }

    pub(crate) fn shutdown_grace(&self) -> Duration {
        Duration::from_secs(self.shutdown_grace)
    }
}

impl AppConfig {
    pub(crate) fn load(home: &Home, flags: &Flags) -> Result<AppConfig> {
        let path = home.app_toml();
        let config: AppConfig = APP.load(&path, flags)?;
        config.check().with_context(|| format!("{} (or its overrides)", path.display()))?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        if self.minimum_gas_prices.trim().is_empty() {
            bail!(
                "set min gas price in app.toml or flag or env variable: minimum-gas-prices = \"0.0025ulaz\""
            );
        }
        match self.pruning.as_str() {
            "default" | "nothing" | "everything" => {}
            "custom" if self.pruning_keep_recent < 2 => bail!("pruning-keep-recent must be at least 2"),
            "custom" if self.pruning_interval < 10 => bail!("pruning-interval must be at least 10"),
            "custom" => {}
            other => bail!("pruning = {other:?} must be default, nothing, everything or custom"),
        }
        if !self.index_events.is_empty() {
            bail!("index-events must be empty: LazChain marks every event for the index");
        }
        if self.grpc_web.enable {
            bail!("grpc-web.enable must be false: LazChain does not serve gRPC-web");
        }
        if !self.streaming.abci.plugin.is_empty() {
            bail!("streaming.abci.plugin must be empty: LazChain has no streaming plugins");
        }
        if !(16..=1 << 20).contains(&self.lazchain.cache_mib) {
            bail!("lazchain.cache-mib must be from 16 to {}", 1 << 20);
        }
        if !(LEAST_FRAME_MIB..=2048).contains(&self.lazchain.abci_frame_mib) {
            bail!(
                "lazchain.abci-frame-mib = {} must be from {LEAST_FRAME_MIB} to 2048: governance may allow blocks of \
                 {} MiB, and a node that cannot take one stops there. Set 128, or leave it out",
                self.lazchain.abci_frame_mib,
                LEAST_FRAME_MIB - 1,
            );
        }
        Ok(())
    }
}

/// `config/client.toml`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ClientConfig {
    pub(crate) chain_id: String,
    pub(crate) keyring_backend: String,
    pub(crate) keyring_default_keyname: String,
    pub(crate) output: String,
    pub(crate) node: String,
    pub(crate) broadcast_mode: String,
}

impl ClientConfig {
    pub(crate) fn load(home: &Home) -> Result<ClientConfig> {
        let path = home.client_toml();
        let config: ClientConfig = CLIENT.load(&path, &Flags::new())?;
        let one_of = |key: &str, value: &str, allowed: &[&str]| {
            if allowed.contains(&value) {
                return Ok(());
            }
            bail!("{}: {key} = {value:?} must be one of {}", path.display(), allowed.join(", "))
        };
        one_of("keyring-backend", &config.keyring_backend, &["os", "file", "test"])?;
        one_of("output", &config.output, &["text", "json"])?;
        one_of("broadcast-mode", &config.broadcast_mode, &["sync", "async"])?;
        Ok(config)
    }
}

/// The SDK writes some numbers in quotes.
fn quoted<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text:?} is not a whole number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(flags: &[(&str, &str)]) -> Result<AppConfig> {
        let flags = flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        AppConfig::load(&Home::new("/nonexistent"), &flags)
    }

    #[test]
    fn the_defaults_are_those_an_operator_expects() {
        let config = with(&[]).unwrap();
        assert_eq!(config.minimum_gas_prices, "0.0025ulaz");
        assert_eq!(config.pruning, "default");
        assert_eq!((config.state_sync.snapshot_interval, config.state_sync.snapshot_keep_recent), (1000, 2));
        assert!(config.api.enable && config.grpc.enable);
        assert_eq!(
            (config.api.address.as_str(), config.grpc.address.as_str()),
            ("tcp://localhost:1317", "localhost:9090")
        );
        assert_eq!(config.grpc.max_recv_msg_size, 10 << 20);
        assert_eq!(config.lazchain.commit_sync, Sync::Strict);
        assert_eq!(config.lazchain.cache_bytes(), 256 * MIB);
        assert_eq!(config.lazchain.frame_bytes(), 128 << 20);
        let client = ClientConfig::load(&Home::new("/nonexistent")).unwrap();
        assert_eq!((client.node.as_str(), client.output.as_str()), ("tcp://localhost:26657", "text"));
    }

    #[test]
    fn senseless_settings_are_refused_by_name() {
        for (key, value) in [
            ("minimum-gas-prices", ""),
            ("pruning", "sometimes"),
            ("pruning-keep-recent", "many"),
            ("grpc-web.enable", "true"),
            ("streaming.abci.plugin", "abci"),
            ("lazchain.commit-sync", "never"),
            ("lazchain.cache-mib", "1"),
            ("lazchain.abci-frame-mib", "100"),
        ] {
            let error = format!("{:#}", with(&[(key, value)]).unwrap_err());
            assert!(error.contains(key.rsplit('.').next().unwrap()), "{key}: {error}");
            assert!(error.contains("app.toml"), "{key}: {error}");
        }
        let custom = |keep, every| {
            with(&[("pruning", "custom"), ("pruning-keep-recent", keep), ("pruning-interval", every)])
        };
        let frame = with(&[("lazchain.abci-frame-mib", "101")]).unwrap().lazchain.frame_bytes();
        assert!(i64::try_from(frame).unwrap() > MAX_BLOCK_BYTES);
        assert!(custom("1", "10").is_err() && custom("2", "9").is_err() && custom("2", "10").is_ok());
    }
}

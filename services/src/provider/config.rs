//! What is offered, and where it comes from.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use axum::http::Method;
use serde::Deserialize;

use crate::error::{Error, Result};

/// What `provider.toml` says.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where consumers come in.
    pub listen: SocketAddr,
    /// Seconds between two redemptions.
    #[serde(default = "minute")]
    pub redeem_secs: u64,
    /// Seconds for which what the chain said of a channel is taken for still true.
    #[serde(default = "five")]
    pub trust_secs: u64,
    /// Seconds that the upstream may take for an answer.
    #[serde(default = "ten_minutes")]
    pub upstream_secs: u64,
    /// Bytes of a request, and of an answer of an upstream.
    #[serde(default = "sixteen_mib")]
    pub max_bytes: usize,
    /// Assets that are served.
    pub offers: Vec<Offer>,
}

/// One asset that is served.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its number.
    pub asset: u64,
    /// The base of an HTTP service that answers, such as an OpenAI-compatible one.
    pub upstream: Option<String>,
    /// What the service is asked besides what every one is: `POST /v1/rerank`.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Or a file that is served as it is.
    pub file: Option<PathBuf>,
    /// Units that must be left of deposit and cap for a request to be begun.
    #[serde(default = "one")]
    pub least_units: u64,
}

/// What a service is asked: what counts its own use, and nothing that manages it.
const PATHS: [&str; 4] =
    ["POST /v1/chat/completions", "POST /v1/completions", "POST /v1/embeddings", "GET /v1/models"];

impl Offer {
    /// Whether a request for this is passed on. A file is the same under every path.
    pub(super) fn serves(&self, method: &Method, path: &str) -> bool {
        let asked = format!("{method} {path}");
        self.file.is_some() || PATHS.contains(&asked.as_str()) || self.paths.contains(&asked)
    }
}

fn one() -> u64 {
    1
}

fn five() -> u64 {
    5
}

fn minute() -> u64 {
    60
}

fn ten_minutes() -> u64 {
    600
}

fn sixteen_mib() -> usize {
    16 << 20
}

impl Config {
    /// Reads the text of a `provider.toml`.
    ///
    /// # Errors
    /// Unknown names, values out of their ranges, offers with no source or two.
    pub fn parse(text: &str) -> Result<Config> {
        let config: Config = toml::from_str(text).map_err(|error| Error::Settings(error.to_string()))?;
        let within = |name: &str, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) {
                return Ok(());
            }
            Err(Error::Settings(format!("{name} is {value}; it must be from {least} to {most}")))
        };
        within("redeem_secs", config.redeem_secs, 1, 86_400)?;
        within("trust_secs", config.trust_secs, 0, 600)?;
        within("upstream_secs", config.upstream_secs, 1, 86_400)?;
        within("max_bytes", config.max_bytes as u64, 1_024, 1 << 32)?;
        if config.offers.is_empty() {
            return Err(Error::Settings(
                "there are no offers; [[offers]] with asset and upstream or file".into(),
            ));
        }
        for offer in &config.offers {
            if offer.upstream.is_some() == offer.file.is_some() {
                return Err(Error::Settings(format!("asset {} needs either upstream or file", offer.asset)));
            }
            let named = |path: &String| path.split_once(' ').is_some_and(|(_, path)| path.starts_with('/'));
            if let Some(path) = offer.paths.iter().find(|path| !named(path)) {
                let text = format!(
                    "asset {}: paths has {path:?}; a method and a path, as POST /v1/rerank",
                    offer.asset
                );
                return Err(Error::Settings(text));
            }
            if config.offers.iter().filter(|other| other.asset == offer.asset).count() > 1 {
                return Err(Error::Settings(format!("asset {} is offered twice", offer.asset)));
            }
        }
        Ok(config)
    }

    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.upstream_secs)
    }

    pub(super) fn offer(&self, asset: u64) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.asset == asset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_needs_one_source_and_what_is_wrong_is_named() {
        let text = "listen = \"127.0.0.1:0\"\n[[offers]]\nasset = 2\nupstream = \"http://127.0.0.1:1\"";
        let config = Config::parse(text).unwrap();
        assert_eq!((config.redeem_secs, config.offers[0].least_units), (60, 1));
        for (text, words) in [
            ("offers = []", "missing field `listen`"),
            ("listen = \"127.0.0.1:0\"\noffers = []", "there are no offers"),
            ("listen = \"127.0.0.1:0\"\n[[offers]]\nasset = 2", "needs either upstream or file"),
            (&format!("{text}\nfile = \"/x\""), "needs either upstream or file"),
            (&format!("{text}\n[[offers]]\nasset = 2\nfile = \"/x\""), "offered twice"),
            (&format!("redeem_secs = 0\n{text}"), "redeem_secs is 0"),
            (&format!("{text}\npaths = [\"/v1/rerank\"]"), "a method and a path"),
        ] {
            let error = Config::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_service_is_asked_what_is_metered_and_what_its_provider_lists() {
        let text = "listen = \"127.0.0.1:0\"\n[[offers]]\nasset = 2\nupstream = \"http://127.0.0.1:1\"\npaths = [\"POST /v1/rerank\"]";
        let offer = Config::parse(text).unwrap().offers.remove(0);
        for path in ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/rerank"] {
            assert!(offer.serves(&Method::POST, path), "{path}");
            assert!(!offer.serves(&Method::DELETE, path) && !offer.serves(&Method::GET, path), "{path}");
        }
        assert!(offer.serves(&Method::GET, "/v1/models"));
        for path in
            ["/api/pull", "/v1/../api/pull", "/v1/embeddings/", "//v1/embeddings", "/v1%2Fembeddings", "/"]
        {
            assert!(!offer.serves(&Method::POST, path), "{path}");
        }
        let file = Offer { file: Some("/srv/table.csv".into()), upstream: None, ..offer };
        assert!(file.serves(&Method::GET, "/data"));
    }
}

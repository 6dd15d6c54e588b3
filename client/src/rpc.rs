//! CometBFT's RPC. Answers are taken as JSON: what a newer node adds is passed on, not refused.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tendermint_rpc::{
    Client, HttpClient, HttpClientUrl, SimpleRequest, client::CompatMode, request::RequestMessage,
};

pub use tendermint_rpc::Method;

use crate::error::{Error, Result};

/// A request waits this long: a node answers from memory or disk, so more means that it is stuck.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A connection to one node.
pub struct Rpc {
    http: HttpClient,
    node: String,
}

#[derive(Serialize, Deserialize)]
struct Call {
    #[serde(skip)]
    method: Option<Method>,
    #[serde(flatten)]
    params: Value,
}

#[derive(Serialize, Deserialize)]
struct Answer(Value);

impl tendermint_rpc::Response for Answer {}

impl RequestMessage for Call {
    fn method(&self) -> Method {
        self.method.unwrap_or(Method::Health)
    }
}

impl tendermint_rpc::Request for Call {
    type Response = Answer;
}

impl SimpleRequest for Call {
    type Output = Answer;
}

impl Rpc {
    /// Of the node at `tcp://host:port`, `http://host:port` or `https://host:port`. Nothing is sent yet.
    pub fn new(node: &str) -> Result<Rpc> {
        let bad = || Error::Node { node: node.to_owned() };
        let url = match node.split_once("://") {
            Some(("tcp", rest)) => format!("http://{rest}"),
            Some(("http" | "https", _)) => node.to_owned(),
            None => format!("http://{node}"),
            Some(_) => return Err(bad()),
        };
        let url: HttpClientUrl = url.parse().map_err(|_| bad())?;
        let http = HttpClient::builder(url).compat_mode(CompatMode::V0_38).timeout(TIMEOUT).build();
        Ok(Rpc { http: http.map_err(|_| bad())?, node: node.to_owned() })
    }

    /// The node as it was named.
    pub fn node(&self) -> &str {
        &self.node
    }

    pub(crate) fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Calls a method with an object of parameters.
    pub async fn call(&self, method: Method, params: Value) -> Result<Value> {
        let answer = self.http.perform(Call { method: Some(method), params }).await;
        answer.map(|answer| answer.0).map_err(|error| self.explain(method.as_str(), &error))
    }

    /// An error of the transport in our words.
    pub(crate) fn explain(&self, doing: &str, error: &tendermint_rpc::Error) -> Error {
        use tendermint_rpc::error::ErrorDetail;
        match error.detail() {
            ErrorDetail::Response(response) => {
                let source = &response.source;
                match source.data() {
                    Some(data) => Error::Rpc(format!("{}: {data}", source.message())),
                    None => Error::Rpc(source.message().to_owned()),
                }
            }
            ErrorDetail::Serde(_) | ErrorDetail::Parse(_) | ErrorDetail::MalformedJson(_) => {
                Error::Answer(format!("{doing}: {}", error.detail()))
            }
            detail => Error::Unreachable { node: self.node.clone(), why: first_line(&detail.to_string()) },
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// A number that RPC writes as text.
pub(crate) fn number<T: std::str::FromStr>(value: &Value) -> Result<T> {
    let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
    text.parse().map_err(|_| Error::Answer(format!("{text} is not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_address_is_read_as_the_sdk_reads_it() {
        for good in
            ["tcp://localhost:26657", "http://127.0.0.1:1", "https://rpc.example.com", "localhost:26657"]
        {
            assert_eq!(Rpc::new(good).unwrap().node(), good);
        }
        for bad in ["ftp://localhost:26657", "tcp://", "unix:///tmp/x"] {
            assert!(matches!(Rpc::new(bad), Err(Error::Node { .. })), "{bad}");
        }
    }
}

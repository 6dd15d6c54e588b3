//! A chain behind real doors on loopback, for tests.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use prost::Message;
use proto::cosmos::bank::v1beta1 as bank;
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};

use super::{Desk, Doors, Facts, GrpcSettings, Limits, RestSettings, Settings};
use crate::testkit::{TestChain, address};

/// A chain, its desk, and two open doors.
pub(super) struct House {
    pub(super) chain: TestChain,
    pub(super) desk: Arc<Desk>,
    doors: Doors,
    pub(super) runtime: Runtime,
}

impl House {
    pub(super) fn with(limits: Limits) -> House {
        let chain = TestChain::with_balances(&[("ada", 1_000_000), ("bob", 5)]);
        let runtime = Runtime::new().expect("a runtime");
        let desk = Arc::new(Desk::new(chain.node.clone(), None, Facts::default(), limits));
        let rest = RestSettings {
            address: "tcp://127.0.0.1:0".into(),
            connections: 100,
            body_bytes: 10_000,
            read_time: Duration::from_secs(5),
            any_origin: true,
            metrics: true,
        };
        let grpc = GrpcSettings {
            address: "127.0.0.1:0".into(),
            connections: 100,
            receive_bytes: 100_000,
            send_bytes: 10 << 20,
        };
        let settings = Settings { rest: Some(rest), grpc: Some(grpc) };
        let doors = runtime.block_on(Doors::open(desk.clone(), &settings)).expect("opens");
        House { chain, desk, doors, runtime }
    }

    pub(super) fn open() -> House {
        House::with(Limits::default())
    }

    pub(super) fn http(&self, ask: &str, headers: &str, body: &str) -> Reply {
        http(self.doors.rest().expect("open"), ask, headers, body)
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.http(&format!("GET {path}"), "", "")
    }

    pub(super) fn channel(&self) -> Channel {
        let at = format!("http://{}", self.doors.grpc().expect("open"));
        self.runtime.block_on(Endpoint::from_shared(at).expect("an address").connect()).expect("connects")
    }

    pub(super) fn call<Q: Message + 'static, P: Message + Default + 'static>(
        &self,
        path: &'static str,
        ask: Q,
        height: Option<&str>,
    ) -> Result<(P, String), Status> {
        let mut client = Grpc::new(self.channel());
        let mut request = Request::new(bytes::Bytes::from(ask.encode_to_vec()));
        if let Some(height) = height {
            request.metadata_mut().insert(super::grpc::HEIGHT, height.parse().expect("ascii"));
        }
        self.runtime.block_on(async {
            client.ready().await.expect("ready");
            let path = PathAndQuery::from_static(path);
            let response = client.unary(request, path, super::grpc::Raw).await?;
            let heights: Vec<_> = response.metadata().get_all(super::grpc::HEIGHT).iter().collect();
            assert_eq!(heights.len(), 1, "set exactly once");
            let height = heights[0].to_str().expect("text").to_owned();
            Ok((P::decode(response.into_inner()).expect("decodes"), height))
        })
    }

    pub(super) fn balance(&self, height: Option<&str>) -> Result<(String, String), Status> {
        let ask = bank::QueryBalanceRequest { address: address("bob").to_string(), denom: "ulaz".into() };
        let answer = self.call("/cosmos.bank.v1beta1.Query/Balance", ask, height)?;
        let (answer, height): (bank::QueryBalanceResponse, _) = answer;
        Ok((answer.balance.expect("a balance").amount, height))
    }
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

fn http(at: SocketAddr, ask: &str, headers: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(at).expect("connects");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
    let length = body.len();
    let head =
        format!("{ask} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n");
    stream.write_all(format!("{head}{headers}\r\n{body}").as_bytes()).expect("writes");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("reads");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Reply { status, headers, body: body.to_owned() }
}

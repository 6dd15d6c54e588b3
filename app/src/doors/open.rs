//! Opening the doors, and closing them.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle, time::timeout};
use tonic::transport::Server;
use tonic_health::{ServingStatus, server::HealthReporter};

use super::{Desk, gate::Gate, grpc, listen::Seats, rest};

/// How often health looks for the first block.
const HEALTH_TICK: Duration = Duration::from_millis(250);
/// Calls at once on one connection.
const STREAMS: u32 = 256;
/// A peer that does not answer a ping within this is gone.
const PING: Duration = Duration::from_secs(60);

/// Which doors there are.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// REST, if it is served.
    pub rest: Option<Rest>,
    /// gRPC, if it is served.
    pub grpc: Option<Grpc>,
}

/// The REST door.
#[derive(Clone, Debug)]
pub struct Rest {
    /// Where it listens, `tcp://localhost:1317`.
    pub address: String,
    /// Open connections, at most.
    pub connections: usize,
    /// Bytes of a body, at most.
    pub body_bytes: usize,
    /// How long a body may take to arrive.
    pub read_time: Duration,
    /// Whether pages of any origin may read the answers.
    pub any_origin: bool,
    /// Whether `/metrics` is served.
    pub metrics: bool,
}

/// The gRPC door.
#[derive(Clone, Debug)]
pub struct Grpc {
    /// Where it listens, `localhost:9090`.
    pub address: String,
    /// Open connections, at most.
    pub connections: usize,
    /// Bytes of a request, at most.
    pub receive_bytes: usize,
    /// Bytes of an answer, at most.
    pub send_bytes: usize,
}

/// Open doors.
pub struct Doors {
    rest: Option<SocketAddr>,
    grpc: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Doors {
    /// Listens; called within a runtime.
    ///
    /// # Errors
    /// If an address cannot be listened at.
    pub async fn open(desk: Arc<Desk>, settings: &Settings) -> io::Result<Doors> {
        let gate = Gate::new(desk);
        let mut doors = Doors { rest: None, grpc: None, stop: watch::Sender::new(false), tasks: Vec::new() };
        if let Some(rest) = &settings.rest {
            doors.open_rest(gate.clone(), rest).await?;
        }
        if let Some(grpc) = &settings.grpc {
            doors.open_grpc(gate, grpc).await?;
        }
        Ok(doors)
    }

    async fn open_rest(&mut self, gate: Gate, settings: &Rest) -> io::Result<()> {
        let seats = Seats::bind(&settings.address, settings.connections).await?;
        let address = seats.address()?;
        let door = rest::Door {
            gate,
            routes: proto::http::routes(),
            body_bytes: settings.body_bytes,
            read_time: settings.read_time,
            metrics: settings.metrics,
        };
        let stopped = stopped(&self.stop);
        let serving =
            axum::serve(seats, rest::routes(door, settings.any_origin)).with_graceful_shutdown(stopped);
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the REST door closed");
            }
        }));
        tracing::info!(%address, "REST is served");
        self.rest = Some(address);
        Ok(())
    }

    async fn open_grpc(&mut self, gate: Gate, settings: &Grpc) -> io::Result<()> {
        let seats = Seats::bind(&settings.address, settings.connections).await?;
        let address = seats.address()?;
        let (reporter, health) = tonic_health::server::health_reporter();
        self.tasks.push(tokio::spawn(watch_health(gate.desk.clone(), reporter, stopped(&self.stop))));
        let door =
            grpc::Door { gate, receive_bytes: settings.receive_bytes, send_bytes: settings.send_bytes };
        let server = Server::builder()
            .max_concurrent_streams(STREAMS)
            .http2_keepalive_interval(Some(PING))
            .http2_keepalive_timeout(Some(PING))
            .add_routes(grpc::routes(door, health).into());
        let serving = server.serve_with_incoming_shutdown(seats.stream(), stopped(&self.stop));
        self.tasks.push(tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the gRPC door closed");
            }
        }));
        tracing::info!(%address, "gRPC is served");
        self.grpc = Some(address);
        Ok(())
    }

    /// Where REST listens.
    pub const fn rest(&self) -> Option<SocketAddr> {
        self.rest
    }

    /// Where gRPC listens.
    pub const fn grpc(&self) -> Option<SocketAddr> {
        self.grpc
    }

    /// Accepts nobody any more, and lets answers under way leave for at most `grace`.
    pub async fn close(self, grace: Duration) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            if timeout(grace, &mut task).await.is_err() {
                task.abort(); // a stream that its client keeps open, say
            }
        }
    }
}

/// Resolves once the doors are to close.
fn stopped(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut stop = stop.subscribe();
    async move {
        // the sender lives until the doors are closed; if it is gone, so are they
        let _ = stop.wait_for(|stop| *stop).await;
    }
}

/// Healthy once there is a block, until the doors close.
async fn watch_health(desk: Arc<Desk>, reporter: HealthReporter, stopped: impl Future<Output = ()>) {
    reporter.set_service_status("", ServingStatus::NotServing).await;
    let first_block = async {
        while desk.node.store().height() == 0 {
            tokio::time::sleep(HEALTH_TICK).await;
        }
        reporter.set_service_status("", ServingStatus::Serving).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = first_block => {}
        () = stopped => reporter.set_service_status("", ServingStatus::NotServing).await,
    }
}

//! Somebody who sells use and somebody who buys it: an asset that was accepted, a registered provider, channels, and the
//! daemons of both.

use std::{
    fs,
    process::{Child, Command, Stdio},
    thread,
};

use serde_json::{Value as Json, json};

use super::{lazd, town::Town};

/// Ada's data is asset 1, at 3 ulaz a token; Pat serves it, Dan uses it.
pub(crate) struct Market<'a> {
    town: &'a Town,
    /// Where Pat's door is; ports after it are free.
    pub(crate) doors: u16,
}

impl<'a> Market<'a> {
    pub(crate) fn opens(town: &'a Town) -> Market<'a> {
        let manifest = town.describes("data.csv", "a,b\n1,2\n3,4\n", "text/csv");
        let task = town.submits("ada", "DATASET", &manifest, &json!([]));
        town.judged(task, [("accept", 9_000); 4]);
        town.until_task(task, "FINAL");
        let doors = town.net.port(0);
        let key = town.net.json("node0", "voucher key --from pat")["channel_key"].clone();
        town.tx(
            "pat",
            &format!("usage register-provider http://127.0.0.1:{doors} infer {}", key.as_str().unwrap()),
        );
        Market { town, doors }
    }

    /// Dan's channel with a key of this number.
    pub(crate) fn channel(&self, number: u32, policy: u32, units: u64, deposit: u64) {
        let net = &self.town.net;
        let key =
            net.json("node0", &format!("voucher key --from dan --number {number}"))["channel_key"].clone();
        let (pat, key) = (net.address("node0", "pat"), key.as_str().unwrap().to_owned());
        let line = format!("usage open-channel {pat} 1 1 {policy} infer {key} {units} {deposit}ulaz");
        self.town.tx("dan", &line);
    }

    /// What Pat's `provider.toml` in a home says: where it listens, then this.
    pub(crate) fn settles(&self, home: &str, port: u16, settings: &str) {
        let text = format!("listen = \"127.0.0.1:{port}\"\n{settings}");
        fs::write(self.town.net.home(home).join("config/provider.toml"), text).unwrap();
    }

    pub(crate) fn provider(&self) -> Daemon<'a> {
        Daemon::start(self.town, "provider", "node0", "provider --from pat", self.doors)
    }

    /// Dan's proxy for a channel whose key has the same number, from the home of a node.
    pub(crate) fn proxy(
        &self,
        name: &'static str,
        home: &'static str,
        channel: u32,
        port: u16,
    ) -> Daemon<'a> {
        Daemon::start(self.town, name, home, &self.proxy_line(channel, port), port)
    }

    pub(crate) fn proxy_line(&self, channel: u32, port: u16) -> String {
        let door = self.doors;
        format!(
            "usage proxy channel-{channel} http://127.0.0.1:{door} --from dan --number {channel} --listen 127.0.0.1:{port}"
        )
    }

    /// A channel as the chain has it.
    pub(crate) fn record(&self, channel: u32) -> Json {
        self.town.net.q(&format!("usage channel {channel}"))["channel"].clone()
    }
}

/// A daemon that ends with the test.
pub(crate) struct Daemon<'a> {
    town: &'a Town,
    name: &'static str,
    home: &'static str,
    arguments: Vec<String>,
    port: u16,
    child: Child,
}

impl<'a> Daemon<'a> {
    /// `lazd` with this line in the home of a node; it listens there soon.
    pub(crate) fn start(
        town: &'a Town,
        name: &'static str,
        home: &'static str,
        line: &str,
        port: u16,
    ) -> Daemon<'a> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let child = Daemon::spawn(town, name, home, &arguments);
        let daemon = Daemon { town, name, home, arguments, port, child };
        daemon.answers();
        daemon
    }

    fn spawn(town: &Town, name: &str, home: &str, arguments: &[String]) -> Child {
        let log = town.net.home(home).join(format!("{name}.log"));
        let log = fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut command = Command::new(lazd());
        command.args(arguments).arg("--home").arg(town.net.home(home));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.spawn().unwrap()
    }

    fn answers(&self) {
        self.town.net.until(&format!("{} answers", self.name), || {
            std::net::TcpStream::connect(("127.0.0.1", self.port)).ok().map(drop)
        });
    }

    /// Killed, and started again.
    pub(crate) fn killed_and_back(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.town.net.say(format!("{} killed", self.name));
        self.child = Daemon::spawn(self.town, self.name, self.home, &self.arguments);
        self.answers();
    }

    /// Most memory that it ever had, in bytes.
    pub(crate) fn most_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// An orderly end.
    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "{}", self.log());
    }

    /// What it said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.town.net.home(self.home).join(format!("{}.log", self.name)))
            .unwrap_or_default()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Status and body of a call.
    pub(crate) fn call(&self, path: &str, body: &Json, headers: &[&str]) -> (u16, String) {
        Daemon::called(&self.address(), path, body, headers)
    }

    /// The same of whoever listens at an address; status 0 if nobody does.
    pub(crate) fn called(address: &str, path: &str, body: &Json, headers: &[&str]) -> (u16, String) {
        let url = format!("{address}{path}");
        let mut command = Command::new("curl");
        command.args(["-s", "-m", "60", "-w", "\n%{http_code}", "-H", "content-type: application/json"]);
        for header in headers {
            command.args(["-H", header]);
        }
        if !body.is_null() {
            command.args(["-d", &body.to_string()]);
        }
        let out = command.arg(url).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.parse().unwrap(), body.to_owned())
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            println!("--- {}\n{}", self.name, self.log());
        }
    }
}

/// Serves this until the test ends; returns the port.
pub(crate) fn served(router: axum::Router) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await
        })
    });
    port
}

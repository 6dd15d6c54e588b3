//! Operators' daemons, by node; they end with the test.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value as Json;

use super::{VALIDATORS, lazd, town::Town};

/// What runs.
pub(crate) struct Operators<'a> {
    town: &'a Town,
    running: Vec<(&'static str, Child)>,
    /// Nodes whose keys are with a signer, and their signers.
    signers: Vec<(&'static str, Child)>,
    /// More settings, of all that are started from now on.
    pub(crate) settings: String,
    /// Variables of their environment.
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl<'a> Operators<'a> {
    /// None runs yet.
    pub(crate) fn new(town: &'a Town) -> Operators<'a> {
        let (running, signers) = (Vec::new(), Vec::new());
        Operators { town, running, signers, settings: String::new(), environment: Vec::new() }
    }

    /// One for each validator.
    pub(crate) fn start(town: &'a Town) -> Operators<'a> {
        let mut all = Operators::new(town);
        VALIDATORS.iter().for_each(|node| all.run(node));
        all
    }

    /// Files of the first node's home may be read; health and reports are served.
    pub(crate) fn run(&mut self, node: &'static str) {
        let net = &self.town.net;
        let settings = net.home(node).join("config/operator.toml");
        let files = net.home("node0");
        let listen = format!("127.0.0.1:{}", self.port(node));
        let text = format!("listen = \"{listen}\"\nfiles = {:?}\n", files.display().to_string());
        fs::write(&settings, text + &self.settings).unwrap();
        let mut arguments = vec!["operator".to_owned(), "--from".into(), node.into()];
        if self.signers.iter().any(|(name, _)| *name == node) {
            arguments.extend(["--signer".into(), format!("unix://{}", self.socket(node).display())]);
        }
        net.say(format!("{node}: operator at {listen}"));
        let child = self.spawn(node, &arguments);
        self.running.push((node, child));
    }

    /// A daemon with the node's home, whose log goes to the operator's.
    fn spawn(&self, node: &str, arguments: &[String]) -> Child {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file(node)).unwrap();
        let mut command = Command::new(lazd());
        command.args(arguments).arg("--home").arg(self.town.net.home(node));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    fn socket(&self, node: &str) -> PathBuf {
        // a socket's path has at most 107 bytes
        self.town.net.home(node).join("signer/socket")
    }

    /// Begins a signer for a node; its operator is started after it.
    pub(crate) fn sign(&mut self, node: &'static str) {
        let begun = |log: String| log.matches("signer at work").count();
        let before = begun(self.log(node));
        let arguments = ["signer".to_owned(), "--from".into(), node.into()];
        let child = self.spawn(node, &arguments);
        self.signers.push((node, child));
        let ready = || (begun(self.log(node)) > before).then_some(());
        self.town.net.until(&format!("the signer of {node} is at work"), ready);
    }

    /// Ends a signer, as a crash does.
    pub(crate) fn kill_signer(&mut self, node: &'static str) {
        let at = self.signers.iter().position(|(name, _)| *name == node).unwrap();
        let (_, mut child) = self.signers.remove(at);
        child.kill().unwrap();
        child.wait().unwrap();
        self.town.net.say(format!("{node}: signer killed"));
    }

    fn log_file(&self, node: &str) -> PathBuf {
        self.town.net.home(node).join("operator.log")
    }

    /// All that a node's operator has said.
    pub(crate) fn log(&self, node: &str) -> String {
        fs::read_to_string(self.log_file(node)).unwrap_or_default()
    }

    fn port(&self, node: &str) -> u16 {
        let place = VALIDATORS.iter().position(|name| *name == node).unwrap();
        self.town.net.port(u16::try_from(place).unwrap())
    }

    /// The number of its process.
    pub(crate) fn process(&self, node: &str) -> u32 {
        self.running.iter().find(|(name, _)| *name == node).unwrap().1.id()
    }

    pub(crate) fn kill(&mut self, node: &str) {
        let at = self.running.iter().position(|(name, _)| *name == node).unwrap();
        let (_, mut child) = self.running.remove(at);
        child.kill().unwrap();
        child.wait().unwrap();
        self.town.net.say(format!("{node}: operator killed"));
    }

    /// What a door answers; nothing while it is not open.
    pub(crate) fn ask(&self, node: &str, path: &str) -> Option<Vec<u8>> {
        let url = format!("http://127.0.0.1:{}{path}", self.port(node));
        let out = Command::new("curl").args(["-sf", &url]).output().unwrap();
        out.status.success().then_some(out.stdout)
    }

    /// What a door that is open answers.
    pub(crate) fn get(&self, node: &str, path: &str) -> Vec<u8> {
        self.ask(node, path).unwrap_or_else(|| panic!("{node}{path}: {}", self.log(node)))
    }

    /// What an operator found of others.
    pub(crate) fn findings(&self, node: &str) -> Vec<Json> {
        let all = self.town.net.until(&format!("the door of {node} is open"), || self.ask(node, "/findings"));
        serde_json::from_slice(&all).unwrap()
    }
}

impl Drop for Operators<'_> {
    fn drop(&mut self) {
        for (node, child) in self.running.iter_mut().chain(&mut self.signers) {
            drop(child.kill());
            drop(child.wait());
            if std::thread::panicking() {
                let log =
                    fs::read_to_string(self.town.net.home(node).join("operator.log")).unwrap_or_default();
                println!("--- operator of {node}\n{log}");
            }
        }
    }
}

/// A table that nothing speaks against; tables of other numbers share no row with it.
pub(crate) fn table(numbers: std::ops::Range<u32>) -> String {
    let rows = numbers.map(|row| format!("{row},{},{}\n", 100 + row * 7 % 60, ["m", "f"][row as usize % 2]));
    format!("id,pressure,sex\n{}", rows.collect::<String>())
}

/// Ballots of the first round.
pub(crate) fn ballots(town: &Town, task: u64) -> Vec<Json> {
    town.net.q(&format!("vsc ballots {task} 1"))["ballots"].as_array().cloned().unwrap_or_default()
}

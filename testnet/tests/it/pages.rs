//! The pages of `docs/` that somebody types along: every line of their shell blocks, in their order, in one shell. The tour has a
//! network of its own; the pages of the four roles share one, and a small town on it (`testnet/town.sh`).

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use proto::address::Address;

use crate::{
    common::{Net, lazd},
    library,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/networks/four.toml");
/// The ports that pages name; here each has a free one instead.
const PORTS: [&str; 7] = ["8700", "8800", "8801", "8810", "8811", "8900", "8910"];

/// Lines of a page that failed, from its end, that are shown.
const LAST: usize = 25;

/// Stops at the first line that fails. Jobs are groups of processes, as in the shell that somebody types into.
const SHELL: &str = r#"set -euo pipefail -m
trap 'for job in $(jobs -p); do kill -- -$job 2> /dev/null || true; done' EXIT
set -x
"#;

/// A page's shell blocks, one script: to its end, or as far as it says itself that it is typed along.
fn typed(page: &str) -> String {
    let mut text = fs::read_to_string(format!("{ROOT}/docs/{page}.md")).unwrap();
    if let Some((_, rest)) = text.split_once("The lines up to *") {
        let heading = format!("\n## {}\n", rest.split('*').next().unwrap());
        let end = text.find(&heading).unwrap_or_else(|| panic!("{page} has no heading{heading}"));
        text.truncate(end);
    }
    let mut pieces = text.split("```").skip(1).step_by(2);
    let first = pieces.next().and_then(|block| block.strip_prefix("sh\n"));
    assert!(
        matches!(first, Some("make testnet\n" | "make town\n")),
        "{page} begins with a network, which is there already: {first:?}"
    );
    pieces.filter_map(|block| block.strip_prefix("sh\n")).collect()
}

/// A network, and the folders that readers are in.
struct Place {
    net: Net,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let place = Place { net: Net::new(), folder: tempfile::tempdir().unwrap() };
        // what a reader has, with twice as many blocks a second
        let manifest = fs::read_to_string(MANIFEST).unwrap();
        let hurried = manifest.replace("timeout_commit = \"1s\"", "timeout_commit = \"500ms\"");
        assert_ne!(hurried, manifest);
        let path = place.folder.path().join("four.toml");
        fs::write(&path, hurried).unwrap();
        place.net.testnet(&format!("up {}", path.display()));
        place.furnish(place.folder.path());
        place
    }

    /// What a reader finds in the repository's folder.
    fn furnish(&self, folder: &Path) {
        symlink(self.net.home("node0").join("../.."), folder.join(".testnets")).unwrap();
        symlink(format!("{ROOT}/testnet"), folder.join("testnet")).unwrap();
    }

    /// A folder of its own below the first: files of all pages are within reach of operators.
    fn room(&self, page: &str) -> PathBuf {
        let folder = self.folder.path().join(page);
        fs::create_dir(&folder).unwrap();
        self.furnish(&folder);
        folder
    }

    fn port(&self, named: &str) -> String {
        let place = PORTS.iter().position(|port| *port == named).unwrap();
        self.net.port(u16::try_from(place).unwrap()).to_string()
    }

    /// Begins to type a script along.
    fn begin(&self, what: &'static str, folder: PathBuf, script: &str) -> Typing {
        self.net.say(format!("{what}: begins"));
        let script = PORTS.iter().fold(script.to_owned(), |text, port| text.replace(port, &self.port(port)));
        let script = format!("{SHELL}{script}");
        let log = folder.join(format!("{what}.log"));
        let said = fs::File::create(&log).unwrap();
        let child = Command::new("timeout")
            .args(["-k", "5", "900", "bash", "-c", &script])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", lazd().parent().unwrap().parent().unwrap())
            .env("TOWN_DOOR", self.port("8800"))
            .env("TOWN_UPSTREAM", self.port("8801"))
            .stdin(Stdio::null())
            .stderr(said.try_clone().unwrap())
            .stdout(said)
            .spawn();
        Typing { what, log, child: child.unwrap() }
    }

    /// Waits until it is typed; if it fails, the end of what was said is shown.
    fn ends(&self, mut typing: Typing) {
        let ran = typing.child.wait().unwrap();
        let (what, said) = (typing.what, fs::read_to_string(&typing.log).unwrap());
        let lines: Vec<&str> = said.lines().collect();
        assert!(ran.success(), "{what}, {ran}:\n{}", lines[lines.len().saturating_sub(LAST)..].join("\n"));
        self.net.say(format!("{what}: does what it says"));
    }
}

/// A script that is being typed.
struct Typing {
    what: &'static str,
    log: PathBuf,
    child: Child,
}

impl Drop for Typing {
    /// `timeout` passes the signal on to the shell, whose trap ends its daemons.
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            drop(Command::new("kill").arg(self.child.id().to_string()).status());
            drop(self.child.wait());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stop = format!("{ROOT}/testnet/town.sh");
        drop(Command::new(stop).arg("stop").current_dir(self.folder.path()).status());
    }
}

#[test]
fn the_tour_does_what_it_says() {
    let place = Place::new();
    place.ends(place.begin("tour", place.folder.path().to_owned(), &typed("tour")));
}

/// Who reads a page is not alone: nobody may take the first provider there is for the town's.
fn another_provider_is_first_in_the_list(net: &Net) {
    let address = |name: &str| net.address("node0", name).parse::<Address>().unwrap();
    let pat = address("pat");
    // each has a new key; every other one is below Pat's
    let names = (0..64).map(|n| format!("another-{n}"));
    let first = names.into_iter().find(|name| {
        net.said("node0", &format!("keys add {name}"));
        address(name) < pat
    });
    let first = first.unwrap();
    net.tx("node0", &format!("bank send faucet {first} 10000000ulaz"));
    let key = net.json("node0", &format!("voucher key --from {first}"));
    let key = key["channel_key"].as_str().unwrap();
    net.tx(
        "node0",
        &format!("usage register-provider https://{first}.example.org infer {key} --from {first}"),
    );
    assert_eq!(net.q("usage providers")["providers"][0]["address"], net.address("node0", &first));
}

#[test]
fn the_pages_of_the_four_roles_do_what_they_say() {
    let place = Place::new();
    let square = place.folder.path().to_owned();
    // the fourth validator's operator completes the Quorum that the others need
    place.ends(place.begin("operator", square.clone(), &typed("operator")));
    place.ends(place.begin("town", square, "testnet/town.sh"));
    another_provider_is_first_in_the_list(&place.net);
    let readers =
        ["data-owner", "provider", "consumer"].map(|page| place.begin(page, place.room(page), &typed(page)));
    readers.into_iter().for_each(|reader| place.ends(reader));
    library::what_is_proved_is_what_is_answered(&place.net);
    library::examples_do_what_they_say(&place.net, place.folder.path());
}

//! What the sources declare and running chains depend on: keys on disk, numbers and words of refusals.
//! `UPDATE_GOLDEN=1` (that is `make golden`) writes it anew. Routes, events and hashes: `src/gauntlet/golden.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use crate::sources::{files, modules, root, shown};

fn written_down(name: &str, now: &str) {
    let path = root().join("app/tests/it/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, now).expect("writes");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = now.lines().zip(golden.lines()).find(|(now, golden)| now != golden);
    assert!(now == golden, "{name} differs: {differs:?}; a change that is meant: UPDATE_GOLDEN=1");
}

/// The code up to each semicolon that ends a line, on one line.
fn statements(text: &str) -> Vec<String> {
    let code = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let lines = code.map(|line| if line.ends_with(';') { format!("{line}\n") } else { format!("{line} ") });
    lines.collect::<String>().lines().map(str::to_owned).collect()
}

/// G41: no key lies within another.
#[test]
fn keys_on_disk_are_as_written_down() {
    let mut lines = BTreeSet::new();
    for (path, text) in files(&root().join("app/src"), ".rs") {
        for statement in statements(&text) {
            let Some((_, declared)) = statement.split_once("const ") else { continue };
            let Some((name, rest)) = declared.split_once(": ") else { continue };
            let kind = rest.split(" = ").next().unwrap_or_default();
            if !(kind.starts_with("Item<") || kind.starts_with("Map<")) {
                continue;
            }
            let key =
                rest.split('"').nth(1).unwrap_or_else(|| panic!("{name} in {} has no key", shown(&path)));
            assert!(path.ends_with("keys.rs"), "{name} is declared in {}, not in keys.rs", shown(&path));
            lines.insert(format!("{key} {kind}"));
        }
    }
    let keys: BTreeSet<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(keys.len(), lines.len(), "a key is declared twice");
    for key in &keys {
        let inside = |other: &&&str| other.starts_with(&format!("{key}/"));
        assert_eq!(keys.iter().find(inside), None, "a key lies within {key}");
    }
    written_down("keys.txt", &lines.into_iter().fold(String::new(), |text, line| text + &line + "\n"));
}

/// Variant -> its words and its number, of the first `enum` with `#[error(..)]` in a source.
fn refusals(path: &Path, text: &str) -> (String, BTreeMap<u32, (String, String)>) {
    let space = text.split("const SPACE: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
    let space = space.unwrap_or_else(|| panic!("{} has no codespace", shown(path))).to_owned();
    let mut words = BTreeMap::new();
    for part in text.split("#[error(").skip(1) {
        let Some((quoted, rest)) = part.split_once(")]") else { continue };
        let quoted = quoted.trim().trim_end_matches(',').trim_matches('"').to_owned();
        let name: String = rest.trim_start().chars().take_while(|letter| letter.is_alphanumeric()).collect();
        words.insert(name, quoted);
    }
    let body = text.split("fn code(&self) -> u32 {").nth(1).and_then(|rest| rest.split("\n    }").next());
    let body = body.unwrap_or_else(|| panic!("{} has no numbers", shown(path)));
    let mut found = BTreeMap::new();
    for line in body.split(',').filter_map(|line| line.split_once("=> ")) {
        let number: u32 = line.1.trim().parse().unwrap_or_else(|_| panic!("{}: {}", shown(path), line.1));
        for pattern in line.0.split('|') {
            let name = pattern.trim().rsplit("::").next().unwrap_or_default();
            let name: String = name.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            let words =
                words.remove(&name).unwrap_or_else(|| panic!("{name} in {} has no words", shown(path)));
            let before = found.insert(number, (name, words));
            assert_eq!(before, None, "{} uses {number} twice", shown(path));
        }
    }
    let left: Vec<_> = words.keys().filter(|name| !["Reject", "Fault"].contains(&name.as_str())).collect();
    assert!(left.iter().all(|name| name.as_str() == "pub"), "{} has no number for {left:?}", shown(path));
    (space, found)
}

#[test]
fn codespaces_numbers_and_words_are_as_written_down() {
    let mut spaces = BTreeMap::new();
    let mut sources: Vec<_> = modules().into_iter().map(|(_, folder)| folder.join("errors.rs")).collect();
    sources.push(root().join("app/src/error.rs"));
    for path in sources.into_iter().filter(|path| path.exists()) {
        let text = std::fs::read_to_string(&path).expect("reads");
        let (space, found) = refusals(&path, &text);
        assert!(spaces.insert(space.clone(), found).is_none(), "{space} is two modules' codespace");
    }
    let mut text = String::new();
    for (space, found) in spaces {
        for (number, (name, words)) in found {
            assert!(number >= 2, "{space} {number}: 0 is success and 1 is reserved");
            writeln!(text, "{space} {number} {name}: {words}").expect("writes");
        }
    }
    written_down("errors.txt", &text);
}

//! The house rules that no lint knows.

use crate::sources::{files, modules, root, shown};

/// Lowest first; a module may call only what stands before it. The other direction goes through `hooks.rs`.
const LAYERS: &[&str] = &[
    "scheduler",
    "audit",
    "consensus",
    "auth",
    "bank",
    "staking",
    "slashing",
    "evidence",
    "distribution",
    "mint",
    "beacon",
    "idao",
    "quorum",
    "dat",
    "vsc",
    "usage",
    "rewards",
    "genutil",
    "gov",
];

/// What a module's folder may hold; a file over its cap becomes a folder of the same name.
const FILES: [&str; 13] = [
    "mod",
    "types",
    "keys",
    "msgs",
    "handlers",
    "logic",
    "block",
    "queries",
    "events",
    "errors",
    "genesis",
    "invariants",
    "tests",
];

/// Subjects of one module that have a file of their own.
const OWN_FILES: &[(&str, &[&str])] = &[
    ("distribution", &["accrual", "dec_coins", "periods"]),
    ("idao", &["proposable", "tally", "waiting"]),
    ("quorum", &["params", "power", "rules"]),
    ("vsc", &["committee", "money", "routing", "tally"]),
    ("gov", &["old_msgs", "old_queries", "params", "proposable", "tally"]),
    ("rewards", &["emission"]),
    ("usage", &["channel", "compute", "meter", "redeem", "settle", "voucher"]),
];

/// Most lines of a source.
const CAP: usize = 400;

#[test]
fn a_module_is_a_folder_with_the_same_files() {
    for (module, folder) in modules() {
        let own = OWN_FILES.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, files)| files);
        for entry in std::fs::read_dir(&folder).expect("reads") {
            let path = entry.expect("reads").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("text");
            assert!(FILES.contains(&name) || own.contains(&name), "{} is no file of a module", shown(&path));
        }
        let told = std::fs::read_to_string(folder.join("mod.rs")).expect("every module has mod.rs");
        assert!(told.starts_with("//!"), "{module} tells no story");
        assert!(
            folder.join("tests.rs").exists() || folder.join("tests").exists() || is_told_elsewhere(&module)
        );
    }
}

/// Modules whose scenarios are those of the pipeline: `scenarios.rs`, `doors/tests.rs`, `gauntlet`.
fn is_told_elsewhere(module: &str) -> bool {
    ["auth", "bank", "consensus"].contains(&module)
}

#[test]
fn every_module_has_its_layer_and_calls_only_those_below() {
    let layer = |module: &str| LAYERS.iter().position(|name| *name == module);
    for (module, folder) in modules() {
        let own = layer(&module).unwrap_or_else(|| panic!("{module} has no layer"));
        for (path, text) in files(&folder, ".rs") {
            if shown(&path).contains("tests") {
                continue;
            }
            for other in LAYERS.iter().filter(|other| **other != module) {
                let above = layer(other).is_some_and(|other| other > own);
                let calls = [format!("modules::{other}::"), format!("modules::{other};")];
                let named = calls.iter().any(|call| text.contains(call)) || is_imported(&text, other);
                assert!(!(above && named), "{} calls {other}, which stands above {module}", shown(&path));
            }
        }
    }
}

/// Whether it is in a list `modules::{..}`.
fn is_imported(text: &str, module: &str) -> bool {
    let lists = text.split("modules::{").skip(1);
    lists.into_iter().any(|rest| {
        let mut depth = 1_i32;
        let ends = |letter: char| {
            depth += i32::from(letter == '{') - i32::from(letter == '}');
            depth == 0
        };
        let list = &rest[..rest.find(ends).unwrap_or(rest.len())];
        list.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(|word| word == module)
    })
}

#[test]
fn sources_stay_under_their_cap_and_hold_no_stray_words() {
    let stray = [
        "TO".to_owned() + "DO",
        "FIX".to_owned() + "ME",
        "XX".to_owned() + "X",
        "todo".to_owned() + "!(",
        "unimplemented".to_owned() + "!(",
        "dbg".to_owned() + "!(",
    ];
    for crate_name in ["proto", "state", "app", "client", "cli", "testnet", "bench"] {
        for (path, text) in files(&root().join(crate_name), ".rs") {
            let lines = text.lines().count();
            assert!(lines <= CAP, "{} has {lines} lines, at most {CAP}", shown(&path));
            for word in &stray {
                assert!(!text.contains(word.as_str()), "{} holds {word}", shown(&path));
            }
            assert!(!path.ends_with("utils.rs") && !path.ends_with("helpers.rs"), "{}", shown(&path));
        }
    }
}

/// peers 7.16, lazai 7.23.
/// Only the store and the codec may spell keys; a clock, dice or a hash map in the chain is a fork.
#[test]
fn the_chain_has_no_clock_no_dice_no_environment() {
    for (path, text) in files(&root().join("app/src/modules"), ".rs") {
        if shown(&path).contains("tests") {
            continue;
        }
        for word in
            ["HashMap", "HashSet", "SystemTime", "Instant", "std::env", "std::thread", "rand::", "f64", "f32"]
        {
            assert!(!text.contains(word), "{} holds {word}", shown(&path));
        }
    }
}

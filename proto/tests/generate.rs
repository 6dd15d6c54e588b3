//! `src/gen` is checked in, so that a build needs neither a compiler of `.proto` files nor a build script. This test
//! generates it again and compares; `UPDATE_GEN=1` (that is `make proto`) writes what it generated.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use protox::Compiler;

/// Folders of this crate that hold no `.proto` file.
const NOT_PROTO: &[&str] = &["src", "tests", "benches", "examples", "target"];

#[test]
fn checked_in_code_is_what_the_proto_files_generate() {
    // Asked when the test runs, and a scratch folder of its own: several checkouts may share one target folder.
    let home = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for tests"));
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("gen-{}", std::process::id()));
    let checked_in = home.join("src/gen");
    let fresh = generate(&home, &scratch);
    if std::env::var_os("UPDATE_GEN").is_some() {
        write(&checked_in, &fresh);
    }
    let found = read(&checked_in);
    let mut wrong: Vec<&String> =
        fresh.iter().filter(|(name, bytes)| found.get(*name) != Some(bytes)).map(|f| f.0).collect();
    wrong.extend(found.keys().filter(|name| !fresh.contains_key(*name)));
    assert!(
        wrong.is_empty(),
        "proto/src/gen is not what the .proto files say; run `make proto`. Files: {wrong:?}"
    );
}

/// Every file of `src/gen` by its name, made from the `.proto` files under `home`.
fn generate(home: &Path, scratch: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::create_dir_all(scratch).expect("the scratch folder can be made");

    let files = proto_files(home);
    let mut documented = compiler(home, true);
    documented.open_files(&files).expect("the .proto files compile");
    prost_build::Config::new()
        .out_dir(scratch)
        .include_file("mod.rs")
        .enable_type_names()
        .btree_map(["."])
        .compile_fds(documented.file_descriptor_set())
        .expect("prost generates code");

    let mut plain = compiler(home, false);
    plain.open_files(&files).expect("the .proto files compile");
    let mut generated = read(scratch);
    fs::remove_dir_all(scratch).expect("the scratch folder can be removed");
    // Only `encode_file_descriptor_set` keeps the custom options, which are extensions.
    generated.insert("descriptor.bin".into(), plain.encode_file_descriptor_set());
    // Packages that only declare options leave nothing to include.
    generated.retain(|_, bytes| !bytes.is_empty());
    generated
}

fn compiler(home: &Path, comments: bool) -> Compiler {
    let mut compiler = Compiler::new([home]).expect("the crate's folder exists");
    compiler.include_imports(true).include_source_info(comments);
    compiler
}

/// All `.proto` files of the crate in a fixed order.
fn proto_files(home: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = entries(home)
        .into_iter()
        .filter(|path| path.is_dir() && !NOT_PROTO.iter().any(|name| path.ends_with(name)))
        .collect();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listing.map(|entry| entry.expect("a folder that opens can be listed").path()).collect()
}

fn read(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    if folder.is_dir() {
        for path in entries(folder) {
            let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            found.insert(name, fs::read(&path).expect("a generated file can be read"));
        }
    }
    found
}

fn write(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("src/gen can be made");
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).expect("a generated file can be written");
    }
}

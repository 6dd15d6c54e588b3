//! The sources, as text.

use std::path::{Path, PathBuf};

/// The workspace's folder, asked when the test runs: several checkouts may share one target folder.
pub(crate) fn root() -> PathBuf {
    let app = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it for tests"));
    app.parent().expect("the app is in the workspace").to_owned()
}

/// Every file under a folder with this ending, and its text, in order. Generated code is not among them.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("reads").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if name != "gen" && name != "target" && !name.starts_with('.') {
                found.extend(files(&path, ending));
            }
        } else if name.ends_with(ending) {
            let text = std::fs::read_to_string(&path).expect("reads");
            found.push((path, text));
        }
    }
    found
}

/// The modules' folders, by name.
pub(crate) fn modules() -> Vec<(String, PathBuf)> {
    let folder = root().join("app/src/modules");
    let entries = std::fs::read_dir(folder).expect("reads").map(|entry| entry.expect("reads").path());
    let mut found: Vec<(String, PathBuf)> = entries
        .filter(|path| path.is_dir())
        .map(|path| (path.file_name().and_then(|name| name.to_str()).expect("text").to_owned(), path))
        .collect();
    found.sort();
    found
}

/// A path as people write it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

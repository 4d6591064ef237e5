//! Layering: within a crate, a module may use only those listed before it.

use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up.
const RUNTIME: &[&str] = &[
    "mutation",
    "panics",
    "execution",
    "stats",
    "error",
    "codec",
    "value",
    "operator",
    "flow",
    "wire",
    "transport",
    "auth",
    "quota",
    "shared",
    "contract",
    "call",
    "client",
    "dynamic",
    "testing",
];

const EMULATOR: &[&str] = &[
    "json", "error", "handler", "state", "endpoint", "http", "client", "emulator", "builder", "cli",
];

#[test]
fn the_emulator_is_layered() {
    assert_layers("flow-emulator/src", EMULATOR);
}

#[test]
fn the_runtime_is_layered() {
    assert_layers("flow-runtime/src", RUNTIME);
}

fn assert_layers(crate_root: &str, layers: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(crate_root);
    let (mut used, mut wrong) = (0, Vec::new());
    for file in rust_files(&root) {
        let below_root = file.strip_prefix(&root).unwrap();
        let first = below_root.components().next().unwrap().as_os_str();
        let module = Path::new(first).file_stem().unwrap().to_str().unwrap();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let place = |name: &str| layers.iter().position(|layer| *layer == name);
        let own = place(module).unwrap_or_else(|| panic!("{module} is missing from the list"));
        let text = fs::read_to_string(&file).unwrap();
        for other in crate_paths(&text) {
            used += 1;
            match place(other) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{}: {module} uses {other}", below_root.display())),
                None => wrong.push(format!(
                    "{}: `crate::{other}` is an import through the crate root",
                    below_root.display()
                )),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(used > 20, "too few paths found in {crate_root}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        // tests may use anything
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .filter(|path| {
            !matches!(
                path.file_stem().unwrap().to_str(),
                Some("tests" | "lock_tests" | "differential")
            )
        })
        .collect()
}

/// The modules after `crate::`, ignoring comments and the file's own tests.
fn crate_paths(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            &rest[..end.unwrap_or(rest.len())]
        })
}

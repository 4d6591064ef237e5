//! `TRYBUILD=overwrite cargo test -p apaas-flow-ui-tests` records what has changed; read it as the user who gets it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Once;

/// The release whose own words the cases in `fail/rustc` were recorded with.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn where_we_speak() {
    give_contracts();
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    for topic in [
        "arguments",
        "fields",
        "types",
        "struct",
        "contract",
        "combined",
    ] {
        cases.compile_fail(format!("fail/{topic}/*.rs"));
    }
}

/// Ours is the place an error points at; the words around it are rustc's and change with it.
#[test]
fn where_rustc_speaks() {
    let version = rustc(&["--version"]);
    if !version.starts_with(RECORDED_WITH) {
        return skipped(
            "fail/rustc",
            &format!("{RECORDED_WITH}*, this is {version}"),
        );
    }
    give_contracts();
    trybuild::TestCases::new().compile_fail("fail/rustc/*.rs");
}

/// A case's package, as cargo tells it to the macro, is not ours but trybuild's: contracts are looked for there.
fn give_contracts() {
    static GIVEN: Once = Once::new();

    GIVEN.call_once(copy_contracts);
}

fn copy_contracts() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
    let package = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    let _ = fs::remove_dir_all(package.join("flows"));
    for namespace in fs::read_dir("flows").unwrap() {
        let namespace = namespace.unwrap().path();
        fs::create_dir_all(package.join(&namespace)).unwrap();
        for file in fs::read_dir(&namespace).unwrap() {
            let file = file.unwrap().path();
            fs::copy(&file, package.join(&file)).unwrap();
        }
    }
}

/// Past the capture of a test's output: what was skipped must be seen.
fn skipped(what: &str, recorded_with: &str) {
    let _ = writeln!(
        std::io::stderr(),
        "skipped: {what}, recorded with {recorded_with}"
    );
}

fn rustc(arguments: &[&str]) -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    match Command::new(rustc).args(arguments).output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => format!("unknown ({error})"),
    }
}

//! `TRYBUILD=overwrite cargo test -p apaas-flow-ui-tests` records what has changed; read it as the user who gets it.

use std::io::Write;
use std::process::Command;

/// The release whose own words the cases in `fail/rustc` were recorded with.
const RECORDED_WITH: &str = "rustc 1.95.";

#[test]
fn where_we_speak() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    for topic in ["arguments", "fields", "types", "struct", "combined"] {
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
    trybuild::TestCases::new().compile_fail("fail/rustc/*.rs");
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

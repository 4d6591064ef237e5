//! `TRYBUILD=overwrite cargo test -p apaas-flow-ui-tests` records what has changed; read it as the user who gets it.

use std::io::Write;
use std::process::Command;

/// The release whose own words the cases in `fail/rustc` were recorded with.
const RECORDED_WITH: &str = "1.95";

#[test]
fn ours() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    for topic in ["arguments", "fields", "types", "struct", "combined"] {
        cases.compile_fail(format!("fail/{topic}/*.rs"));
    }
}

/// Ours is the place an error points at; the words around it are rustc's and change with it.
#[test]
fn rustc() {
    let version = rustc_version();
    if version.starts_with(&format!("rustc {RECORDED_WITH}.")) {
        trybuild::TestCases::new().compile_fail("fail/rustc/*.rs");
    } else {
        // past the capture of a test's output: a skipped test must be seen
        let _ = writeln!(
            std::io::stderr(),
            "skipped: fail/rustc was recorded with rustc {RECORDED_WITH}, this is {version}"
        );
    }
}

fn rustc_version() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    match Command::new(rustc).arg("--version").output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        Err(error) => format!("unknown ({error})"),
    }
}

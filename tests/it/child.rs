//! Tests that need a process of their own: an ignored test of this binary is run in one.

use std::env;
use std::process::Command;

/// Set in such a process: run by itself, as `--ignored` does, its test is none.
const MARK: &str = "APAAS_FLOW_TEST_CHILD";

/// Runs the ignored test of this name, once what is around it has been set.
pub fn run(test: &str, set: impl FnOnce(&mut Command)) {
    let mut command = command(test);
    set(&mut command);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What runs the ignored test of this name.
pub fn command(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]);
    command.env(MARK, "1");
    command
}

pub fn is_one() -> bool {
    env::var_os(MARK).is_some()
}

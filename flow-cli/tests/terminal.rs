//! `call` on a terminal: the line that says what it waits for, and Ctrl-C.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::process::Command;

use apaas_flow_emulator::{Emulator, Fault};
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use serde_json::{Value, json};

const PATIENCE_MS: u64 = 20_000;

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.on_raw("package_x__c", "flow_y", |_| Ok(json!({"variable_a": 1})));
    emulator
}

/// `call` in a terminal of its own, up to the words that the test waits for, and then Ctrl-C.
async fn interrupted(emulator: &Emulator, until: &'static str) -> (i32, Value) {
    let mut program = program(emulator.url(), "key-1");
    program.args(["--format", "json"]);
    let on_terminal = move || {
        let mut terminal = spawn_command(program, Some(PATIENCE_MS)).unwrap();
        terminal.exp_string(until).unwrap();
        terminal.send_control('c').unwrap();
        ended(terminal)
    };
    let (exit, shown) = tokio::task::spawn_blocking(on_terminal).await.unwrap();
    let json = shown.find("{\"outcome\"").map(|start| &shown[start..]);
    let json = json.unwrap_or_else(|| panic!("{shown}"));
    (exit, serde_json::from_str(json.trim()).expect(json))
}

fn program(url: &str, key: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_apaas-flow"));
    for (name, _) in std::env::vars() {
        if name.starts_with("APAAS_") {
            program.env_remove(name);
        }
    }
    program
        .current_dir(std::env::temp_dir())
        .env("APAAS_APP_ID", "cli_test")
        .env("APAAS_APP_SECRET", "hunter2")
        .env("APAAS_OPERATOR_ID", "1111")
        .env("APAAS_BASE_URL", url)
        .env("TERM", "xterm")
        .args(["call", "package_x__c/flow_y", "--key", key]);
    program
}

/// Its exit status, and what it has shown since the last look.
fn ended(mut terminal: PtySession) -> (i32, String) {
    let shown = terminal.exp_eof().unwrap();
    match terminal.process().wait().unwrap() {
        WaitStatus::Exited(_, exit) => (exit, shown),
        other => panic!("{other:?}: {shown}"),
    }
}

#[tokio::test]
async fn without_a_token_nothing_had_left() {
    let emulator = emulator().await;
    emulator.inject_token(Fault::Silent { after: false });
    let (exit, end) = interrupted(&emulator, "waiting for a token").await;
    assert_eq!(exit, 1, "{end}");
    assert_eq!(end["outcome"], "did_not_run");
    assert_eq!(end["attempts"], 0);
    assert_eq!(emulator.execute_requests(), 0);
}

/// An attempt that was refused has not run the flow, and the next one waits for its place.
#[tokio::test]
async fn in_the_rate_limit_nothing_had_run() {
    let emulator = emulator().await;
    emulator.inject(Fault::RateLimited { reset: 20.0 });
    let (exit, end) = interrupted(&emulator, "waiting for the rate limit").await;
    assert_eq!(exit, 1, "{end}");
    assert_eq!(end["outcome"], "did_not_run");
    assert_eq!(end["attempts"], 1);
    assert_eq!(emulator.runs(), 0);
}

#[tokio::test]
async fn before_the_reply_it_may_have_run_and_the_key_is_told() {
    let emulator = emulator().await;
    emulator.inject(Fault::Silent { after: true });
    let (exit, end) = interrupted(&emulator, "waiting for the reply").await;
    assert_eq!(exit, 3, "{end}");
    assert_eq!(end["outcome"], "may_have_run");
    assert_eq!(end["idempotency_key"], "key-1");
    let message = end["error"]["message"].as_str().unwrap();
    assert!(message.contains("--key key-1"), "{message}");
}

/// The line is gone at the end, and without a terminal there is none.
#[tokio::test]
async fn the_line_is_cleared() {
    let emulator = emulator().await;
    emulator.inject(Fault::Slow(std::time::Duration::from_millis(300)));
    let on_terminal = program(emulator.url(), "key-1");
    let (exit, shown) = tokio::task::spawn_blocking(move || {
        let mut terminal = spawn_command(on_terminal, Some(PATIENCE_MS)).unwrap();
        terminal.exp_string("waiting for the reply").unwrap();
        ended(terminal)
    })
    .await
    .unwrap();
    assert_eq!(exit, 0, "{shown}");
    // back to the start of the line, and erased
    let (before, _) = shown.split_once("outcome").expect(&shown);
    assert!(before.ends_with("\r\u{1b}[2K"), "{before:?}");

    let mut piped = program(emulator.url(), "key-2");
    piped.env_remove("TERM");
    let piped = tokio::task::spawn_blocking(move || piped.output());
    let stderr = piped.await.unwrap().unwrap().stderr;
    assert_eq!(String::from_utf8(stderr).unwrap(), "");
}

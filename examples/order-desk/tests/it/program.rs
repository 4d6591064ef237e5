//! The program itself, for what no test in its own process could survive: signals.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use apaas_flow_emulator::{Emulator, Fault};
use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{platform, post, until};

/// With an environment that leads to this platform, whatever that of the tests says.
pub fn order_desk(emulator: &Emulator) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_order-desk"));
    command
        .env("APAAS_APP_ID", "cli_desk")
        .env("APAAS_APP_SECRET", "secret")
        .env("APAAS_OPERATOR_ID", "1111")
        .env("APAAS_BASE_URL", emulator.url())
        .env("DESK_ADDRESS", "127.0.0.1:0")
        .env("DESK_CALLS_PER_MINUTE", "100000")
        .env_remove("APAAS_APP_SECRET_FILE")
        .env_remove("REDIS_URL")
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// As Kubernetes does, and a person with Ctrl-C.
pub fn send(signal: &str, program: &Child) {
    let mut kill = Command::new("kill");
    let sent = kill
        .args(["-s", signal, &program.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn a_signal_stops_it_when_all_is_answered() {
    for signal in ["TERM", "INT"] {
        let emulator = platform().await;
        let mut program = order_desk(&emulator).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(program.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let url = line.strip_prefix("order-desk listening on ").unwrap();
        emulator.inject(Fault::Slow(Duration::from_millis(300)));
        // no order: the server itself is to wait for it
        let body = json!({ "customer": 4711, "lines": [] });
        let stop = async {
            until("the flow runs", || emulator.runs() == 1).await;
            send(signal, &program);
        };
        let quote = post(format!("{}/quotes", url.trim()), None, &body);
        let (quote, ()) = tokio::join!(quote, stop);
        assert_eq!(quote.unwrap().status, StatusCode::OK, "{signal}");
        assert_eq!(program.wait().unwrap().code(), Some(0), "{signal}");
    }
}

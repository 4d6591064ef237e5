use apaas_flow_emulator::Emulator;

use crate::http::{self, Reply};

fn with_authorization(emulator: &Emulator, authorization: Option<&str>) -> Reply {
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    let body = http::minimal().to_string();
    let address = emulator.address();
    http::request(address, "POST", http::EXECUTE, &headers, body.as_bytes())
}

#[track_caller]
fn assert_refused(reply: &Reply, code: i64) {
    assert_eq!(reply.status, 400);
    let body = reply.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(
        body["error"]["logid"].as_str(),
        reply.header("X-Tt-Logid"),
        "{body}"
    );
    assert!(body["error"]["message"].is_string());
    assert!(body["error"]["troubleshooter"].is_string());
}

#[test]
fn no_token() {
    let emulator = Emulator::start_blocking().unwrap();
    for authorization in [None, Some("Bearer "), Some("Basic YTpi"), Some("t-7f1bcd")] {
        assert_refused(&with_authorization(&emulator, authorization), 99_991_661);
    }
}

#[test]
fn not_a_token() {
    let emulator = Emulator::start_blocking().unwrap();
    let reply = with_authorization(&emulator, Some("Bearer secret"));
    assert_refused(&reply, 99_991_671);
}

#[test]
fn a_token_of_another_emulator() {
    let emulator = Emulator::start_blocking().unwrap();
    let other = Emulator::start_blocking().unwrap();
    let bearer = format!("Bearer {}", http::token(other.address()));
    http::token(emulator.address());
    assert_refused(&with_authorization(&emulator, Some(&bearer)), 99_991_663);
}

#[test]
fn an_invalidated_token() {
    let emulator = Emulator::start_blocking().unwrap();
    let old = http::token(emulator.address());
    let bearer = format!("Bearer {old}");
    assert_eq!(
        with_authorization(&emulator, Some(&bearer)).json()["code"],
        0
    );
    emulator.expire_tokens();
    assert_refused(&with_authorization(&emulator, Some(&bearer)), 99_991_663);
    assert_ne!(http::token(emulator.address()), old);
}

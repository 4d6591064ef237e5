use std::time::Duration;

use apaas_flow_emulator::Emulator;
use serde_json::json;

use crate::http::{self, ask_token};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_reply_is_flat() {
    let emulator = Emulator::start_blocking().unwrap();
    let reply = ask_token(emulator.address(), "cli_a1b2", "secret");
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .header("Content-Type")
            .unwrap()
            .starts_with("application/json")
    );
    let body = reply.json();
    let token = body["tenant_access_token"].as_str().unwrap();
    assert!(token.starts_with("t-"), "{token}");
    assert_eq!(
        body,
        json!({"code": 0, "msg": "ok", "tenant_access_token": token, "expire": 7200})
    );
    assert_eq!(emulator.token_requests(), 1);
}

#[test]
fn the_same_token_with_its_remaining_seconds() {
    let emulator = Emulator::start_blocking().unwrap();
    let first = ask_token(emulator.address(), "a", "b").json();
    emulator.advance(80 * MINUTE);
    let second = ask_token(emulator.address(), "a", "b").json();
    assert_eq!(second["tenant_access_token"], first["tenant_access_token"]);
    let expire = second["expire"].as_u64().unwrap();
    assert!((2390..=2400).contains(&expire), "{expire}");
}

#[test]
fn a_new_token_below_thirty_minutes_and_both_valid_until_they_expire() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    emulator.on_raw(http::NAMESPACE, http::FLOW_ID, |_| Ok(json!({})));
    let code = |token: &str| {
        let body = http::minimal().to_string();
        http::execute_with(address, token, http::EXECUTE, &body).json()["code"].clone()
    };

    let old = http::token(address);
    emulator.advance(91 * MINUTE);
    let new = http::token(address);
    assert_ne!(old, new);
    assert_eq!(code(&old), 0);
    assert_eq!(code(&new), 0);

    emulator.advance(29 * MINUTE);
    assert_eq!(code(&old), 99_991_663);
    assert_eq!(code(&new), 0);
}

#[test]
fn the_lifetime_can_be_set() {
    let emulator = Emulator::builder()
        .token_lifetime(MINUTE)
        .start_blocking()
        .unwrap();
    let first = ask_token(emulator.address(), "a", "b").json();
    let second = ask_token(emulator.address(), "a", "b").json();
    assert_eq!(first["expire"], 60);
    assert_ne!(first["tenant_access_token"], second["tenant_access_token"]);
}

#[test]
fn any_app_is_accepted_unless_one_is_set() {
    let emulator = Emulator::start_blocking().unwrap();
    let address = emulator.address();
    assert_eq!(ask_token(address, "x", "y").json()["code"], 0);
    for (app_id, app_secret) in [("", "y"), ("x", "")] {
        let reply = ask_token(address, app_id, app_secret);
        assert_eq!(reply.status, 200);
        assert_eq!(reply.json()["code"], 10_003);
        assert!(reply.json().get("tenant_access_token").is_none());
    }

    let emulator = Emulator::builder()
        .app_credentials("cli_a1b2", "secret")
        .start_blocking()
        .unwrap();
    let address = emulator.address();
    assert_eq!(ask_token(address, "cli_a1b2", "secret").json()["code"], 0);
    assert_eq!(
        ask_token(address, "cli_a1b2", "Secret").json()["code"],
        10_015
    );
    assert_eq!(ask_token(address, "cli_b", "secret").json()["code"], 10_014);
    assert_eq!(emulator.token_requests(), 3);
}

#[test]
fn malformed_token_requests() {
    let emulator = Emulator::start_blocking().unwrap();
    for (body, explanation) in [
        ("", "the body is nothing instead of a JSON object"),
        ("{\"app_id\":\"a\"}", "app_secret is missing"),
        (
            "{\"app_id\":7,\"app_secret\":\"b\"}",
            "app_id is a number, not a string",
        ),
    ] {
        let reply = http::request(
            emulator.address(),
            "POST",
            http::TOKEN,
            &[],
            body.as_bytes(),
        )
        .json();
        assert_eq!(reply["code"], 10_003);
        assert_eq!(reply["error"]["message"], explanation);
    }
}

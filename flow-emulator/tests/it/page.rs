//! The page over the wire: who may have it, and what it tells. What it looks like is tested in a browser, in `tests/page`.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;

use apaas_flow_emulator::Emulator;
use serde_json::{Value, json};

use crate::http::{self, Reply};

const EVENTS: &str = "/_emulator/events";

fn with_page() -> Emulator {
    let emulator = Emulator::builder().page().start_blocking().unwrap();
    emulator.on_raw(http::NAMESPACE, http::FLOW_ID, |_| Ok(json!({})));
    emulator
}

/// As a browser under this name of the emulator.
fn browse(address: SocketAddr, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
    let length = body.len();
    let headers = headers.join("\r\n");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n\r\n{body}"
    );
    http::send(address, request.as_bytes())
}

fn inject(address: SocketAddr, headers: &[&str]) -> Reply {
    let body = json!({"endpoint": "execute", "fault": {"kind": "endless"}});
    let path = "/_emulator/actions/inject";
    browse(address, "POST", path, headers, &body.to_string())
}

/// The first event that a page gets.
fn first_event(address: SocketAddr) -> Value {
    let request = format!("GET {EVENTS} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let stream = http::open(address, request.as_bytes());
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let event = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    serde_json::from_str(&event.unwrap()).unwrap()
}

#[test]
fn only_an_emulator_that_was_asked_to_has_one() {
    let without = Emulator::start_blocking().unwrap();
    for path in ["/", EVENTS, "/_emulator/page.js"] {
        let reply = http::request(without.address(), "GET", path, &[], b"");
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.body.contains("does not answer GET"), "{reply:?}");
    }
    let with = with_page();
    for (path, media_type) in [
        ("/", "text/html"),
        ("/_emulator/page.css", "text/css"),
        ("/_emulator/page.js", "text/javascript"),
    ] {
        let reply = http::request(with.address(), "GET", path, &[], b"");
        assert_eq!(reply.status, 200, "{path}");
        assert!(
            reply
                .header("content-type")
                .unwrap()
                .starts_with(media_type)
        );
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"));
        assert!(policy.contains("frame-ancestors 'none'"));
    }
    let reply = http::request(with.address(), "POST", "/", &[], b"");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET")));
}

#[test]
fn a_name_that_another_site_made_lead_here_is_refused() {
    let emulator = with_page();
    let address = emulator.address();
    for path in ["/", EVENTS] {
        let reply = browse(address, "GET", path, &["Host: evil.example"], "");
        assert_eq!(reply.status, 403, "{path}");
        assert!(reply.body.contains("under an IP address or localhost"));
    }
    let json = "Content-Type: application/json";
    let reply = inject(
        address,
        &["Host: evil.example", "Origin: http://evil.example", json],
    );
    assert_eq!(reply.status, 403);
    assert_eq!(emulator.pending_faults(), 0);
    // the platform's endpoints take any name, as in a container's network
    let body = r#"{"app_id": "a", "app_secret": "b"}"#;
    let reply = browse(
        address,
        "POST",
        http::TOKEN,
        &["Host: emulator:7800", json],
        body,
    );
    assert_eq!(reply.json()["code"], 0);
}

#[test]
fn another_site_injects_nothing() {
    let emulator = with_page();
    let address = emulator.address();
    let host = format!("Host: {address}");
    let own = format!("Origin: http://{address}");
    let json = "Content-Type: application/json";
    for refused in [
        [&host, "Origin: https://evil.example", json],
        [&host, "Origin: null", json],
        // a form, and a request without preflight
        [&host, &own, "Content-Type: text/plain"],
        [&host, "Sec-Fetch-Site: cross-site", json],
    ] {
        assert_eq!(inject(address, &refused).status, 403, "{refused:?}");
    }
    assert_eq!(emulator.pending_faults(), 0);
    for accepted in [
        [&host, &own, json],
        [&host, "Sec-Fetch-Site: same-origin", json],
    ] {
        assert_eq!(inject(address, &accepted).status, 200, "{accepted:?}");
    }
    assert_eq!(
        inject(address, &[&host, json]).status,
        200,
        "curl has no Origin"
    );
    assert_eq!(emulator.pending_faults(), 3);
}

#[test]
fn what_an_action_cannot_do_is_said() {
    let emulator = with_page();
    let act = |action: &str, body: &str| {
        let headers = [("Content-Type", "application/json")];
        let path = format!("/_emulator/actions/{action}");
        let reply = http::request(emulator.address(), "POST", &path, &headers, body.as_bytes());
        (reply.status, reply.body)
    };
    for (action, body, why) in [
        (
            "inject",
            "{",
            "the body is no JSON: EOF while parsing an object at line 1 column 1",
        ),
        ("inject", "{}", "`endpoint` must be execute or token"),
        (
            "inject",
            r#"{"endpoint": "token", "fault": {"kind": "status", "status": "wait"}}"#,
            "replies of the token endpoint have no status",
        ),
        (
            "inject",
            r#"{"endpoint": "token", "fault": {"kind": "endless"}, "flow": "a/b"}"#,
            "`flow` must be NAMESPACE/FLOW_ID, of the execute endpoint",
        ),
        (
            "inject",
            r#"{"endpoint": "execute", "fault": {"kind": "rate_limited", "reset": -1}}"#,
            "`reset` must be a non-negative number of seconds, not -1",
        ),
        (
            "chaos",
            r#"{"rate": 2}"#,
            "`rate` must be a number from 0 to 1",
        ),
        (
            "chaos",
            r#"{"rate": 1, "seed": "-1"}"#,
            "`seed` must be an integer from 0 to 18446744073709551615",
        ),
        (
            "outputs",
            r#"{"flow": "a/b", "outputs": "{}"}"#,
            "there is no flow `a/b`",
        ),
        (
            "outputs",
            r#"{"flow": "a/b", "outputs": "[]"}"#,
            "the outputs are an array instead of a JSON object",
        ),
    ] {
        assert_eq!(act(action, body), (400, format!("{why}\n")));
    }
    assert_eq!(emulator.pending_faults(), 0);
}

#[test]
fn the_page_is_told_of_requests_without_secrets() {
    let emulator = with_page();
    let address = emulator.address();
    let token = http::token(address);
    http::execute_with(
        address,
        &token,
        http::EXECUTE,
        &http::with("idempotent_key", "k").to_string(),
    );
    let event = first_event(address);
    assert_eq!(event["cleared"], true);
    assert_eq!(event["exposed"], false);
    let told = event["exchanges"].as_array().unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["endpoint"], "token");
    assert_eq!(told[1]["key"], "k");
    assert_eq!(
        told[1]["flow"],
        format!("{}/{}", http::NAMESPACE, http::FLOW_ID)
    );
    assert_eq!(told[1]["answer"]["end"], "ran");
    let told = event.to_string();
    assert!(
        !told.contains(&token) && !told.contains("\\\"secret\\\""),
        "{told}"
    );
    // looking is no request of a client
    assert_eq!(emulator.execute_requests(), 1);
    assert_eq!(emulator.requests().len(), 2);
}

#[test]
fn a_page_that_follows_does_not_keep_the_emulator_from_stopping() {
    let emulator = with_page();
    let address = emulator.address();
    let request = format!("GET {EVENTS} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let stream = http::open(address, request.as_bytes());
    first_event(address);
    drop(emulator);
    // the connection ends
    assert!(BufReader::new(stream).lines().count() > 0);
}

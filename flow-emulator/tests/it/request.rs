//! One test per rule of the document; the texts of the violations are unit-tested.

use std::time::Duration;

use apaas_flow_emulator::Emulator;
use serde_json::{Value, json};

use crate::http::{self, EXECUTE, Reply, minimal, with};

fn emulator() -> Emulator {
    let emulator = Emulator::start_blocking().unwrap();
    emulator.on_raw(http::NAMESPACE, http::FLOW_ID, |_| Ok(json!({})));
    emulator
}

/// The fields that a reply calls wrong, and its first description.
#[track_caller]
fn violations(reply: &Reply) -> (Vec<String>, String) {
    assert_eq!(reply.status, 400, "{reply:?}");
    let body = reply.json();
    assert_eq!(body["code"], 2_320_001);
    assert_eq!(body["msg"], "param is invalid");
    assert_eq!(
        body["error"]["logid"].as_str(),
        reply.header("X-Tt-Logid"),
        "{body}"
    );
    assert!(body["error"]["troubleshooter"].is_string());
    let violations = body["error"]["field_violations"].as_array().unwrap();
    let fields = violations.iter().map(|violation| {
        assert!(violation["value"].is_string());
        violation["field"].as_str().unwrap().to_owned()
    });
    let first = violations[0]["description"].as_str().unwrap();
    (fields.collect(), first.to_owned())
}

#[track_caller]
fn assert_wrong(body: &Value, field: &str) {
    let emulator = emulator();
    let (fields, _) = violations(&http::execute(emulator.address(), body));
    assert_eq!(fields, [field]);
    assert_eq!(emulator.executions(), []);
}

#[track_caller]
fn assert_right(body: &Value) {
    let emulator = emulator();
    assert_eq!(
        http::execute(emulator.address(), body).data()["status"],
        if body["is_async"] == true {
            "in_process"
        } else {
            "end"
        }
    );
    assert_eq!(emulator.executions().len(), 1);
}

#[test]
fn valid_requests() {
    assert_right(&minimal());
    assert_right(&json!({"operator": "{\"email\": \"apaas@bytedance.com\"}"}));
    assert_right(&json!({
        "operator": "{\"_id\": 1111, \"email\": \"apaas@bytedance.com\"}",
        "params": "{\"variable_rgrtgqworiginal\": {\"_id\": 5454545}}",
        "is_async": true,
        "idempotent_key": "iuhg23897489797",
        "loop_masks": ["\\"],
    }));
    assert_right(&with("loop_masks", vec!["m"; 20]));
    assert_right(&with("loop_masks", Vec::<String>::new()));
    assert_right(&with("is_async", false));
    assert_right(&with("params", "{}"));
}

#[test]
fn operator() {
    assert_wrong(&json!({}), "operator");
    assert_wrong(&json!({"operator": {"_id": 1111}}), "operator");
    assert_wrong(&json!({"operator": "1111"}), "operator");
    assert_wrong(&json!({"operator": "{}"}), "operator");
    assert_wrong(&json!({"operator": null}), "operator");
    assert_wrong(&json!({"operator": "{\"_id\":\"1\"}"}), "operator._id");
    assert_wrong(&json!({"operator": "{\"_id\":1.5}"}), "operator._id");
    assert_wrong(
        &json!({"operator": "{\"_id\":1,\"email\":1}"}),
        "operator.email",
    );
}

#[test]
fn params() {
    assert_wrong(&with("params", json!({"a": 1})), "params");
    assert_wrong(&with("params", "[]"), "params");
    assert_wrong(&with("params", ""), "params");
    assert_wrong(&with("params", "{a: 1}"), "params");
    assert_wrong(&with("params", Value::Null), "params");
}

#[test]
fn is_async() {
    assert_wrong(&with("is_async", "true"), "is_async");
    assert_wrong(&with("is_async", 1), "is_async");
}

#[test]
fn loop_masks() {
    assert_wrong(&with("loop_masks", vec!["m"; 21]), "loop_masks");
    assert_wrong(&with("loop_masks", "m"), "loop_masks");
    assert_wrong(&with("loop_masks", json!(["m", 1])), "loop_masks[1]");
}

#[test]
fn idempotent_key() {
    assert_wrong(&with("idempotent_key", 7), "idempotent_key");
    assert_wrong(&with("idempotent_key", ""), "idempotent_key");
}

#[test]
fn an_unknown_key() {
    let emulator = emulator();
    let reply = http::execute(emulator.address(), &with("idempotency_key", "k"));
    let (fields, description) = violations(&reply);
    assert_eq!(fields, ["idempotency_key"]);
    assert_eq!(
        description,
        "unknown key `idempotency_key`; did you mean `idempotent_key`?"
    );
}

#[test]
fn a_body_that_is_not_an_object() {
    let emulator = emulator();
    let token = http::token(emulator.address());
    for body in ["", "[]", "null", "{", "{\"operator\"", "\u{0}", "{}{}"] {
        let reply = http::execute_with(emulator.address(), &token, EXECUTE, body);
        let (fields, _) = violations(&reply);
        // an empty object would lack its operator instead
        assert_eq!(fields, ["body"], "{body:?}");
    }
}

#[test]
fn content_type() {
    let emulator = emulator();
    let bearer = format!("Bearer {}", http::token(emulator.address()));
    let status = |content_type: Option<&str>| {
        let mut headers = vec![("Authorization", bearer.as_str())];
        headers.extend(content_type.map(|value| ("Content-Type", value)));
        let body = minimal().to_string();
        let reply = http::request(
            emulator.address(),
            "POST",
            EXECUTE,
            &headers,
            body.as_bytes(),
        );
        if reply.status == 400 {
            assert_eq!(violations(&reply).0, ["Content-Type"]);
        }
        reply.status
    };
    assert_eq!(status(Some("application/json; charset=utf-8")), 200);
    assert_eq!(status(Some("application/json")), 200);
    assert_eq!(status(Some("text/plain")), 400);
    assert_eq!(status(Some("application/json; charset=gbk")), 400);
    assert_eq!(status(None), 400);
}

#[test]
fn the_token_is_checked_before_the_body() {
    let emulator = emulator();
    let reply = http::execute_with(emulator.address(), "t-1", EXECUTE, "[]");
    assert_eq!(reply.json()["code"], 99_991_663);
}

#[test]
fn unknown_routes() {
    let emulator = emulator();
    for (method, path) in [
        ("GET", EXECUTE),
        ("PUT", EXECUTE),
        ("GET", http::TOKEN),
        ("POST", "/"),
        (
            "POST",
            "/open-apis/apaas/v1/applications/a/flows/b/execute/",
        ),
        ("POST", "/open-apis/apaas/v1/applications//flows/b/execute"),
    ] {
        let reply = http::request(emulator.address(), method, path, &[], b"");
        assert_eq!(reply.status, 404, "{method} {path}");
        assert!(
            reply
                .header("Content-Type")
                .unwrap()
                .starts_with("text/plain")
        );
        let start = format!(
            "404 page not found\nThe emulator does not answer {method} {path}, but these two:\n"
        );
        assert!(reply.body.starts_with(&start), "{}", reply.body);
        assert!(reply.header("X-Tt-Logid").is_some());
    }
}

#[test]
fn a_body_that_is_too_large() {
    let emulator = emulator();
    let token = http::token(emulator.address());
    let length = 10 * 1024 * 1024;
    let padded = |length: usize| {
        let body = minimal().to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let reply = http::execute_with(emulator.address(), &token, EXECUTE, &padded(length));
    assert_eq!(reply.status, 200);
    let reply = http::execute_with(emulator.address(), &token, EXECUTE, &padded(length + 1));
    assert_eq!(reply.status, 413);
    assert!(reply.header("X-Tt-Logid").is_some());
    assert_eq!(emulator.executions().len(), 1);
}

#[test]
fn malformed_http_does_no_harm() {
    let emulator = emulator();
    for bytes in [
        &b"\x00\xff\xfe\r\n\r\n"[..],
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut stream = std::net::TcpStream::connect(emulator.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        std::io::Write::write_all(&mut stream, bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut reply = Vec::new();
        // either a reply or a closed connection, without a wait
        let _ = std::io::Read::read_to_end(&mut stream, &mut reply);
    }
    assert_eq!(
        http::execute(emulator.address(), &minimal()).data()["status"],
        "end"
    );
}

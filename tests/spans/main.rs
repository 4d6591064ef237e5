//! What `tracing` is shown: one span a call, an event at each turn, and no value in any of it.
//!
//! A binary of its own: tracing remembers for the whole process who is interested in what, and calls of other tests
//! that run before the subscriber is there would make it forget some.

#![allow(clippy::indexing_slicing, clippy::unwrap_used)] // how a test fails
#![allow(dead_code, unreachable_pub)] // what is shared with `it` is used there

#[path = "../it/flows.rs"]
mod flows;
#[path = "../it/server.rs"]
mod server;

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use tracing_subscriber::fmt::format::FmtSpan;

use flows::{Bill, success};
use server::{Answer, Server, json, status};

/// What all calls of this process show. One subscriber for all tests, set before the first call.
fn lines() -> &'static Mutex<Vec<u8>> {
    static LINES: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();
    LINES.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(|| Lines)
            .finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
        Mutex::default()
    })
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        lines().lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// All that one call shows, at the finest level.
async fn shown(answers: Vec<fn() -> Answer>) -> String {
    lines();
    let count = AtomicUsize::new(0);
    let server = Server::platform(move |_| {
        answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)]()
    });
    let client = server
        .builder()
        .operator(apaas_flow::Operator::email("hidden@example.com"))
        .build()
        .unwrap();
    let bill = Bill {
        order: "v4lue".to_owned(),
        note: Some("v4lue".to_owned()),
    };
    let _ = bill.execute(&client).idempotency_key("key-1").await;
    let all = String::from_utf8(lines().lock().unwrap().clone()).unwrap();
    all.lines()
        .filter(|line| line.contains(server.url()))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn a_call_is_one_span_with_what_is_needed_to_find_it() {
    let text = shown(vec![
        || status(502, "<html>"),
        || status(400, r#"{"code":99991663,"msg":"m"}"#),
        || Answer::Reply(
            200,
            vec![("X-Tt-Logid", "log-1".to_owned())],
            success(&serde_json::json!({ "variable_total": "0utput", "variable_lines": [], "variable_paid": true })),
        ),
    ])
    .await;
    for shown in [
        "apaas_flow.call",
        "http.request.method=\"POST\"",
        "url.template=\"/open-apis/apaas/v1/applications/{namespace}/flows/{flow_id}/execute\"",
        "http.response.status_code=200",
        "http.request.resend_count=2",
        "apaas.namespace=\"package_shop__c\"",
        "apaas.flow_id=\"bill_0a1b2c3d4e\"",
        "apaas.execution_id=\"1816970091484211\"",
        "apaas.log_id=\"log-1\"",
        "apaas.attempts=3",
        "apaas.queued_ms=0",
        "server.address=\"127.0.0.1\"",
        "server.port=",
        "error.type=Gateway",
        "error.type=Token",
        "sending again, under the same key",
        "token fetched",
        "executed",
    ] {
        assert!(text.contains(shown), "no {shown} in\n{text}");
    }
}

#[tokio::test]
async fn a_failure_says_its_kind_and_whether_it_may_have_run() {
    let text = shown(vec![|| {
        json(r#"{"code":0,"data":{"status":"failed","code":"k_1","error_msg":"0utput"}}"#)
    }])
    .await;
    for shown in [
        "otel.status_code=\"ERROR\"",
        "error.type=Flow",
        "apaas.may_have_run=true",
        "flow_code=\"k_1\"",
        "not executed",
    ] {
        assert!(text.contains(shown), "no {shown} in\n{text}");
    }
}

#[tokio::test]
async fn no_secret_and_no_value_is_in_any_of_it() {
    let answers: [fn() -> Answer; 4] = [
        || {
            json(success(
                &serde_json::json!({ "variable_total": ["0utput"] }),
            ))
        },
        || json(r#"{"0utput":1}"#),
        || Answer::Close,
        || {
            json(success(
                &serde_json::json!({ "variable_total": "0utput", "variable_lines": [], "variable_paid": true }),
            ))
        },
    ];
    for answer in answers {
        let text = shown(vec![answer]).await;
        assert!(
            text.contains("apaas_flow.call"),
            "something is shown: {text}"
        );
    }
    // in all that this process has shown, inside of calls and outside
    let all = String::from_utf8(lines().lock().unwrap().clone()).unwrap();
    for secret in ["s3cr3t", "t-1", "v4lue", "0utput", "hidden@example.com"] {
        let lines: Vec<_> = all.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "{secret} in\n{}", lines.join("\n"));
    }
}

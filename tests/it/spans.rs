//! What `tracing` is shown: one span a call, an event at each turn, and no value in any of it.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::format::FmtSpan;

use crate::flows::{Bill, success};
use crate::server::{Answer, Server, json, status};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// All that one call shows, at the finest level.
async fn shown(answers: Vec<fn() -> Answer>) -> String {
    let count = AtomicUsize::new(0);
    let server = Server::platform(move |_| answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)]());
    let client = server
        .builder()
        .operator(apaas_flow::Operator::email("hidden@example.com"))
        .build()
        .unwrap();
    let bill = Bill {
        order: "v4lue".to_owned(),
        note: Some("v4lue".to_owned()),
    };
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let _ = bill.execute(&client).idempotency_key("key-1").await;
    drop(guard);
    lines.text()
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
    let text = shown(vec![|| json(r#"{"code":0,"data":{"status":"failed","code":"k_1","error_msg":"0utput"}}"#)]).await;
    for shown in ["error.type=Flow", "apaas.may_have_run=true", "flow_code=\"k_1\"", "not executed"] {
        assert!(text.contains(shown), "no {shown} in\n{text}");
    }
}

#[tokio::test]
async fn no_secret_and_no_value_is_in_any_of_it() {
    let answers: [fn() -> Answer; 4] = [
        || json(success(&serde_json::json!({ "variable_total": ["0utput"] }))),
        || json(r#"{"0utput":1}"#),
        || Answer::Close,
        || json(success(&serde_json::json!({ "variable_total": "0utput", "variable_lines": [], "variable_paid": true }))),
    ];
    for answer in answers {
        let text = shown(vec![answer]).await;
        for secret in ["s3cr3t", "t-1", "v4lue", "0utput", "hidden@example.com"] {
            assert!(!text.contains(secret), "{secret} in\n{text}");
        }
        assert!(text.contains("apaas_flow.call"), "something is shown: {text}");
    }
}

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

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use fs4::FileExt;
use tracing_subscriber::fmt::format::FmtSpan;

use flows::{Bill, SUCCESS, delete, success};
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

/// A folder for contracts, and what calls of this server show of them.
struct Recorded {
    flows: PathBuf,
    server: Server,
}

impl Recorded {
    fn new(name: &str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Self {
        lines();
        let flows = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("spans-{name}"));
        let _ = fs::remove_dir_all(&flows);
        Self {
            flows,
            server: Server::platform(move |_| answer()),
        }
    }

    fn client(&self) -> apaas_flow::Client {
        let builder = self.server.builder().record_contracts(&*self.flows);
        builder.build().unwrap()
    }

    fn file(&self) -> PathBuf {
        self.flows
            .join("package_7344545d87__c/deleteObject_99c656599f.json")
    }

    fn put(&self, text: &str) {
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), text).unwrap();
    }

    fn shown(&self) -> Vec<String> {
        let all = String::from_utf8(lines().lock().unwrap().clone()).unwrap();
        let own = all.lines().filter(|line| line.contains(self.server.url()));
        own.map(str::to_owned).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let mut lines = self.shown();
        lines.retain(|line| line.contains("WARN"));
        lines
    }

    /// As another process would.
    fn lock(&self) -> File {
        fs::create_dir_all(&self.flows).unwrap();
        let file = File::create(self.flows.join(".lock")).unwrap();
        FileExt::lock(&file).unwrap();
        file
    }

    /// Until the reply is there, and the contract is what is left to do.
    async fn executed(&self) {
        while !self.shown().iter().any(|line| line.contains("executed")) {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_conflict_with_a_contract_is_one_warning() {
    let recorded = Recorded::new("conflict", || json(SUCCESS));
    recorded.put(r#"{"outputs":{"_flowExecutionID":{"type":"date"}}}"#);
    let client = recorded.client();
    for _ in 0..3 {
        delete().execute(&client).await.unwrap();
    }
    let warnings = recorded.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    for shown in [
        "a reply does not agree with the flow's contract",
        "flow=\"package_7344545d87__c/deleteObject_99c656599f\"",
        "output=\"_flowExecutionID\"",
        "contract=\"date\"",
        "reply=\"integer\"",
    ] {
        assert!(warnings[0].contains(shown), "no {shown} in {warnings:?}");
    }
    // as often as it is in the reply, among the ids of the call's span
    let value = format!("{:?}", "1816970091484211");
    let told = warnings[0].replace(&format!("apaas.execution_id={value}"), "");
    assert!(!told.contains("1816970091484211"), "{told}");
}

#[tokio::test]
async fn a_reply_that_cannot_be_recorded_is_a_warning_and_no_error() {
    let recorded = Recorded::new("malformed", || json(SUCCESS));
    recorded.put("{\n  \"outputs\": 7\n}");
    delete().execute(&recorded.client()).await.unwrap();
    let warnings = recorded.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("a reply was not recorded"));
    assert!(warnings[0].contains("deleteObject_99c656599f.json:2:"));
    assert_eq!(
        fs::read_to_string(recorded.file()).unwrap(),
        "{\n  \"outputs\": 7\n}"
    );
}

/// Once the reply is there, the call's timeout does not cut the recording off. The lock is held for less than the second
/// that a call waits for it.
#[tokio::test]
async fn the_time_of_recording_is_not_the_calls() {
    let recorded = Recorded::new("slow", || json(SUCCESS));
    let lock = recorded.lock();
    let begun = Instant::now();
    let timeout = Duration::from_millis(400);
    let call = tokio::spawn(delete().execute(&recorded.client()).timeout(timeout));
    recorded.executed().await;
    tokio::time::sleep((timeout + Duration::from_millis(100)).saturating_sub(begun.elapsed()))
        .await;
    assert!(!call.is_finished(), "recorded before the call's end");
    drop(lock);
    call.await.unwrap().unwrap();
    assert!(recorded.file().exists());
}

/// Nor does a caller who goes away.
#[tokio::test]
async fn a_call_that_is_dropped_while_it_is_recorded_is_recorded() {
    let recorded = Recorded::new("dropped", || json(SUCCESS));
    let lock = recorded.lock();
    let call = tokio::spawn(delete().execute(&recorded.client()));
    recorded.executed().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert!(!recorded.file().exists());
    drop(lock);
    let begun = Instant::now();
    while !recorded.file().exists() {
        assert!(begun.elapsed() < Duration::from_secs(10), "not recorded");
        tokio::task::yield_now().await;
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

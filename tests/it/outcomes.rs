//! The outcome of a call is reported correctly everywhere: on the error, when the call is awaited again, and in the
//! trace of a dropped call.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use apaas_flow::{Client, ErrorKind, Flow, Outcome, Outputs, Params, Quota, Result};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

use crate::flows::{SUCCESS, delete};
use crate::server::{Answer, Server, json, status};

#[tokio::test]
async fn a_call_awaited_again_reports_the_same_outcome() {
    let server = Server::platform(|_| json(SUCCESS));
    let mut call = delete().execute(&server.client());
    let run = (&mut call).await.unwrap();
    let error = (&mut call).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Config, Outcome::Ran)
    );
    assert!(error.may_have_run() && !error.is_retryable());
    assert_eq!(error.execution_id(), Some(&*run.execution_id));
    assert_eq!(error.idempotency_key(), Some(&*run.idempotency_key));
    assert_eq!(server.executions().len(), 1);

    for (answer, outcome) in [
        (
            status(400, r#"{"code":2320001,"msg":"m"}"#),
            Outcome::DidNotRun,
        ),
        (
            json(r#"{"code":0,"data":{"status":"failed","execution_id":"7"}}"#),
            Outcome::Failed,
        ),
        (
            json(r#"{"code":0,"data":{"status":"wait","execution_id":"7"}}"#),
            Outcome::UnderWay,
        ),
        (json("<html>"), Outcome::MayHaveRun),
    ] {
        let server = Server::platform(move |_| answer.clone());
        let mut call = delete().execute(&server.client());
        let first = (&mut call).await.unwrap_err();
        let again = (&mut call).await.unwrap_err();
        assert_eq!(
            (first.outcome(), again.outcome()),
            (outcome, outcome),
            "{first} {again}"
        );
        assert_eq!(first.execution_id(), again.execution_id());
    }
}

#[tokio::test]
async fn a_call_that_panicked_reading_outputs_still_ran() {
    struct Panics;

    impl Flow for Panics {
        const NAMESPACE: &'static str = "n";
        const FLOW_ID: &'static str = "f";
        type Output = ();

        fn write_params(&self, _: &mut Params) -> Result<()> {
            Ok(())
        }

        fn read_outputs(_: &mut Outputs<'_>) -> Result<()> {
            panic!("a bug of the user's")
        }
    }

    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    let mut call = client.execute(&Panics);
    let panicked = loop {
        let mut cx = Context::from_waker(Waker::noop());
        match catch_unwind(AssertUnwindSafe(|| pin!(&mut call).poll(&mut cx))) {
            Ok(Poll::Pending) => tokio::task::yield_now().await,
            end => break end,
        }
    };
    assert!(panicked.is_err());
    let error = call.await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Ran);
}

#[tokio::test]
async fn a_deadline_bounds_everything() {
    let limited = || {
        Answer::Reply(
            429,
            vec![("x-ogw-ratelimit-reset", "30".to_owned())],
            r#"{"code":99991400,"msg":"m"}"#.to_owned(),
        )
    };
    let deadline = Duration::from_millis(400);

    // a pause that the platform asks for
    let server = Server::platform(move |_| limited());
    let error = delete()
        .execute(&server.client())
        .deadline(deadline)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::RateLimited, Outcome::DidNotRun)
    );
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    let says = "the next attempt would be in 30.0 s, and this call may not wait that long";
    assert!(error.to_string().contains(says), "{error}");

    // the queue, where the wait is known in advance
    let error = delete().execute(&server.client()).deadline(deadline);
    let client = server
        .builder()
        .quota(Quota::per_minute(1))
        .build()
        .unwrap();
    drop(error);
    let _ = delete().execute(&client).deadline(deadline).await;
    let error = delete()
        .execute(&client)
        .deadline(deadline)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Queue, Outcome::DidNotRun)
    );
    assert!(error.to_string().contains("`deadline`"), "{error}");

    // a reply that never comes
    let server = Server::platform(|_| Answer::Silence);
    let error = delete()
        .execute(&server.client())
        .deadline(deadline)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Timeout, Outcome::MayHaveRun)
    );
    assert!(
        error.to_string().contains("no reply within 400ms"),
        "{error}"
    );

    let error = delete()
        .execute(&server.client())
        .deadline(Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_call_can_set_its_own_queue_limit() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server
        .builder()
        .quota(Quota::per_minute(1))
        .build()
        .unwrap();
    delete().execute(&client).await.unwrap();
    let limit = Duration::from_secs(1);
    let error = delete()
        .execute(&client)
        .queue_limit(limit)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Queue);
    assert!(
        error.to_string().contains("`queue_limit` is 1.0s"),
        "{error}"
    );
}

#[tokio::test]
async fn an_invalid_parameter_may_mean_a_used_custom_key() {
    let server = Server::platform(|_| status(400, r#"{"code":2320001,"msg":"param is invalid"}"#));
    let call = || delete().execute(&server.client());
    let own = call().idempotency_key("order-4711").await.unwrap_err();
    assert!(own.to_string().contains("a used idempotency key"), "{own}");
    let drawn = call().await.unwrap_err();
    assert!(
        !drawn.to_string().contains("used idempotency key"),
        "{drawn}"
    );
}

#[tokio::test]
async fn a_dropped_call_leaves_its_trace() {
    async fn trace(server: &Server, call_for: Duration) -> Trace {
        let trace = Trace::default();
        let subscriber = tracing_subscriber::registry().with(trace.clone());
        let _guard = tracing::subscriber::set_default(subscriber);
        let call = delete()
            .execute(&server.client())
            .idempotency_key("order-4711");
        assert!(
            tokio::time::timeout(call_for, call).await.is_err(),
            "expected a timeout, which drops the call"
        );
        // the drop happens on the library's own thread
        for _ in 0..200 {
            if trace.0.lock().unwrap().contains_key("closed") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        trace
    }

    // `tracing` can miss a subscriber that comes while the span's call site is met for the first time, by another test
    let server = Server::platform(|_| json(SUCCESS));
    delete().execute(&server.client()).await.unwrap();

    let server = Server::platform(|_| Answer::Silence);
    let left = trace(&server, Duration::from_millis(300)).await;
    let left = left.0.lock().unwrap().clone();
    assert_eq!(left["apaas.idempotency_key"], "order-4711");
    assert_eq!(left["apaas.outcome"], "may_have_run");
    assert_eq!(left["error.type"], "dropped");
    assert_eq!(left["apaas.attempts"], "1");
    assert!(left["WARN"].contains("the flow may have run"), "{left:?}");

    // the head of the reply has come, its body does not
    let head = "HTTP/1.1 200 OK\r\nx-tt-logid: the-log-id\r\ncontent-length: 9\r\n\r\n{";
    let server = Server::platform(move |_| Answer::Stall(head.into()));
    let begun = trace(&server, Duration::from_millis(300)).await;
    assert_eq!(begun.0.lock().unwrap()["apaas.log_id"], "the-log-id");

    // a reply was lost, and its log id is all that there is to look for
    let count = AtomicUsize::new(0);
    let server = Server::platform(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Reply(
            502,
            vec![("x-tt-logid", "lost-log-id".to_owned())],
            String::new(),
        ),
        _ => Answer::Silence,
    });
    let lost = trace(&server, Duration::from_millis(300)).await;
    let lost = lost.0.lock().unwrap().clone();
    assert_eq!(lost["apaas.attempts"], "2");
    assert_eq!(lost["apaas.log_id"], "lost-log-id");

    // before the request has left: the token does not come
    let server = Server::start(|_| Answer::Silence);
    let not_left = trace(&server, Duration::from_millis(300)).await;
    let not_left = not_left.0.lock().unwrap().clone();
    assert_eq!(not_left["apaas.idempotency_key"], "order-4711");
    assert_eq!(not_left["apaas.outcome"], "did_not_run");
    assert_eq!(not_left["apaas.attempts"], "0");
    assert!(!not_left.contains_key("WARN"), "{not_left:?}");
}

/// The fields of the call's span, and the text of the last event of each level.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<BTreeMap<String, String>>>);

struct Fields<'a>(&'a mut BTreeMap<String, String>);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}").trim_matches('"').to_owned();
        self.0.insert(field.name().to_owned(), text);
    }
}

impl<S: tracing::Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Trace {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: LayerContext<'_, S>) {
        if attributes.metadata().name() == "apaas_flow.call" {
            attributes.record(&mut Fields(&mut self.0.lock().unwrap()));
        }
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: LayerContext<'_, S>) {
        values.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn on_close(&self, id: Id, context: LayerContext<'_, S>) {
        let name = context.span(&id).map(|span| span.name());
        if name == Some("apaas_flow.call") {
            let mut trace = self.0.lock().unwrap();
            trace.insert("closed".to_owned(), String::new());
        }
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: LayerContext<'_, S>) {
        let mut fields = BTreeMap::new();
        event.record(&mut Fields(&mut fields));
        let message = fields.remove("message").unwrap_or_default();
        let level = event.metadata().level().to_string();
        self.0.lock().unwrap().insert(level, message);
    }
}

/// Client errors have outcomes too.
#[test]
fn a_config_error_did_not_run() {
    let error = Client::builder().build().unwrap_err();
    assert_eq!(error.outcome(), Outcome::DidNotRun);
    assert_eq!(
        (error.kind().as_str(), error.outcome().as_str()),
        ("config", "did_not_run")
    );
}

#[tokio::test]
async fn whatever_error_reading_the_outputs_ends_with_the_run_ended() {
    struct Refuses;

    impl Flow for Refuses {
        const NAMESPACE: &'static str = "package_shop__c";
        const FLOW_ID: &'static str = "refuses";
        type Output = ();
        fn write_params(&self, _: &mut Params) -> Result<()> {
            Ok(())
        }
        fn read_outputs(outputs: &mut Outputs<'_>) -> Result<()> {
            let kind = match outputs.take::<i64>("_flowExecutionID")? {
                1 => ErrorKind::Unfinished,
                _ => ErrorKind::Config,
            };
            Err(apaas_flow::Error::new(kind, "not to my taste"))
        }
    }

    for (number, kind) in [(1, ErrorKind::Unfinished), (2, ErrorKind::Config)] {
        let server = Server::platform(move |_| {
            json(SUCCESS.replace(":1816970091484211}", &format!(":{number}}}")))
        });
        let error = server.client().execute(&Refuses).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.outcome()),
            (kind, Outcome::Failed),
            "{error}"
        );
        assert_eq!(error.execution_id(), Some("1816970091484211"));
    }
}

#[tokio::test]
async fn a_refusal_that_names_a_run_may_have_run_in_whatever_form() {
    for data in [
        r#""{\"execution_id\":\"7\",\"status\":\"end\"}""#,
        r#"[{"execution_id":"7","status":"end"}]"#,
    ] {
        let server = Server::platform(move |_| {
            status(
                400,
                format!(r#"{{"code":2320001,"msg":"m","data":{data}}}"#),
            )
        });
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::MayHaveRun, "{data}: {error}");
    }
}

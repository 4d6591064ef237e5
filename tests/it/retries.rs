//! What is retried, what never is, and what is known about the run afterwards.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use apaas_flow::{
    BoxError, BoxFuture, Client, ClientBuilder, ErrorKind, MemoryTokenStore, Operator, Outcome,
    Quota, RetryPolicy, Stage, StaticToken, Token, TokenSource,
};
use serde_json::json;

use crate::flows::{SUCCESS, delete, reply};
use crate::server::{Answer, Server, json, status, token};

const LIMITED: &str = r#"{"code":99991400,"msg":"request trigger frequency limit"}"#;
const KEY_USED: &str =
    r#"{"code":0,"data":{"code":"k_wf_ec_2001008","error_msg":"used","status":"failed"}}"#;

/// Answers executions with these in turn, repeating the last one.
fn in_turn(answers: Vec<fn() -> Answer>) -> Server {
    let count = AtomicUsize::new(0);
    Server::platform(move |_| {
        answers[count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)]()
    })
}

fn limited(reset: &str) -> Answer {
    Answer::Reply(
        429,
        vec![("x-ogw-ratelimit-reset", reset.to_owned())],
        LIMITED.to_owned(),
    )
}

#[tokio::test]
async fn transient_failures_are_retried_with_the_same_key() {
    let broken: [fn() -> Answer; 5] = [
        || Answer::Close,
        || status(502, "<html>"),
        || status(504, r#"{"code":2200,"msg":"internal"}"#),
        || Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        || limited("0.01"),
    ];
    for answer in broken {
        let server = in_turn(vec![answer, answer, || json(SUCCESS)]);
        let run = delete().execute(&server.client()).await.unwrap();
        assert_eq!(run.attempts, 3);
        let sent = server.executions();
        assert_eq!(sent.len(), 3);
        assert!(
            sent.iter().all(|request| request.body == sent[0].body),
            "same bytes, same key"
        );
        assert_eq!(sent[0].json()["idempotent_key"], json!(run.idempotency_key));
    }
}

#[tokio::test]
async fn what_the_flow_reports_is_never_retried() {
    let final_ones: [(fn() -> Answer, ErrorKind); 7] = [
        (
            || json(reply(&json!({ "status": "failed" }))),
            ErrorKind::Flow,
        ),
        (
            || json(reply(&json!({ "status": "rejected" }))),
            ErrorKind::Flow,
        ),
        (
            || json(reply(&json!({ "status": "wait" }))),
            ErrorKind::Unfinished,
        ),
        (|| json(KEY_USED), ErrorKind::KeyUsed),
        (
            || status(400, r#"{"code":2320001,"msg":"param is invalid"}"#),
            ErrorKind::Invalid,
        ),
        (
            || status(400, r#"{"code":99991403,"msg":"used up"}"#),
            ErrorKind::MonthlyQuota,
        ),
        (|| json("<html>"), ErrorKind::Malformed),
    ];
    for (answer, kind) in final_ones {
        let server = in_turn(vec![answer]);
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
        assert_eq!(server.executions().len(), 1);
    }
}

#[tokio::test]
async fn attempts_are_bounded_and_never_means_never() {
    let server = in_turn(vec![|| status(502, "<html>")]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Gateway, 4));
    assert!(error.to_string().contains("attempts 4"), "{error}");

    for answer in [
        || status(502, "<html>"),
        || limited("0"),
        || status(400, r#"{"code":99991663,"msg":"m"}"#),
    ] {
        let server = in_turn(vec![answer]);
        let client = server.builder().retry(RetryPolicy::NEVER).build().unwrap();
        assert_eq!(delete().execute(&client).await.unwrap_err().attempts(), 1);
        assert_eq!(server.executions().len(), 1);
    }
}

#[tokio::test]
async fn may_have_run_is_the_or_over_all_attempts() {
    // 504, then the rate limit for longer than any call waits
    let server = in_turn(vec![|| status(504, "<html>"), || limited("7200")]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.may_have_run() && !error.is_retryable(), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7200)));

    // the rate limit alone
    let server = in_turn(vec![|| limited("7200")]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert!(!error.may_have_run() && error.is_retryable());

    // a lost reply, then the platform says the key is used
    let server = in_turn(vec![|| Answer::Close, || json(KEY_USED)]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ReplyLost, 2));
    assert_eq!(
        (error.outcome(), error.status()),
        (Outcome::MayHaveRun, None)
    );
    let earlier = error.earlier().unwrap();
    assert_eq!(earlier.kind(), ErrorKind::Gateway);
    assert!(
        error
            .to_string()
            .contains("had accepted this call's request"),
        "{error}"
    );

    // a key used before this call first sent it belongs to another call
    let server = in_turn(vec![|| json(KEY_USED)]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyUsed);
    assert!(error.earlier().is_none() && error.may_have_run());

    // a lost reply, then a refusal that on its own would mean it did not run
    let server = in_turn(vec![|| Answer::Close, || {
        status(400, r#"{"code":2320001,"msg":"m"}"#)
    }]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.may_have_run(), "{error}");
    // it may be the platform's way of refusing the lost attempt's key
    assert_eq!(error.earlier().unwrap().kind(), ErrorKind::Gateway);
    assert!(
        error.to_string().contains("a used idempotency key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_backoff_longer_than_the_timeout_fails_at_once() {
    let server = in_turn(vec![|| status(502, "<html>")]);
    let hour = Duration::from_secs(3600);
    let client = server
        .builder()
        .retry(RetryPolicy::default().backoff(hour, hour))
        .build()
        .unwrap();
    let begun = Instant::now();
    let error = delete().execute(&client).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Gateway, 1),
        "its own error, not a timeout's"
    );
}

#[tokio::test]
async fn a_broken_token_endpoint_is_retried_without_calling_the_flow() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.is_token() {
        true if count.fetch_add(1, Ordering::SeqCst) < 2 => status(502, "<html>"),
        true => token("t-1", 7200),
        false => json(SUCCESS),
    });
    let run = delete().execute(&server.client()).await.unwrap();
    assert_eq!((run.attempts, server.token_requests().len()), (1, 3));

    let server = Server::start(|_| Answer::Close);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!((error.stage(), error.attempts()), (Some(Stage::Token), 0));
    assert!(error.is_retryable());
    assert_eq!(server.token_requests().len(), 4);
}

#[tokio::test]
async fn a_rate_limit_pauses_every_call_of_the_quota() {
    let count = AtomicUsize::new(0);
    let server = Server::platform(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            limited("0.3")
        } else {
            json(SUCCESS)
        }
    });
    let quota = Quota::per_minute(1000);
    let [one, two] = [(); 2].map(|()| server.builder().quota(quota.clone()).build().unwrap());
    let begun = Instant::now();
    let first = tokio::spawn(delete().execute(&one));
    while server.executions().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await; // the 429 has arrived
    delete().execute(&two).await.unwrap();
    assert!(
        begun.elapsed() >= Duration::from_millis(300),
        "the other client waits too"
    );
    assert_eq!(first.await.unwrap().unwrap().attempts, 2);
    assert_eq!(server.executions().len(), 3);
}

#[tokio::test]
async fn waiting_for_the_quota_does_not_count_against_the_timeout() {
    let server = Server::platform(|_| {
        std::thread::sleep(Duration::from_millis(100)); // longer than nothing
        json(SUCCESS)
    });
    let client = server
        .builder()
        .quota(Quota::new(1, Duration::from_millis(500)))
        .timeout(Duration::from_millis(400))
        .build()
        .unwrap();
    delete().execute(&client).await.unwrap();
    delete().execute(&client).await.unwrap();
}

#[tokio::test]
async fn a_queue_that_is_too_long_fails_at_once() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server
        .builder()
        .quota(Quota::per_minute(1))
        .queue_limit(Duration::from_secs(5))
        .build()
        .unwrap();
    delete().execute(&client).await.unwrap();
    let begun = Instant::now();
    let error = delete().execute(&client).await.unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Queue, None));
    assert!(error.is_retryable() && !error.may_have_run());
    assert_eq!(server.executions().len(), 1);
}

#[tokio::test]
async fn a_call_without_a_token_gives_its_permit_back() {
    let server = Server::start(|request| {
        if request.is_token() {
            status(400, r#"{"code":10015,"msg":"app secret invalid"}"#)
        } else {
            json(SUCCESS)
        }
    });
    let client = server
        .builder()
        .quota(Quota::per_minute(1))
        .queue_limit(Duration::from_secs(1))
        .build()
        .unwrap();
    for _ in 0..3 {
        assert_eq!(
            delete().execute(&client).await.unwrap_err().kind(),
            ErrorKind::Token
        );
    }
}

#[tokio::test]
async fn a_call_without_a_connection_gives_its_permit_back() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let client = with_source(url, StaticToken::new("t-1"))
        .quota(Quota::per_minute(1))
        .queue_limit(Duration::from_secs(1))
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    for _ in 0..3 {
        let error = delete().execute(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    }
}

/// A builder for a client with its own token source.
fn with_source(url: String, source: impl TokenSource) -> ClientBuilder {
    Client::builder()
        .token_source(source)
        .operator(Operator::id(1))
        .base_url(url)
}

/// A platform without a token endpoint that records when requests arrive.
fn arrivals_at_a_platform() -> (String, std::sync::Arc<std::sync::Mutex<Vec<Instant>>>) {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arrivals = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = arrivals.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, seen) = (stream.unwrap(), seen.clone());
            std::thread::spawn(move || {
                let mut bytes = [0; 4096];
                while stream.read(&mut bytes).is_ok_and(|read| read > 0) {
                    seen.lock().unwrap().push(Instant::now());
                    let reply = format!(
                        "HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n{SUCCESS}",
                        SUCCESS.len()
                    );
                    let _ = stream.write_all(reply.as_bytes());
                }
            });
        }
    });
    (url, arrivals)
}

struct SlowToken(Duration);

impl TokenSource for SlowToken {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async {
            tokio::time::sleep(self.0).await;
            Ok(Token::new("t-slow"))
        })
    }
}

#[tokio::test]
async fn a_permit_counts_from_when_the_request_leaves() {
    let (url, arrivals) = arrivals_at_a_platform();
    let period = Duration::from_secs(1);
    let client = with_source(url, SlowToken(Duration::from_millis(2500)))
        .quota(Quota::new(5, period))
        .build()
        .unwrap();
    let calls: Vec<_> = (0..15)
        .map(|_| tokio::spawn(delete().execute(&client)))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let arrivals = arrivals.lock().unwrap().clone();
    let most = (0..arrivals.len())
        .map(|i| {
            arrivals[i..]
                .iter()
                .take_while(|at| **at < arrivals[i] + period)
                .count()
        })
        .max();
    assert_eq!(most, Some(5));
}

#[tokio::test]
async fn a_call_that_times_out_before_sending_gives_its_permit_back() {
    let (url, _) = arrivals_at_a_platform();
    let client = with_source(url, SlowToken(Duration::from_millis(300)))
        .quota(Quota::per_minute(3))
        .queue_limit(Duration::from_secs(1))
        .build()
        .unwrap();
    let early = Duration::from_millis(50);
    let calls: Vec<_> = (0..3)
        .map(|_| tokio::spawn(delete().execute(&client).timeout(early)))
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_timeout() && !error.may_have_run(), "{error}");
    }
    delete().execute(&client).await.unwrap();
}

#[tokio::test]
async fn an_error_identifies_the_attempt_that_may_have_run() {
    let server = in_turn(vec![
        || {
            let body = r#"{"code":2320002,"msg":"internal","data":{"execution_id":"77","out_params":"[7]"}}"#;
            Answer::Reply(
                500,
                vec![("X-Tt-Logid", "log-of-the-run".to_owned())],
                body.to_owned(),
            )
        },
        || {
            Answer::Reply(
                200,
                vec![("X-Tt-Logid", "log-2".to_owned())],
                KEY_USED.to_owned(),
            )
        },
    ]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ReplyLost, 2));
    assert_eq!(error.log_id(), Some("log-of-the-run"));
    assert_eq!(
        (error.execution_id(), error.out_params()),
        (Some("77"), Some("[7]"))
    );

    // even if the attempt after it was never sent
    let server = in_turn(vec![|| {
        Answer::Reply(
            504,
            vec![("X-Tt-Logid", "log-of-the-run".to_owned())],
            "<html>".to_owned(),
        )
    }]);
    let client = server
        .builder()
        .quota(Quota::per_minute(1))
        .queue_limit(Duration::from_secs(1))
        .build()
        .unwrap();
    let error = delete()
        .execute(&client)
        .idempotency_key("key-1")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_run()),
        (ErrorKind::Queue, true)
    );
    assert_eq!(error.log_id(), Some("log-of-the-run"));
    assert!(
        error.to_string().contains("idempotency key key-1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_reset_that_is_a_date_stops_nobody_for_years() {
    let in_an_hour = || {
        let then = SystemTime::now() + Duration::from_secs(3600);
        let since_epoch = then.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        limited(&since_epoch.as_secs().to_string())
    };
    let server = in_turn(vec![in_an_hour, || json(SUCCESS)]);
    let client = server.client();
    let error = delete().execute(&client).await.unwrap_err();
    let retry_after = error.retry_after().unwrap().as_secs();
    assert!((3590..=3600).contains(&retry_after), "{retry_after}");
    let soon = delete().execute(&client).timeout(Duration::from_millis(50));
    let waiting = tokio::time::timeout(Duration::from_millis(200), soon).await;
    assert!(
        waiting.is_err(),
        "it waits, at most two minutes: {waiting:?}"
    );
}

#[test]
fn a_token_store_without_app_credentials_is_refused() {
    let client = Client::builder()
        .token_source(StaticToken::new("t-1"))
        .token_store(MemoryTokenStore::new())
        .build();
    assert_eq!(client.unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn an_empty_quota_is_refused() {
    for quota in [Quota::per_minute(0), Quota::new(1, Duration::ZERO)] {
        let client = Client::builder()
            .app_credentials("a", "b")
            .quota(quota)
            .build();
        assert_eq!(client.unwrap_err().kind(), ErrorKind::Config);
    }
}

#[tokio::test]
async fn a_drawn_key_that_is_used_was_this_calls_own_whatever_came_before() {
    let before: [fn() -> Answer; 5] = [
        || status(425, ""),
        || limited("0.01"),
        || status(400, r#"{"code":99991663,"msg":"Invalid access token"}"#),
        || json(r#"{"code":0,"data":{"code":"k_ec_000050"}}"#),
        || status(502, "<html>"),
    ];
    for answer in before {
        let server = in_turn(vec![answer, || json(KEY_USED)]);
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReplyLost, "{error}");
        assert_eq!(error.outcome(), Outcome::MayHaveRun);
        assert!(error.earlier().is_some() && error.status().is_none());
    }
    // one of the user's own may be another call's, where this call's request was refused
    let server = in_turn(vec![|| limited("0.01"), || json(KEY_USED)]);
    let call = delete().execute(&server.client()).idempotency_key("own");
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyUsed, "{error}");
    assert!(error.earlier().is_none());
}

#[tokio::test]
async fn the_only_log_id_is_kept_whichever_attempt_had_it() {
    let server = in_turn(vec![
        || {
            let cut = "HTTP/1.1 200 OK\r\nx-tt-logid: the-log-id\r\ncontent-length: 100\r\n\r\n{";
            Answer::Raw(cut.into())
        },
        || status(403, "<html>denied"),
    ]);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Malformed, Outcome::MayHaveRun)
    );
    assert_eq!(error.log_id(), Some("the-log-id"), "{error}");
}

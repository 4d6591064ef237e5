//! What a connection can do, and whether the flow may have run after it.

use std::collections::HashSet;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apaas_flow::{Client, Error, ErrorKind, Operator, RetryPolicy, Stage};

use crate::flows::{SUCCESS, delete};
use crate::server::{Answer, Server, json, status, token};

#[tokio::test]
async fn nobody_there_did_not_run() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let client = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::id(1))
        .base_url(format!("http://127.0.0.1:{port}"))
        .build()
        .unwrap();
    let error = delete().execute(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.is_retryable() && !error.may_have_run());
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_may_have_run() {
    for answer in [
        || Answer::Close,
        || Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":0".to_vec()),
    ] {
        let server = Server::platform(move |_| answer());
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Gateway, "{error}");
        assert!(error.may_have_run() && !error.is_retryable());
        assert_eq!(error.stage(), Some(Stage::Execute));
        assert!(
            error.to_string().contains("the flow may have run"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_lost_token_request_never_ran() {
    let server = Server::start(|_| Answer::Close);
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Gateway, Some(Stage::Token))
    );
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_that_may_have_run() {
    let server = Server::platform(|_| Answer::Silence);
    let begun = Instant::now();
    let error = delete()
        .execute(&server.client())
        .timeout(Duration::from_millis(400))
        .await
        .unwrap_err();
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "a timeout for everything"
    );
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout() && error.may_have_run() && !error.is_retryable());
    assert_eq!(error.attempts(), 1);
    assert!(error.idempotency_key().is_some());
}

#[tokio::test]
async fn a_silent_token_endpoint_is_a_timeout_that_did_not_run() {
    let server = Server::start(|_| Answer::Silence);
    let client = server
        .builder()
        .timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let error = delete().execute(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Timeout, Some(Stage::Token))
    );
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn a_redirect_is_refused_and_the_secret_stays_here() {
    for http_status in [301, 302, 303, 307, 308] {
        for at_token in [true, false] {
            let elsewhere = Server::start(|_| json(SUCCESS));
            let location = elsewhere.url().to_owned();
            let server = Server::start(move |request| {
                if request.is_token() && !at_token {
                    return token("t-1", 7200);
                }
                let headers = vec![("location", format!("{location}/elsewhere"))];
                Answer::Reply(http_status, headers, String::new())
            });
            // not even for one who asks for it
            let following = server
                .builder()
                .http(|builder| builder.redirect(reqwest::redirect::Policy::limited(5)))
                .build()
                .unwrap();
            for client in [server.client(), following] {
                let error = delete().execute(&client).await.unwrap_err();
                assert_eq!(error.may_have_run(), !at_token);
                assert!(error.to_string().contains("redirects"), "{error}");
                assert!(elsewhere.requests().is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_reply_over_the_limit_is_not_read() {
    let server = Server::platform(|_| json("x".repeat(100_000)));
    let client = server.builder().response_limit(10_000).build().unwrap();
    let error = delete().execute(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.may_have_run());
    assert!(
        error.to_string().contains("larger than 10000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_proxys_page_is_no_reply_of_the_platform() {
    let server = Server::platform(|_| status(502, "<html>502 Bad Gateway</html>"));
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gateway);
    assert!(error.may_have_run());
}

#[tokio::test]
async fn connections_are_reused() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server.client();
    for _ in 0..3 {
        delete().execute(&client).await.unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let server = Server::platform(|_| {
        Answer::Reply(
            429,
            vec![("x-ogw-ratelimit-reset", "0.5".to_owned())],
            r#"{"code":99991400,"msg":"limit"}"#.to_owned(),
        )
    });
    let client = server.builder().retry(RetryPolicy::NEVER).build().unwrap();
    let error = delete().execute(&client).await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable() && !error.may_have_run());
    assert_eq!(error.retry_after(), Some(Duration::from_millis(500)));
}

/// The attempts of a call that is answered so, and its end.
async fn attempts_at(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (usize, Error) {
    let server = Server::platform(move |_| answer());
    let error = delete().execute(&server.client()).await.unwrap_err();
    let keys: HashSet<_> = server
        .executions()
        .iter()
        .map(|request| request.json()["idempotent_key"].clone())
        .collect();
    assert_eq!(keys.len(), 1, "the same key at each attempt");
    (server.executions().len(), error)
}

#[tokio::test]
async fn what_a_server_says_of_a_connection_is_no_answer() {
    for http_status in [408, 421, 425] {
        let page = move || status(http_status, "<html>close</html>");
        let (attempts, error) = attempts_at(page).await;
        assert_eq!(attempts, 4, "{error}");
        assert_eq!(error.kind(), ErrorKind::Gateway);
        assert_eq!(error.may_have_run(), http_status == 408, "{error}");

        let turn = AtomicUsize::new(0);
        let server = Server::platform(move |_| match turn.fetch_add(1, Ordering::SeqCst) {
            0 => status(http_status, ""),
            _ => json(SUCCESS),
        });
        let run = delete().execute(&server.client()).await.unwrap();
        assert_eq!(run.attempts, 2);
    }
    // what may be a run's reply is believed less, and the platform's own word more
    let (attempts, error) = attempts_at(|| status(421, "{\"code\":")).await;
    assert_eq!((attempts, error.may_have_run()), (4, true));
    let (attempts, error) = attempts_at(|| status(408, r#"{"code":2320001,"msg":"m"}"#)).await;
    assert_eq!((attempts, error.kind()), (1, ErrorKind::Invalid));
}

#[tokio::test]
async fn a_status_is_told_as_what_it_is() {
    for (http_status, words, kind) in [
        (413, "too large", ErrorKind::Invalid),
        (407, "the proxy wants", ErrorKind::Connect),
        (404, "does not know this endpoint", ErrorKind::Malformed),
        (405, "does not know this endpoint", ErrorKind::Malformed),
    ] {
        let (attempts, error) = attempts_at(move || status(http_status, "<html>")).await;
        assert_eq!(attempts, 1, "{error}");
        assert_eq!(error.kind(), kind, "{error}");
        assert!(!error.may_have_run() && !error.is_retryable(), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn no_compression_is_asked_for_and_one_that_comes_is_named() {
    let gzip = |headers: &str| {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 4\r\n\r\n");
        Answer::Raw([head.as_bytes(), b"\x1f\x8b\x08\x00"].concat())
    };
    for (answer, name) in [
        (gzip("content-encoding: gzip\r\n"), "(gzip)"),
        (gzip(""), "(gzip)"),
        (
            Answer::Reply(
                200,
                vec![("content-encoding", "br".to_owned())],
                "\u{1}garbage".to_owned(),
            ),
            "(br)",
        ),
    ] {
        let server = Server::start(move |request| {
            if request.is_token() {
                return token("t-1", 7200);
            }
            answer.clone()
        });
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Malformed, true)
        );
        assert!(error.to_string().contains("compressed"), "{error}");
        assert!(error.to_string().contains(name), "{error}");
        assert!(!error.to_string().contains("garbage"), "{error}");
        for request in server.requests() {
            assert_eq!(request.header("accept-encoding"), Some("identity"));
        }
    }
    // a header that is not true does no harm
    let server = Server::platform(|_| {
        Answer::Reply(
            200,
            vec![("content-encoding", "gzip".to_owned())],
            SUCCESS.to_owned(),
        )
    });
    assert!(delete().execute(&server.client()).await.is_ok());
}

#[tokio::test]
async fn how_long_to_wait_is_read_in_every_form() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
    let seconds = Duration::from_secs;
    for (headers, expected) in [
        (
            vec![
                ("date", date.clone()),
                ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT".to_owned()),
            ],
            Some(seconds(30)),
        ),
        (
            vec![
                ("x-ogw-ratelimit-reset", "-1".to_owned()),
                ("retry-after", "7".to_owned()),
            ],
            Some(seconds(7)),
        ),
        (
            vec![
                ("x-ogw-ratelimit-reset", "soon".to_owned()),
                ("x-ogw-ratelimit-reset", "5".to_owned()),
            ],
            Some(seconds(5)),
        ),
        (
            vec![
                ("date", "Mon, 27 Jul 2026 00:00:00 GMT".to_owned()),
                ("x-ogw-ratelimit-reset", "1785110412".to_owned()),
            ],
            Some(seconds(12)),
        ),
        // long past: no wait
        (
            vec![("x-ogw-ratelimit-reset", "1700000000".to_owned())],
            Some(seconds(0)),
        ),
        (vec![("x-ogw-ratelimit-reset", "NaN".to_owned())], None),
    ] {
        let answer = headers.clone();
        let server = Server::platform(move |_| {
            Answer::Reply(
                429,
                answer.clone(),
                r#"{"code":99991400,"msg":"m"}"#.to_owned(),
            )
        });
        let client = server.builder().retry(RetryPolicy::NEVER).build().unwrap();
        let error = delete().execute(&client).await.unwrap_err();
        assert_eq!(error.retry_after(), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn the_log_id_of_a_reply_that_does_not_end_is_kept() {
    let head = "HTTP/1.1 200 OK\r\nx-tt-logid: the-log-id\r\ncontent-length: 100\r\n\r\n{";
    let server = Server::platform(move |_| Answer::Stall(head.as_bytes().to_vec()));
    let error = delete()
        .execute(&server.client())
        .timeout(Duration::from_millis(400))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.may_have_run());
    assert_eq!(error.log_id(), Some("the-log-id"));
    assert!(
        error.to_string().contains("only the head of a reply"),
        "{error}"
    );
}

#[tokio::test]
async fn the_log_id_of_a_tokens_reply_that_does_not_end_is_kept() {
    let ms = Duration::from_millis;
    let head = "HTTP/1.1 200 OK\r\nx-tt-logid: the-log-id\r\ncontent-length: 100\r\n\r\n{";
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) < 3 {
            Answer::Stall(head.as_bytes().to_vec())
        } else {
            Answer::Silence
        }
    });
    // the call's own time, and the client's, which is the fetch's too
    let client = || server.builder().timeout(ms(400)).build().unwrap();
    let impatient = client();
    let call = delete().execute(&impatient).timeout(ms(200)).await;
    let patient = client();
    let other = delete().execute(&patient).await;
    let verified = client().verify().await.unwrap_err();
    for error in [call.unwrap_err(), other.unwrap_err(), verified] {
        assert_eq!(
            (error.kind(), error.stage()),
            (ErrorKind::Timeout, Some(Stage::Token))
        );
        assert_eq!(error.log_id(), Some("the-log-id"), "{error}");
        assert!(error.to_string().contains("only the head"), "{error}");
        assert!(!error.may_have_run());
    }
    // it is no other request's
    let error = delete().execute(&patient).await.unwrap_err();
    assert_eq!((error.kind(), error.log_id()), (ErrorKind::Timeout, None));
}

#[tokio::test]
async fn a_token_endpoints_own_limit_speaks_of_the_token_endpoint() {
    for answer in [
        || status(429, r#"{"code":99991400,"msg":"m"}"#),
        || status(429, "<html>"),
    ] {
        let server = Server::start(move |_| answer());
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.stage()),
            (ErrorKind::RateLimited, Some(Stage::Token))
        );
        let text = error.to_string();
        assert!(!text.contains("100 calls"), "{text}");
        assert!(!text.contains("all flows"), "{text}");
    }
}

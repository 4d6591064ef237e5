//! What a connection can do, and whether the flow may have run after it.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use apaas_flow::{Client, ErrorKind, Operator, RetryPolicy, Stage};

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

//! Setting up a client: mistakes are reported before any call.

use std::time::{Duration, SystemTime};

use apaas_flow::{
    Client, ErrorKind, FEISHU, LARK, Quota, RetryPolicy, StaticToken, StoredToken, TokenStore,
};

use crate::flows::{SUCCESS, delete};
use crate::server::{Answer, Server, json, status};

fn refused(url: &str) -> String {
    let error = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url(url)
        .build()
        .expect_err(url);
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!error.may_have_run());
    error.to_string()
}

fn accepted(url: &str) -> Client {
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url(url)
        .build()
        .unwrap()
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in [
        "http://127.0.0.1:7800",
        "http://127.8.8.8",
        "http://localhost:7800/",
        "http://[::1]:7800",
    ] {
        accepted(url);
    }
    for url in [
        "http://example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        assert!(refused(url).contains("allow_plain_http(true)"), "{url}");
        assert!(
            refused(url).contains("APAAS_ALLOW_PLAIN_HTTP=true"),
            "{url}"
        );
    }
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .base_url("http://gateway.internal")
        .allow_plain_http(true)
        .build()
        .unwrap();
}

#[test]
fn an_unusable_url_is_refused_with_a_reason() {
    for (url, says) in [
        ("", "expected something like https://open.feishu.cn"),
        (
            "open.feishu.cn",
            "expected something like https://open.feishu.cn",
        ),
        ("ftp://open.feishu.cn", "neither https:// nor http://"),
        (
            "https://user:hunter2@open.feishu.cn",
            "a user name or password",
        ),
        (
            "https://open.feishu.cn/open-apis/",
            "ends with `/open-apis`",
        ),
        ("https://open.feishu.cn/?a=1", "`?` or a `#`"),
    ] {
        let message = refused(url);
        assert!(message.contains(says), "{url}: {message}");
        assert!(!message.contains("hunter2"));
    }
    for url in [FEISHU, LARK, "https://gateway.example.com/feishu/"] {
        accepted(url);
    }
}

#[test]
fn credentials_are_required() {
    for (client, says) in [
        (Client::builder().build(), "no credentials"),
        (Client::new("", "s3cr3t"), "empty"),
        (Client::new("cli_a1b2", " "), "empty"),
    ] {
        let error = client.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(says), "{error}");
    }
    Client::new("cli_a1b2", "s3cr3t").unwrap();
    Client::builder()
        .token_source(StaticToken::new("t-1"))
        .build()
        .unwrap();
}

#[test]
fn a_bad_alias_and_a_zero_timeout_are_refused() {
    let builder = || Client::builder().app_credentials("cli_a1b2", "s3cr3t");
    assert!(builder().namespace_alias("a", "..").build().is_err());
    assert!(
        builder()
            .timeout(std::time::Duration::ZERO)
            .build()
            .is_err()
    );
}

#[test]
fn the_underlying_http_client_can_be_customized() {
    let client = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .http(|builder| builder.user_agent("mine").referer(true))
        .build();
    client.unwrap();
}

/// The longest, the shortest, and what a conversion to seconds rounds up.
const DURATIONS: [Duration; 5] = [
    Duration::MAX,
    Duration::from_secs(u64::MAX),
    Duration::from_secs(u64::MAX / 2),
    Duration::from_nanos(1),
    Duration::ZERO,
];

#[tokio::test]
async fn no_duration_is_a_panic() {
    let server = Server::platform(|_| json(SUCCESS));
    let broken = Server::platform(|_| Answer::Close);
    let limited = Server::platform(|_| status(429, r#"{"code":99991400,"msg":"frequency"}"#));
    for one in DURATIONS {
        for other in DURATIONS {
            let ways: [fn(_, _, _) -> _; 4] = [
                |b: apaas_flow::ClientBuilder, one, other| b.timeout(one).queue_limit(other),
                |b: apaas_flow::ClientBuilder, one, other| {
                    b.connect_timeout(one)
                        .retry(RetryPolicy::default().backoff(one, other))
                },
                |b: apaas_flow::ClientBuilder, one, other| {
                    let quota = Quota::new(2, one).share(3);
                    b.quota(quota).timeout(other)
                },
                |b: apaas_flow::ClientBuilder, one, other| {
                    let policy = RetryPolicy::default().max_attempts(u32::MAX);
                    b.retry(policy.backoff(one, other))
                },
            ];
            for set in ways {
                for server in [&server, &broken, &limited] {
                    let Ok(client) = set(server.builder(), one, other).build() else {
                        continue; // zero, which is an error of the settings
                    };
                    let call = delete().execute(&client).queue_limit(one).timeout(other);
                    let call = tokio::spawn(call.deadline(one.min(Duration::from_millis(10))));
                    match call.await.unwrap() {
                        Ok(run) => assert!(!run.execution_id.is_empty()),
                        Err(error) => assert!(
                            !error.to_string().contains("a bug in apaas-flow"),
                            "{one:?}, {other:?}: {error}"
                        ),
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_end_of_a_stored_token_is_a_panic() {
    struct Kept(SystemTime);

    impl TokenStore for Kept {
        fn get<'a>(
            &'a self,
            _: &'a str,
        ) -> apaas_flow::BoxFuture<'a, Result<Option<StoredToken>, apaas_flow::BoxError>> {
            Box::pin(async { Ok(Some(StoredToken::new("t-kept", self.0))) })
        }
        fn put<'a>(
            &'a self,
            _: &'a str,
            _: StoredToken,
        ) -> apaas_flow::BoxFuture<'a, Result<(), apaas_flow::BoxError>> {
            Box::pin(async { Ok(()) })
        }
        fn invalidate<'a>(
            &'a self,
            _: &'a str,
            _: &'a str,
        ) -> apaas_flow::BoxFuture<'a, Result<(), apaas_flow::BoxError>> {
            Box::pin(async { Ok(()) })
        }
    }

    let server = Server::platform(|_| json(SUCCESS));
    let far = Duration::from_secs(1 << 40);
    for end in [
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH - far,
        SystemTime::UNIX_EPOCH + far,
    ] {
        let builder = server.builder().token_store(Kept(end));
        delete().execute(&builder.build().unwrap()).await.unwrap();
    }
}

//! The token: cached, fetched by one for all, dropped and fetched again once when the platform refuses it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use apaas_flow::{
    BoxError, BoxFuture, Client, Error, ErrorKind, MemoryTokenStore, Operator, Outcome, Stage,
    StaticToken, Token, TokenSource,
};
use serde_json::json;

use crate::flows::{SUCCESS, delete};
use crate::server::{Answer, Request, Server, json, status, token};

const REFUSED: &str = r#"{"code":99991663,"msg":"Invalid access token for authorization. Please make a test attempt with a correct token."}"#;

/// Tokens t-1, t-2, ...; executions are answered by the closure.
fn numbered(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    let count = AtomicUsize::new(0);
    Server::start(move |request| {
        if request.is_token() {
            token(
                &format!("t-{}", count.fetch_add(1, Ordering::SeqCst) + 1),
                7200,
            )
        } else {
            answer(request)
        }
    })
}

fn is_stale(request: &Request) -> bool {
    request.header("authorization") == Some("Bearer t-1")
}

#[tokio::test]
async fn verify_gets_a_token_and_runs_no_flow() {
    let server = numbered(|_| json(SUCCESS));
    let client = server.client();
    client.verify().await.unwrap();
    client.verify().await.unwrap();
    assert_eq!(server.requests().len(), 1, "the token is kept");
    assert_eq!(server.token_requests().len(), 1);
    delete().execute(&client).await.unwrap();
    assert_eq!(server.token_requests().len(), 1);

    let wrong = Server::start(|_| json(r#"{"code":10015,"msg":"app secret invalid"}"#));
    let error = wrong.client().verify().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert_eq!(error.code(), Some(10015));
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn the_request_is_the_documents_and_the_token_is_kept() {
    let server = numbered(|_| json(SUCCESS));
    let client = server.client();
    for _ in 0..3 {
        delete().execute(&client.clone()).await.unwrap();
    }
    let asked = server.token_requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].path,
        "/open-apis/auth/v3/tenant_access_token/internal"
    );
    assert_eq!(
        asked[0].json(),
        json!({ "app_id": "cli_a1b2", "app_secret": "s3cr3t" })
    );
    assert_eq!(asked[0].header("authorization"), None);
}

#[tokio::test]
async fn callers_who_come_together_fetch_one_token() {
    let server = Server::start(|request| {
        if request.is_token() {
            std::thread::sleep(Duration::from_millis(50)); // long enough for all to come
            token("t-1", 7200)
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    let calls: Vec<_> = (0..200)
        .map(|_| tokio::spawn(delete().execute(&client)))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.token_requests().len(), 1);
    assert_eq!(server.executions().len(), 200);
}

#[tokio::test]
async fn a_refused_token_is_fetched_again_once_under_the_same_key() {
    for http_status in [400, 200] {
        let server = numbered(move |request| {
            if is_stale(request) {
                status(http_status, REFUSED)
            } else {
                json(SUCCESS)
            }
        });
        let run = delete().execute(&server.client()).await.unwrap();
        assert_eq!(run.attempts, 2);
        assert_eq!(server.token_requests().len(), 2);
        let sent = server.executions();
        assert_eq!(sent.len(), 2);
        assert_eq!(sent[0].body, sent[1].body, "the same key over all attempts");
        assert_eq!(sent[1].header("authorization"), Some("Bearer t-2"));
    }
}

#[tokio::test]
async fn a_token_that_is_refused_again_ends_the_call() {
    let server = numbered(|_| status(400, REFUSED));
    let error = delete().execute(&server.client()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Token, Some(99_991_663))
    );
    assert_eq!(error.attempts(), 2);
    assert_eq!(error.stage(), Some(Stage::Execute));
    assert!(!error.may_have_run() && !error.is_retryable());
    assert_eq!(server.executions().len(), 2);
}

#[tokio::test]
async fn many_who_are_refused_at_once_fetch_one_token() {
    let server = numbered(|request| {
        if is_stale(request) {
            status(400, REFUSED)
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    let calls: Vec<_> = (0..100)
        .map(|_| tokio::spawn(delete().execute(&client)))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(
        server.token_requests().len(),
        2,
        "the first token and its successor"
    );
}

#[tokio::test]
async fn a_token_that_is_at_its_end_is_not_used() {
    let server = Server::start(|request| {
        if request.is_token() {
            token("t-1", 30)
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    for _ in 0..2 {
        delete().execute(&client).await.unwrap();
    }
    assert_eq!(
        server.token_requests().len(),
        2,
        "30 seconds may end on the way"
    );
}

#[tokio::test]
async fn what_the_token_endpoint_says_is_in_the_error() {
    for (answer, kind, says) in [
        (
            r#"{"code":10015,"msg":"app secret invalid"}"#,
            ErrorKind::Token,
            "check the app id and the app secret",
        ),
        (
            r#"{"code":10014,"msg":"app is disabled"}"#,
            ErrorKind::Token,
            "app is disabled",
        ),
        (
            r#"{"code":99991400,"msg":"request trigger frequency limit"}"#,
            ErrorKind::RateLimited,
            "frequency",
        ),
        (
            r#"{"code":0,"msg":"ok"}"#,
            ErrorKind::Token,
            "tenant_access_token",
        ),
        (
            r#"{"code":0,"msg":"ok","tenant_access_token":"a\nb","expire":7200}"#,
            ErrorKind::Token,
            "no header can carry",
        ),
    ] {
        let server = Server::start(move |_| json(answer));
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(error.stage(), Some(Stage::Token));
        assert!(!error.may_have_run());
        assert_eq!(error.attempts(), 0);
        assert!(error.to_string().contains(says), "{error}");
        assert!(server.executions().is_empty());
    }
    for (answer, kind) in [("<html>", ErrorKind::Malformed), ("", ErrorKind::Malformed)] {
        let server = Server::start(move |_| status(404, answer));
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!((error.kind(), error.may_have_run()), (kind, false));
    }
}

#[tokio::test]
async fn a_failed_fetch_fails_all_who_waited_and_nobody_after() {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |request| match request.is_token() {
        true if count.fetch_add(1, Ordering::SeqCst) == 0 => {
            std::thread::sleep(Duration::from_millis(50));
            status(500, "oops")
        }
        true => token("t-1", 7200),
        false => json(SUCCESS),
    });
    let client = server
        .builder()
        .retry(apaas_flow::RetryPolicy::NEVER)
        .build()
        .unwrap();
    let calls: Vec<_> = (0..5)
        .map(|_| tokio::spawn(delete().execute(&client)))
        .collect();
    for call in calls {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), error.stage()),
            (ErrorKind::Gateway, Some(Stage::Token))
        );
        assert!(error.is_retryable(), "no flow was touched");
    }
    assert_eq!(server.token_requests().len(), 1);
    delete().execute(&client).await.unwrap();
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_take_the_fetch_along() {
    let server = Server::start(|request| {
        if request.is_token() {
            std::thread::sleep(Duration::from_millis(100));
            token("t-1", 7200)
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    let error = delete()
        .execute(&client)
        .timeout(Duration::from_millis(20))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Timeout, Some(Stage::Token))
    );
    assert!(error.is_timeout() && error.is_retryable() && !error.may_have_run());
    delete().execute(&client).await.unwrap();
    assert_eq!(server.token_requests().len(), 1);
}

#[tokio::test]
async fn a_wrong_secret_is_refused_beside_the_right_ones_store() {
    let server = Server::start(|request| match request.is_token() {
        true if request.json()["app_secret"] == "s3cr3t" => token("t-1", 7200),
        true => json(r#"{"code":10015,"msg":"app secret invalid"}"#),
        false => json(SUCCESS),
    });
    let store = MemoryTokenStore::new();
    let client = |secret: &str| {
        let builder = server.builder().app_credentials("cli_a1b2", secret);
        builder.token_store(store.clone()).build().unwrap()
    };
    delete().execute(&client("s3cr3t")).await.unwrap();
    // put there in the background
    while format!("{store:?}").contains("tokens: 0") {
        tokio::task::yield_now().await;
    }
    delete().execute(&client("s3cr3t")).await.unwrap();
    assert_eq!(server.token_requests().len(), 1, "shared");
    let error = delete().execute(&client("s3crets")).await.unwrap_err();
    assert_eq!(error.code(), Some(10015));
    assert_eq!(server.executions().len(), 2);
}

fn with_source(server: &Server, source: impl TokenSource) -> Client {
    Client::builder()
        .token_source(source)
        .operator(Operator::id(1111))
        .base_url(server.url())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_static_token_is_sent_as_it_is() {
    let server = Server::start(|_| json(SUCCESS));
    delete()
        .execute(&with_source(&server, StaticToken::new("t-fixed")))
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 1);
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Bearer t-fixed")
    );
}

struct Counted(Arc<AtomicUsize>, fn(usize) -> Result<Token, BoxError>);

impl TokenSource for Counted {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { (self.1)(count) })
    }
}

#[tokio::test]
async fn a_source_of_ones_own_only_fetches() {
    let server = Server::start(|_| json(SUCCESS));
    let count = Arc::new(AtomicUsize::new(0));
    let source = Counted(count.clone(), |_| {
        Ok(Token::new("t-vault").expires_in(Duration::from_secs(7200)))
    });
    let client = with_source(&server, source);
    for _ in 0..3 {
        delete().execute(&client).await.unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whatever_error_a_source_has_it_is_the_tokens_and_nothing_ran() {
    let server = Server::start(|_| json(SUCCESS));
    let source = Counted(Arc::default(), |_| {
        Err(apaas_flow::Error::new(ErrorKind::Gateway, "vault down").into())
    });
    let error = delete()
        .execute(&with_source(&server, source))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Token, Some(Stage::Token))
    );
    assert!(
        !error.may_have_run() && error.to_string().contains("vault down"),
        "{error}"
    );
}

#[tokio::test]
async fn a_lifetime_beyond_all_measure_is_no_panic_and_none_is_used_once() {
    for (expire, fetched) in [
        (r#","expire":18446744073709551615"#, 1),
        ("", 2),
        (r#","expire":-1"#, 2),
    ] {
        let server = Server::start(move |request| {
            if request.is_token() {
                json(format!(
                    r#"{{"code":0,"msg":"ok","tenant_access_token":"t-1"{expire}}}"#
                ))
            } else {
                json(SUCCESS)
            }
        });
        let client = server.client();
        for _ in 0..2 {
            delete().execute(&client).await.unwrap();
        }
        assert_eq!(server.token_requests().len(), fetched, "{expire}");
    }
}

#[tokio::test]
async fn a_source_that_fails_or_panics_is_an_error_of_the_call() {
    let server = Server::start(|_| json(SUCCESS));
    let failing = Counted(Arc::default(), |count| match count {
        0 => Err("the vault is sealed".into()),
        1 => panic!("a bug in the source"),
        _ => Ok(Token::new("t-vault")),
    });
    let client = with_source(&server, failing);
    let failed = delete().execute(&client).await.unwrap_err();
    assert_eq!(
        (failed.kind(), failed.stage()),
        (ErrorKind::Token, Some(Stage::Token))
    );
    assert!(
        failed.to_string().contains("the vault is sealed"),
        "{failed}"
    );
    let panicked = delete().execute(&client).await.unwrap_err();
    assert!(
        panicked.to_string().contains("the token source panicked"),
        "{panicked}"
    );
    delete().execute(&client).await.unwrap();
}

/// How often a token is asked for, and with which the flow is called, in three calls after such a reply.
async fn kept(reply: &'static [u8]) -> (usize, Option<String>) {
    let server = Server::start(move |request| {
        if request.is_token() {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", reply.len());
            Answer::Bytes([head.as_bytes(), reply].concat())
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    for _ in 0..3 {
        delete().execute(&client).await.unwrap();
    }
    let bearer = server.executions()[0]
        .header("authorization")
        .map(str::to_owned);
    (server.token_requests().len(), bearer)
}

#[tokio::test]
async fn a_tokens_reply_is_read_in_every_unambiguous_form() {
    for reply in [
        &b"\xef\xbb\xbf{\"code\":0,\"tenant_access_token\":\"t-1\",\"expire\":7200}"[..],
        br#"{"code":0,"tenant_access_token":"t-1","expire":"7200"}"#,
        br#"{"code":"0","tenant_access_token":"t-1","expire":" 7200.5 "}"#,
        br#"{"code":0.0,"tenant_access_token":" t-1\n","expire":7200.0}"#,
        br#"{"code":0,"tenant_access_token":"t-1","expire":18446744073709551616}"#,
        br#"{"code":0,"msg":"\ud800","tenant_access_token":"t-1","expire":7200}"#,
        b"{\"code\":0,\"msg\":\"o\nk\xff\",\"tenant_access_token\":\"t-1\",\"expire\":7200}",
        b"{\"code\":0,\"tenant_access_token\":\"t-1\",\"note\":\"\xff\",\"expire\":7200}",
        br#"{"code":0,"tenant_access_token":"t-1","expire":7200,"expire":7200}"#,
    ] {
        let shown = reply.escape_ascii();
        assert_eq!(
            kept(reply).await,
            (1, Some("Bearer t-1".to_owned())),
            "{shown}"
        );
    }
    // what is no lifetime is none
    for reply in [
        &br#"{"code":0,"tenant_access_token":"t-1"}"#[..],
        br#"{"code":0,"tenant_access_token":"t-1","expire":"soon"}"#,
        br#"{"code":0,"tenant_access_token":"t-1","expire":-1}"#,
        br#"{"code":0,"tenant_access_token":"t-1","expire":null}"#,
    ] {
        assert_eq!(kept(reply).await.0, 3);
    }
}

#[tokio::test]
async fn a_tokens_reply_that_says_two_things_is_no_token() {
    for reply in [
        r#"{"code":0,"tenant_access_token":"t-1","tenant_access_token":"t-2","expire":7200}"#,
        r#"{"code":0,"tenant_access_token":"t-1","expire":7200,"code":10003}"#,
    ] {
        let server = Server::start(move |_| json(reply));
        let error = delete().execute(&server.client()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.stage()),
            (ErrorKind::Malformed, Some(Stage::Token))
        );
        assert!(!error.may_have_run());
        assert!(!error.to_string().contains("t-1"), "{error}");
    }
}

#[tokio::test]
async fn a_stale_token_is_renewed_whatever_character_is_bad() {
    for refused in [
        r#"{"code":99991663,"msg":"\ud800"}"#,
        "{\"code\":99991663,\"msg\":\"line\nbreak\"}",
    ] {
        let server = numbered(move |request| {
            if is_stale(request) {
                json(refused)
            } else {
                json(SUCCESS)
            }
        });
        let run = delete().execute(&server.client()).await.unwrap();
        assert_eq!(run.attempts, 2);
        assert_eq!(server.token_requests().len(), 2);
    }
}

#[tokio::test]
async fn a_token_that_is_none_is_never_sent() {
    let server = Server::platform(|_| json(SUCCESS));
    for (token, says) in [
        ("", "the token is empty"),
        (" \n", "the token is empty"),
        ("t 1", "no header can carry"),
        ("t-é", "no header can carry"),
    ] {
        let source = apaas_flow::StaticToken::new(token);
        let client = server.builder().token_source(source).build().unwrap();
        let error = delete().execute(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.may_have_run()),
            (ErrorKind::Token, false)
        );
        assert!(error.to_string().contains(says), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_error_that_a_source_builds_says_nothing_of_a_run_and_stays_short() {
    struct Builds(fn() -> Error);

    impl TokenSource for Builds {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            Box::pin(async { Err((self.0)().into()) })
        }
    }

    let builds: [fn() -> Error; 4] = [
        || {
            let error = Error::builder(ErrorKind::Token, "the vault says so");
            error.stage(Stage::Token).outcome(Outcome::Ran).build()
        },
        || {
            let error = Error::builder(ErrorKind::Flow, "the vault says so").stage(Stage::Token);
            error.execution_id("4711").build()
        },
        || {
            Error::builder(ErrorKind::Gateway, "the vault says so")
                .stage(Stage::Token)
                .build()
        },
        || {
            let long = "the vault says so\n\u{1b}[31m".repeat(100_000);
            Error::builder(ErrorKind::Token, long)
                .stage(Stage::Token)
                .build()
        },
    ];
    let server = Server::platform(|_| json(SUCCESS));
    for build in builds {
        let client = with_source(&server, Builds(build));
        for error in [
            delete().execute(&client).await.unwrap_err(),
            client.verify().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Token, "{error}");
            assert_eq!(error.outcome(), Outcome::DidNotRun, "{error}");
            assert_eq!(error.execution_id(), None);
            let text = error.to_string();
            assert!(text.contains("the vault says so"), "{text}");
            assert!(
                text.len() < 2000 && !text.contains(char::is_control),
                "{} bytes",
                text.len()
            );
        }
    }
    assert!(server.executions().is_empty());
}

#[tokio::test]
async fn a_token_too_long_for_a_header_is_none() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = with_source(&server, StaticToken::new("t".repeat(8193)));
    let error = delete().execute(&client).await.unwrap_err();
    assert!(error.to_string().contains("longer than 8 KiB"), "{error}");
    assert_eq!(error.outcome(), Outcome::DidNotRun);
    let client = with_source(&server, StaticToken::new("t".repeat(8192)));
    delete().execute(&client).await.unwrap();
}

#[tokio::test]
async fn a_token_request_that_is_not_answered_in_time_is_called_that() {
    let server = Server::start(|_| Answer::Silence);
    let limit = Duration::from_millis(50);
    let error = delete().execute(&server.client()).deadline(limit).await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Timeout, Some(Stage::Token))
    );
    assert!(
        error
            .to_string()
            .contains("the platform gave no token within"),
        "{error}"
    );
    assert_eq!(error.outcome(), Outcome::DidNotRun);
}

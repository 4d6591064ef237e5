//! Token sources and stores of the user's that block, panic, never come back, or own a runtime.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow::{
    BoxError, BoxFuture, Client, ErrorKind, Quota, Stage, StoredToken, Token, TokenSource,
    TokenStore,
};
use tokio::runtime::Runtime;

use crate::flows::{SUCCESS, delete};
use crate::server::{Server, json, status};

const MS: Duration = Duration::from_millis(1);

/// Its fetches do what the closure does, which is given their number.
struct Source<F>(AtomicUsize, F);

impl<F: Fn(usize) + Send + Sync + 'static> TokenSource for Source<F> {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        Box::pin(async {
            (self.1)(self.0.fetch_add(1, Ordering::SeqCst));
            Ok(Token::new("t-own"))
        })
    }
}

fn source(fetch: impl Fn(usize) + Send + Sync + 'static) -> impl TokenSource {
    Source(AtomicUsize::new(0), fetch)
}

fn client(server: &Server, source: impl TokenSource) -> Client {
    server.builder().token_source(source).build().unwrap()
}

/// Which of its three questions a store does something about.
#[derive(Clone, Copy, PartialEq)]
enum Question {
    Get,
    Put,
    Invalidate,
}

struct Store<F>(F);

impl<F: Fn(Question) -> BoxFuture<'static, ()> + Send + Sync + 'static> TokenStore for Store<F> {
    fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async {
            (self.0)(Question::Get).await;
            Ok(None)
        })
    }

    fn put<'a>(&'a self, _: &'a str, _: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            (self.0)(Question::Put).await;
            Ok(())
        })
    }

    fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            (self.0)(Question::Invalidate).await;
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_source_that_blocks_its_thread_holds_up_no_other_client_and_no_time_out() {
    let server = Server::platform(|_| json(SUCCESS));
    let other = server.client();
    delete().execute(&other).await.unwrap();
    let blocked = client(&server, source(|_| thread::sleep(2000 * MS)));

    let begun = Instant::now();
    let waiting = tokio::spawn(delete().execute(&blocked).timeout(300 * MS));
    tokio::time::sleep(50 * MS).await;
    delete().execute(&other).await.unwrap();
    assert!(begun.elapsed() < 250 * MS, "{:?}", begun.elapsed());

    let error = waiting.await.unwrap().unwrap_err();
    assert!(begun.elapsed() < 1000 * MS, "{:?}", begun.elapsed());
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Timeout, Some(Stage::Token))
    );
    assert!(error.to_string().contains("the token source"), "{error}");
    assert!(!error.may_have_run());
    // its token is there in the end, and kept
    delete().execute(&blocked).await.unwrap();
}

#[tokio::test]
async fn a_source_that_never_comes_back_takes_a_few_threads_and_says_so() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = server
        .builder()
        .timeout(20 * MS)
        .token_source(source(|_| {
            loop {
                thread::park();
            }
        }))
        .build()
        .unwrap();
    let mut errors = Vec::new();
    for _ in 0..20 {
        errors.push(delete().execute(&client).await.unwrap_err());
    }
    for error in &errors {
        assert!(error.to_string().contains("the token source"), "{error}");
        assert_eq!(error.stage(), Some(Stage::Token));
    }
    let last = errors.last().unwrap();
    assert!(last.to_string().contains("8 threads"), "{last}");
}

#[tokio::test]
async fn a_panic_of_a_source_names_it_and_repeats_nothing() {
    let server = Server::platform(|_| json(SUCCESS));
    let client = client(
        &server,
        source(|count| assert!(count > 0, "the password is hunter2")),
    );
    let error = delete().execute(&client).await.unwrap_err();
    assert!(
        error.to_string().contains("the token source panicked"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    delete().execute(&client).await.unwrap();
}

/// It is asked where it may block on a runtime of its own, and dropped where that may be dropped.
struct OwnsRuntime {
    runtime: Runtime,
    dropped: Arc<AtomicBool>,
}

impl TokenSource for OwnsRuntime {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        let first = self.runtime.block_on(async { "t-" });
        Box::pin(async move {
            tokio::time::sleep(MS).await; // of the runtime at hand
            tokio::spawn(ready(())).await?;
            let second = self.runtime.block_on(async { "own" });
            Ok(Token::new(format!("{first}{second}")))
        })
    }
}

impl Drop for OwnsRuntime {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_source_that_owns_a_runtime_works_and_its_end_takes_no_success_away() {
    let server = Server::platform(|_| json(SUCCESS));
    for _ in 0..20 {
        let dropped = Arc::new(AtomicBool::new(false));
        let client = client(
            &server,
            OwnsRuntime {
                runtime: Runtime::new().unwrap(),
                dropped: dropped.clone(),
            },
        );
        // the call is the last to have the client
        let call = delete().execute(&client);
        drop(client);
        call.await.unwrap();
        for _ in 0..500 {
            if dropped.load(Ordering::SeqCst) {
                break;
            }
            tokio::time::sleep(10 * MS).await;
        }
        assert!(dropped.load(Ordering::SeqCst), "it was leaked");
    }
    assert_eq!(
        server.executions()[0].header("authorization"),
        Some("Bearer t-own")
    );
}

#[tokio::test]
async fn whatever_a_store_does_it_costs_a_fetch_and_no_call() {
    type Deed = fn() -> BoxFuture<'static, ()>;
    let block: Deed = || {
        thread::sleep(1500 * MS);
        Box::pin(ready(()))
    };
    let panic: Deed = || panic!("a bug in the store");
    let hang: Deed = || Box::pin(pending());
    for deed in [block, panic, hang] {
        for question in [Question::Get, Question::Put, Question::Invalidate] {
            let calm_server = Server::platform(|_| json(SUCCESS));
            let other = calm_server.client();
            delete().execute(&other).await.unwrap();
            let refused = AtomicBool::new(false);
            let server = Server::platform(move |_| {
                if refused.swap(true, Ordering::SeqCst) {
                    json(SUCCESS)
                } else {
                    status(400, r#"{"code":99991663,"msg":"Invalid access token"}"#)
                }
            });
            let store = Store(move |asked| {
                if asked == question {
                    deed()
                } else {
                    Box::pin(ready(()))
                }
            });
            let client = server
                .builder()
                .timeout(2000 * MS)
                .token_store(store)
                .build()
                .unwrap();
            let begun = Instant::now();
            let call = tokio::spawn(delete().execute(&client));
            delete().execute(&other).await.unwrap();
            assert!(begun.elapsed() < 400 * MS, "{:?}", begun.elapsed());
            call.await.unwrap().unwrap();
            assert!(begun.elapsed() < 1400 * MS, "{:?}", begun.elapsed());
        }
    }
}

#[tokio::test]
async fn a_store_that_hangs_is_not_asked_at_every_fetch() {
    let server = Server::start(|request| {
        if request.is_token() {
            crate::server::token("t-1", 0) // never kept
        } else {
            json(SUCCESS)
        }
    });
    let client = server
        .builder()
        .timeout(2000 * MS)
        .token_store(Store(|_| -> BoxFuture<'static, ()> { Box::pin(pending()) }))
        .build()
        .unwrap();
    let begun = Instant::now();
    for _ in 0..5 {
        delete().execute(&client).await.unwrap();
    }
    assert!(begun.elapsed() < 1500 * MS, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_source_that_hangs_takes_no_place_in_a_shared_quota() {
    let server = Server::platform(|_| json(SUCCESS));
    let quota = Quota::new(1, Duration::from_secs(60));
    let hanging = server
        .builder()
        .quota(quota.clone())
        .token_source(source(|_| thread::sleep(3000 * MS)))
        .build()
        .unwrap();
    let good = server.builder().quota(quota).build().unwrap();
    let hangs = tokio::spawn(delete().execute(&hanging));
    tokio::time::sleep(100 * MS).await;
    let begun = Instant::now();
    delete().execute(&good).await.unwrap();
    assert!(begun.elapsed() < 1000 * MS, "{:?}", begun.elapsed());
    hangs.abort();
}

#[tokio::test]
async fn what_a_source_says_is_one_line_everywhere() {
    struct Says;

    impl TokenSource for Says {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            let said = format!(
                "no\n\u{1b}[31m\u{202e}\u{85}\u{2028}way{}",
                "x".repeat(100_000)
            );
            Box::pin(ready(Err(said.into())))
        }
    }

    let server = Server::platform(|_| json(SUCCESS));
    let client = client(&server, Says);
    let called = delete().execute(&client).await.unwrap_err();
    let verified = client.verify().await.unwrap_err();
    for text in [
        called.to_string(),
        verified.to_string(),
        format!("{verified:?}"),
    ] {
        assert!(text.contains("the token source failed: no"), "{text}");
        assert!(text.chars().count() < 1500, "{} characters", text.len());
        let hidden = ['\u{202e}', '\u{2028}'];
        let is_bad = |c: char| c.is_control() || hidden.contains(&c);
        assert!(!text.contains(is_bad), "{text}");
    }
}

//! Token sources and stores of the user's that block, panic, never come back, or own a runtime.

use std::future::{pending, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow::{
    BoxError, BoxFuture, Client, ErrorKind, Outcome, Quota, Stage, StoredToken, Token, TokenSource,
    TokenStore,
};
use tokio::runtime::Runtime;
use tracing_subscriber::layer::{self, SubscriberExt};

use crate::child;
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

#[test]
fn a_source_that_panics_when_it_is_polled_and_when_it_is_dropped_ends_no_process() {
    child::run("user_code::a_source_panics_twice", |_| {});
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn a_source_panics_twice() {
    struct Twice;

    impl Future for Twice {
        type Output = Result<Token, BoxError>;
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            panic!("polled")
        }
    }

    impl Drop for Twice {
        fn drop(&mut self) {
            panic!("dropped")
        }
    }

    struct Source;

    impl TokenSource for Source {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            Box::pin(Twice)
        }
    }

    if !child::is_one() {
        return;
    }
    let server = Server::platform(|_| json(SUCCESS));
    let error = delete()
        .execute(&client(&server, Source))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
    assert!(error.to_string().contains("panicked"), "{error}");
}

/// A layer of the user's that does something at each event of this library.
struct Layer(fn());

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Layer {
    fn on_event(&self, event: &tracing::Event<'_>, _: layer::Context<'_, S>) {
        if event.metadata().target().starts_with("apaas_flow") {
            (self.0)();
        }
    }
}

fn with_layer(at_event: fn()) {
    let subscriber = tracing_subscriber::registry().with(Layer(at_event));
    tracing::subscriber::set_global_default(subscriber).unwrap();
}

#[test]
fn a_layer_that_panics_takes_no_result_away_and_ends_no_process() {
    child::run("user_code::a_layer_panics", |_| {});
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn a_layer_panics() {
    static PANICS: AtomicBool = AtomicBool::new(false);
    static FAILS: AtomicBool = AtomicBool::new(false);

    if !child::is_one() {
        return;
    }
    with_layer(|| {
        assert!(
            !PANICS.load(Ordering::SeqCst),
            "as with a lock that is poisoned"
        );
    });
    let server = Server::platform(|_| {
        if FAILS.load(Ordering::SeqCst) {
            status(502, "<h1>bad gateway</h1>")
        } else {
            json(SUCCESS)
        }
    });
    let client = server.client();
    delete().execute(&client).await.unwrap();
    PANICS.store(true, Ordering::SeqCst);
    let run = delete().execute(&client).await.unwrap();
    assert_eq!(run.execution_id, "1816970091484211");
    FAILS.store(true, Ordering::SeqCst);
    let error = delete().execute(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome()),
        (ErrorKind::Gateway, Outcome::MayHaveRun)
    );
    let calls = client.stats().calls;
    assert_eq!((calls.ran, calls.may_have_run), (2, 1));
}

#[test]
fn a_layer_that_looks_at_the_clients_stats_holds_up_nothing() {
    child::run("user_code::a_layer_looks", |_| {});
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn a_layer_looks() {
    struct FailsLater(AtomicUsize);

    impl TokenSource for FailsLater {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            Box::pin(async {
                match self.0.fetch_add(1, Ordering::SeqCst) {
                    // due for its renewal after a second
                    0 => Ok(Token::new("t-1").expires_in(Duration::from_secs(1801))),
                    _ => Err("the vault is down".into()),
                }
            })
        }
    }

    static CLIENT: OnceLock<Client> = OnceLock::new();
    static LOOKS: AtomicUsize = AtomicUsize::new(0);

    if !child::is_one() {
        return;
    }
    with_layer(|| {
        if let Some(client) = CLIENT.get() {
            client.stats();
            LOOKS.fetch_add(1, Ordering::SeqCst);
        }
    });
    let server = Server::platform(|_| json(SUCCESS));
    let client = CLIENT.get_or_init(|| client(&server, FailsLater(AtomicUsize::new(0))));
    tokio::time::timeout(Duration::from_secs(60), async {
        while client.stats().token_fetches_failed == 0 {
            delete().execute(client).await.unwrap();
            tokio::time::sleep(50 * MS).await;
        }
        delete().execute(client).await.unwrap();
    })
    .await
    .expect("the client's thread goes on");
    assert!(LOOKS.load(Ordering::SeqCst) > 0);
}

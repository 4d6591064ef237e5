//! Stores that block, panic or hang, and servers that are not the Redis they should be: no call fails, and none waits
//! for long.

use std::future::pending;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow::shared::{Claim, HeldPlace, QuotaStore, RedisStore, Reservation};
use apaas_flow::{BoxError, BoxFuture, Client, ErrorKind, Quota, StaticToken};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::flows::{SUCCESS, delete};
use crate::redis_server::RedisServer;
use crate::server::{Server, json};

const MS: Duration = Duration::from_millis(1);

fn platform() -> Server {
    Server::platform(|_| json(SUCCESS))
}

/// Three calls with this store; the time that they took together.
async fn three_calls(store: impl QuotaStore) -> Duration {
    let server = platform();
    let quota = Quota::per_minute(100).shared(store);
    let client = server.builder().quota(quota).build().unwrap();
    let begun = Instant::now();
    for _ in 0..3 {
        delete().execute(&client).await.unwrap();
    }
    begun.elapsed()
}

/// A store whose every answer is this closure's.
struct Odd<F>(F);

fn odd<F: Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static>(answer: F) -> Odd<F> {
    Odd(answer)
}

impl<F: Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static> QuotaStore for Odd<F> {
    fn reserve<'a>(
        &'a self,
        _: &'a str,
        _: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async {
            (self.0)().await;
            Err("the password is hunter2\nand a second line".into())
        })
    }

    fn left<'a>(&'a self, _: &'a str, _: &'a [HeldPlace]) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            (self.0)().await;
            Ok(())
        })
    }

    fn give_back<'a>(&'a self, _: &'a str, _: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            (self.0)().await;
            Ok(())
        })
    }

    fn pause<'a>(&'a self, _: &'a str, _: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async {
            (self.0)().await;
            Ok(())
        })
    }

    fn timeout(&self) -> Duration {
        300 * MS
    }
}

#[tokio::test]
async fn a_store_that_panics_blocks_or_hangs_fails_no_call() {
    let took = three_calls(odd(|| panic!("the password is hunter2"))).await;
    assert!(took < 1500 * MS, "{took:?}");
    let took = three_calls(odd(|| Box::pin(pending()))).await;
    assert!((300 * MS..1500 * MS).contains(&took), "{took:?}");
    let blocks = || -> BoxFuture<'static, ()> {
        thread::sleep(5000 * MS);
        Box::pin(async {})
    };
    let took = three_calls(odd(blocks)).await;
    assert!((300 * MS..1500 * MS).contains(&took), "{took:?}");
}

/// The texts of all warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        struct Text(String);

        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                use std::fmt::Write as _;

                let _ = write!(self.0, "{field}={value:?} ");
            }
        }

        if *event.metadata().level() == tracing::Level::WARN {
            let mut text = Text(String::new());
            event.record(&mut text);
            self.0.lock().unwrap().push(text.0);
        }
    }
}

#[tokio::test]
async fn there_is_one_warning_and_it_says_what_holds_now() {
    let warnings = Warnings::default();
    let subscriber = tracing_subscriber::registry().with(warnings.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = platform();
    let quota = Quota::per_minute(100)
        .shared(odd(|| Box::pin(async {})))
        .when_unreachable(Quota::per_minute(25));
    let client = server.builder().quota(quota).build().unwrap();
    let begun = Instant::now();
    while begun.elapsed() < 1500 * MS {
        // `tracing` can miss a subscriber that comes while a call site is met for the first time, by another test
        tracing::callsite::rebuild_interest_cache();
        delete().execute(&client).await.unwrap();
        tokio::time::sleep(100 * MS).await;
    }
    let warnings = warnings.0.lock().unwrap().clone();
    let [warning] = &*warnings else {
        panic!("{warnings:?}");
    };
    assert!(warning.contains("25 calls in 60s"), "{warning}");
    assert!(
        warning.contains("hunter2 and a second line"),
        "its own words, in one line: {warning}"
    );
}

/// Something that is asked as a Redis is, and answers each request with these bytes.
fn no_redis(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    if stream.write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    url
}

#[tokio::test]
async fn what_is_no_redis_fails_no_call() {
    let answers = [
        b"".to_vec(),
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"-MOVED 1 10.0.0.1:6379\r\n".to_vec(),
        b"-ERR unknown command 'AUTH', with args beginning with: 'hunter2'\r\n".to_vec(),
        b"+OK\r\n".to_vec(),
        b"$-1\r\n".to_vec(),
        b":-1\r\n".to_vec(),
        b"*2\r\n:7\r\n:7\r\n".to_vec(),
        b"*2\r\n:0\r\n:-5\r\n".to_vec(),
        b"*2\r\n:0\r\n:9223372036854775807\r\n".to_vec(),
        b"$999999999999\r\nx".to_vec(),
        b"*999999999\r\n:1\r\n".to_vec(),
        b"*1\r\n".repeat(100_000),
    ];
    futures_util::future::join_all(answers.map(calls_beside)).await;
}

/// Three calls of a client whose Redis answers everything with this.
async fn calls_beside(answer: Vec<u8>) {
    let shown = String::from_utf8_lossy(&answer[..answer.len().min(60)]).into_owned();
    let store = RedisStore::connect_lazily(no_redis(answer)).unwrap();
    let server = platform();
    let client = server
        .builder()
        .quota(Quota::per_minute(100).shared(store.clone()))
        .queue_limit(2000 * MS)
        .token_store(store)
        .build()
        .unwrap();
    let begun = Instant::now();
    for _ in 0..3 {
        let ended = delete().execute(&client).await;
        assert!(ended.is_ok(), "{shown}: {ended:?}");
    }
    let took = begun.elapsed();
    assert!(took < 4000 * MS, "{shown}: {took:?}");
}

#[tokio::test]
async fn a_redis_without_scripts_fails_no_call_and_says_what_is_missing() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    server.cli(&[
        "ACL",
        "SETUSER",
        "limited",
        "on",
        ">hunter2",
        "~*",
        "+@all",
        "-@scripting",
    ]);
    let url = format!("redis://limited:hunter2@127.0.0.1:{}", server.port());
    let store = RedisStore::connect(url).await.unwrap();
    let error = store
        .reserve("key", &Claim::new(1, 1, MS))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("NOPERM") && !text.contains("hunter2"),
        "{text}"
    );
    assert!(three_calls(store).await < 1500 * MS);

    // the permissions that the message and the documentation name are enough
    let rights = [
        "~apaas-flow:*",
        "+@read",
        "+@write",
        "+@scripting",
        "+@connection",
        "+time",
    ];
    let user = ["ACL", "SETUSER", "enough", "on", ">hunter2"];
    server.cli(&[&user[..], &rights[..]].concat());
    let url = format!("redis://enough:hunter2@127.0.0.1:{}", server.port());
    let store = RedisStore::connect(url).await.unwrap();
    let granted = store.reserve("key", &Claim::new(1, 1, MS)).await.unwrap();
    assert_eq!(granted, Reservation::Granted);
    store
        .left("key", &[HeldPlace::new(1, 5 * MS)])
        .await
        .unwrap();
    store.give_back("key", 1).await.unwrap();
    store.pause("key", MS).await.unwrap();
}

#[test]
fn a_shared_quota_knows_its_app() {
    let store = || RedisStore::connect_lazily("redis://127.0.0.1:1").unwrap();
    let quota = Quota::per_minute(100).shared(store());
    let builder = || Client::builder().base_url("http://127.0.0.1:1");
    let with_source = |quota: Quota| {
        let builder = builder().token_source(StaticToken::new("t-1"));
        builder.quota(quota).build()
    };
    let error = with_source(quota.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains(".named("), "{error}");
    with_source(quota.clone().named("cli_a1b2")).unwrap();

    let of = |app: &str| {
        let builder = builder().app_credentials(app, "s3cr3t");
        builder.quota(quota.clone()).build()
    };
    of("cli_a1b2").unwrap();
    of("cli_a1b2").unwrap();
    assert_eq!(of("cli_other").unwrap_err().kind(), ErrorKind::Config);

    let none = Quota::per_minute(100)
        .shared(store())
        .when_unreachable(Quota::per_minute(0));
    let builder = builder().app_credentials("cli_a1b2", "s3cr3t");
    assert_eq!(
        builder.quota(none).build().unwrap_err().kind(),
        ErrorKind::Config
    );
    let shown = format!("{quota:?}");
    assert_eq!(shown, "Quota(100 in 60s, shared)");
}

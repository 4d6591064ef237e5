use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::sleep;

use super::shared_token::STORE_PATIENCE;
use super::*;
use crate::auth::{BoxFuture, MemoryTokenStore, TokenStore};
use crate::error::{BoxError, ErrorKind, Stage};

pub(super) const MINUTE: Duration = Duration::from_secs(60);

/// Tokens t-0, t-1, ..., each of two hours; the closure may fail or wait instead.
struct Source {
    asked: Arc<AtomicUsize>,
    fail_from: usize,
    takes: Duration,
}

impl TokenSource for Source {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            sleep(self.takes).await;
            if number >= self.fail_from {
                return Err("down".into());
            }
            Ok(Token::new(format!("t-{number}")).expires_in(120 * MINUTE))
        })
    }
}

fn cache(fail_from: usize, takes: Duration) -> (TokenCache, Arc<AtomicUsize>) {
    stored(fail_from, takes, None)
}

pub(super) fn stored(
    fail_from: usize,
    takes: Duration,
    store: Option<(Arc<dyn TokenStore>, String)>,
) -> (TokenCache, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let source = Source {
        asked: asked.clone(),
        fail_from,
        takes,
    };
    (
        TokenCache::new(
            Arc::new(source),
            None,
            store.map(|(store, key)| shared_token(store, key, MINUTE)),
            MINUTE,
            Arc::default(),
        ),
        asked,
    )
}

pub(super) fn bearer(token: &str) -> Bearer {
    Bearer::new(token).unwrap()
}

pub(super) async fn token(cache: &TokenCache) -> Bearer {
    cache.get().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_is_renewed_ahead_and_nobody_waits() {
    let (cache, asked) = cache(usize::MAX, Duration::from_secs(5));
    assert!(token(&cache).await == bearer("t-0"));
    sleep(89 * MINUTE).await;
    token(&cache).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "31 minutes left");

    sleep(2 * MINUTE).await;
    let before = Instant::now();
    for _ in 0..100 {
        assert!(
            token(&cache).await == bearer("t-0"),
            "calls go on with the old one"
        );
    }
    assert_eq!(before.elapsed(), Duration::ZERO, "no call waits");
    sleep(MINUTE).await;
    assert!(token(&cache).await == bearer("t-1"));
    assert_eq!(asked.load(Ordering::SeqCst), 2, "one renewal for all");
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_is_retried_quietly_until_the_old_token_ends() {
    let (cache, asked) = cache(1, Duration::ZERO);
    token(&cache).await;
    sleep(91 * MINUTE).await;
    let mut minutes = 91;
    while minutes < 119 {
        assert!(token(&cache).await == bearer("t-0"));
        sleep(MINUTE).await;
        minutes += 1;
    }
    let tries = asked.load(Ordering::SeqCst);
    assert!((20..=30).contains(&tries), "{tries} tries in 28 minutes");
    sleep(MINUTE).await;
    let error = cache.get().await.err().unwrap();
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Token, Some(Stage::Token))
    );
}

#[tokio::test(start_paused = true)]
async fn a_short_token_is_not_renewed_at_every_call() {
    let expiry = Expiry::new(Instant::now(), 20 * MINUTE);
    assert_eq!(expiry.renew_at - Instant::now(), 10 * MINUTE);
    let expiry = Expiry::new(Instant::now(), Duration::ZERO);
    assert!(
        expiry.until <= Instant::now(),
        "a token without a life is used once"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_back_after_it_was_refused_is_not_fetched_by_each() {
    struct Same(Arc<AtomicUsize>);

    impl TokenSource for Same {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(Token::new("t-same").expires_in(120 * MINUTE)) })
        }
    }

    let asked = Arc::new(AtomicUsize::new(0));
    let cache = TokenCache::new(
        Arc::new(Same(asked.clone())),
        None,
        None,
        MINUTE,
        Arc::default(),
    );
    let same = token(&cache).await;
    for _ in 0..200 {
        cache.refused(&same);
        token(&cache).await;
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    sleep(MINUTE).await;
    cache.refused(&same);
    token(&cache).await;
    assert_eq!(
        asked.load(Ordering::SeqCst),
        3,
        "a minute later it is another refusal"
    );
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_panicked_fails_no_call() {
    struct Once(AtomicUsize);

    impl TokenSource for Once {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                assert_ne!(number, 1, "a bug in the source");
                Ok(Token::new(format!("t-{number}")).expires_in(120 * MINUTE))
            })
        }
    }

    let cache = TokenCache::new(
        Arc::new(Once(AtomicUsize::new(0))),
        None,
        None,
        MINUTE,
        Arc::default(),
    );
    token(&cache).await;
    sleep(91 * MINUTE).await;
    token(&cache).await; // its renewal panics
    sleep(60 * MINUTE).await;
    assert!(token(&cache).await == bearer("t-2"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_holds_nobody_up() {
    struct Hanging;

    impl TokenStore for Hanging {
        fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
            Box::pin(std::future::pending())
        }
        fn put<'a>(&'a self, _: &'a str, _: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(std::future::pending())
        }
        fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(std::future::pending())
        }
    }

    let (cache, _) = stored(
        usize::MAX,
        Duration::ZERO,
        Some((Arc::new(Hanging), "app".to_owned())),
    );
    let begun = Instant::now();
    let first = token(&cache).await;
    cache.refused(&first);
    token(&cache).await;
    assert!(
        begun.elapsed() <= 2 * STORE_PATIENCE,
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_lifetime_beyond_all_measure_goes_into_a_store() {
    struct Eternal;

    impl TokenSource for Eternal {
        fn fetch(&self) -> BoxFuture<'_, Result<Token, BoxError>> {
            Box::pin(async { Ok(Token::new("t-eternal").expires_in(Duration::MAX)) })
        }
    }

    let store: Arc<dyn TokenStore> = Arc::new(MemoryTokenStore::new());
    let cache = TokenCache::new(
        Arc::new(Eternal),
        None,
        Some(shared_token(store, "app".to_owned(), MINUTE)),
        MINUTE,
        Arc::default(),
    );
    assert!(token(&cache).await == bearer("t-eternal"));
}

#[test]
fn no_lifetime_breaks_the_arithmetic() {
    assert!(Expiry::new(Instant::now(), Duration::MAX).until > Instant::now());
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_dropped_only_while_it_is_the_kept_one() {
    let (cache, asked) = cache(usize::MAX, Duration::ZERO);
    let old = token(&cache).await;
    cache.refused(&old);
    let new = token(&cache).await;
    for _ in 0..200 {
        cache.refused(&old);
        assert!(token(&cache).await == new);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_hangs_ends_in_time() {
    let (cache, _) = cache(usize::MAX, 60 * MINUTE);
    let before = Instant::now();
    let error = cache.get().await.err().unwrap();
    assert!(error.is_timeout() && !error.may_have_run());
    assert_eq!(before.elapsed(), MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_store_is_asked_first_gets_what_is_new_and_forgets_what_is_refused() {
    let store = MemoryTokenStore::new();
    let with = |key: &str| {
        stored(
            usize::MAX,
            Duration::ZERO,
            Some((Arc::new(store.clone()), key.to_owned())),
        )
    };
    let (one, one_asked) = with("app");
    let (two, two_asked) = with("app");
    let (other, other_asked) = with("other app");

    let first = token(&one).await;
    assert!(token(&two).await == first);
    assert_eq!(two_asked.load(Ordering::SeqCst), 0, "taken from the store");
    token(&other).await;
    assert_eq!(
        other_asked.load(Ordering::SeqCst),
        1,
        "no app sees another's token"
    );

    one.refused(&first);
    tokio::task::yield_now().await; // the store is told in the background
    assert_eq!(store.get("app").await.unwrap(), None);
    token(&one).await;
    assert_eq!(one_asked.load(Ordering::SeqCst), 2);
    // The other client is refused too, and finds the successor in the store.
    two.refused(&first);
    assert!(token(&two).await == bearer("t-1"));
    assert_eq!(two_asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_costs_a_fetch_and_no_call() {
    struct Broken;

    impl TokenStore for Broken {
        fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
            Box::pin(std::future::pending())
        }
        fn put<'a>(&'a self, _: &'a str, _: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(async { Err("full".into()) })
        }
        fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(async { Err("down".into()) })
        }
    }

    let (cache, _) = stored(
        usize::MAX,
        Duration::ZERO,
        Some((Arc::new(Broken), "app".to_owned())),
    );
    let first = token(&cache).await;
    cache.refused(&first);
    assert!(token(&cache).await == bearer("t-1"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_forget_does_not_bring_a_refused_token_back() {
    struct Stuck;

    impl TokenStore for Stuck {
        fn get<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
            let stored = StoredToken {
                token: "t-stuck".to_owned(),
                expires_at: SystemTime::now() + 120 * MINUTE,
            };
            Box::pin(async { Ok(Some(stored)) })
        }
        fn put<'a>(&'a self, _: &'a str, _: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(async { Ok(()) })
        }
        fn invalidate<'a>(&'a self, _: &'a str, _: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
            Box::pin(async { Ok(()) })
        }
    }

    let (cache, _) = stored(
        usize::MAX,
        Duration::ZERO,
        Some((Arc::new(Stuck), "app".to_owned())),
    );
    let stuck = token(&cache).await;
    assert!(stuck == bearer("t-stuck"));
    cache.refused(&stuck);
    assert!(token(&cache).await == bearer("t-0"));
}

//! The lock under which one of several processes fetches the token.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::time::sleep;

use super::shared_token::{LOOK_AGAIN, OTHERS_PATIENCE};
use super::tests::{MINUTE, bearer, stored, token};
use super::*;
use crate::auth::{BoxFuture, MemoryTokenStore, TokenStore};
use crate::error::BoxError;

/// A store whose lock another process has, or has not.
#[derive(Clone, Default)]
struct Locking {
    tokens: MemoryTokenStore,
    is_anothers: Arc<AtomicBool>,
    owner: Arc<Mutex<Option<String>>>,
}

impl TokenStore for Locking {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        self.tokens.get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        self.tokens.put(key, token)
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        self.tokens.invalidate(key, token)
    }

    fn lock<'a>(&'a self, _: &'a str, owner: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        Box::pin(async move {
            let mut kept = self.owner.lock().unwrap();
            let is_free = kept.is_none() && !self.is_anothers.load(Ordering::SeqCst);
            if is_free {
                *kept = Some(owner.to_owned());
            }
            Ok(is_free)
        })
    }

    fn unlock<'a>(&'a self, _: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut kept = self.owner.lock().unwrap();
            kept.take_if(|kept| kept == owner);
            Ok(())
        })
    }
}

fn cache(store: &Locking, takes: Duration) -> (TokenCache, Arc<AtomicUsize>) {
    let store: Arc<dyn TokenStore> = Arc::new(store.clone());
    stored(usize::MAX, takes, Some((store, "app".to_owned())))
}

#[tokio::test(start_paused = true)]
async fn of_several_processes_one_fetches() {
    let store = Locking::default();
    let caches: Vec<_> = (0..4)
        .map(|_| cache(&store, Duration::from_secs(2)))
        .collect();
    let asked = caches.clone();
    let tokens: Vec<_> = caches
        .into_iter()
        .map(|(cache, _)| tokio::spawn(async move { token(&cache).await }))
        .collect();
    for fetched in tokens {
        assert!(fetched.await.unwrap() == bearer("t-0"));
    }
    let asked = asked.iter().map(|(_, asked)| asked.load(Ordering::SeqCst));
    assert_eq!(asked.sum::<usize>(), 1);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(*store.owner.lock().unwrap(), None, "given back");
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_died_is_not_waited_for_long() {
    let store = Locking::default();
    store.is_anothers.store(true, Ordering::SeqCst);
    let (cache, asked) = cache(&store, Duration::ZERO);
    let begun = Instant::now();
    assert!(token(&cache).await == bearer("t-0"));
    assert!(begun.elapsed() <= OTHERS_PATIENCE + LOOK_AGAIN);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_is_left_to_who_is_at_it() {
    let store = Locking::default();
    let (cache, asked) = cache(&store, Duration::ZERO);
    token(&cache).await;
    store.is_anothers.store(true, Ordering::SeqCst);
    sleep(91 * MINUTE).await;
    assert!(token(&cache).await == bearer("t-0"));
    sleep(MINUTE).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // what that one has put is found at the next look
    let ends = SystemTime::now() + 120 * MINUTE;
    let put = store.tokens.put("app", StoredToken::new("t-theirs", ends));
    put.await.unwrap();
    token(&cache).await;
    sleep(Duration::from_secs(1)).await;
    assert!(token(&cache).await == bearer("t-theirs"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

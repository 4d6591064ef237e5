//! The token's place in a store beyond the client: looked at before a fetch, filled after it, cleared of what was refused.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, warn};

use super::{CachedToken, FetchReason, usable};
use crate::auth::store::{StoredToken, TokenStore};
use crate::auth::token::{BoxFuture, at_token};
use crate::error::{BoxError, Result};
use crate::panics::caught;

/// How long a store may think, before a token is fetched without it.
pub(super) const STORE_PATIENCE: Duration = Duration::from_secs(1);

/// How long a store that did not answer in time is left alone: it costs a fetch its patience, not every one.
const STORE_REST: Duration = Duration::from_secs(30);

/// How long a token is waited for that another process fetches, and how often it is looked for.
pub(super) const OTHERS_PATIENCE: Duration = Duration::from_secs(5);
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The token as a cache shares it with others. Behind a pointer, so that a program whose tokens stay in its clients has
/// none of that code.
pub(crate) trait SharedToken: Send + Sync {
    /// A token of the store, unless it is `not` wanted or due itself; or None, with the lock for fetching one. While
    /// another process has the lock, its token is waited for; for a renewal there is no need to.
    fn look<'a>(
        &'a self,
        reason: FetchReason,
        not: Option<&'a str>,
        owner: &'a str,
    ) -> BoxFuture<'a, Result<Option<CachedToken>>>;

    /// Ends a fetch: takes the new token, if there is one, and gives the lock back.
    fn end_fetch<'a>(&'a self, token: Option<StoredToken>, owner: &'a str) -> BoxFuture<'a, ()>;

    /// The platform refused this token.
    fn refused<'a>(&'a self, token: &'a str) -> BoxFuture<'a, ()>;
}

/// Makes it, with the key in the store and the client's time-out for a token.
pub(crate) type NewSharedToken = fn(Arc<dyn TokenStore>, String, Duration) -> Arc<dyn SharedToken>;

struct InStore {
    store: Arc<dyn TokenStore>,
    key: String,
    timeout: Duration,
    rests_until: Mutex<Option<Instant>>,
}

pub(crate) fn shared_token(
    store: Arc<dyn TokenStore>,
    key: String,
    timeout: Duration,
) -> Arc<dyn SharedToken> {
    Arc::new(InStore {
        store,
        key,
        timeout,
        rests_until: Mutex::default(),
    })
}

impl SharedToken for InStore {
    fn look<'a>(
        &'a self,
        reason: FetchReason,
        not: Option<&'a str>,
        owner: &'a str,
    ) -> BoxFuture<'a, Result<Option<CachedToken>>> {
        let (store, key) = (&self.store, &*self.key);
        Box::pin(async move {
            let give_up = Instant::now() + OTHERS_PATIENCE.min(self.timeout / 2);
            let mut is_locked = false;
            loop {
                let stored = self.tolerate("get", store.get(key)).await.flatten();
                if let Some(kept) = stored.and_then(|stored| usable(stored, reason, not)) {
                    caught(|| debug!("token taken from the store"));
                    return Ok(Some(kept));
                }
                if is_locked || Instant::now() >= give_up {
                    return Ok(None);
                }
                match self.tolerate("lock", store.lock(key, owner)).await {
                    None => return Ok(None),
                    // Another may have put a token there between the look and the lock: once more.
                    Some(true) => is_locked = true,
                    Some(false) if reason == FetchReason::Renewal => {
                        return Err(at_token("another process is renewing the token"));
                    }
                    Some(false) => sleep(LOOK_AGAIN).await,
                }
            }
        })
    }

    fn end_fetch<'a>(&'a self, token: Option<StoredToken>, owner: &'a str) -> BoxFuture<'a, ()> {
        let (store, key) = (&self.store, &*self.key);
        Box::pin(async move {
            if let Some(token) = token {
                self.tolerate("put", store.put(key, token)).await;
            }
            self.tolerate("unlock", store.unlock(key, owner)).await;
        })
    }

    fn refused<'a>(&'a self, token: &'a str) -> BoxFuture<'a, ()> {
        let asked = self.store.invalidate(&self.key, token);
        Box::pin(async move {
            self.tolerate("invalidate", asked).await;
        })
    }
}

impl InStore {
    /// What a store says, in time and without an error: a store that fails costs a fetch, never a call.
    async fn tolerate<T>(
        &self,
        what: &str,
        asked: BoxFuture<'_, Result<T, BoxError>>,
    ) -> Option<T> {
        let rests_until = *self.rests_until();
        if rests_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        match timeout(STORE_PATIENCE.min(self.timeout / 4), asked).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                caught(|| warn!(what, error, "the token store failed"));
                None
            }
            Err(_) => {
                *self.rests_until() = Some(Instant::now() + STORE_REST);
                caught(|| warn!(what, "the token store did not answer in time"));
                None
            }
        }
    }

    fn rests_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.rests_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

//! Where tokens are kept beyond one client.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::token::BoxFuture;
use crate::error::BoxError;

/// A token in a store.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use apaas_flow::StoredToken;
///
/// let stored = StoredToken::new("t-7f1b", SystemTime::now() + Duration::from_secs(7200));
/// assert!(!format!("{stored:?}").contains("7f1b"));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredToken {
    /// The token itself: a secret.
    pub token: String,
    /// Its end.
    pub expires_at: SystemTime,
}

impl StoredToken {
    /// A token that lives until then.
    pub fn new(token: impl Into<String>, expires_at: SystemTime) -> Self {
        Self {
            token: token.into(),
            expires_at,
        }
    }
}

/// Without the token itself.
impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A place where several clients, or several processes, keep their token together: implement it for your Redis.
///
/// A client looks here before it fetches a token, puts here what it has fetched, and invalidates here what the
/// platform refused. `key` names the platform and the app, so that no app ever sees another's token. A store that
/// fails costs a fetch, never a call: its error becomes a `tracing` warning.
///
/// ```
/// use apaas_flow::{Client, MemoryTokenStore};
///
/// let store = MemoryTokenStore::new();
/// let one = Client::builder().app_credentials("cli_a1b2", "secret").token_store(store.clone()).build()?;
/// let two = Client::builder().app_credentials("cli_a1b2", "secret").token_store(store).build()?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The token under this key, if there is one.
    ///
    /// # Errors
    /// Any.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>>;

    /// Keeps a token until its end.
    ///
    /// # Errors
    /// Any.
    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Forgets a token that the platform refused, but only if it is still this one: another process may have put its
    /// successor meanwhile.
    ///
    /// # Errors
    /// Any.
    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>>;
}

impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).put(key, token)
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).invalidate(key, token)
    }
}

/// Tokens in memory: what several clients of one process share through clones of it.
#[derive(Clone, Default)]
pub struct MemoryTokenStore(Arc<Mutex<HashMap<String, StoredToken>>>);

impl MemoryTokenStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, StoredToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the tokens.
impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore")
            .field("tokens", &self.tokens().len())
            .finish()
    }
}

impl TokenStore for MemoryTokenStore {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move { Ok(self.tokens().get(key).cloned()) })
    }

    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            self.tokens().insert(key.to_owned(), token);
            Ok(())
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let mut tokens = self.tokens();
            if tokens.get(key).is_some_and(|kept| kept.token == token) {
                tokens.remove(key);
            }
            Ok(())
        })
    }
}

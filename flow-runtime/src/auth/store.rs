//! Where tokens are kept beyond one client.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::token::BoxFuture;
use crate::error::BoxError;
use crate::error::foreign::{SENTENCE, one_line};
use crate::panics::contained;
use crate::transport::user_code::UserCode;

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

/// A place where several clients, or several processes, keep their token together.
///
/// [`MemoryTokenStore`] is for one process, [`shared::RedisStore`](crate::shared) (feature `redis`) for several.
///
/// A client looks here before it fetches a token, puts here what it has fetched, and invalidates here what the
/// platform refused. `key` names the platform, the app and its secret (by a fingerprint, from which it cannot be
/// told), so that no app ever sees another's token, and a wrong secret is refused as it is without a store. A store
/// that fails costs a fetch, never a call: its error becomes a `tracing` warning. It is asked on a thread of its own,
/// inside a runtime of tokio's, and may block.
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

    /// Takes the lock under which a token is fetched, so that of many processes one does it and the others wait for
    /// what it puts here; false if another owner has it. A lock must end by itself within seconds, since its owner may
    /// die. The default has no lock: everybody fetches.
    ///
    /// # Errors
    /// Any.
    fn lock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        let _ = (key, owner);
        Box::pin(async { Ok(true) })
    }

    /// Gives the lock back, but only if it is still this owner's.
    ///
    /// # Errors
    /// Any.
    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        let _ = (key, owner);
        Box::pin(async { Ok(()) })
    }
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

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        (**self).lock(key, owner)
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).unlock(key, owner)
    }
}

/// The key under which an app's token is kept: `https://open.feishu.cn#cli_a1b2#5f3759df`.
///
/// The last part tells a wrong secret from the right one. It is public, so it is as short as that takes: 32 bits say
/// next to nothing of a secret, which the platform draws from 190, however they are computed, and one wrong secret in
/// four billion passes for the right one. For that no cryptographic hash is needed, and this one (FNV-1a, folded) is
/// the same in every process, version and build.
pub(crate) fn store_key(base_url: &str, app_id: &str, app_secret: &str) -> String {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;

    let hash = [app_id, app_secret]
        .iter()
        // an end that no text has, so that nothing moves from one to the other
        .flat_map(|text| text.bytes().chain([0xff]))
        .fold(BASIS, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
    let fingerprint = (hash >> 32) ^ (hash & 0xffff_ffff);
    format!("{base_url}#{app_id}#{fingerprint:08x}")
}

/// A store of the user's, asked on a thread that may block.
impl TokenStore for UserCode<dyn TokenStore> {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        let key = key.to_owned();
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move {
                    contained(store.get(&key))
                        .await
                        .map_err(|error| in_words(&error))
                })
            });
            Ok(asked.await??)
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        let key = key.to_owned();
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move {
                    let put = contained(store.put(&key, token)).await;
                    put.map_err(|error| in_words(&error))
                })
            });
            Ok(asked.await??)
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let (key, token) = (key.to_owned(), token.to_owned());
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move {
                    let invalidated = contained(store.invalidate(&key, &token)).await;
                    invalidated.map_err(|error| in_words(&error))
                })
            });
            Ok(asked.await??)
        })
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move {
                    let locked = contained(store.lock(&key, &owner)).await;
                    locked.map_err(|error| in_words(&error))
                })
            });
            Ok(asked.await??)
        })
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move {
                    let unlocked = contained(store.unlock(&key, &owner)).await;
                    unlocked.map_err(|error| in_words(&error))
                })
            });
            Ok(asked.await??)
        })
    }
}

/// A store's error, for a trace.
fn in_words(error: &BoxError) -> String {
    one_line(&error.to_string(), SENTENCE).into_owned()
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

#[cfg(test)]
mod tests {
    use super::store_key;

    #[test]
    fn a_key_is_the_same_everywhere_tells_secrets_apart_and_shows_none() {
        let key = |secret: &str| store_key("https://open.feishu.cn", "cli_a1b2", secret);
        assert_eq!(key("s3cr3t"), "https://open.feishu.cn#cli_a1b2#6a6d1118");
        assert_ne!(key("s3cr3t"), key("s3cr3T"));
        assert_ne!(
            store_key("", "cli_a", "b"),
            store_key("", "cli_", "ab").replace("cli_", "cli_a")
        );
    }
}

//! A store in Redis: the window of a quota, and the token.

mod key;
mod link;
mod tokens;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use link::Link;

use crate::error::{Error, ErrorKind, Result};

/// One budget and one token for all processes that use the same Redis (feature `redis`).
///
/// It is a [`QuotaStore`](super::QuotaStore) and a [`TokenStore`](crate::TokenStore). Clones share one connection, which
/// has a thread of its own, whatever runtime the store is used from. See the [module](super) for what it needs, keeps
/// and promises.
///
/// ```no_run
/// use apaas_flow::shared::RedisStore;
/// use apaas_flow::{Client, Quota};
///
/// # async fn example() -> apaas_flow::Result<()> {
/// let store = RedisStore::connect("redis://127.0.0.1:6379").await?;
/// let client = Client::builder()
///     .app_credentials("cli_a1b2", "secret")
///     .quota(Quota::per_minute(100).shared(store.clone()))
///     .token_store(store)
///     .build()?;
/// # Ok(())
/// # }
/// ```
// again, for the docs: those of `apaas-flow` take no note of the condition of a private module
#[cfg(feature = "redis")]
#[derive(Clone)]
pub struct RedisStore {
    link: Arc<Link>,
    timeout: Duration,
}

/// As long as a call can bear it beside its own work.
const TIMEOUT: Duration = Duration::from_millis(500);

impl RedisStore {
    /// Connects to the Redis at this URL: `redis://[user:password@]host[:port][/database]`, `rediss://` for TLS (feature
    /// `redis-rustls`), or `redis+unix:///path`.
    ///
    /// A program that should start without Redis too uses [`connect_lazily`](Self::connect_lazily).
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unusable URL, and [`ErrorKind::Connect`] if Redis cannot be reached within five
    /// seconds or refuses the user. The password is in neither.
    pub async fn connect(url: impl AsRef<str>) -> Result<Self> {
        let store = Self::connect_lazily(url)?;
        let connected = store.link.run(|mut connection| async move {
            redis::cmd("PING").exec_async(&mut connection).await
        });
        connected.await.map_err(|error| {
            let message = format!("cannot use Redis at {}: {error}", store.link.address());
            Error::plain(ErrorKind::Connect, message)
        })?;
        Ok(store)
    }

    /// The same, without waiting: it connects when it is first used, and until then each process counts for itself.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an unusable URL. The password is not in it.
    pub fn connect_lazily(url: impl AsRef<str>) -> Result<Self> {
        Ok(Self {
            link: Arc::new(Link::new(url.as_ref())?),
            timeout: TIMEOUT,
        })
    }

    /// How long a call waits for Redis before it goes on without: 500 ms unless set, 1 ms at least. Of this clone; set it
    /// before the store is given to a quota.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.max(Duration::from_millis(1));
        self
    }
}

/// Without user and password.
impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("address", &self.link.address())
            .field("timeout", &self.timeout)
            .finish()
    }
}

//! The token in Redis, and the lock of whoever fetches it.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use redis::Script;

use super::RedisStore;
use super::key::Keys;
use crate::auth::{BoxFuture, StoredToken, TokenStore};
use crate::error::BoxError;

static TOKEN: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("token.lua")));
static FORGET: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("forget.lua")));

/// Tokens have some forty bytes.
const LONGEST: usize = 4096;

/// Whoever fetches has died or is too slow to be waited for.
const LOCKED_FOR: Duration = Duration::from_secs(5);

impl TokenStore for RedisStore {
    /// Its end is that of its key, so no clock but that of Redis counts.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<StoredToken>, BoxError>> {
        Box::pin(async move {
            let key = Keys::of(key).key("token");
            let asked = self.link.run(move |mut connection| async move {
                TOKEN
                    .key(key)
                    .arg(LONGEST)
                    .invoke_async::<(Vec<u8>, i64)>(&mut connection)
                    .await
            });
            let (token, left) = asked.await?;
            if token.is_empty() {
                return Ok(None);
            }
            let left = u64::try_from(left).map_err(|_| "the stored token has no end")?;
            let token = String::from_utf8(token).ok();
            let token = token.filter(|token| token.len() < LONGEST);
            let token = token.ok_or("what is stored is no token")?;
            let ends = SystemTime::now().checked_add(Duration::from_millis(left));
            Ok(ends.map(|ends| StoredToken::new(token, ends)))
        })
    }

    fn put<'a>(&'a self, key: &'a str, token: StoredToken) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let key = Keys::of(key).key("token");
            let left = token.expires_at.duration_since(SystemTime::now());
            let left = left.unwrap_or_default().as_millis();
            let left = u64::try_from(left)
                .unwrap_or(u64::MAX)
                .min(24 * 60 * 60 * 1000);
            if left == 0 {
                return Ok(());
            }
            let put = self.link.run(move |mut connection| async move {
                redis::cmd("SET")
                    .arg(key)
                    .arg(token.token)
                    .arg("PX")
                    .arg(left)
                    .exec_async(&mut connection)
                    .await
            });
            put.await
        })
    }

    fn invalidate<'a>(
        &'a self,
        key: &'a str,
        token: &'a str,
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let (key, token) = (Keys::of(key).key("token"), token.to_owned());
        Box::pin(self.forget(key, token))
    }

    fn lock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<bool, BoxError>> {
        let (key, owner) = (Keys::of(key).key("lock"), owner.to_owned());
        Box::pin(async move {
            let locked = self.link.run(move |mut connection| async move {
                redis::cmd("SET")
                    .arg(key)
                    .arg(owner)
                    .arg("NX")
                    .arg("PX")
                    .arg(u64::try_from(LOCKED_FOR.as_millis()).unwrap_or(u64::MAX))
                    .query_async::<Option<String>>(&mut connection)
                    .await
            });
            Ok(locked.await?.is_some())
        })
    }

    fn unlock<'a>(&'a self, key: &'a str, owner: &'a str) -> BoxFuture<'a, Result<(), BoxError>> {
        let (key, owner) = (Keys::of(key).key("lock"), owner.to_owned());
        Box::pin(self.forget(key, owner))
    }
}

impl RedisStore {
    /// Deletes a key if it still holds this.
    async fn forget(&self, key: String, value: String) -> Result<(), BoxError> {
        let forgotten = self.link.run(move |mut connection| async move {
            FORGET
                .key(key)
                .arg(value)
                .invoke_async::<()>(&mut connection)
                .await
        });
        forgotten.await
    }
}

//! A quota's window in Redis.
//!
//! Each question is one script, so nothing comes between its steps, and the clock is that of Redis.

use std::sync::LazyLock;
use std::time::Duration;

use redis::Script;

use super::RedisStore;
use super::key::Keys;
use crate::auth::BoxFuture;
use crate::error::BoxError;
use crate::quota::{Claim, HeldPlace, QuotaStore, Reservation};

static RESERVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("reserve.lua")));
static LEFT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("left.lua")));
static PAUSE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("pause.lua")));

/// In one question; after a long time without Redis there may be many.
const MOST_PLACES: usize = 500;

/// How much later than promised a process may ask and still count as alive.
const GRACE: Duration = Duration::from_secs(1);

impl QuotaStore for RedisStore {
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        Box::pin(async move {
            let (keys, claim) = (Keys::of(key), claim.clone());
            let asks_within = claim
                .asks_every
                .saturating_add(self.timeout)
                .saturating_add(GRACE);
            let asked = self.link.run(move |mut connection| async move {
                RESERVE
                    .key(keys.key("places"))
                    .key(keys.key("line"))
                    .key(keys.key("seen"))
                    .key(keys.key("pause"))
                    .arg(claim.id)
                    .arg(claim.calls)
                    .arg(micros(claim.period))
                    .arg(micros(claim.held_for))
                    .arg(micros(asks_within))
                    .arg(u8::from(claim.can_wait))
                    .invoke_async::<(i64, i64)>(&mut connection)
                    .await
            });
            match asked.await? {
                (1, _) => Ok(Reservation::Granted),
                (0, wait @ 0..=LONGEST_WAIT) => Ok(Reservation::Wait(Duration::from_micros(
                    wait.unsigned_abs(),
                ))),
                _ => Err("Redis gave an answer that our script never gives".into()),
            }
        })
    }

    fn left<'a>(
        &'a self,
        key: &'a str,
        places: &'a [HeldPlace],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            // A place that is told twice counts as it was told last.
            for places in places.chunks(MOST_PLACES) {
                let (keys, places) = (Keys::of(key), places.to_vec());
                let told = self.link.run(move |mut connection| async move {
                    let mut script = LEFT.key(keys.key("places"));
                    for place in places {
                        script.arg(place.id).arg(micros(place.held_for));
                    }
                    script.invoke_async::<()>(&mut connection).await
                });
                told.await?;
            }
            Ok(())
        })
    }

    fn give_back<'a>(&'a self, key: &'a str, id: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let keys = Keys::of(key);
            let given = self.link.run(move |mut connection| async move {
                let mut pipe = redis::pipe();
                pipe.zrem(keys.key("places"), id).ignore();
                pipe.zrem(keys.key("line"), id).ignore();
                pipe.hdel(keys.key("seen"), id).ignore();
                pipe.exec_async(&mut connection).await
            });
            given.await
        })
    }

    fn pause<'a>(&'a self, key: &'a str, pause: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            let keys = Keys::of(key);
            let paused = self.link.run(move |mut connection| async move {
                PAUSE
                    .key(keys.key("pause"))
                    .arg(micros(pause))
                    .invoke_async::<()>(&mut connection)
                    .await
            });
            paused.await
        })
    }

    fn timeout(&self) -> Duration {
        self.timeout
    }
}

const YEAR: u64 = 365 * 24 * 60 * 60 * 1_000_000;

/// Two years: no pause is longer than one.
const LONGEST_WAIT: i64 = 2 * 365 * 24 * 60 * 60 * 1_000_000;

/// A year at most: exact as a number of Lua's, and added to the time of day, too.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros())
        .unwrap_or(YEAR)
        .min(YEAR)
}

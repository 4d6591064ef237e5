//! One budget: who gets the next permit, and when.
//!
//! Two locks. `turn` is the queue: a fair async lock, held while waiting for a permit. `window` is the bookkeeping: a
//! plain lock, held for a few instructions and never across an await. `turn` is only ever taken first, and reporting a
//! departure, a reply or an unused permit takes `window` alone, so a waiting caller blocks none of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::permit::Permit;
use super::window::{FAR, Window};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::process::UsedIn;

/// The state that all clones of a quota share.
pub(crate) struct RateLimiter {
    window: Mutex<Window>,
    /// Held by the call that is next in line. Tokio's mutex is FIFO, which makes the queue fair.
    turn: tokio::sync::Mutex<()>,
    /// The length of the queue, for estimates and error messages only.
    waiting: AtomicUsize,
    /// The next free time may have changed: a permit was given back, its request was sent, or its reply came. Only the
    /// holder of `turn` listens.
    changed: Notify,
    used_in: UsedIn,
}

/// Counts a caller as waiting until dropped, so that a cancelled call leaves the count too.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RateLimiter {
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        Self {
            window: Mutex::new(Window::new(calls, period)),
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            changed: Notify::new(),
            used_in: UsedIn::default(),
        }
    }

    /// Whether it works in this process: those whose turn it is in the parent will not be seen again here.
    pub(crate) fn check_process(&self) -> Result<()> {
        self.used_in.check("quota")
    }

    /// Waits for a permit, for `limit` at most, which the error calls by its name; fails at once if the wait would
    /// exceed it.
    pub(crate) async fn acquire(
        self: &Arc<Self>,
        limit: Duration,
        limit_name: &str,
    ) -> Result<Permit> {
        if let Some(permit) = self.at_once() {
            return Ok(permit);
        }
        let now = Instant::now();
        // Relaxed: the count orders nothing, `turn` does.
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        // The best case as things stand: only a reply, a returned permit or a caller ahead giving up could shorten it,
        // and a call should not bet on those.
        let wait = self
            .window()
            .earliest(ahead, now)
            .saturating_duration_since(now);
        if wait > limit {
            return Err(too_long(wait, limit, limit_name, ahead));
        }
        // On timeout or cancellation the future is dropped, and `turn` passes to the next caller.
        let permit = tokio::time::timeout(limit, self.take_turn())
            .await
            .map_err(|_| too_long(limit, limit, limit_name, ahead))?;
        drop(waiting);
        Ok(permit)
    }

    /// The fast path, without a timer: takes a permit if one is free and the queue is empty.
    pub(crate) fn at_once(self: &Arc<Self>) -> Option<Permit> {
        // Fails while any caller waits: a released lock goes straight to the first in the queue and is never up for
        // grabs. So no call overtakes another.
        let _turn = self.turn.try_lock().ok()?;
        self.take(Instant::now()).ok()
    }

    async fn take_turn(self: &Arc<Self>) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            // Created before the check: `notify_one` leaves a token if no task is waiting yet, so a change between the
            // check and the await is not lost. A token left from earlier costs one more round.
            let changed = self.changed.notified();
            let free_at = match self.take(Instant::now()) {
                Ok(permit) => return permit,
                Err(free_at) => free_at,
            };
            // Woken by the clock or by a change, whichever comes first; either way, check again.
            let _ = tokio::time::timeout_at(free_at, changed).await;
        }
    }

    /// Takes a permit, or returns when the next one is free. Only for the holder of `turn`.
    fn take(self: &Arc<Self>, now: Instant) -> Result<Permit, Instant> {
        self.window().take(now).map(|()| Permit::new(self.clone()))
    }

    /// Holds all calls back, as the platform asked.
    pub(crate) fn pause(&self, pause: Duration) {
        // No wake-up: a pause only makes the wait longer, and the waiting call checks again when its time comes.
        self.window().pause_until(Instant::now() + pause.min(FAR));
    }

    /// Records that a request was sent; returns the time from which the window counts it.
    pub(super) fn departed(&self) -> Instant {
        let counted_from = self.window().departed(Instant::now());
        // Its permit now expires at a known time, so the waiting call can set its timer again.
        self.changed.notify_one();
        counted_from
    }

    /// Records a reply: the request arrived by now, so its permit expires earlier than assumed.
    pub(super) fn arrived(&self, counted_from: Instant) {
        self.window().arrived(counted_from, Instant::now());
        self.changed.notify_one();
    }

    /// Returns a permit whose request was never sent. The platform has not counted it, so the next call may have it
    /// now.
    pub(super) fn give_back(&self) {
        self.window().give_back();
        self.changed.notify_one();
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // A panic elsewhere must not stop every later call, so a poisoned lock is used as it is.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_long(wait: Duration, limit: Duration, limit_name: &str, ahead: usize) -> Error {
    Error::plain(
        ErrorKind::Queue,
        format!(
            "the wait for the rate limit is at least {wait:.1?} with {ahead} calls ahead; `{limit_name}` is {limit:.1?}"
        ),
    )
    .with(|facts| facts.retry_after = Some(wait))
}

#[cfg(test)]
mod tests {
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::quota::Quota;

    const SECOND: Duration = Duration::from_secs(1);
    const LONG: Duration = Duration::from_secs(1200);

    fn shared(calls: usize, period: Duration) -> Arc<RateLimiter> {
        Quota::new(calls, period).into_limiter()
    }

    async fn pass(quota: &Arc<RateLimiter>) -> Instant {
        quota.acquire(LONG, "queue_limit").await.unwrap().departed();
        Instant::now()
    }

    #[tokio::test(start_paused = true)]
    async fn three_hundred_at_once_are_spread_over_the_windows() {
        let quota = shared(100, 60 * SECOND);
        let begun = Instant::now();
        let calls: Vec<_> = (0..300)
            .map(|_| {
                let quota = quota.clone();
                tokio::spawn(async move { pass(&quota).await })
            })
            .collect();
        let mut departed = Vec::new();
        for call in calls {
            departed.push(call.await.unwrap());
        }
        assert!(departed.is_sorted(), "in order of arrival");
        assert_eq!(departed[99], begun);
        assert!(
            departed[100] > begun + 60 * SECOND,
            "no reply has confirmed the first hundred"
        );
        assert!(
            departed[299] <= begun + 123 * SECOND,
            "{:?}",
            departed[299] - begun
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_permit_is_given_back() {
        let quota = shared(1, 60 * SECOND);
        let permit = quota.acquire(LONG, "queue_limit").await.unwrap();
        let second = tokio::spawn({
            let quota = quota.clone();
            async move { pass(&quota).await }
        });
        sleep(SECOND).await;
        let dropped = Instant::now();
        drop(permit);
        assert_eq!(
            second.await.unwrap(),
            dropped,
            "at once, not a minute later"
        );

        // and a caller that leaves the queue holds no one up
        let gone = timeout(SECOND, quota.acquire(LONG, "queue_limit")).await;
        assert!(gone.is_err());
        assert!(pass(&quota).await >= dropped + 60 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_expires_one_period_after_its_reply() {
        let quota = shared(1, 60 * SECOND);
        let mut permit = quota.acquire(LONG, "queue_limit").await.unwrap();
        permit.departed();
        let waiting = tokio::spawn({
            let quota = quota.clone();
            async move { pass(&quota).await }
        });
        sleep(Duration::from_millis(20)).await;
        let replied = Instant::now();
        permit.arrived();
        assert_eq!(
            waiting.await.unwrap(),
            replied + 60 * SECOND,
            "without the margin"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_longer_than_the_limit_fails_at_once() {
        let quota = shared(1, 60 * SECOND);
        pass(&quota).await;
        let begun = Instant::now();
        let error = quota
            .acquire(10 * SECOND, "queue_limit")
            .await
            .err()
            .unwrap();
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(error.kind(), ErrorKind::Queue);
        assert!(error.is_retryable() && !error.may_have_run());
        assert!(error.retry_after().unwrap() >= 60 * SECOND);
        assert!(
            error.to_string().contains("`queue_limit` is 10.0s"),
            "{error}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_delays_every_call_of_the_quota() {
        let quota = shared(10, 60 * SECOND);
        let other = quota.clone();
        let begun = Instant::now();
        quota.pause(Duration::from_millis(1500));
        assert_eq!(pass(&other).await, begun + Duration::from_millis(1500));
        let unlimited = Quota::UNLIMITED.into_limiter();
        let begun = Instant::now();
        unlimited.pause(SECOND);
        assert_eq!(pass(&unlimited).await, begun + SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn extreme_durations_do_not_overflow() {
        let quota = shared(1, Duration::MAX);
        quota.pause(Duration::MAX);
        assert!(quota.acquire(LONG, "queue_limit").await.is_err());
        assert!(
            quota.acquire(Duration::MAX, "queue_limit").await.is_ok(),
            "a year later"
        );
        let waiting =
            tokio::spawn(async move { quota.acquire(Duration::MAX, "queue_limit").await.is_ok() });
        assert!(waiting.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn clones_share_one_budget_and_shares_split_it() {
        let quota = Quota::per_minute(2);
        let (one, two) = (quota.clone().into_limiter(), quota.into_limiter());
        pass(&one).await;
        pass(&two).await;
        assert!(
            one.acquire(SECOND, "queue_limit").await.is_err()
                && two.acquire(SECOND, "queue_limit").await.is_err()
        );

        assert_eq!(
            format!("{:?}", Quota::per_minute(100).share(6)),
            "Quota(16 in 60s)"
        );
        assert_eq!(
            format!("{:?}", Quota::per_minute(2).share(6)),
            "Quota(1 in 180s)"
        );
        assert_eq!(
            format!("{:?}", Quota::per_minute(100).share(0)),
            "Quota(100 in 60s)"
        );
        assert_eq!(
            format!("{:?}", Quota::UNLIMITED.share(6)),
            "Quota::UNLIMITED"
        );
        assert!(!Quota::per_minute(0).is_usable() && !Quota::new(1, Duration::ZERO).is_usable());
        assert!(Quota::UNLIMITED.is_usable());
    }

    #[tokio::test(start_paused = true)]
    async fn sustained_load_uses_the_budget_and_never_exceeds_it() {
        let quota = shared(100, 60 * SECOND);
        let begun = Instant::now();
        let calls: Vec<_> = (0..64)
            .map(|_| {
                let quota = quota.clone();
                tokio::spawn(async move {
                    let mut departed = Vec::new();
                    loop {
                        let at = pass(&quota).await;
                        if at >= begun + 600 * SECOND {
                            return departed;
                        }
                        departed.push(at);
                        sleep(Duration::from_millis(300)).await;
                    }
                })
            })
            .collect();
        let mut departed = Vec::new();
        for call in calls {
            departed.extend(call.await.unwrap());
        }
        departed.sort_unstable();
        let most = (0..departed.len())
            .map(|i| {
                departed[i..]
                    .iter()
                    .take_while(|at| **at < departed[i] + 60 * SECOND)
                    .count()
            })
            .max();
        assert_eq!(most, Some(100));
        assert!(
            departed.len() >= 980,
            "{} of 1000 over ten windows",
            departed.len()
        );
    }
}

//! One budget: who gets the next permit, and when.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::permit::Permit;
use super::window::{FAR, Window};
use crate::error::{Error, ErrorKind, Result};
use crate::transport::process::UsedIn;

/// What all clones of a quota share.
pub(crate) struct RateLimiter {
    window: Mutex<Window>,
    /// Held by the one call whose turn is next; tokio's lock hands it over in the order of arrival.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
    /// A permit was given back, has left, or is known to have arrived.
    changed: Notify,
    used_in: UsedIn,
}

/// One of those who wait.
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
        let now = Instant::now();
        if let Some(permit) = self.take_at_once(now) {
            return Ok(permit);
        }
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Waiting(&self.waiting);
        let wait = self
            .window()
            .earliest(ahead, now)
            .saturating_duration_since(now);
        if wait > limit {
            return Err(too_long(wait, limit, limit_name, ahead));
        }
        let permit = tokio::time::timeout(limit, self.take_turn())
            .await
            .map_err(|_| too_long(limit, limit, limit_name, ahead))?;
        drop(waiting);
        Ok(permit)
    }

    /// A permit, if one is free and nobody waits for it: the usual case, without a timer.
    fn take_at_once(self: &Arc<Self>, now: Instant) -> Option<Permit> {
        // Whoever waits has the turn, or is given it before this can have it: nobody is overtaken.
        let _turn = self.turn.try_lock().ok()?;
        self.take(now).ok()
    }

    async fn take_turn(self: &Arc<Self>) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            let changed = self.changed.notified();
            let free_at = match self.take(Instant::now()) {
                Ok(permit) => return permit,
                Err(free_at) => free_at,
            };
            // Whichever comes first: its time, or a permit that was given back.
            let _ = tokio::time::timeout_at(free_at, changed).await;
        }
    }

    /// A permit, or when the next one will be free. To be called by the one whose turn it is.
    fn take(self: &Arc<Self>, now: Instant) -> Result<Permit, Instant> {
        self.window().take(now).map(|()| Permit::new(self.clone()))
    }

    /// The platform asks all calls to wait.
    pub(crate) fn pause(&self, pause: Duration) {
        self.window().pause_until(Instant::now() + pause.min(FAR));
    }

    /// A request has left; says from when on the window counts it.
    pub(super) fn departed(&self) -> Instant {
        let counted_from = self.window().departed(Instant::now());
        self.changed.notify_one();
        counted_from
    }

    pub(super) fn arrived(&self, counted_from: Instant) {
        self.window().arrived(counted_from, Instant::now());
        self.changed.notify_one();
    }

    /// No request leaves for a permit that was taken.
    pub(super) fn give_back(&self) {
        self.window().give_back();
        self.changed.notify_one();
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_long(wait: Duration, limit: Duration, limit_name: &str, ahead: usize) -> Error {
    Error::plain(
        ErrorKind::Queue,
        format!(
            "the wait for the rate limit is {wait:.1?} or more, with {ahead} calls ahead, and `{limit_name}` is {limit:.1?}"
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
        assert!(departed.is_sorted(), "in the order in which they came");
        assert_eq!(departed[99], begun);
        assert!(
            departed[100] > begun + 60 * SECOND,
            "no reply says that the first hundred have arrived"
        );
        assert!(
            departed[299] <= begun + 123 * SECOND,
            "{:?}",
            departed[299] - begun
        );
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_goes_away_gives_his_permit_back() {
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

        // and one who leaves the queue is not waited for
        let gone = timeout(SECOND, quota.acquire(LONG, "queue_limit")).await;
        assert!(gone.is_err());
        assert!(pass(&quota).await >= dropped + 60 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reply_frees_its_permit_a_period_later() {
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
            "and not the margin as well"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_known_to_be_too_long_is_not_begun() {
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
    async fn a_pause_holds_for_everybody_in_and_behind_the_queue() {
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
    async fn no_duration_breaks_the_arithmetic() {
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
    async fn clones_are_one_budget_and_shares_are_parts_of_it() {
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
    async fn a_burst_under_load_uses_the_budget_and_never_more() {
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

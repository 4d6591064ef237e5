//! A share of a budget, for calls that can wait: a bulk run beside a service.
//!
//! Four rules keep it out of the way. Its permits never exceed its share of any window. They are spread over the
//! period, since a burst would make every other call wait for the burst to expire. They are taken only while no other
//! call waits. And the last free permit is left alone until the next one expires soon.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use super::limiter::{RateLimiter, too_long};
use super::pace::Pace;
use super::permit::Permit;
use super::remote::Remote;
use super::shared_queue::Pending;
use super::window::{FAR, Window};
use crate::auth::BoxFuture;
use crate::error::Result;

/// What a lane and its permits need of a share. Behind a pointer, so that a program without shares has none of their code.
pub(super) trait Part: Send + Sync {
    fn acquire<'a>(
        self: Arc<Self>,
        limiter: &'a Arc<RateLimiter>,
        limit: Duration,
        limit_name: &'a str,
    ) -> BoxFuture<'a, Result<Permit>>;

    /// A permit, if one is free and no call waits.
    fn at_once(self: Arc<Self>, limiter: &Arc<RateLimiter>) -> Option<Permit>;

    /// As of the whole window.
    fn departed(&self, now: Instant) -> Instant;

    fn arrived(&self, counted_from: Instant, now: Instant);

    fn give_back(&self);
}

/// The state that all calls of a share have in common.
pub(crate) struct Share {
    state: Mutex<State>,
    /// Held by the call of the share that is next in line.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
}

struct State {
    window: Window,
    pace: Pace,
}

/// What holds a call of a share back.
enum Hold {
    /// The share, or the whole budget, is used up as far as is known; worth another look at `ask_at`.
    Until { free_at: Instant, ask_at: Instant },
    /// Another call waits, and goes first.
    OthersWait,
}

/// Less than this is no share but a mistake, and a call would wait for years.
const LEAST: f64 = 0.001;

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Share {
    pub(super) fn new(share: f64, calls: usize, period: Duration) -> Self {
        let (calls, period) = part_of(share, calls, period);
        Self {
            state: Mutex::new(State {
                window: Window::new(calls, period),
                pace: Pace::new(calls, period),
            }),
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
        }
    }

    async fn wait_for(
        self: &Arc<Self>,
        limiter: &Arc<RateLimiter>,
        limit: Duration,
        limit_name: &str,
    ) -> Result<Permit> {
        let now = Instant::now();
        // Relaxed: the count orders nothing, `turn` does.
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let earliest = self
            .state()
            .earliest(ahead, now)
            .max(limiter.earliest_of_share(ahead, now));
        let wait = earliest.saturating_duration_since(now);
        if wait > limit {
            return Err(too_long(wait, limit, limit_name, ahead));
        }
        timeout(limit, self.take_turn(limiter, now + limit.min(FAR)))
            .await
            .unwrap_or(Err(limit))
            .map_err(|wait| too_long(wait, limit, limit_name, ahead))
    }

    /// A permit, or how long it would take at least, where that is beyond `give_up`.
    async fn take_turn(
        self: &Arc<Self>,
        limiter: &Arc<RateLimiter>,
        give_up: Instant,
    ) -> Result<Permit, Duration> {
        let _turn = self.turn.lock().await;
        let watch = limiter.watch();
        let mut pending = limiter
            .remote()
            .map(|remote| (remote, Pending::new(limiter, remote, true)));
        loop {
            // Created before the check, so that no change between the check and the await is lost.
            let changed = watch.changed();
            let taken = match &mut pending {
                None => self.take(limiter, Instant::now()),
                Some((remote, pending)) => self.take_shared(limiter, remote, pending).await,
            };
            match taken {
                Ok(permit) => return Ok(permit),
                Err(Hold::Until { free_at, .. }) if free_at > give_up => {
                    return Err(free_at.saturating_duration_since(Instant::now()));
                }
                Err(Hold::Until { ask_at, .. }) => {
                    let _ = timeout_at(ask_at, changed).await;
                }
                Err(Hold::OthersWait) => changed.await,
            }
        }
    }

    /// Takes a permit, or says what holds it back. Only for the holder of `turn`.
    fn take(self: &Arc<Self>, limiter: &Arc<RateLimiter>, now: Instant) -> Result<Permit, Hold> {
        let mut state = self.state();
        state.check(limiter, now)?;
        let permit = limiter.take_spare(now).map_err(Hold::until)?;
        state.take(now);
        Ok(permit.of(self.clone()))
    }

    /// The same, where a store keeps the budget.
    async fn take_shared(
        self: &Arc<Self>,
        limiter: &Arc<RateLimiter>,
        remote: &Remote,
        pending: &mut Pending,
    ) -> Result<Permit, Hold> {
        self.state().check(limiter, Instant::now())?;
        let permit = pending.ask(remote).await.map_err(|later| Hold::Until {
            free_at: later.free_at,
            ask_at: later.ask_at,
        })?;
        // Meanwhile only permits were given back: to take one needs `turn`.
        self.state().take(Instant::now());
        Ok(permit.of(self.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not stop every later call, so a poisoned lock is used as it is.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part for Share {
    fn acquire<'a>(
        self: Arc<Self>,
        limiter: &'a Arc<RateLimiter>,
        limit: Duration,
        limit_name: &'a str,
    ) -> BoxFuture<'a, Result<Permit>> {
        Box::pin(async move { self.wait_for(limiter, limit, limit_name).await })
    }

    fn at_once(self: Arc<Self>, limiter: &Arc<RateLimiter>) -> Option<Permit> {
        if limiter.remote().is_some() {
            return None; // the store is to be asked
        }
        let _turn = self.turn.try_lock().ok()?;
        self.take(limiter, Instant::now()).ok()
    }

    fn departed(&self, now: Instant) -> Instant {
        self.state().window.departed(now)
    }

    fn arrived(&self, counted_from: Instant, now: Instant) {
        self.state().window.arrived(counted_from, now);
    }

    fn give_back(&self) {
        let mut state = self.state();
        state.window.give_back();
        state.pace.give_back();
    }
}

impl Hold {
    fn until(at: Instant) -> Self {
        Self::Until {
            free_at: at,
            ask_at: at,
        }
    }
}

impl State {
    /// Whether a call of the share may ask for a permit at all.
    fn check(&mut self, limiter: &RateLimiter, now: Instant) -> Result<(), Hold> {
        let free_at = self.earliest(0, now);
        if free_at > now {
            return Err(Hold::until(free_at));
        }
        if limiter.has_waiting() {
            return Err(Hold::OthersWait);
        }
        Ok(())
    }

    fn earliest(&mut self, ahead: usize, now: Instant) -> Instant {
        self.window.expire(now);
        self.window
            .earliest(ahead, now)
            .max(self.pace.earliest(ahead, now))
    }

    fn take(&mut self, now: Instant) {
        // free, as was just seen
        let _ = self.window.take(now);
        self.pace.take(now);
    }
}

/// The calls of a share and the period in which they may be made: where it is less than one call a period, one call in
/// several.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]
fn part_of(share: f64, calls: usize, period: Duration) -> (usize, Duration) {
    if calls == usize::MAX {
        return (calls, period);
    }
    let share = if share.is_nan() {
        LEAST
    } else {
        share.clamp(LEAST, 1.0)
    };
    // A tenth of 100 is 10, whatever the last bit of a float says.
    let part = share * calls as f64 + 1e-9;
    if part >= 1.0 {
        return ((part as usize).min(calls), period);
    }
    let periods = (1.0 / part - 1e-6).ceil().max(1.0);
    (1, period.saturating_mul(periods as u32))
}

#[cfg(test)]
mod tests;

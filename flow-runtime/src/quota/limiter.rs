//! One budget: who gets the next permit, and when.
//!
//! Two locks. `turn` is the queue: a fair async lock, held while waiting for a permit. `window` is the bookkeeping: a
//! plain lock, held for a few instructions and never across an await. `turn` is only ever taken first, and reporting a
//! departure, a reply or an unused permit takes `window` alone, so a waiting caller blocks none of them.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::permit::Permit;
use super::share::Share;
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
    /// The same, or nobody waits any more: for the calls of shares, which come after all others.
    changed_for_shares: Notify,
    /// The shares that listen.
    listening: AtomicUsize,
    calls: usize,
    period: Duration,
    used_in: UsedIn,
}

/// Counts a caller as waiting until dropped, so that a cancelled call leaves the count too.
struct Waiting<'a>(&'a RateLimiter);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.0.waiting.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.wake_shares();
        }
    }
}

/// A share's head of line that wants to know of changes; counted, so that nobody is woken for nothing.
pub(super) struct Watch<'a>(&'a RateLimiter);

impl Watch<'_> {
    /// The next change from now on, whenever it is awaited.
    pub(super) fn changed(&self) -> impl Future<Output = ()> {
        self.0.changed_for_shares.notified()
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        self.0.listening.fetch_sub(1, Ordering::SeqCst);
    }
}

impl RateLimiter {
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        Self {
            window: Mutex::new(Window::new(calls, period)),
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            changed: Notify::new(),
            changed_for_shares: Notify::new(),
            listening: AtomicUsize::new(0),
            calls,
            period,
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
        // The order of the calls is `turn`'s business; that shares see the count before they look at it is `SeqCst`'s.
        let ahead = self.waiting.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(self);
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

    /// Takes a permit for a call of a share, or returns when to try again. Only while no other call waits.
    pub(super) fn take_spare(self: &Arc<Self>, now: Instant) -> Result<Permit, Instant> {
        let taken = self.window().take_spare(now);
        taken.map(|()| Permit::new(self.clone()))
    }

    /// Holds all calls back, as the platform asked.
    pub(crate) fn pause(&self, pause: Duration) {
        // No wake-up: a pause only makes the wait longer, and the waiting call checks again when its time comes.
        self.window().pause_until(Instant::now() + pause.min(FAR));
    }

    /// Records that a request was sent; returns the time from which the window counts it.
    pub(super) fn departed(&self, now: Instant) -> Instant {
        let counted_from = self.window().departed(now);
        // Its permit now expires at a known time, so the waiting call can set its timer again.
        self.wake();
        counted_from
    }

    /// Records a reply: the request arrived by now, so its permit expires earlier than assumed.
    pub(super) fn arrived(&self, counted_from: Instant, now: Instant) {
        self.window().arrived(counted_from, now);
        self.wake();
    }

    /// Returns a permit whose request was never sent. The platform has not counted it, so the next call may have it
    /// now.
    pub(super) fn give_back(&self) {
        self.window().give_back();
        self.wake();
    }

    /// A share of it, for calls that let all others go first.
    pub(super) fn share(&self, share: f64) -> Share {
        Share::new(share, self.calls, self.period)
    }

    /// The earliest departure of a share's call behind `ahead` others of the share.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let ahead = ahead.saturating_add(self.waiting.load(Ordering::SeqCst));
        self.window().earliest(ahead, now)
    }

    /// Whether a call waits that goes before those of the shares.
    pub(super) fn has_waiting(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    pub(super) fn watch(&self) -> Watch<'_> {
        self.listening.fetch_add(1, Ordering::SeqCst);
        Watch(self)
    }

    fn wake(&self) {
        self.changed.notify_one();
        self.wake_shares();
    }

    fn wake_shares(&self) {
        // A share that begins to listen after this looks at the window afterwards, and sees what has changed.
        if self.listening.load(Ordering::SeqCst) > 0 {
            self.changed_for_shares.notify_waiters();
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // A panic elsewhere must not stop every later call, so a poisoned lock is used as it is.
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn too_long(wait: Duration, limit: Duration, limit_name: &str, ahead: usize) -> Error {
    Error::plain(
        ErrorKind::Queue,
        format!(
            "the wait for the rate limit is at least {wait:.1?} with {ahead} calls ahead; `{limit_name}` is {limit:.1?}"
        ),
    )
    .with(|facts| facts.retry_after = Some(wait))
}

#[cfg(test)]
mod tests;

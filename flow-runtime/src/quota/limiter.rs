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
use super::remote::{Notice, Remote};
use super::share::Share;
use super::window::{FAR, Window};
use crate::error::{Error, ErrorKind, Result};
use crate::stats::WindowStats;
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
    /// The store that keeps the window, if it is not kept here. The window here then counts this process alone, for
    /// the time in which the store is away.
    remote: Option<Remote>,
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
            remote: None,
            used_in: UsedIn::default(),
        }
    }

    /// A budget that a store keeps; `here` is the limit while that is away.
    pub(super) fn shared(
        calls: usize,
        period: Duration,
        remote: Remote,
        here: (usize, Duration),
    ) -> Self {
        Self {
            calls,
            period,
            remote: Some(remote),
            ..Self::new(here.0, here.1)
        }
    }

    pub(super) fn remote(&self) -> Option<&Remote> {
        self.remote.as_ref()
    }

    /// Whether it works in this process: those whose turn it is in the parent will not be seen again here.
    pub(crate) fn check_process(&self, here: u32) -> Result<()> {
        self.used_in.check(here, "quota")
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
        let wait = self.earliest(ahead, now).saturating_duration_since(now);
        if wait > limit {
            return Err(too_long(wait, limit, limit_name, ahead));
        }
        // On timeout or cancellation the future is dropped, and `turn` passes to the next caller.
        let permit = tokio::time::timeout(limit, self.take_turn(now + limit.min(FAR)))
            .await
            .unwrap_or(Err(limit))
            .map_err(|wait| too_long(wait, limit, limit_name, ahead))?;
        drop(waiting);
        Ok(permit)
    }

    /// The fast path, without a timer: takes a permit if one is free and the queue is empty.
    pub(super) fn at_once(self: &Arc<Self>) -> Option<Permit> {
        if self.remote.is_some() {
            return None; // the store is to be asked
        }
        // Fails while any caller waits: a released lock goes straight to the first in the queue and is never up for
        // grabs. So no call overtakes another.
        let _turn = self.turn.try_lock().ok()?;
        self.take(Instant::now()).ok()
    }

    /// A permit, or how long it would take at least, where that is beyond `give_up`.
    async fn take_turn(self: &Arc<Self>, give_up: Instant) -> Result<Permit, Duration> {
        let _turn = self.turn.lock().await;
        if let Some(remote) = &self.remote {
            return remote.queue().take(self, remote, give_up).await;
        }
        loop {
            // Created before the check: `notify_one` leaves a token if no task is waiting yet, so a change between the
            // check and the await is not lost. A token left from earlier costs one more round.
            let changed = self.changed();
            let free_at = match self.take(Instant::now()) {
                Ok(permit) => return Ok(permit),
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

    /// Takes a permit that the store has granted.
    pub(super) fn take_granted(&self, now: Instant) {
        self.window().take_granted(now);
    }

    /// Takes a permit from the window here, while the store is away.
    pub(super) fn take_here(&self, can_wait: bool, now: Instant) -> Result<(), Instant> {
        if can_wait {
            self.window().take_spare(now)
        } else {
            self.window().take(now)
        }
    }

    /// Holds all calls back, as the platform asked.
    pub(super) fn pause(self: &Arc<Self>, pause: Duration) {
        // No wake-up: a pause only makes the wait longer, and the waiting call checks again when its time comes.
        let until = Instant::now() + pause.min(FAR);
        self.window().pause_until(until);
        self.tell(Notice::PausedUntil(until));
    }

    pub(super) fn paused_until(&self) -> Option<Instant> {
        self.window().paused_until()
    }

    /// Records that a request was sent; returns the time from which the window counts it. `id` is that of its place in
    /// the store.
    pub(super) fn departed(self: &Arc<Self>, now: Instant, id: Option<u64>) -> Instant {
        let counted_from = self.window().departed(now);
        if let (Some(remote), Some(id)) = (&self.remote, id) {
            remote.departed(id, now);
            self.deliver();
        }
        // Its permit now expires at a known time, so the waiting call can set its timer again.
        self.wake();
        counted_from
    }

    /// Records a reply: the request arrived by now, so its permit expires earlier than assumed.
    pub(super) fn arrived(self: &Arc<Self>, counted_from: Instant, now: Instant, id: Option<u64>) {
        self.window().arrived(counted_from, now);
        if let (Some(remote), Some(id)) = (&self.remote, id) {
            remote.arrived(id, now);
            self.deliver();
        }
        self.wake();
    }

    /// Returns a permit whose request was never sent. The platform has not counted it, so the next call may have it
    /// now.
    pub(super) fn give_back(self: &Arc<Self>, id: Option<u64>) {
        self.window().give_back();
        if let Some(id) = id {
            self.tell(Notice::GivenBack(id));
        }
        self.wake();
    }

    /// A share of it, for calls that let all others go first.
    pub(super) fn share(&self, share: f64) -> Share {
        Share::new(share, self.calls, self.period)
    }

    /// The earliest departure of a call behind `ahead` others.
    fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        match &self.remote {
            // the store knows better, and what it knows is not known here
            Some(remote) if remote.away_until().is_none() => {
                let not_before = self.paused_until().unwrap_or(now);
                remote.earliest(ahead, now).max(not_before)
            }
            _ => self.window().earliest(ahead, now),
        }
    }

    /// The earliest departure of a share's call behind `ahead` others of the share.
    pub(super) fn earliest_of_share(&self, ahead: usize, now: Instant) -> Instant {
        let waiting = self.waiting.load(Ordering::SeqCst);
        self.earliest(ahead.saturating_add(waiting), now)
    }

    /// How long asking takes, beside the waiting.
    pub(super) fn patience(&self) -> Duration {
        self.remote
            .as_ref()
            .map_or(Duration::ZERO, |remote| remote.timeout)
    }

    pub(super) fn stats(&self) -> WindowStats {
        WindowStats {
            used: self.window().used(Instant::now()),
            limit: self.calls,
            period: self.period,
        }
    }

    /// In words: the limit while the store is away.
    pub(super) fn limit_here(&self) -> String {
        self.window().limit()
    }

    /// The next change from now on, whenever it is awaited. For the holder of `turn`.
    pub(super) fn changed(&self) -> impl Future<Output = ()> {
        self.changed.notified()
    }

    /// Whether a call waits that goes before those of the shares.
    pub(super) fn has_waiting(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    pub(super) fn watch(&self) -> Watch<'_> {
        self.listening.fetch_add(1, Ordering::SeqCst);
        Watch(self)
    }

    pub(super) fn wake(&self) {
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

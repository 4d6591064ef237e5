//! A window in a store, as one process sees it: what the store is asked and told, and when it is out of reach.
//!
//! The head of the queue asks for a place. What happens to a place afterwards is told in order and in the background.
//! While the store is out of reach nothing is told; what has left meanwhile is in `recent`, and told when it is back.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::limiter::RateLimiter;
use super::permit::Permit;
use super::store::{Claim, HeldPlace, QuotaStore};
use super::window::{FAR, Window};
use crate::auth::BoxFuture;

pub(super) struct Remote {
    pub(super) store: Arc<dyn QuotaStore>,
    queue: &'static dyn Queue,
    pub(super) timeout: Duration,
    calls: usize,
    period: Duration,
    /// What the store is asked for. Set by the first client, which knows the app.
    key: OnceLock<String>,
    next_id: AtomicU64,
    state: Mutex<State>,
}

/// What is done with a store. Behind a pointer, so that a program whose budget is kept here has none of that code.
pub(super) trait Queue: Send + Sync {
    /// For the holder of `turn`: a permit, or how long it would take at least, where that is beyond `give_up`.
    fn take<'a>(
        &self,
        limiter: &'a Arc<RateLimiter>,
        remote: &'a Remote,
        give_up: Instant,
    ) -> BoxFuture<'a, Result<Permit, Duration>>;

    /// Tells the store these, and what comes after them, in the background.
    fn deliver(&self, limiter: Arc<RateLimiter>, notices: Vec<Notice>);
}

struct State {
    link: Link,
    warned_at: Option<Instant>,
    /// When the store was found again.
    back_at: Option<Instant>,
    rest: Duration,
    /// What the store told the head of the queue.
    free_at: Option<Instant>,
    /// Until when the platform counts each request that has left, in the order of leaving.
    recent: VecDeque<(u64, Instant)>,
    outbox: Vec<Notice>,
    is_sending: bool,
}

enum Link {
    Up,
    Away { ask_at: Instant, is_probing: bool },
}

/// What the store has yet to be told.
#[derive(Clone, Copy)]
pub(super) enum Notice {
    HeldUntil(u64, Instant),
    GivenBack(u64),
    PausedUntil(Instant),
}

/// How long a store that failed is left alone, at first and at last.
const FIRST_REST: Duration = Duration::from_millis(250);
const LONGEST_REST: Duration = Duration::from_secs(5);

/// A store that fails again so soon after it was back rests longer each time.
const STEADY: Duration = Duration::from_secs(30);

/// One warning in this time; what happens again before that is `debug`.
const WARN_AGAIN: Duration = Duration::from_secs(60);

/// Places freed by other processes are seen this late, as a fraction of the period and within these bounds.
const ASKS: u32 = 20;
const MOST_OFTEN: Duration = Duration::from_millis(20);
const LEAST_OFTEN: Duration = Duration::from_secs(1);

impl Remote {
    pub(super) fn new(
        store: Arc<dyn QuotaStore>,
        queue: &'static dyn Queue,
        timeout: Duration,
        calls: usize,
        period: Duration,
        first_id: u64,
    ) -> Self {
        Self {
            store,
            queue,
            timeout,
            calls,
            period: period.min(FAR),
            key: OnceLock::new(),
            next_id: AtomicU64::new(first_id),
            state: Mutex::new(State {
                link: Link::Up,
                warned_at: None,
                back_at: None,
                rest: FIRST_REST,
                free_at: None,
                recent: VecDeque::new(),
                outbox: Vec::new(),
                is_sending: false,
            }),
        }
    }

    pub(super) fn queue(&self) -> &'static dyn Queue {
        self.queue
    }

    /// Names the budget in the store; false if it has another name already.
    pub(super) fn bind(&self, key: &str) -> bool {
        self.key.get_or_init(|| key.to_owned()) == key
    }

    pub(super) fn key(&self) -> &str {
        self.key.get().map_or("", String::as_str)
    }

    pub(super) fn claim(&self, can_wait: bool) -> Claim {
        let mut claim = Claim::new(
            self.next_id.fetch_add(1, Ordering::Relaxed),
            self.calls,
            self.period,
        );
        claim.held_for = self.period + Window::on_the_way(self.period);
        claim.asks_every = self.asks_every();
        claim.can_wait = can_wait;
        claim
    }

    pub(super) fn asks_every(&self) -> Duration {
        (self.period / ASKS).clamp(MOST_OFTEN, LEAST_OFTEN)
    }

    /// Half the period: what has not left by then is told to be still there.
    pub(super) fn renews_every(&self) -> Duration {
        (self.period / 2).max(Duration::from_millis(100))
    }

    /// Until when a place is held whose request leaves now, or has not left yet.
    pub(super) fn held_until(&self, now: Instant) -> Instant {
        now + self.period + Window::on_the_way(self.period)
    }

    /// A request has left.
    pub(super) fn departed(&self, id: u64, now: Instant) {
        let until = self.held_until(now);
        let mut state = self.state();
        while state.recent.front().is_some_and(|(_, until)| *until <= now) {
            state.recent.pop_front();
        }
        state.recent.push_back((id, until));
        state.outbox.push(Notice::HeldUntil(id, until));
    }

    /// Its reply has come, so it has arrived by now.
    pub(super) fn arrived(&self, id: u64, now: Instant) {
        let until = now + self.period;
        let mut state = self.state();
        let mut recent = state.recent.iter_mut().rev();
        if let Some((_, held)) = recent.find(|(other, _)| *other == id) {
            if until < *held {
                *held = until;
                state.outbox.push(Notice::HeldUntil(id, until));
            }
        }
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.state().outbox.push(notice);
    }

    /// What is to be told next, if nobody else tells already; none once there is nothing or nobody to tell.
    pub(super) fn next_to_tell(&self, is_sending: bool) -> Option<Vec<Notice>> {
        let mut state = self.state();
        if state.is_sending && !is_sending {
            return None;
        }
        if matches!(state.link, Link::Away { .. }) {
            state.outbox.clear();
        }
        state.is_sending = !state.outbox.is_empty();
        state.is_sending.then(|| std::mem::take(&mut state.outbox))
    }

    pub(super) fn stopped_sending(&self) {
        self.state().is_sending = false;
    }

    /// Everything that the store has to know after it was away: what left, and is still counted.
    pub(super) fn recent(&self, now: Instant) -> Vec<HeldPlace> {
        let state = self.state();
        let held = state.recent.iter().filter(|(_, until)| *until > now);
        held.map(|(id, until)| HeldPlace::new(*id, *until - now))
            .collect()
    }

    /// If the store is away: when it is asked again.
    pub(super) fn away_until(&self) -> Option<Instant> {
        match self.state().link {
            Link::Up => None,
            Link::Away { ask_at, .. } => Some(ask_at),
        }
    }

    /// Whether it is time to look for the store again, and nobody does.
    pub(super) fn begins_to_probe(&self, now: Instant) -> bool {
        match &mut self.state().link {
            Link::Away { ask_at, is_probing } if *ask_at <= now && !*is_probing => {
                *is_probing = true;
                true
            }
            _ => false,
        }
    }

    pub(super) fn stopped_probing(&self) {
        if let Link::Away { is_probing, .. } = &mut self.state().link {
            *is_probing = false;
        }
    }

    /// The store failed: it rests. Whether that is worth a warning.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let mut state = self.state();
        let fails_again = matches!(state.link, Link::Away { .. })
            || state.back_at.is_some_and(|back_at| now < back_at + STEADY);
        state.rest = if fails_again {
            (state.rest * 2).min(LONGEST_REST)
        } else {
            FIRST_REST
        };
        state.link = Link::Away {
            ask_at: now + state.rest,
            is_probing: false,
        };
        state.free_at = None;
        let warns = state.warned_at.is_none_or(|at| now >= at + WARN_AGAIN);
        if warns {
            state.warned_at = Some(now);
        }
        warns
    }

    pub(super) fn is_back(&self, now: Instant) {
        let mut state = self.state();
        state.link = Link::Up;
        state.back_at = Some(now);
    }

    /// What the store said to the head of the queue; none once that has its place.
    pub(super) fn told(&self, free_at: Option<Instant>) {
        self.state().free_at = free_at;
    }

    /// The earliest time for a call behind `ahead` others of this process, if all others were gone.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let head = match ahead {
            // who is the head itself has not asked yet
            0 => now,
            _ => self.state().free_at.map_or(now, |free_at| free_at.max(now)),
        };
        let rounds = u32::try_from(ahead / self.calls.max(1)).unwrap_or(u32::MAX);
        head + self.period.saturating_mul(rounds).min(FAR)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere must not stop every later call, so a poisoned lock is used as it is.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! A sliding window: at most `calls` departures in any window of `period`.
//!
//! Not a token bucket: one of 100 that refills at 100 a minute lets almost 200 calls into the first minute.
//!
//! Plain data without a clock or a lock; the limiter brings both. A permit is first *waiting to leave* (taken, request
//! not sent), then *held* (sent, occupying the window for one period), and then expires.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Window {
    calls: usize,
    period: Duration,
    /// How long a request is assumed to travel at most. The platform counts arrivals, but all we know is that a request
    /// arrived between its departure and its reply. So its permit is held from the reply, or from this long after
    /// departure if the reply takes longer.
    on_the_way: Duration,
    /// Permits whose requests have not left yet, waiting for a token or a connection. They do not expire: a request
    /// that leaves late is counted late.
    waiting_to_leave: usize,
    /// When each permit of the last period starts to count, sorted, oldest first.
    held: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// A fiftieth of the period, so 1.2 seconds a minute: more than networks and busy machines need. It costs nothing when
/// replies are fast, and just under two percent of the budget when all are slow.
const ON_THE_WAY: u32 = 50;
const LEAST_ON_THE_WAY: Duration = Duration::from_millis(250);

/// A tenth of the period: the longest wait for a single call beside those that can wait.
const SOON: u32 = 10;

/// Practically never, yet small enough not to overflow an `Instant`.
pub(super) const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Window {
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        let period = period.min(FAR);
        Self {
            // `Quota::is_usable` has already refused zero; this just rules out dividing by it
            calls: calls.max(1),
            period,
            on_the_way: Self::on_the_way(period),
            waiting_to_leave: 0,
            held: VecDeque::new(),
            paused_until: None,
        }
    }

    /// How long a request is assumed to travel at most.
    pub(super) fn on_the_way(period: Duration) -> Duration {
        (period / ON_THE_WAY).max(LEAST_ON_THE_WAY).min(period)
    }

    /// Forgets the permits that have expired.
    pub(super) fn expire(&mut self, now: Instant) {
        // `held` is sorted, so expired permits are all at the front.
        while self
            .held
            .front()
            .is_some_and(|held| *held + self.period <= now)
        {
            self.held.pop_front();
        }
    }

    /// Takes a permit now, or returns when to try again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.expire(now);
        let free_at = self.earliest(0, now);
        if free_at > now {
            return Err(free_at);
        }
        self.waiting_to_leave += 1;
        Ok(())
    }

    /// Takes a permit for a call that can wait, or returns when to try again. The last free one is left alone until the
    /// next expires soon: whoever comes then and cannot wait need not wait long.
    pub(super) fn take_spare(&mut self, now: Instant) -> Result<(), Instant> {
        self.expire(now);
        let free = self
            .calls
            .saturating_sub(self.held.len() + self.waiting_to_leave);
        // Of a budget of one call the last is the first.
        if free == 1 && self.calls > 1 {
            let next = self.held.front().map(|held| *held + self.period);
            let soon = next.map_or(now + FAR, |next| {
                next.checked_sub(self.period / SOON).unwrap_or(now)
            });
            if soon > now {
                return Err(soon);
            }
        }
        self.take(now)
    }

    /// Takes a permit that was granted elsewhere, whatever is free here.
    pub(super) fn take_granted(&mut self, now: Instant) {
        self.expire(now);
        self.waiting_to_leave += 1;
    }

    /// The earliest possible departure behind `ahead` other calls.
    ///
    /// The best case as things stand: a permit still waiting to leave counts as leaving now, though it may leave later.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let not_before = self.paused_until.map_or(now, |until| until.max(now));
        // Of more than `calls`, granted elsewhere, only the last so many matter.
        let beyond = self.held.len().saturating_sub(self.calls);
        let held = self.held.len() - beyond;
        // Departure `number`, counted from the oldest one held, must follow departure `number - calls` by a period.
        // That one may itself be in the future, so go back in steps of `calls` to one that is known, a period for each
        // step.
        let number = (held + self.waiting_to_leave).saturating_add(ahead);
        let rounds = u32::try_from(number / self.calls).unwrap_or(u32::MAX);
        let first = self.held.get(beyond + number % self.calls);
        let first = first.copied().unwrap_or(now);
        match rounds {
            0 => not_before,
            _ => not_before.max(first + self.period.saturating_mul(rounds).min(FAR)),
        }
    }

    /// Moves a permit from waiting to held: its request leaves now. Returns the time from which it is held, which
    /// identifies the permit from here on.
    pub(super) fn departed(&mut self, now: Instant) -> Instant {
        self.waiting_to_leave = self.waiting_to_leave.saturating_sub(1);
        let held = now + self.on_the_way;
        // without a limit there is nothing to count, and `held` would grow without bound
        if self.calls < usize::MAX {
            self.hold(held);
        }
        held
    }

    /// A reply came, so the request has arrived: holds its permit from now instead of the assumed time, if that is
    /// earlier.
    pub(super) fn arrived(&mut self, place: Instant, now: Instant) {
        // Permits held from the same time are interchangeable, so any match will do. Without a limit none is held.
        if now < place {
            if let Ok(i) = self.held.binary_search(&place) {
                self.held.remove(i);
                self.hold(now);
            }
        }
    }

    /// Drops a permit whose request never left.
    pub(super) fn give_back(&mut self) {
        self.waiting_to_leave = self.waiting_to_leave.saturating_sub(1);
    }

    /// Inserts in order: replies move times, so departures do not arrive here sorted.
    fn hold(&mut self, from: Instant) {
        let i = self.held.partition_point(|held| *held <= from);
        self.held.insert(i, from);
    }

    /// The permits that are taken or held. Without a limit none is held.
    pub(super) fn used(&mut self, now: Instant) -> usize {
        self.expire(now);
        self.held.len() + self.waiting_to_leave
    }

    /// In words.
    pub(super) fn limit(&self) -> String {
        match self.calls {
            usize::MAX => "no limit".to_owned(),
            calls => format!("{calls} calls in {:?}", self.period),
        }
    }

    pub(super) fn paused_until(&self) -> Option<Instant> {
        self.paused_until
    }

    /// The longest pause wins: a short one must not cancel a long one.
    pub(super) fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Departs as fast as the window allows; returns the times.
    fn under_load(window: &mut Window, begin: Instant, for_: Duration) -> Vec<Instant> {
        let (mut now, mut departed) = (begin, Vec::new());
        while now < begin + for_ {
            match window.take(now) {
                Ok(()) => {
                    window.departed(now);
                    departed.push(now);
                }
                Err(free_at) => {
                    assert!(free_at > now, "no busy waiting");
                    now = free_at;
                }
            }
        }
        departed
    }

    /// The most departures in any period.
    fn most_in_a_period(departed: &[Instant], period: Duration) -> usize {
        (0..departed.len())
            .map(|i| {
                departed[i..]
                    .iter()
                    .take_while(|at| **at < departed[i] + period)
                    .count()
            })
            .max()
            .unwrap_or_default()
    }

    #[test]
    fn no_period_exceeds_the_budget_and_little_of_it_is_wasted() {
        let begin = Instant::now();
        let mut window = Window::new(100, 60 * SECOND);
        let departed = under_load(&mut window, begin, 600 * SECOND);
        assert_eq!(most_in_a_period(&departed, 60 * SECOND), 100);
        assert!(
            departed.len() >= 980,
            "{} of 1000 over ten windows",
            departed.len()
        );
    }

    #[test]
    fn the_first_minute_counts_too() {
        let begin = Instant::now();
        let mut window = Window::new(100, 60 * SECOND);
        assert_eq!(under_load(&mut window, begin, 60 * SECOND).len(), 100);
    }

    #[test]
    fn a_steady_rate_within_the_budget_never_waits() {
        let begin = Instant::now();
        let mut window = Window::new(100, 60 * SECOND);
        for i in 0..1000 {
            let now = begin + Duration::from_millis(620) * i;
            assert!(window.take(now).is_ok(), "call {i}");
            window.departed(now);
        }
    }

    #[test]
    fn what_can_wait_leaves_the_last_permit_until_another_expires_soon() {
        let now = Instant::now();
        let mut window = Window::new(3, 50 * SECOND);
        let leave_at = |window: &mut Window, at| {
            window.take_spare(at).map(|()| {
                let from = window.departed(at);
                window.arrived(from, at);
            })
        };
        assert_eq!(leave_at(&mut window, now), Ok(()));
        assert_eq!(leave_at(&mut window, now + 2 * SECOND), Ok(()));
        assert_eq!(
            leave_at(&mut window, now + 4 * SECOND),
            Err(now + 45 * SECOND)
        );
        assert!(leave_at(&mut window, now + 45 * SECOND).is_ok());
        assert_eq!(
            leave_at(&mut window, now + 46 * SECOND),
            Err(now + 50 * SECOND),
            "as any other"
        );
        assert_eq!(leave_at(&mut window, now + 50 * SECOND), Ok(()));
        // two free, none of which has left
        let mut window = Window::new(2, 50 * SECOND);
        window.take_spare(now).unwrap();
        assert!(window.take_spare(now).is_err() && window.take(now).is_ok());
        // the only one
        let mut window = Window::new(1, 50 * SECOND);
        assert!(window.take_spare(now).is_ok());
    }

    #[test]
    fn a_permit_given_back_is_free_at_once() {
        let now = Instant::now();
        let mut window = Window::new(2, SECOND);
        window.take(now).unwrap();
        window.take(now).unwrap();
        assert!(window.take(now).is_err());
        window.give_back();
        assert!(window.take(now).is_ok());
        assert!(window.take(now).is_err());
    }

    #[test]
    fn a_permit_does_not_expire_before_its_request_leaves() {
        let now = Instant::now();
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        assert!(window.take(now + 500 * SECOND).is_err());
        window.departed(now + 500 * SECOND);
        assert_eq!(window.take(now + 550 * SECOND), Err(now + 551 * SECOND));
        assert!(window.take(now + 551 * SECOND).is_ok());
    }

    #[test]
    fn a_reply_proves_that_the_request_has_arrived() {
        let now = Instant::now();
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        let place = window.departed(now);
        window.arrived(place, now + SECOND / 2);
        assert_eq!(
            window.take(now + SECOND),
            Err(now + SECOND / 2 + 50 * SECOND)
        );
        // a slow reply adds nothing: the flow was slow, not the network
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        let place = window.departed(now);
        window.arrived(place, now + 25 * SECOND);
        assert_eq!(window.take(now + 25 * SECOND), Err(now + 51 * SECOND));
    }

    #[test]
    fn a_pause_applies_to_all_and_the_longest_wins() {
        let now = Instant::now();
        let mut window = Window::new(usize::MAX, Duration::ZERO);
        window.pause_until(now + 5 * SECOND);
        window.pause_until(now + SECOND);
        assert_eq!(window.take(now), Err(now + 5 * SECOND));
        assert!(window.take(now + 5 * SECOND).is_ok());
    }

    #[test]
    fn the_estimated_wait_is_a_lower_bound() {
        let now = Instant::now();
        let mut window = Window::new(2, 50 * SECOND);
        assert_eq!(window.earliest(1, now), now);
        assert_eq!(window.earliest(2, now), now + 50 * SECOND);
        assert_eq!(window.earliest(5, now), now + 100 * SECOND);
        for later in [now, now + SECOND] {
            window.take(later).unwrap();
            window.departed(later);
        }
        let later = now + 2 * SECOND;
        assert_eq!(window.earliest(0, later), now + 51 * SECOND);
        assert_eq!(window.earliest(1, later), now + 52 * SECOND);
        assert_eq!(window.earliest(2, later), now + 101 * SECOND);
    }
}

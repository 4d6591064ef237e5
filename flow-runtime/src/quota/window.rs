//! A sliding window: no period, wherever it begins, holds more than so many departures.
//!
//! Not a bucket that refills: a bucket of 100 that refills at 100 a minute lets almost 200 calls into the first minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Window {
    calls: usize,
    /// The period and a margin: the platform counts arrivals, this counts departures, and of two requests the earlier
    /// may be the slower one.
    period: Duration,
    /// The departures of the last period, oldest first.
    departures: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// An eightieth of the period: three quarters of a second a minute, well above what networks differ by.
const MARGIN: u32 = 80;

/// As good as never, and still within the arithmetic of time.
pub(super) const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Window {
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        let period = period.min(FAR);
        Self {
            // `Quota::is_usable` is asked before; one call is the least that makes sense
            calls: calls.max(1),
            period: period + period / MARGIN,
            departures: VecDeque::new(),
            paused_until: None,
        }
    }

    /// Departs now, or says when it can be tried again.
    pub(super) fn take(&mut self, now: Instant) -> Result<Instant, Instant> {
        self.forget(now);
        match self.earliest(0, now) {
            at if at > now => Err(at),
            _ if self.calls == usize::MAX => Ok(now), // nothing to remember
            _ => {
                self.departures.push_back(now);
                Ok(now)
            }
        }
    }

    /// When the next departure can be, after so many others.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let not_before = self.paused_until.map_or(now, |until| until.max(now));
        // Departure `number` comes a period after departure `number - calls`, which may be to come itself.
        let number = self.departures.len().saturating_add(ahead);
        let periods = u32::try_from(number / self.calls).unwrap_or(u32::MAX);
        let base = self
            .departures
            .get(number % self.calls)
            .copied()
            .unwrap_or(now);
        not_before.max(base + self.period.saturating_mul(periods).min(FAR))
    }

    /// The request of this place leaves only now.
    pub(super) fn depart_late(&mut self, at: Instant, now: Instant) {
        if let Some(i) = self.position(at) {
            self.departures.remove(i);
            self.departures.push_back(now);
        }
    }

    pub(super) fn give_back(&mut self, at: Instant) {
        if let Some(i) = self.position(at) {
            self.departures.remove(i);
        }
    }

    fn position(&self, at: Instant) -> Option<usize> {
        self.departures
            .iter()
            .rposition(|departure| *departure == at)
    }

    pub(super) fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
    }

    fn forget(&mut self, now: Instant) {
        while self
            .departures
            .front()
            .is_some_and(|departure| *departure + self.period <= now)
        {
            self.departures.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Departures as fast as the window lets them go, and when they went.
    fn under_load(window: &mut Window, begin: Instant, for_: Duration) -> Vec<Instant> {
        let (mut now, mut departed) = (begin, Vec::new());
        while now < begin + for_ {
            match window.take(now) {
                Ok(at) => departed.push(at),
                Err(free_at) => {
                    assert!(free_at > now, "no busy waiting");
                    now = free_at;
                }
            }
        }
        departed
    }

    /// The most departures that any period holds.
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
    fn no_period_holds_more_and_almost_none_of_the_budget_is_lost() {
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
    fn a_steady_trickle_is_not_held_up() {
        let begin = Instant::now();
        let mut window = Window::new(100, 60 * SECOND);
        for i in 0..1000 {
            let now = begin + Duration::from_millis(610) * i;
            assert_eq!(window.take(now), Ok(now), "call {i}");
        }
    }

    #[test]
    fn a_place_given_back_is_free_at_once() {
        let now = Instant::now();
        let mut window = Window::new(2, SECOND);
        window.take(now).unwrap();
        let second = window.take(now).unwrap();
        assert!(window.take(now).is_err());
        window.give_back(second);
        assert_eq!(window.take(now), Ok(now));
        assert!(window.take(now).is_err());
    }

    #[test]
    fn a_request_that_leaves_late_holds_its_place_for_longer() {
        let now = Instant::now();
        let mut window = Window::new(1, SECOND);
        let at = window.take(now).unwrap();
        window.depart_late(at, now + SECOND);
        assert!(window.take(now + 2 * SECOND).is_err());
        assert!(window.take(now + 3 * SECOND).is_ok());
    }

    #[test]
    fn a_pause_holds_for_all_and_the_longest_counts() {
        let now = Instant::now();
        let mut window = Window::new(usize::MAX, Duration::ZERO);
        window.pause_until(now + 5 * SECOND);
        window.pause_until(now + SECOND);
        assert_eq!(window.take(now), Err(now + 5 * SECOND));
        assert!(window.take(now + 5 * SECOND).is_ok());
    }

    #[test]
    fn the_wait_of_those_behind_others_is_known() {
        let now = Instant::now();
        let mut window = Window::new(2, 80 * SECOND);
        let period = 81 * SECOND;
        assert_eq!(window.earliest(1, now), now);
        assert_eq!(window.earliest(2, now), now + period);
        assert_eq!(window.earliest(5, now), now + 2 * period);
        window.take(now).unwrap();
        window.take(now + SECOND).unwrap();
        let later = now + 2 * SECOND;
        assert_eq!(window.earliest(0, later), now + period);
        assert_eq!(window.earliest(1, later), now + SECOND + period);
        assert_eq!(window.earliest(2, later), now + 2 * period);
    }
}

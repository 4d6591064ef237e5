//! A sliding window: no period, wherever it begins, holds more than so many departures.
//!
//! Not a bucket that refills: a bucket of 100 that refills at 100 a minute lets almost 200 calls into the first minute.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

pub(super) struct Window {
    calls: usize,
    period: Duration,
    /// The longest that a request is taken to be under way. The platform counts arrivals, and what is known here is
    /// that a request arrived between its departure and its reply: its place is held from the reply on, or from this
    /// long after its departure where the reply takes longer.
    on_the_way: Duration,
    /// Places that are taken and whose requests have not left yet: for want of a token or a connection. They never
    /// run out by themselves.
    waiting_to_leave: usize,
    /// From when on each place of the last period is held, oldest first.
    held: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// A fiftieth of the period, which is 1.2 seconds a minute: more than networks and busy machines take. Where replies
/// are quick it costs nothing, and where every one is slow not quite two percent of the budget.
const ON_THE_WAY: u32 = 50;
const LEAST_ON_THE_WAY: Duration = Duration::from_millis(250);

/// As good as never, and still within the arithmetic of time.
pub(super) const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

impl Window {
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        let period = period.min(FAR);
        Self {
            // `Quota::is_usable` is asked before; one call is the least that makes sense
            calls: calls.max(1),
            period,
            on_the_way: (period / ON_THE_WAY).max(LEAST_ON_THE_WAY).min(period),
            waiting_to_leave: 0,
            held: VecDeque::new(),
            paused_until: None,
        }
    }

    /// Takes a place now, or says when it can be tried again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        while self
            .held
            .front()
            .is_some_and(|held| *held + self.period <= now)
        {
            self.held.pop_front();
        }
        let free_at = self.earliest(0, now);
        if free_at > now {
            return Err(free_at);
        }
        self.waiting_to_leave += 1;
        Ok(())
    }

    /// When the next departure can be at the earliest, after so many others.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let not_before = self.paused_until.map_or(now, |until| until.max(now));
        // Departure `number` follows departure `number - calls`, which may be to come itself.
        let number = (self.held.len() + self.waiting_to_leave).saturating_add(ahead);
        let rounds = u32::try_from(number / self.calls).unwrap_or(u32::MAX);
        let first = self.held.get(number % self.calls).copied().unwrap_or(now);
        match rounds {
            0 => not_before,
            _ => not_before.max(first + self.period.saturating_mul(rounds).min(FAR)),
        }
    }

    /// The request of a place leaves only now. The place is known from here on by the time from which it is held.
    pub(super) fn departed(&mut self, now: Instant) -> Instant {
        self.waiting_to_leave = self.waiting_to_leave.saturating_sub(1);
        let held = now + self.on_the_way;
        if self.calls < usize::MAX {
            self.hold(held);
        }
        held
    }

    /// There is a reply to the request of this place: it cannot arrive any later.
    pub(super) fn arrived(&mut self, place: Instant, now: Instant) {
        // Places held from the same time on are as good as each other.
        if now < place {
            if let Ok(i) = self.held.binary_search(&place) {
                self.held.remove(i);
                self.hold(now);
            }
        }
    }

    /// No request leaves for this place.
    pub(super) fn give_back(&mut self) {
        self.waiting_to_leave = self.waiting_to_leave.saturating_sub(1);
    }

    fn hold(&mut self, from: Instant) {
        let i = self.held.partition_point(|held| *held <= from);
        self.held.insert(i, from);
    }

    pub(super) fn pause_until(&mut self, until: Instant) {
        self.paused_until = self.paused_until.max(Some(until));
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
            let now = begin + Duration::from_millis(620) * i;
            assert!(window.take(now).is_ok(), "call {i}");
            window.departed(now);
        }
    }

    #[test]
    fn a_place_given_back_is_free_at_once() {
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
    fn a_request_that_has_not_left_holds_its_place_for_ever() {
        let now = Instant::now();
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        assert!(window.take(now + 500 * SECOND).is_err());
        window.departed(now + 500 * SECOND);
        assert_eq!(window.take(now + 550 * SECOND), Err(now + 551 * SECOND));
        assert!(window.take(now + 551 * SECOND).is_ok());
    }

    #[test]
    fn a_reply_says_that_the_request_has_arrived() {
        let now = Instant::now();
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        let place = window.departed(now);
        window.arrived(place, now + SECOND / 2);
        assert_eq!(
            window.take(now + SECOND),
            Err(now + SECOND / 2 + 50 * SECOND)
        );
        // a slow one says nothing new: the flow took long, not the way
        let mut window = Window::new(1, 50 * SECOND);
        window.take(now).unwrap();
        let place = window.departed(now);
        window.arrived(place, now + 25 * SECOND);
        assert_eq!(window.take(now + 25 * SECOND), Err(now + 51 * SECOND));
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
    fn the_wait_of_those_behind_others_is_never_overstated() {
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

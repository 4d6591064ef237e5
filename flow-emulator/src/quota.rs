//! The platform's own limit: so many calls in any stretch of time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A true sliding window for each app, over the requests that it let through.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) calls: usize,
    pub(crate) period: Duration,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    arrivals: HashMap<String, VecDeque<Duration>>,
    refused: usize,
}

impl Quota {
    pub(crate) fn new(calls: usize, period: Duration) -> Self {
        Self {
            calls,
            period,
            seen: Mutex::default(),
        }
    }

    /// Lets a request through, or says how long it is until one would be.
    pub(crate) fn arrive(&self, app: &str, now: Duration) -> Result<(), Duration> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let Seen { arrivals, refused } = &mut *seen;
        arrivals.retain(|_, window| {
            while window.front().is_some_and(|&at| self.over(at) <= now) {
                window.pop_front();
            }
            !window.is_empty()
        });
        let window = arrivals.entry(app.to_owned()).or_default();
        if window.len() < self.calls {
            window.push_back(now);
            return Ok(());
        }
        *refused += 1;
        let free = window
            .front()
            .map_or(self.period, |&first| self.over(first).saturating_sub(now));
        Err(free)
    }

    /// When an arrival counts no longer.
    fn over(&self, at: Duration) -> Duration {
        at.saturating_add(self.period)
    }

    pub(crate) fn refused(&self) -> usize {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.refused
    }
}

/// Seconds and thousandths, rounded up: who waits so long finds a place.
pub(crate) fn seconds(wait: Duration) -> String {
    let thousandths = wait.as_nanos().div_ceil(1_000_000);
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn no_stretch_of_the_period_holds_more() {
        let quota = Quota::new(3, 10 * SECOND);
        let at = |seconds: u32| quota.arrive("a", seconds * SECOND);
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(4), Ok(()));
        assert_eq!(at(9), Ok(()));
        // a window that jumps would let three more through from 10 on, a bucket one before
        assert_eq!(at(9), Err(SECOND));
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(10), Err(4 * SECOND));
        assert_eq!(at(13), Err(SECOND));
        assert_eq!(at(14), Ok(()));
        assert_eq!(at(14), Err(5 * SECOND));
        assert_eq!(quota.refused(), 4);
    }

    #[test]
    fn each_app_has_its_own_and_is_forgotten_with_it() {
        let quota = Quota::new(1, SECOND);
        assert_eq!(quota.arrive("a", Duration::ZERO), Ok(()));
        assert_eq!(quota.arrive("b", Duration::ZERO), Ok(()));
        assert_eq!(quota.arrive("a", Duration::ZERO), Err(SECOND));
        assert_eq!(quota.arrive("c", SECOND), Ok(()));
        assert_eq!(quota.seen.lock().unwrap().arrivals.len(), 1);
    }

    #[test]
    fn none_at_all() {
        let quota = Quota::new(0, SECOND);
        assert_eq!(quota.arrive("a", Duration::ZERO), Err(SECOND));
    }

    #[test]
    fn rounds_up() {
        assert_eq!(seconds(60 * SECOND), "60.000");
        assert_eq!(seconds(Duration::from_millis(1250)), "1.250");
        assert_eq!(seconds(Duration::from_nanos(1)), "0.001");
        assert_eq!(seconds(Duration::from_nanos(999_000_001)), "1.000");
        assert_eq!(seconds(Duration::ZERO), "0.000");
    }
}

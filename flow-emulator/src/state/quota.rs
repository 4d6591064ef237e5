//! The platform's rate limit: at most `calls` in any window of `period`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A true sliding window for each app, over the requests that were let through.
#[derive(Debug)]
pub(crate) struct Quota {
    pub(crate) calls: usize,
    pub(crate) period: Duration,
    windows: Mutex<Windows>,
}

#[derive(Debug, Default)]
struct Windows {
    by_app: HashMap<String, VecDeque<Duration>>,
    refused: usize,
}

/// A request over the quota.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OverQuota {
    /// How many calls the quota allows.
    pub(crate) limit: usize,
    /// Until the next call would be let through.
    pub(crate) reset: Duration,
}

impl Quota {
    pub(crate) fn new(calls: usize, period: Duration) -> Self {
        Self {
            calls,
            period,
            windows: Mutex::default(),
        }
    }

    /// Lets a request through, or refuses it.
    pub(crate) fn arrive(&self, app: &str, now: Duration) -> Result<(), OverQuota> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let Windows { by_app, refused } = &mut *windows;
        by_app.retain(|_, window| {
            while window.front().is_some_and(|&at| self.leaves(at) <= now) {
                window.pop_front();
            }
            !window.is_empty()
        });
        let window = by_app.entry(app.to_owned()).or_default();
        if window.len() < self.calls {
            window.push_back(now);
            return Ok(());
        }
        *refused += 1;
        let reset = window
            .front()
            .map_or(self.period, |&first| self.leaves(first).saturating_sub(now));
        Err(OverQuota {
            limit: self.calls,
            reset,
        })
    }

    /// When an arrival leaves the window.
    fn leaves(&self, at: Duration) -> Duration {
        at.saturating_add(self.period)
    }

    /// How long ago the requests that the window holds arrived, and how many at a time, of each app by its name. Those that
    /// a picture could not show apart count as one time.
    #[cfg(feature = "cli")]
    pub(crate) fn arrivals(&self, now: Duration) -> Vec<(String, Vec<(Duration, usize)>)> {
        let apart = self.period / 1000;
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let arrivals = windows.by_app.iter().map(|(app, window)| {
            let mut ages: Vec<(Duration, usize)> = Vec::new();
            for &at in window.iter().filter(|&&at| self.leaves(at) > now) {
                let age = now.saturating_sub(at);
                match ages.last_mut() {
                    Some((last, n)) if last.abs_diff(age) < apart => *n += 1,
                    _ => ages.push((age, 1)),
                }
            }
            (app.clone(), ages)
        });
        let mut arrivals: Vec<_> = arrivals.collect();
        arrivals.sort();
        arrivals
    }

    /// Forgets all arrivals.
    #[cfg(feature = "cli")]
    pub(crate) fn clear(&self) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.by_app.clear();
    }

    /// How many requests were refused.
    pub(crate) fn refused(&self) -> usize {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn arrive(quota: &Quota, app: &str, now: Duration) -> Result<(), Duration> {
        quota.arrive(app, now).map_err(|over| {
            assert_eq!(over.limit, quota.calls);
            over.reset
        })
    }

    #[test]
    fn no_window_holds_more() {
        let quota = Quota::new(3, 10 * SECOND);
        let at = |seconds: u32| arrive(&quota, "a", seconds * SECOND);
        assert_eq!(at(0), Ok(()));
        assert_eq!(at(4), Ok(()));
        assert_eq!(at(9), Ok(()));
        // a fixed window would let three more through from 10 on, a bucket one before
        assert_eq!(at(9), Err(SECOND));
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(10), Err(4 * SECOND));
        assert_eq!(at(13), Err(SECOND));
        assert_eq!(at(14), Ok(()));
        assert_eq!(at(14), Err(5 * SECOND));
        assert_eq!(quota.refused(), 4);
    }

    #[test]
    fn each_app_has_a_window_while_it_is_not_empty() {
        let quota = Quota::new(1, SECOND);
        assert_eq!(arrive(&quota, "a", Duration::ZERO), Ok(()));
        assert_eq!(arrive(&quota, "b", Duration::ZERO), Ok(()));
        assert_eq!(arrive(&quota, "a", Duration::ZERO), Err(SECOND));
        assert_eq!(arrive(&quota, "c", SECOND), Ok(()));
        assert_eq!(quota.windows.lock().unwrap().by_app.len(), 1);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn arrivals_are_counted_as_a_picture_shows_them() {
        let quota = Quota::new(10_000, 10 * SECOND);
        for n in 0..5000 {
            assert_eq!(arrive(&quota, "b", n * SECOND / 1000), Ok(()));
        }
        assert_eq!(arrive(&quota, "a", 5 * SECOND), Ok(()));
        let arrivals = quota.arrivals(6 * SECOND);
        let [(a, of_a), (b, of_b)] = arrivals.as_slice() else {
            panic!("{arrivals:?}");
        };
        assert_eq!(
            (a.as_str(), of_a.as_slice()),
            ("a", [(SECOND, 1)].as_slice())
        );
        assert_eq!((b.as_str(), of_b.len()), ("b", 500));
        assert_eq!(of_b.iter().map(|(_, n)| n).sum::<usize>(), 5000);
    }

    #[test]
    fn a_quota_of_no_calls() {
        let quota = Quota::new(0, SECOND);
        assert_eq!(arrive(&quota, "a", Duration::ZERO), Err(SECOND));
    }
}

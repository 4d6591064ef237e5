//! An even pace: one call every so often, with a little to catch up.
//!
//! The generic cell rate algorithm. It spreads; what no window may exceed is the window's business.

use std::time::Duration;

use tokio::time::Instant;

use super::window::FAR;

pub(super) struct Pace {
    interval: Duration,
    /// How far calls may run ahead of the pace, so that one that came late costs none of the budget.
    slack: Duration,
    /// When the next call is due.
    due: Option<Instant>,
}

/// A fiftieth of the period: enough for a late timer, and what expires a period later comes in small pieces.
const SLACK: u32 = 50;

impl Pace {
    /// `calls` in every `period`.
    pub(super) fn new(calls: usize, period: Duration) -> Self {
        let period = period.min(FAR);
        let calls = u32::try_from(calls).unwrap_or(u32::MAX).max(1);
        Self {
            interval: period / calls,
            slack: period / SLACK,
            due: None,
        }
    }

    /// The earliest call behind `ahead` others.
    pub(super) fn earliest(&self, ahead: usize, now: Instant) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let due = self.due.map_or(now, |due| due.max(now));
        let behind = due + self.interval.saturating_mul(ahead).min(FAR);
        behind.checked_sub(self.slack).map_or(now, |at| at.max(now))
    }

    /// A call is made.
    pub(super) fn take(&mut self, now: Instant) {
        self.due = Some(self.due.map_or(now, |due| due.max(now)) + self.interval);
    }

    /// It was not made after all.
    pub(super) fn give_back(&mut self) {
        self.due = self.due.and_then(|due| due.checked_sub(self.interval));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_spread_over_the_period_and_a_late_one_is_made_up_for() {
        let begin = Instant::now();
        let second = Duration::from_secs(1);
        let mut pace = Pace::new(100, 100 * second);
        let mut now = begin;
        let mut made = Vec::new();
        for _ in 0..50 {
            now = pace.earliest(0, now);
            pace.take(now);
            made.push(now - begin);
        }
        assert_eq!(made[..3], [Duration::ZERO; 3]);
        assert_eq!(made[3..6], [second, 2 * second, 3 * second]);
        // five seconds late, of which two are made up for
        now += 5 * second;
        for expected in [now, now, now, now + second] {
            now = pace.earliest(0, now);
            pace.take(now);
            assert_eq!(now, expected);
        }
        pace.give_back();
        assert_eq!(pace.earliest(0, now), now);
        assert_eq!(pace.earliest(4, now), now + 4 * second);
    }
}

//! The progress of a run.

use std::time::Duration;

use crate::report::Report;

/// The progress of a run, passed to [`Bulk::on_progress`](crate::Bulk::on_progress) after each row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Progress {
    /// Rows that have ended or were skipped.
    pub done: u64,
    /// All rows, if the iterator knows how many.
    pub total: Option<u64>,
    /// Rows that ran in this run.
    pub ran: u64,
    /// Rows that had run before.
    pub skipped: u64,
    /// Rows that did not run.
    pub did_not_run: u64,
    /// Rows that ran and failed.
    pub failed: u64,
    /// Rows that may have run.
    pub unknown: u64,
    /// Calls of the client that are waiting for the quota.
    pub queued: u64,
    /// What is left of a pause that the platform asked for.
    pub paused_for: Option<Duration>,
    /// How long the rest will take, from the pace so far, the quota and the pause; none if the total is not known.
    pub eta: Option<Duration>,
}

/// What an estimate is made of.
pub(crate) struct Pace {
    /// Rows that were sent in this run, and the time that it has taken.
    pub(crate) sent: u64,
    pub(crate) elapsed: Duration,
    /// At most this many calls per period.
    pub(crate) limit: usize,
    pub(crate) period: Duration,
}

impl Pace {
    /// How long this many more will take. The quota lets the first ones through at once, so the pace of a short run says
    /// little about a long one: the slower of the two counts.
    fn time_of(&self, rows: u64) -> Duration {
        let seconds = |rows: u64, of: u64, time: Duration| {
            #[expect(clippy::cast_precision_loss, reason = "an estimate")]
            let share = rows as f64 / of.max(1) as f64;
            Duration::try_from_secs_f64(time.as_secs_f64() * share).unwrap_or(Duration::MAX)
        };
        let by_pace = match self.sent {
            0 => Duration::ZERO,
            sent => seconds(rows, sent, self.elapsed),
        };
        let by_quota = match u64::try_from(self.limit) {
            Ok(limit) if self.limit != usize::MAX => {
                // what the window lets through at once does not wait
                seconds(rows.saturating_sub(limit), limit, self.period)
            }
            _ => Duration::ZERO,
        };
        by_pace.max(by_quota)
    }
}

impl Progress {
    pub(crate) fn new(
        report: &Report,
        total: Option<u64>,
        queued: u64,
        paused_for: Option<Duration>,
        pace: &Pace,
    ) -> Self {
        let done = report.total();
        let left = total.map(|total| total.saturating_sub(done));
        Self {
            done,
            total,
            ran: report.ran,
            skipped: report.skipped,
            did_not_run: report.did_not_run,
            failed: report.failed,
            unknown: report.unknown,
            queued,
            paused_for,
            eta: left.map(|left| match left {
                0 => Duration::ZERO,
                left => pace
                    .time_of(left)
                    .saturating_add(paused_for.unwrap_or_default()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn eta(done: u64, total: u64, elapsed: Duration, paused_for: Option<Duration>) -> Duration {
        let report = Report {
            ran: done,
            ..Report::default()
        };
        let pace = Pace {
            sent: done,
            elapsed,
            limit: 100,
            period: MINUTE,
        };
        let progress = Progress::new(&report, Some(total), 0, paused_for, &pace);
        progress.eta.expect("the total is known")
    }

    #[test]
    fn an_estimate_knows_the_quota_before_it_has_been_met() {
        // the first hundred went through at once
        assert_eq!(eta(100, 30_100, MINUTE / 60, None), 299 * MINUTE);
        // the pace is slower than the quota allows
        assert_eq!(eta(10, 20, MINUTE, None), MINUTE);
        assert_eq!(eta(10, 20, MINUTE, Some(MINUTE)), 2 * MINUTE);
        assert_eq!(eta(20, 20, MINUTE, Some(MINUTE)), Duration::ZERO);
    }
}

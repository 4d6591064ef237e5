//! Where a client counts. Relaxed atomics: nothing depends on the order of two counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use super::CallCounts;
#[cfg(feature = "metrics")]
use super::metrics;
use crate::execution::Outcome;

#[derive(Default)]
pub(crate) struct Counters {
    ran: AtomicU64,
    did_not_run: AtomicU64,
    may_have_run: AtomicU64,
    failed: AtomicU64,
    under_way: AtomicU64,
    dropped: AtomicU64,
    undecodable: AtomicU64,
    attempts: AtomicU64,
    rate_limited: AtomicU64,
    token_fetches: AtomicU64,
    token_fetches_failed: AtomicU64,
    queued: AtomicUsize,
    in_flight: AtomicUsize,
    #[cfg(feature = "metrics")]
    pub(super) app: metrics::AppLabel,
    /// Whether a call keeps the gauges up to date.
    #[cfg(feature = "metrics")]
    pub(crate) are_gauges_kept: std::sync::atomic::AtomicBool,
}

/// What a flow is called in metrics.
#[derive(Default)]
pub(crate) struct FlowLabel {
    #[cfg(feature = "metrics")]
    pub(super) label: Option<Arc<str>>,
}

impl FlowLabel {
    /// The names of a flow that are part of the program are few. Others may come from outside, and be any number.
    #[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
    pub(crate) fn new(label: &str, is_part_of_program: bool) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            label: metrics::flow_label(label, is_part_of_program),
        }
    }
}

/// What the calls of a flow count: the client's counters, and the flow's name in metrics.
pub(crate) struct FlowCounters {
    counters: Arc<Counters>,
    #[cfg_attr(not(feature = "metrics"), expect(dead_code))]
    label: FlowLabel,
}

impl FlowCounters {
    pub(crate) fn new(counters: Arc<Counters>, label: FlowLabel) -> Self {
        Self { counters, label }
    }

    /// A call got its permit.
    #[cfg_attr(
        not(feature = "metrics"),
        expect(clippy::unused_self, unused_variables)
    )]
    pub(crate) fn has_queued(&self, wait: Duration) {
        #[cfg(feature = "metrics")]
        metrics::queued(&self.counters.app, &self.label, wait);
    }

    /// A request is on its way as long as what this returns lives.
    pub(crate) fn attempt(&self) -> UnderWay<'_> {
        self.counters.attempts.fetch_add(1, Relaxed);
        #[cfg(feature = "metrics")]
        metrics::attempt(&self.counters.app, &self.label);
        UnderWay {
            _present: Present::new(&self.counters.in_flight),
            #[cfg(feature = "metrics")]
            time: metrics::RequestTime::begin(&self.counters.app, &self.label),
        }
    }

    pub(crate) fn rate_limited(&self) {
        self.counters.rate_limited.fetch_add(1, Relaxed);
        #[cfg(feature = "metrics")]
        metrics::rate_limited(&self.counters.app, &self.label);
    }

    pub(crate) fn ended(&self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Ran => &self.counters.ran,
            Outcome::DidNotRun => &self.counters.did_not_run,
            Outcome::MayHaveRun => &self.counters.may_have_run,
            Outcome::Failed => &self.counters.failed,
            Outcome::UnderWay => &self.counters.under_way,
        };
        count.fetch_add(1, Relaxed);
        #[cfg(feature = "metrics")]
        metrics::ended(&self.counters.app, &self.label, outcome);
    }

    /// In addition to its end.
    pub(crate) fn dropped(&self) {
        self.counters.dropped.fetch_add(1, Relaxed);
        #[cfg(feature = "metrics")]
        metrics::dropped(&self.counters.app, &self.label);
    }

    /// In addition to its end.
    pub(crate) fn undecodable(&self) {
        self.counters.undecodable.fetch_add(1, Relaxed);
        #[cfg(feature = "metrics")]
        metrics::undecodable(&self.counters.app, &self.label);
    }
}

/// One more as long as this lives.
pub(crate) struct Present<'a>(&'a AtomicUsize);

impl<'a> Present<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A request on its way, until it is answered, lost or given up.
pub(crate) struct UnderWay<'a> {
    _present: Present<'a>,
    #[cfg(feature = "metrics")]
    #[expect(dead_code, reason = "recorded when it is dropped")]
    time: metrics::RequestTime<'a>,
}

impl Counters {
    #[cfg(feature = "metrics")]
    pub(crate) fn new(app: Option<&str>) -> Self {
        Self {
            app: metrics::AppLabel::new(app),
            ..Self::default()
        }
    }

    #[cfg(not(feature = "metrics"))]
    pub(crate) fn new(_: Option<&str>) -> Self {
        Self::default()
    }

    pub(crate) fn queues(&self) -> Present<'_> {
        Present::new(&self.queued)
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn set_gauges(&self, stats: &super::ClientStats) {
        metrics::set_gauges(&self.app, stats);
    }

    pub(crate) fn token_fetched(&self, is_ok: bool) {
        self.token_fetches.fetch_add(1, Relaxed);
        if !is_ok {
            self.token_fetches_failed.fetch_add(1, Relaxed);
        }
        #[cfg(feature = "metrics")]
        metrics::token_fetched(&self.app, is_ok);
    }

    pub(crate) fn queued_now(&self) -> usize {
        self.queued.load(Relaxed)
    }

    pub(crate) fn in_flight_now(&self) -> usize {
        self.in_flight.load(Relaxed)
    }

    pub(crate) fn attempts(&self) -> u64 {
        self.attempts.load(Relaxed)
    }

    pub(crate) fn rate_limits(&self) -> u64 {
        self.rate_limited.load(Relaxed)
    }

    /// All, and those that failed.
    pub(crate) fn token_fetches(&self) -> (u64, u64) {
        (
            self.token_fetches.load(Relaxed),
            self.token_fetches_failed.load(Relaxed),
        )
    }

    pub(crate) fn calls(&self) -> CallCounts {
        CallCounts {
            ran: self.ran.load(Relaxed),
            did_not_run: self.did_not_run.load(Relaxed),
            may_have_run: self.may_have_run.load(Relaxed),
            failed: self.failed.load(Relaxed),
            under_way: self.under_way.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            undecodable: self.undecodable.load(Relaxed),
        }
    }
}

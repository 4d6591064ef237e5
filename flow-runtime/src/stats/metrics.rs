//! Metrics for your monitoring, through the [`metrics`](https://docs.rs/metrics) facade (feature `metrics`).
//!
//! Install a recorder, such as that of `metrics-exporter-prometheus`, before the first call; `cargo run -p
//! apaas-flow-example-metrics` does, and `examples/grafana/` has a dashboard. Without a recorder nothing is recorded.
//!
//! | name | kind | labels | what |
//! |---|---|---|---|
//! | `apaas_flow_calls_total` | counter | `app`, `flow`, `outcome` | calls that ended: `ran`, `did_not_run`, `may_have_run`, `failed`, `under_way` |
//! | `apaas_flow_calls_dropped_total` | counter | `app`, `flow` | of those, calls whose future was dropped before |
//! | `apaas_flow_calls_undecodable_total` | counter | `app`, `flow` | of those that ran, calls whose outputs did not fit |
//! | `apaas_flow_attempts_total` | counter | `app`, `flow` | requests to execute a flow, retries included |
//! | `apaas_flow_rate_limited_total` | counter | `app`, `flow` | attempts that the platform refused as rate limited |
//! | `apaas_flow_queue_seconds` | histogram | `app`, `flow` | the wait of each attempt for the quota, 0 for most |
//! | `apaas_flow_request_seconds` | histogram | `app`, `flow` | the time of each attempt on the wire, its connection included |
//! | `apaas_flow_token_fetches_total` | counter | `app`, `result` | tokens that were asked for: `ok`, `error` |
//! | `apaas_flow_queued` | gauge | `app` | calls that wait for the quota |
//! | `apaas_flow_in_flight` | gauge | `app` | requests on their way |
//! | `apaas_flow_window_used` | gauge | `app` | requests that count in the quota's window; of a shared quota, this process's |
//! | `apaas_flow_window_limit` | gauge | `app` | how many the quota allows in its window; none without a limit |
//! | `apaas_flow_paused_seconds` | gauge | `app` | how long the platform's pause goes on |
//! | `apaas_flow_token_expires_seconds` | gauge | `app` | how long the token still lives |
//!
//! Gauges are set once a second while there are calls, and a last time when all is quiet. Two clients of one app in a
//! process set the same gauges: use clones of one client.
//!
//! `app` is the App ID, or `other` for a client with a token source, and for every app after the first 32 of a
//! process. `flow` is `namespace/flow_id`. A [`DynamicFlow`](crate::DynamicFlow) may have any name, so after the first
//! 100 of them the rest is `other`; flows with a struct always have a name of their own. No other label has values
//! that anybody outside the program chooses.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::metrics::{
    Label, SharedString, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use super::{ClientStats, FlowLabel};
use crate::execution::Outcome;
use crate::panics::caught;

const CALLS: &str = "apaas_flow_calls_total";
const DROPPED: &str = "apaas_flow_calls_dropped_total";
const UNDECODABLE: &str = "apaas_flow_calls_undecodable_total";
const ATTEMPTS: &str = "apaas_flow_attempts_total";
const RATE_LIMITED: &str = "apaas_flow_rate_limited_total";
const QUEUE: &str = "apaas_flow_queue_seconds";
const REQUEST: &str = "apaas_flow_request_seconds";
const TOKEN_FETCHES: &str = "apaas_flow_token_fetches_total";
const QUEUED: &str = "apaas_flow_queued";
const IN_FLIGHT: &str = "apaas_flow_in_flight";
const WINDOW_USED: &str = "apaas_flow_window_used";
const WINDOW_LIMIT: &str = "apaas_flow_window_limit";
const PAUSED: &str = "apaas_flow_paused_seconds";
const TOKEN_EXPIRES: &str = "apaas_flow_token_expires_seconds";

/// The value of a label once there are too many others.
const OTHER: &str = "other";

/// What is said of each metric in an exporter's output. To be called once the recorder is installed.
///
/// ```
/// // metrics_exporter_prometheus::PrometheusBuilder::new().install()?;
/// apaas_flow::metrics::describe();
/// ```
pub fn describe() {
    describe_counter!(CALLS, "calls of flows that ended, by outcome");
    describe_counter!(DROPPED, "calls whose future was dropped before their end");
    describe_counter!(UNDECODABLE, "calls that ran and whose outputs did not fit");
    describe_counter!(ATTEMPTS, "requests to execute a flow, retries included");
    describe_counter!(RATE_LIMITED, "attempts refused as rate limited");
    describe_histogram!(QUEUE, Unit::Seconds, "wait of each attempt for the quota");
    describe_histogram!(REQUEST, Unit::Seconds, "time of each attempt on the wire");
    describe_counter!(TOKEN_FETCHES, "tokens that were asked for, by result");
    describe_gauge!(QUEUED, "calls that wait for the quota");
    describe_gauge!(IN_FLIGHT, "requests on their way");
    describe_gauge!(WINDOW_USED, "requests that count in the quota's window");
    describe_gauge!(WINDOW_LIMIT, "how many the quota allows in its window");
    describe_gauge!(
        PAUSED,
        Unit::Seconds,
        "how long the platform's pause goes on"
    );
    describe_gauge!(
        TOKEN_EXPIRES,
        Unit::Seconds,
        "how long the token still lives"
    );
}

/// Values of a label, as many as a monitoring system can bear.
struct Bounded {
    most: usize,
    known: LazyLock<Mutex<HashSet<Arc<str>>>>,
}

impl Bounded {
    const fn new(most: usize) -> Self {
        Self {
            most,
            known: LazyLock::new(Mutex::default),
        }
    }

    fn get(&self, value: &str) -> Option<Arc<str>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = known.get(value) {
            return Some(value.clone());
        }
        if known.len() >= self.most {
            return None;
        }
        let value: Arc<str> = value.into();
        known.insert(value.clone());
        Some(value)
    }
}

static APPS: Bounded = Bounded::new(32);
static DYNAMIC_FLOWS: Bounded = Bounded::new(100);

/// Of a client, at the calls of all its flows.
#[derive(Default)]
pub(crate) struct AppLabel(Option<Arc<str>>);

impl AppLabel {
    pub(super) fn new(app: Option<&str>) -> Self {
        Self(app.and_then(|app| APPS.get(app)))
    }
}

pub(super) fn flow_label(label: &str, is_part_of_program: bool) -> Option<Arc<str>> {
    if is_part_of_program {
        Some(label.into())
    } else {
        DYNAMIC_FLOWS.get(label)
    }
}

fn label(name: &'static str, value: Option<&Arc<str>>) -> Label {
    let value = value.map_or(SharedString::const_str(OTHER), |value| {
        SharedString::from_shared(value.clone())
    });
    Label::new(name, value)
}

fn app(app: &AppLabel) -> Vec<Label> {
    vec![label("app", app.0.as_ref())]
}

fn labels(app: &AppLabel, flow: &FlowLabel) -> Vec<Label> {
    vec![
        label("app", app.0.as_ref()),
        label("flow", flow.label.as_ref()),
    ]
}

// A recorder is the user's code, and its panic no end of a call.

fn count(name: &'static str, labels: Vec<Label>) {
    caught(|| counter!(name, labels).increment(1));
}

fn observe(name: &'static str, labels: Vec<Label>, time: Duration) {
    caught(|| histogram!(name, labels).record(time.as_secs_f64()));
}

pub(super) fn queued(app: &AppLabel, flow: &FlowLabel, wait: Duration) {
    observe(QUEUE, labels(app, flow), wait);
}

pub(super) fn attempt(app: &AppLabel, flow: &FlowLabel) {
    count(ATTEMPTS, labels(app, flow));
}

/// The time that a request is on its way, recorded at its end.
pub(super) struct RequestTime<'a> {
    app: &'a AppLabel,
    flow: &'a FlowLabel,
    begun: Instant,
}

impl<'a> RequestTime<'a> {
    pub(super) fn begin(app: &'a AppLabel, flow: &'a FlowLabel) -> Self {
        let begun = Instant::now();
        Self { app, flow, begun }
    }
}

impl Drop for RequestTime<'_> {
    fn drop(&mut self) {
        observe(REQUEST, labels(self.app, self.flow), self.begun.elapsed());
    }
}

pub(super) fn rate_limited(app: &AppLabel, flow: &FlowLabel) {
    count(RATE_LIMITED, labels(app, flow));
}

pub(super) fn ended(app: &AppLabel, flow: &FlowLabel, outcome: Outcome) {
    let mut labels = labels(app, flow);
    labels.push(Label::from_static_parts("outcome", outcome.as_str()));
    count(CALLS, labels);
}

pub(super) fn dropped(app: &AppLabel, flow: &FlowLabel) {
    count(DROPPED, labels(app, flow));
}

pub(super) fn undecodable(app: &AppLabel, flow: &FlowLabel) {
    count(UNDECODABLE, labels(app, flow));
}

pub(super) fn token_fetched(client: &AppLabel, is_ok: bool) {
    let mut labels = app(client);
    let result = if is_ok { "ok" } else { "error" };
    labels.push(Label::from_static_parts("result", result));
    count(TOKEN_FETCHES, labels);
}

/// What a client is doing just now.
#[expect(clippy::cast_precision_loss, reason = "there is no gauge but of f64")]
pub(super) fn set_gauges(client: &AppLabel, stats: &ClientStats) {
    let seconds = |duration: Option<Duration>| duration.unwrap_or_default().as_secs_f64();
    let set = |name: &'static str, value: f64| {
        caught(|| gauge!(name, app(client)).set(value));
    };
    set(QUEUED, stats.queued as f64);
    set(IN_FLIGHT, stats.in_flight as f64);
    set(WINDOW_USED, stats.window.used as f64);
    if stats.window.limit < usize::MAX {
        set(WINDOW_LIMIT, stats.window.limit as f64);
    }
    set(PAUSED, seconds(stats.paused_for));
    set(TOKEN_EXPIRES, seconds(stats.token_expires_in));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_names_from_outside_are_bounded() {
        let names = Bounded::new(2);
        assert_eq!(names.get("a").as_deref(), Some("a"));
        assert_eq!(names.get("b").as_deref(), Some("b"));
        assert_eq!(names.get("c"), None);
        assert_eq!(names.get("a").as_deref(), Some("a"));
        for n in 0..1000 {
            flow_label(&format!("package_x__c/flow_{n}"), false);
        }
        assert_eq!(flow_label("package_x__c/flow_999", false), None);
        let own = flow_label("package_x__c/flow_999", true);
        assert_eq!(own.as_deref(), Some("package_x__c/flow_999"));
    }
}

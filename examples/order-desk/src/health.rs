//! Is it alive, is it ready, and how is it doing? For Kubernetes and Prometheus.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::timeout;

use crate::app::App;
use crate::problem::Problem;

/// How long a probe waits for the platform.
const PROBE: Duration = Duration::from_secs(2);

/// The buckets of waits for the quota and of requests, up to more than any caller waits.
const SECONDS: [f64; 10] = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// `GET /healthz`: the process answers. Restarting it would not help against whatever else is wrong.
pub async fn alive() -> &'static str {
    "alive"
}

/// `GET /readyz`: the platform is reached, and takes our credentials. No flow runs, and nothing is sent while there is a
/// token.
pub async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    match timeout(PROBE, app.client.verify()).await {
        Ok(Ok(())) => return Ok("ready"),
        Ok(Err(error)) => tracing::warn!(%error, "not ready"),
        Err(_) => tracing::warn!("not ready: the platform did not answer in {PROBE:?}"),
    }
    let title = "the platform cannot be called; the log says why";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, title))
}

/// `GET /metrics`: all that `apaas_flow::metrics` lists; `examples/grafana` has a dashboard of it.
pub async fn metrics(State(app): State<App>) -> String {
    app.metrics.run_upkeep();
    app.metrics.render()
}

/// Once a process, before the first call: what is counted without a recorder is lost.
///
/// # Errors
/// There is a recorder already.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &SECONDS)?
        .install_recorder()?;
    apaas_flow::metrics::describe();
    Ok(handle)
}

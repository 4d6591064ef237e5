//! What the handlers share, and which path leads where.

use std::time::Duration;

use apaas_flow::{Client, Execute, Execution};
use axum::Router;
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::task::TaskTracker;
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::{Instrument, Level};

use crate::problem::Problem;
use crate::{health, orders, quotes};

/// The longest that a caller waits: for the quota, the token, the flow, and retries, together.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// The service. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) client: Client,
    pub(crate) metrics: PrometheusHandle,
    /// Calls that must come to their end, whoever waits for them.
    pub(crate) under_way: TaskTracker,
}

impl App {
    /// A service that calls flows with this client.
    pub fn new(client: Client, metrics: PrometheusHandle) -> Self {
        Self {
            client,
            metrics,
            under_way: TaskTracker::new(),
        }
    }

    /// All paths.
    pub fn router(self) -> Router {
        let api = Router::new()
            .route("/quotes", post(quotes::create))
            .route("/orders", post(orders::place))
            .route("/orders/{key}", get(orders::find))
            // the span around each call's own, which has its key, outcome and log id
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(DefaultMakeSpan::new().level(Level::INFO)),
            );
        Router::new()
            .route("/healthz", get(health::alive))
            .route("/readyz", get(health::ready))
            .route("/metrics", get(health::metrics))
            .merge(api)
            .with_state(self)
    }

    /// Sees a call through to its end, even if the caller hangs up and axum drops the handler.
    ///
    /// For flows that change something: dropped, the call would be sent all the same, and nobody would see its end.
    pub(crate) async fn see_through<O: Send + 'static>(
        &self,
        call: Execute<O>,
    ) -> Result<Execution<O>, Problem> {
        let call = self.under_way.spawn(call.in_current_span());
        Ok(call.await.map_err(|_| Problem::internal())??)
    }
}

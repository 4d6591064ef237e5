//! The server, and how it stops.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::{App, DEADLINE};

/// How long a stop may take. No call takes longer than [`DEADLINE`], so what is left after this is a caller who does not
/// read. It fits into the 30 seconds that Kubernetes grants.
const GRACE: Duration = DEADLINE.saturating_add(Duration::from_secs(2));

/// Serves until `stop` is ready. Then it accepts no more, and returns when what is under way is at its end: requests, and
/// calls whose callers have hung up.
///
/// # Errors
/// The server's own, of which axum has none today.
pub async fn serve(
    listener: TcpListener,
    app: App,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let under_way = app.under_way.clone();
    let stopping = CancellationToken::new();
    let server = axum::serve(listener, app.router())
        .with_graceful_shutdown(stopping.clone().cancelled_owned());
    let server = tokio::spawn(server.into_future());

    stop.await;
    tracing::info!("stopping");
    stopping.cancel();
    under_way.close();
    let rest = async {
        let end = server.await;
        under_way.wait().await;
        end?
    };
    if let Ok(end) = timeout(GRACE, rest).await {
        return end;
    }
    // whatever was sent, the library logs with its key when it is dropped
    tracing::warn!(
        calls = under_way.len(),
        "not all was at its end in {GRACE:?}"
    );
    Ok(())
}

/// Ready when the process is asked to stop: Ctrl-C, or SIGTERM.
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => _ = signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}

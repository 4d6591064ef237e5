//! The runtime that awaits a command's calls.

use std::future::{self, Future};

use crate::failure::Mistake;

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Mistake> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Mistake::new(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(future))
}

/// Waits for Ctrl-C, or for SIGTERM, with which a service manager or a container ends a program. If no handler can be
/// installed, the signal ends the program as usual.
///
/// SIGHUP is not awaited: under `nohup` it is ignored, and a handler would undo that.
pub(crate) async fn interrupt() {
    let pressed = async {
        if tokio::signal::ctrl_c().await.is_err() {
            future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = pressed => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    future::pending().await
}

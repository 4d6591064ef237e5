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

/// Waits for Ctrl-C. If no handler can be installed, Ctrl-C ends the program as usual.
pub(crate) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        future::pending::<()>().await;
    }
}

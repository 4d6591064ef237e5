//! The runtime in which a command's calls are awaited.

use std::future::{self, Future};

use crate::failure::Mistake;

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T, Mistake> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Mistake::new(format!("cannot start: {error}")))?;
    Ok(runtime.block_on(future))
}

/// Ctrl-C. Where no handler can be had, it ends the program as ever.
pub(crate) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        future::pending::<()>().await;
    }
}

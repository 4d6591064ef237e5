//! When the program stops.

use std::io;

/// Waits for Ctrl-C or SIGTERM. Calls `ready` as soon as neither can be missed.
#[cfg(unix)]
pub(super) async fn until_stopped(ready: impl FnOnce()) -> io::Result<()> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    ready();
    poll_fn(|context| {
        let interrupted = interrupt.poll_recv(context).is_ready();
        if interrupted || terminate.poll_recv(context).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    Ok(())
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn until_stopped(ready: impl FnOnce()) -> io::Result<()> {
    ready();
    tokio::signal::ctrl_c().await
}

//! The one thread on which all of the library's input and output takes place, and all time-outs are kept.
//!
//! A pooled connection, a token being fetched or a place in a queue belongs to the runtime that began it, and stands
//! still when that runtime does. A client may be used from several runtimes, of which some sleep (a `static` client
//! under `#[tokio::test]`, a blocking call beside async ones), so none of these belongs to a caller's runtime: every
//! call runs here, and the caller only waits for its end.
//!
//! Since every call depends on it, nothing runs here whose cost a server or a user's own code chooses.

use std::future::Future;
use std::pin::{Pin, pin};
use std::process;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use super::runtime::BackgroundRuntime;
use crate::error::{Error, ErrorKind, Ran, Result};

static DRIVER: BackgroundRuntime = BackgroundRuntime::new("apaas-flow");

/// Runs a future on the driver; dropping the task ends it.
pub(crate) fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<Task<T>> {
    Ok(Task {
        process: process::id(),
        running: DRIVER.handle()?.spawn(future),
    })
}

/// Runs a future on the driver to its end, whoever still waits for it. To be called on the driver.
pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(future.in_current_span().with_current_subscriber());
}

/// Work on so few bytes takes no longer than the change to another thread: some tens of microseconds.
const FEW: usize = 32 * 1024;

/// Does work on so many bytes that came from elsewhere: beside the driver, where they are enough to hold up all calls
/// on it. To be called on the driver.
pub(crate) async fn work<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if bytes <= FEW {
        return Ok(work());
    }
    spawn_blocking(work).await.map_err(|error| defect(&error))
}

/// A future that runs on the driver.
pub(crate) struct Task<T> {
    process: u32,
    running: JoinHandle<T>,
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        if !self.is_ours() {
            return Poll::Ready(Err(Error::plain(
                ErrorKind::Config,
                "this call was under way when the process forked, and goes on in the parent alone",
            )
            .ran(Ran::Maybe)));
        }
        Pin::new(&mut self.running)
            .poll(cx)
            .map(|joined| joined.map_err(|error| defect(&error)))
    }
}

impl<T> Task<T> {
    /// Whether the driver that runs it is this process's, not its parent's.
    fn is_ours(&self) -> bool {
        self.process == process::id()
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        if !self.running.is_finished() && self.is_ours() {
            self.running.abort();
        }
    }
}

/// The text of a panic is not repeated: it may hold anything.
fn defect(error: &JoinError) -> Error {
    let what = if error.is_panic() {
        "a panic"
    } else {
        "a task that was ended"
    };
    Error::plain(
        ErrorKind::Malformed,
        format!("a bug in apaas-flow, please report it: {what}"),
    )
    .ran(Ran::Maybe)
}

/// Waits for a call on a thread that has no runtime, or whose runtime must not be needed.
///
/// # Errors
/// [`ErrorKind::Config`] on the driver itself, which would wait for itself.
#[cfg(feature = "blocking")]
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    if DRIVER.is_here() {
        return Err(Error::plain(
            ErrorKind::Config,
            "a blocking call on the library's own thread would wait for itself; await it instead",
        ));
    }
    park_until(future)
}

/// Polls a future on this thread, which sleeps in between.
pub(super) fn park_until<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    // Inside a task of tokio's, its budget would be used up one day, and nobody here could yield to get a new one.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut cx) {
            return result;
        }
        thread::park();
    }
}

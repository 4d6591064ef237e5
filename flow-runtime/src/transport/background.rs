//! The one thread on which all of the library's input and output takes place.
//!
//! A pooled connection, a token being fetched or a place in a queue belongs to the runtime that began it, and stands
//! still when that runtime does. A client may be used from several runtimes, of which some sleep (a `static` client
//! under `#[tokio::test]`, a blocking call beside async ones), so none of these belongs to a caller's runtime: every
//! call runs here, and the caller only waits for its end.

use std::cell::Cell;
use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinHandle;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use crate::error::{Error, ErrorKind, Ran, Result};

thread_local! {
    static IS_DRIVER: Cell<bool> = const { Cell::new(false) };
}

/// The driver, started at the first call of the process.
fn handle() -> Result<&'static Handle> {
    static DRIVER: OnceLock<Handle> = OnceLock::new();
    static START: Mutex<()> = Mutex::new(());
    if let Some(handle) = DRIVER.get() {
        return Ok(handle);
    }
    // A start that fails, for want of a thread perhaps, is tried again by the next call.
    let _one_at_a_time = START.lock().unwrap_or_else(PoisonError::into_inner);
    match DRIVER.get() {
        Some(handle) => Ok(handle),
        None => start()
            .map(|handle| DRIVER.get_or_init(|| handle))
            .map_err(|error| {
                Error::plain(
                    ErrorKind::Config,
                    format!("the library's thread could not be started: {error}"),
                )
            }),
    }
}

fn start() -> std::io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name("apaas-flow".to_owned())
        .spawn(move || {
            IS_DRIVER.set(true);
            runtime.block_on(pending::<()>());
        })?;
    Ok(handle)
}

/// Runs a future on the driver; dropping the task ends it.
pub(crate) fn spawn<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
) -> Result<Task<T>> {
    Ok(Task(handle()?.spawn(future)))
}

/// Runs a future on the driver to its end, whoever still waits for it. To be called on the driver.
pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(future.in_current_span().with_current_subscriber());
}

/// A future that runs on the driver.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.0).poll(cx).map(|joined| {
            joined.map_err(|error| {
                Error::plain(
                    ErrorKind::Malformed,
                    format!("a bug in apaas-flow, please report it: {error}"),
                )
                .ran(Ran::Maybe)
            })
        })
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Waits for a future on a thread that has no runtime, or whose runtime must not be needed.
///
/// # Errors
/// [`ErrorKind::Config`] on the driver itself, which would wait for itself.
#[cfg_attr(not(feature = "blocking"), allow(dead_code))]
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    if IS_DRIVER.get() {
        return Err(Error::plain(
            ErrorKind::Config,
            "a blocking call inside a token source would wait for itself; await it instead",
        ));
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

//! The threads on which all of the library's input and output takes place, and all time-outs are kept.
//!
//! A pooled connection, a token being fetched or a place in a queue belongs to the runtime that began it, and stands
//! still when that runtime does. A client may be used from several runtimes, of which some sleep (a `static` client
//! under `#[tokio::test]`, a blocking call beside async ones), so none of these belongs to a caller's runtime: every
//! call runs here, and the caller only waits for its end.
//!
//! A client has its own thread. What a server sends is read there, and some of it at the server's pace (half a second
//! for each look at an endless flood of interim replies), which is then no other client's affair. Nor does anything
//! run there whose cost a reply's size or a user's token source or store chooses: the time-outs of the client's other
//! calls are kept there too. What does run there of a user's are the layers of `tracing`, a recorder of metrics, and the
//! wakers of those who wait: they belong to each step of a call, as in any library, and are to be quick.

#[cfg(feature = "blocking")]
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

use super::runtime::{ProcessRuntime, RuntimeThread};
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::panics::caught;

/// The thread of a client, started at its first call.
#[derive(Default)]
pub(crate) struct IoThread(OnceLock<Whose>);

enum Whose {
    Own(RuntimeThread, Counted),
    /// Of all clients after the first few.
    Common(&'static Handle),
}

/// A program with more clients than this has one for each of its tenants, and has better use for its threads.
const MOST_OWN: usize = 32;

static OWN: AtomicUsize = AtomicUsize::new(0);

static COMMON: ProcessRuntime = ProcessRuntime::new(NAME, begin);

const NAME: &str = "apaas-flow";

impl IoThread {
    /// Runs a future there, for this process, whose id is given; dropping the task ends it.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        here: u32,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Result<Task<T>> {
        Ok(Task {
            process: here,
            running: self.handle()?.spawn(future),
        })
    }

    fn handle(&self) -> Result<&Handle> {
        loop {
            match self.0.get() {
                Some(Whose::Own(thread, _)) => return Ok(&thread.handle),
                Some(Whose::Common(handle)) => return Ok(handle),
                None => {
                    let whose = match Counted::one_more() {
                        Some(counted) => Whose::Own(RuntimeThread::start(NAME, begin)?, counted),
                        None => Whose::Common(COMMON.handle()?),
                    };
                    // If another was faster, this one ends again.
                    let _ = self.0.set(whose);
                }
            }
        }
    }
}

struct Counted;

impl Counted {
    fn one_more() -> Option<Self> {
        let this = Self;
        (OWN.fetch_add(1, Ordering::Relaxed) < MOST_OWN).then_some(this)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        OWN.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(feature = "blocking")]
thread_local! {
    static IS_IO: Cell<bool> = const { Cell::new(false) };
}

fn begin() {
    #[cfg(feature = "blocking")]
    IS_IO.set(true);
}

/// Runs a future to its end, whoever still waits for it. To be called on a client's thread.
pub(crate) fn detach(future: impl Future<Output = ()> + Send + 'static) {
    // boxed, so that tokio's part of it is compiled once
    let future: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(future);
    tokio::spawn(future.in_current_span().with_current_subscriber());
}

/// Work on so few bytes takes no longer than the change to another thread: some tens of microseconds.
const FEW: usize = 32 * 1024;

/// Does work on so many bytes that came from elsewhere: beside the client's thread, where they are enough to hold up
/// the other calls on it. To be called on that thread.
pub(crate) async fn work<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    if bytes <= FEW {
        return Ok(work());
    }
    let (done, result) = oneshot::channel();
    beside(Box::new(|| drop(done.send(work()))));
    result.await.map_err(|_| a_bug("a panic"))
}

/// Does work on another thread; on this one, if the system has no other to give.
///
/// Boxed, so that tokio's part of it is compiled once.
fn beside(work: Box<dyn FnOnce() + Send>) {
    let work = Arc::new(Mutex::new(Some(work)));
    let once = |work: &Mutex<Option<Box<dyn FnOnce() + Send>>>| {
        let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(work) = work {
            work();
        }
    };
    let there = work.clone();
    // tokio panics where it gets no thread, and keeps what was to be done for the next that it gets
    if caught(|| drop(spawn_blocking(move || once(&there)))).is_none() {
        once(&work);
    }
}

/// A future that runs on a client's thread.
pub(crate) struct Task<T> {
    process: u32,
    running: JoinHandle<T>,
}

impl<T> Future for Task<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        match Pin::new(&mut self.running).poll(cx) {
            Poll::Ready(joined) => Poll::Ready(joined.map_err(|error| defect(&error))),
            Poll::Pending if self.is_ours() => Poll::Pending,
            Poll::Pending => Poll::Ready(Err(Error::plain(
                ErrorKind::Config,
                "this call was under way when the process forked, and goes on in the parent alone",
            )
            .ran(Ran::Maybe))),
        }
    }
}

impl<T> Task<T> {
    /// Whether the thread that runs it is this process's, not its parent's.
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
    a_bug(what)
}

fn a_bug(what: &str) -> Error {
    Error::plain(
        ErrorKind::Malformed,
        format!("a bug in apaas-flow, please report it: {what}"),
    )
    .ran(Ran::Maybe)
}

/// Waits for a call on a thread that has no runtime, or whose runtime must not be needed.
///
/// # Errors
/// [`ErrorKind::Config`] on a client's thread, which would wait for itself.
#[cfg(feature = "blocking")]
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    if IS_IO.get() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> String {
        thread::current().name().unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn few_bytes_are_worked_on_here_and_many_elsewhere() {
        let test = here();
        assert_eq!(work(FEW, here).await.unwrap(), test);
        assert_ne!(work(FEW + 1, here).await.unwrap(), test);
    }

    #[tokio::test]
    async fn the_text_of_a_panic_is_not_repeated() {
        let panics = || async { panic!("the password is hunter2") };
        let end: Result<()> = IoThread::default()
            .spawn(process::id(), panics())
            .unwrap()
            .await;
        let error = end.unwrap_err();
        assert!(error.may_have_run());
        assert!(error.to_string().contains("a panic"), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[tokio::test]
    async fn a_client_has_its_own_thread_unless_there_are_too_many() {
        let id = || async { thread::current().id() };
        let threads: Vec<_> = (0..MOST_OWN + 3).map(|_| IoThread::default()).collect();
        let mut ids = Vec::new();
        for thread in &threads {
            let first = thread.spawn(process::id(), id()).unwrap().await.unwrap();
            assert_eq!(
                thread.spawn(process::id(), id()).unwrap().await.unwrap(),
                first
            );
            ids.push(first);
        }
        let common = ids.last().copied().unwrap();
        assert!(ids.iter().filter(|id| **id == common).count() >= 3);
        let own: std::collections::HashSet<_> = ids.iter().collect();
        assert!(own.len() > MOST_OWN / 2, "{} threads", own.len());
    }

    #[tokio::test]
    async fn what_was_begun_is_done_after_the_client_is_gone() {
        let (done, seen) = tokio::sync::oneshot::channel();
        let thread = IoThread::default();
        let begun = thread.spawn(process::id(), async {
            detach(async {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                let _ = done.send(());
            });
        });
        begun.unwrap().await.unwrap();
        drop(thread);
        seen.await.unwrap();
    }
}

//! Where a user's own code runs: never on the thread that all calls depend on.
//!
//! A token source or a store may block, panic, never come back, or bring a runtime that must not be dropped where
//! others are polled. Each question to it is asked on a thread that may block, with a runtime of tokio's at hand whose
//! timers and sockets work there; whoever asked waits as long as it likes.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{Span, dispatcher};

use super::background::park_until;
use super::runtime::ProcessRuntime;
use crate::error::{BoxError, Result};
use crate::panics::caught;

/// It drives the timers and sockets of user code, and the tasks that user code spawns.
static RUNTIME: ProcessRuntime = ProcessRuntime::new("apaas-flow-user-code", || {});

/// The most threads that one object may keep: an answer that nobody waits for any more still blocks its thread.
const MOST_AT_WORK: usize = 8;

/// Something of the user's.
pub(crate) struct UserCode<T: ?Sized + Send + Sync + 'static> {
    /// None only while it is being dropped.
    object: Option<Arc<T>>,
    /// What it is, for messages.
    name: &'static str,
    at_work: Arc<AtomicUsize>,
}

/// A future of the user's.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl<T: ?Sized + Send + Sync + 'static> UserCode<T> {
    pub(crate) fn new(name: &'static str, object: Arc<T>) -> Self {
        Self {
            object: Some(object),
            name,
            at_work: Arc::default(),
        }
    }

    /// Asks it something. If nobody waits for the answer any more, its future is dropped where it awaits something;
    /// one that blocks its thread cannot be stopped.
    ///
    /// # Errors
    /// It panicked, or still blocks too many threads.
    pub(crate) async fn ask<A: Send + 'static>(
        &self,
        question: impl for<'a> FnOnce(&'a T) -> Answer<'a, A> + Send + 'static,
    ) -> Result<A, BoxError> {
        let Some(object) = self.object.clone() else {
            return Err("dropped".into()); // never: it is borrowed
        };
        let name = self.name;
        let at_work = AtWork::begin(&self.at_work)
            .ok_or_else(|| format!("{MOST_AT_WORK} threads are still blocked in the {name}"))?;
        let (mut answer, answered) = oneshot::channel();
        let (dispatch, span) = (dispatcher::get_default(Clone::clone), Span::current());
        let work = Box::new(move || {
            let _at_work = at_work;
            let said = dispatcher::with_default(&dispatch, || {
                span.in_scope(|| {
                    let mut asked = pin!(question(&object));
                    park_until(poll_fn(|cx| match asked.as_mut().poll(cx) {
                        Poll::Ready(said) => Poll::Ready(Some(said)),
                        Poll::Pending => answer.poll_closed(cx).map(|()| None),
                    }))
                })
            });
            if let Some(said) = said {
                let _ = answer.send(said);
            }
            drop(object); // perhaps the last that is left of it
        });
        if !spawn(RUNTIME.handle()?, work) {
            return Err("no thread can be started".into());
        }
        // The text of a panic is not repeated: it may hold anything.
        answered
            .await
            .map_err(|_| format!("the {name} panicked").into())
    }
}

/// Boxed, so that tokio's part of it is compiled once and not again for each question. False where the system gives no
/// thread, at which tokio panics.
fn spawn(runtime: &Handle, work: Box<dyn FnOnce() + Send>) -> bool {
    caught(|| drop(runtime.spawn_blocking(work))).is_some()
}

/// One answer that is being worked on.
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    fn begin(count: &Arc<AtomicUsize>) -> Option<Self> {
        let this = Self(count.clone());
        (count.fetch_add(1, Ordering::Relaxed) < MOST_AT_WORK).then_some(this)
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where futures are polled, a runtime of the user's must not be dropped, and a slow drop holds others up.
impl<T: ?Sized + Send + Sync + 'static> Drop for UserCode<T> {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else {
            return;
        };
        if Handle::try_current().is_ok() {
            // Without a thread to be had, it is dropped here after all.
            if let Ok(runtime) = RUNTIME.handle() {
                spawn(runtime, Box::new(move || drop(object)));
            }
        }
    }
}

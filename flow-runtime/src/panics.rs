//! Panics of a user's code: they change no end of a call, and end no process.

use std::future::Future;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Runs code of the user's; none if it panicked.
pub(crate) fn caught<T>(code: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(code)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // its drop may panic in turn
            forget(payload);
            None
        }
    }
}

type UserFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A future of the user's, to be awaited in one of ours. One that panicked is dropped before the panic goes on: its drop
/// may panic too, and during unwinding that would end the process.
pub(crate) struct Contained<'a, T>(Option<UserFuture<'a, T>>);

pub(crate) fn contained<T>(future: UserFuture<'_, T>) -> Contained<'_, T> {
    Contained(Some(future))
}

impl<T> Future for Contained<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending; // never: whoever polls it has seen the panic
        };
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))).unwrap_or_else(|payload| {
            let panicked = self.0.take();
            caught(|| drop(panicked));
            resume_unwind(payload)
        })
    }
}

//! Ending a run early, without losing the calls under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Ends a run: no further row is sent, and [`Bulk::run`](crate::Bulk::run) returns once those under way have ended.
///
/// From [`Bulk::stop_handle`](crate::Bulk::stop_handle); for Ctrl-C, for example.
#[derive(Debug, Clone, Default)]
pub struct StopHandle(Arc<Stop>);

#[derive(Debug, Default)]
struct Stop {
    is_asked: AtomicBool,
    woken: Notify,
}

impl StopHandle {
    /// Ends the run. Calling it again changes nothing.
    pub fn stop(&self) {
        self.0.is_asked.store(true, Ordering::Release);
        self.0.woken.notify_waiters();
    }

    /// Whether the run was asked to end.
    pub fn is_stopped(&self) -> bool {
        self.0.is_asked.load(Ordering::Acquire)
    }

    pub(crate) async fn stopped(&self) {
        // registered before the check, so that no call of `stop` in between is missed
        let woken = self.0.woken.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        if !self.is_stopped() {
            woken.await;
        }
    }
}

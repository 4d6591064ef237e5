//! One attempt in flight: whether its request has left, and its permit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::error::Ran;
use crate::quota::Permit;
use crate::transport::http::Watch;

/// Until the request leaves, no server can have acted on it, and dropping this gives the permit back.
pub(super) struct Departure {
    left: AtomicBool,
    permit: Mutex<Permit>,
    /// Of a reply that was not read to its end.
    log_id: OnceLock<String>,
}

impl Departure {
    pub(super) fn new(permit: Permit) -> Self {
        Self {
            left: AtomicBool::new(false),
            permit: Mutex::new(permit),
            log_id: OnceLock::new(),
        }
    }

    pub(super) fn ran(&self) -> Ran {
        if self.has_left() { Ran::Maybe } else { Ran::No }
    }

    pub(super) fn log_id(&self) -> Option<&str> {
        self.log_id.get().map(String::as_str)
    }

    fn permit(&self) -> MutexGuard<'_, Permit> {
        self.permit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch for Departure {
    fn leaves(&self) {
        if !self.left.swap(true, Ordering::AcqRel) {
            self.permit().departed();
        }
    }

    fn has_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    fn is_answered(&self, _: Option<&str>) {
        self.permit().arrived();
    }

    fn is_given_up(&self, log_id: String) {
        // once, since an attempt has one reply
        let _ = self.log_id.set(log_id);
    }
}

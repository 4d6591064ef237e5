//! One attempt in flight: whether its request has left, and its permit.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::error::Ran;
use crate::quota::Permit;
use crate::transport::http::Watch;

/// Until the request leaves, no server can have acted on it, and dropping this gives the permit back.
pub(super) struct Departure {
    left: AtomicBool,
    permit: Mutex<Permit>,
}

impl Departure {
    pub(super) fn new(permit: Permit) -> Self {
        Self {
            left: AtomicBool::new(false),
            permit: Mutex::new(permit),
        }
    }

    pub(super) fn ran(&self) -> Ran {
        if self.has_left() { Ran::Maybe } else { Ran::No }
    }

    /// Held while calling into the limiter, which takes its own lock second and never calls back: no deadlock.
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

    fn is_answered(&self) {
        self.permit().arrived();
    }
}

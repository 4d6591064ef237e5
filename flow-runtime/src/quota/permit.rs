//! The right to send one request.

use std::sync::Arc;

use tokio::time::Instant;

use super::limiter::RateLimiter;

/// A place in the window: given back when it is dropped before its request left.
pub(crate) struct Permit {
    limiter: Arc<RateLimiter>,
    /// From when on the window counts it, once the request has left.
    counted_from: Option<Instant>,
}

impl Permit {
    pub(super) fn new(limiter: Arc<RateLimiter>) -> Self {
        Self {
            limiter,
            counted_from: None,
        }
    }

    /// The request leaves: the platform will count it.
    pub(crate) fn departed(&mut self) {
        if self.counted_from.is_none() {
            self.counted_from = Some(self.limiter.departed());
        }
    }

    /// There is a reply: the platform has counted the request.
    pub(crate) fn arrived(&self) {
        if let Some(counted_from) = self.counted_from {
            self.limiter.arrived(counted_from);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.counted_from.is_none() {
            self.limiter.give_back();
        }
    }
}

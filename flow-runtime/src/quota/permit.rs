//! Permission to send one request.

use std::sync::Arc;

use tokio::time::Instant;

use super::limiter::RateLimiter;

/// A permit for one request. Dropped before the request has left (no token, no connection, a cancelled call), it is
/// given back, since the platform never saw the request. After that the platform has counted it, and it only expires.
pub(crate) struct Permit {
    limiter: Arc<RateLimiter>,
    /// The time from which the window counts it; none until the request has left.
    counted_from: Option<Instant>,
}

impl Permit {
    pub(super) fn new(limiter: Arc<RateLimiter>) -> Self {
        Self {
            limiter,
            counted_from: None,
        }
    }

    /// The request is leaving, so the platform will count it.
    pub(crate) fn departed(&mut self) {
        if self.counted_from.is_none() {
            self.counted_from = Some(self.limiter.departed());
        }
    }

    /// A reply came, so the platform has counted the request.
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

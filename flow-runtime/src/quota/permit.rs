//! Permission to send one request.

use std::sync::Arc;

use tokio::time::Instant;

use super::limiter::RateLimiter;
use super::share::Share;

/// A permit for one request. Dropped before the request has left (no token, no connection, a cancelled call), it is
/// given back, since the platform never saw the request. After that the platform has counted it, and it only expires.
pub(crate) struct Permit {
    limiter: Arc<RateLimiter>,
    /// The share that it counts in, too.
    share: Option<Arc<Share>>,
    /// None until the request has left.
    counted: Option<Counted>,
}

/// The time from which each window counts it.
struct Counted {
    whole: Instant,
    share: Option<Instant>,
}

impl Permit {
    pub(super) fn new(limiter: Arc<RateLimiter>) -> Self {
        Self {
            limiter,
            share: None,
            counted: None,
        }
    }

    pub(super) fn of(mut self, share: Arc<Share>) -> Self {
        self.share = Some(share);
        self
    }

    /// The request is leaving, so the platform will count it.
    pub(crate) fn departed(&mut self) {
        if self.counted.is_none() {
            let now = Instant::now();
            // The share first: the limiter wakes who waits for either.
            self.counted = Some(Counted {
                share: self.share.as_ref().map(|share| share.departed(now)),
                whole: self.limiter.departed(now),
            });
        }
    }

    /// A reply came, so the platform has counted the request.
    pub(crate) fn arrived(&self) {
        if let Some(counted) = &self.counted {
            let now = Instant::now();
            if let (Some(share), Some(from)) = (&self.share, counted.share) {
                share.arrived(from, now);
            }
            self.limiter.arrived(counted.whole, now);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.counted.is_none() {
            if let Some(share) = &self.share {
                share.give_back();
            }
            self.limiter.give_back();
        }
    }
}

//! Permission to send one request.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::limiter::RateLimiter;
use super::share::Part;

/// A permit for one request. Dropped before the request has left (no token, no connection, a cancelled call), it is
/// given back, since the platform never saw the request. After that the platform has counted it, and it only expires.
pub(crate) struct Permit {
    limiter: Arc<RateLimiter>,
    /// The share that it counts in, too.
    share: Option<Arc<dyn Part>>,
    place: Option<Place>,
    /// None until the request has left.
    counted: Option<Counted>,
}

/// Its place in a store.
struct Place {
    id: u64,
    /// Whoever keeps the place until the request leaves ends when this is dropped.
    keep: Option<oneshot::Sender<Infallible>>,
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
            place: None,
            counted: None,
        }
    }

    /// For a budget that a store keeps.
    pub(super) fn shared(
        limiter: Arc<RateLimiter>,
        id: u64,
        keep: oneshot::Sender<Infallible>,
    ) -> Self {
        let mut permit = Self::new(limiter);
        let keep = Some(keep);
        permit.place = Some(Place { id, keep });
        permit
    }

    pub(super) fn of(mut self, share: Arc<dyn Part>) -> Self {
        self.share = Some(share);
        self
    }

    fn id(&self) -> Option<u64> {
        self.place.as_ref().map(|place| place.id)
    }

    /// The request is leaving, so the platform will count it.
    pub(crate) fn departed(&mut self) {
        if self.counted.is_none() {
            let now = Instant::now();
            if let Some(place) = &mut self.place {
                place.keep = None;
            }
            // The share first: the limiter wakes who waits for either.
            self.counted = Some(Counted {
                share: self.share.as_ref().map(|share| share.departed(now)),
                whole: self.limiter.departed(now, self.id()),
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
            self.limiter.arrived(counted.whole, now, self.id());
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.counted.is_none() {
            if let Some(share) = &self.share {
                share.give_back();
            }
            self.limiter.give_back(self.id());
        }
    }
}

//! Where the calls of a client wait for the budget: the budget itself, or a share of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::limiter::RateLimiter;
use super::permit::Permit;
use super::share::Part;
use crate::error::Result;
use crate::stats::WindowStats;

#[derive(Clone)]
pub(crate) struct Lane {
    limiter: Arc<RateLimiter>,
    share: Option<Arc<dyn Part>>,
}

impl Lane {
    pub(super) fn new(limiter: Arc<RateLimiter>) -> Self {
        Self {
            limiter,
            share: None,
        }
    }

    /// A lane of the same budget, for calls that hold at most this share of it and let all others go first.
    pub(crate) fn with_share(&self, share: f64) -> Self {
        Self {
            limiter: self.limiter.clone(),
            share: Some(Arc::new(self.limiter.share(share))),
        }
    }

    /// Whether it works in this process: those whose turn it is in the parent will not be seen again here.
    pub(crate) fn check_process(&self, here: u32) -> Result<()> {
        self.limiter.check_process(here)
    }

    /// Waits for a permit, for `limit` at most, which the error calls by its name; fails at once if the wait would
    /// exceed it.
    pub(crate) async fn acquire(&self, limit: Duration, limit_name: &str) -> Result<Permit> {
        match &self.share {
            None => self.limiter.acquire(limit, limit_name).await,
            Some(share) => {
                share
                    .clone()
                    .acquire(&self.limiter, limit, limit_name)
                    .await
            }
        }
    }

    /// How long a call may have to wait even if the budget is not used up.
    pub(crate) fn patience(&self) -> Duration {
        self.limiter.patience()
    }

    /// The fast path, without a timer: takes a permit if one is free and the queue is empty.
    pub(crate) fn at_once(&self) -> Option<Permit> {
        match &self.share {
            None => self.limiter.at_once(),
            Some(share) => share.clone().at_once(&self.limiter),
        }
    }

    /// How much of the whole budget is used.
    pub(crate) fn window(&self) -> WindowStats {
        self.limiter.stats()
    }

    pub(crate) fn paused_for(&self) -> Option<Duration> {
        let left = self.limiter.paused_until()?;
        let left = left.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Holds all calls of the budget back, as the platform asked.
    pub(crate) fn pause(&self, pause: Duration) {
        self.limiter.pause(pause);
    }
}

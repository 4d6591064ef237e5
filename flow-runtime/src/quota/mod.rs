//! The rate limit: each attempt first takes a permit from a sliding window.

mod lane;
mod limiter;
mod pace;
mod permit;
mod share;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use lane::Lane;
use limiter::RateLimiter;
pub(crate) use permit::Permit;

/// The rate limit: how many calls the platform accepts per period.
///
/// The platform counts per app: all flows of an app share one budget. **Clones of a `Quota` share one budget too**:
/// give clones to several clients of the same app, or [a share](Self::share) to each of several processes. Calls wait
/// in order of arrival.
///
/// A retry needs a permit of its own and queues behind the calls already waiting.
///
/// The default is the documented limit,
/// [100 calls a minute](https://open.feishu.cn/document/apaas-v1/flow/application-flow/execute).
///
/// ```
/// use std::time::Duration;
/// use apaas_flow::{Client, Quota};
///
/// let quota = Quota::per_minute(100).share(6); // one of six pods
/// let one = Client::builder().app_credentials("cli_a1b2", "secret").quota(quota.clone()).build()?;
/// let two = Client::builder().app_credentials("cli_a1b2", "secret").quota(quota).build()?;
/// let faster = Quota::new(5, Duration::from_secs(1));
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Clone)]
pub struct Quota {
    calls: usize,
    period: Duration,
    /// None for [`UNLIMITED`](Self::UNLIMITED): a constant cannot hold shared state.
    limiter: Option<Arc<RateLimiter>>,
}

impl Quota {
    /// No limit on our side. Pauses that the platform asks for still apply.
    pub const UNLIMITED: Self = Self {
        calls: usize::MAX,
        period: Duration::ZERO,
        limiter: None,
    };

    /// At most `calls` in any window of `period`.
    pub fn new(calls: usize, period: Duration) -> Self {
        Self {
            calls,
            period,
            limiter: Some(Arc::new(RateLimiter::new(calls, period))),
        }
    }

    /// At most `calls` in any minute.
    pub fn per_minute(calls: usize) -> Self {
        Self::new(calls, Duration::from_secs(60))
    }

    /// One of `parts` equal shares, as a separate budget: for several processes that call the same app.
    pub fn share(self, parts: usize) -> Self {
        match (self.limiter, parts) {
            (None, _) => Self::UNLIMITED,
            (_, 0 | 1) => Self::new(self.calls, self.period),
            _ if self.calls >= parts => Self::new(self.calls / parts, self.period),
            // Less than one call per period becomes one call in several periods.
            _ => {
                let periods = u32::try_from(parts.div_ceil(self.calls.max(1))).unwrap_or(u32::MAX);
                Self::new(self.calls.min(1), self.period.saturating_mul(periods))
            }
        }
    }

    pub(crate) fn is_usable(&self) -> bool {
        self.limiter.is_none() || (self.calls > 0 && !self.period.is_zero())
    }

    pub(crate) fn into_lane(self) -> Lane {
        Lane::new(self.into_limiter())
    }

    fn into_limiter(self) -> Arc<RateLimiter> {
        self.limiter
            .unwrap_or_else(|| Arc::new(RateLimiter::new(usize::MAX, Duration::ZERO)))
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limiter {
            Some(_) => write!(f, "Quota({} in {:?})", self.calls, self.period),
            None => f.write_str("Quota::UNLIMITED"),
        }
    }
}

//! The rate limit: a permit from the platform's window before each attempt.

mod limiter;
mod permit;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use limiter::RateLimiter;
pub(crate) use permit::Permit;

/// How many calls the platform takes in a period.
///
/// The platform counts per app, and all flows of an app are one budget. **Clones of a `Quota` are the same budget**:
/// give clones to several clients of one app, or [a share](Self::share) to each of several processes. Calls wait for
/// their place in the order in which they came.
///
/// A call that is sent again takes a new place behind those who wait by then.
///
/// The default is the document's: [100 calls a minute](https://open.feishu.cn/document/apaas-v1/flow/application-flow/execute).
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
    /// None for [`UNLIMITED`](Self::UNLIMITED), which as a constant cannot share anything.
    limiter: Option<Arc<RateLimiter>>,
}

impl Quota {
    /// No limit of our own. A pause that the platform asks for is kept all the same.
    pub const UNLIMITED: Self = Self {
        calls: usize::MAX,
        period: Duration::ZERO,
        limiter: None,
    };

    /// So many calls in every period of this length, wherever it begins.
    pub fn new(calls: usize, period: Duration) -> Self {
        Self {
            calls,
            period,
            limiter: Some(Arc::new(RateLimiter::new(calls, period))),
        }
    }

    /// So many calls a minute.
    pub fn per_minute(calls: usize) -> Self {
        Self::new(calls, Duration::from_secs(60))
    }

    /// One of so many equal parts, as a budget of its own: for one of several processes that call for the same app.
    pub fn share(self, parts: usize) -> Self {
        match (self.limiter, parts) {
            (None, _) => Self::UNLIMITED,
            (_, 0 | 1) => Self::new(self.calls, self.period),
            _ if self.calls >= parts => Self::new(self.calls / parts, self.period),
            // Less than one call a period is one call in several.
            _ => {
                let periods = u32::try_from(parts.div_ceil(self.calls.max(1))).unwrap_or(u32::MAX);
                Self::new(self.calls.min(1), self.period.saturating_mul(periods))
            }
        }
    }

    pub(crate) fn is_usable(&self) -> bool {
        self.limiter.is_none() || (self.calls > 0 && !self.period.is_zero())
    }

    pub(crate) fn into_limiter(self) -> Arc<RateLimiter> {
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

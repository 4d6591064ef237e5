//! The rate limit: each attempt first takes a permit from a sliding window.

mod lane;
mod limiter;
#[cfg(test)]
mod load;
mod pace;
mod permit;
mod remote;
mod share;
mod shared_queue;
mod store;
mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use lane::Lane;
use limiter::RateLimiter;
pub(crate) use permit::Permit;
use remote::Remote;
use shared_queue::SharedQueue;
pub use store::{Claim, HeldPlace, QuotaStore, Reservation};

use crate::error::{Error, ErrorKind, Result};
use crate::transport::user_code::UserCode;

/// The rate limit: how many calls the platform accepts per period.
///
/// The platform counts per app: all flows of an app share one budget. **Clones of a `Quota` share one budget too**:
/// give clones to several clients of the same app. Several processes have one budget in a [store](Self::shared), or
/// [a share](Self::share) each. Calls wait
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
    /// What a store keeps, if one does.
    shared: Option<Shared>,
    /// None for [`UNLIMITED`](Self::UNLIMITED): a constant cannot hold shared state.
    limiter: Option<Arc<RateLimiter>>,
}

#[derive(Clone)]
struct Shared {
    store: Arc<dyn QuotaStore>,
    /// Makes the limiter; called through here alone, so that a program without a store has none of that code.
    limiter: fn(&Self, usize, Duration) -> RateLimiter,
    timeout: Duration,
    name: Option<String>,
    when_unreachable: Option<(usize, Duration)>,
}

impl Shared {
    fn limiter(&self, calls: usize, period: Duration) -> RateLimiter {
        let here = self.when_unreachable.unwrap_or((calls, period));
        // unique among processes; ids are counted up from here
        let first_id = uuid::Uuid::new_v4().as_u64_pair().1;
        let store = self.store.clone();
        let remote = Remote::new(store, &SharedQueue, self.timeout, calls, period, first_id);
        RateLimiter::shared(calls, period, remote, here)
    }
}

impl Quota {
    /// No limit on our side. Pauses that the platform asks for still apply.
    pub const UNLIMITED: Self = Self {
        calls: usize::MAX,
        period: Duration::ZERO,
        shared: None,
        limiter: None,
    };

    /// At most `calls` in any window of `period`.
    pub fn new(calls: usize, period: Duration) -> Self {
        Self::with(calls, period, None)
    }

    /// At most `calls` in any minute.
    pub fn per_minute(calls: usize) -> Self {
        Self::new(calls, Duration::from_secs(60))
    }

    /// One of `parts` equal shares, as a separate budget: for several processes that call the same app, where they have
    /// no [store](Self::shared) in common.
    pub fn share(self, parts: usize) -> Self {
        if self.limiter.is_none() {
            return Self::UNLIMITED;
        }
        let (calls, period) = match parts {
            0 | 1 => (self.calls, self.period),
            _ if self.calls >= parts => (self.calls / parts, self.period),
            // Less than one call per period becomes one call in several periods.
            _ => {
                let periods = u32::try_from(parts.div_ceil(self.calls.max(1))).unwrap_or(u32::MAX);
                (self.calls.min(1), self.period.saturating_mul(periods))
            }
        };
        Self::with(calls, period, self.shared)
    }

    /// One budget for all processes that give this store and the same limit to their clients: see
    /// [`shared`](crate::shared).
    ///
    /// The store counts per platform, app and API. Every call then asks it first, for
    /// [500 ms](QuotaStore::timeout) at most. While it cannot be reached, each process counts alone: it keeps the
    /// whole limit, or [what you say](Self::when_unreachable). [`UNLIMITED`](Self::UNLIMITED) has nothing to share.
    ///
    /// ```
    /// use apaas_flow::shared::QuotaStore;
    /// use apaas_flow::{Client, Quota};
    ///
    /// fn client(store: impl QuotaStore) -> apaas_flow::Result<Client> {
    ///     let quota = Quota::per_minute(100)
    ///         .shared(store)
    ///         .when_unreachable(Quota::per_minute(25)); // one of four pods
    ///     Client::builder().app_credentials("cli_a1b2", "secret").quota(quota).build()
    /// }
    /// ```
    pub fn shared(self, store: impl QuotaStore) -> Self {
        self.shared_in(Arc::new(store))
    }

    fn shared_in(self, store: Arc<dyn QuotaStore>) -> Self {
        if self.limiter.is_none() {
            return self;
        }
        let shared = Shared {
            timeout: store.timeout(),
            store: Arc::new(UserCode::new("quota store", store)),
            limiter: Shared::limiter,
            name: None,
            when_unreachable: None,
        };
        Self::with(self.calls, self.period, Some(shared))
    }

    /// The limit of this process alone while its [store](Self::shared) cannot be reached, instead of the whole one.
    /// Without a store it changes nothing.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a quota is given away, as to a client's builder"
    )]
    pub fn when_unreachable(self, quota: Self) -> Self {
        let Self { calls, period, .. } = quota;
        self.with_shared(|shared| shared.when_unreachable = Some((calls, period)))
    }

    /// The app's name in its [store](Self::shared), for clients with a
    /// [`token_source`](crate::ClientBuilder::token_source), whose app is not known. Without a store it changes
    /// nothing.
    pub fn named(self, app: impl Into<String>) -> Self {
        self.with_shared(|shared| shared.name = Some(app.into()))
    }

    fn with_shared(mut self, change: impl FnOnce(&mut Shared)) -> Self {
        let Some(mut shared) = self.shared.take() else {
            return self;
        };
        change(&mut shared);
        Self::with(self.calls, self.period, Some(shared))
    }

    fn with(calls: usize, period: Duration, shared: Option<Shared>) -> Self {
        let limiter = match &shared {
            None => RateLimiter::new(calls, period),
            Some(shared) => (shared.limiter)(shared, calls, period),
        };
        Self {
            calls,
            period,
            shared,
            limiter: Some(Arc::new(limiter)),
        }
    }

    pub(crate) fn is_usable(&self) -> bool {
        let is_usable = |calls, period: Duration| calls > 0 && !period.is_zero();
        let here = self
            .shared
            .as_ref()
            .and_then(|shared| shared.when_unreachable);
        self.limiter.is_none()
            || is_usable(self.calls, self.period)
                && here.is_none_or(|(calls, period)| {
                    (calls, period) == (usize::MAX, Duration::ZERO) || is_usable(calls, period)
                })
    }

    /// What the clients of an app take their permits from. `app` is None where it is not known.
    ///
    /// # Errors
    /// [`ErrorKind::Config`]: a store cannot tell which app this is, or counts for another already.
    pub(crate) fn into_lane(self, base_url: &str, app: Option<&str>) -> Result<Lane> {
        let config = |message: &str| Error::plain(ErrorKind::Config, message);
        let limiter = self
            .limiter
            .unwrap_or_else(|| Arc::new(RateLimiter::new(usize::MAX, Duration::ZERO)));
        if let (Some(shared), Some(remote)) = (&self.shared, limiter.remote()) {
            let app = shared.name.as_deref().or(app).ok_or_else(|| {
                config("a shared quota must know the app, and a `token_source` does not tell; name it: `.shared(store).named(\"cli_a1b2\")`")
            })?;
            if !remote.bind(&format!("{base_url}#{app}#{API}")) {
                return Err(config(
                    "this shared quota counts for another app or platform already; make one for each: `Quota::per_minute(100).shared(store.clone())`",
                ));
            }
        }
        Ok(Lane::new(limiter))
    }

    #[cfg(test)]
    pub(crate) fn lane(self) -> Lane {
        self.into_lane("https://open.feishu.cn", Some("cli_a1b2"))
            .unwrap()
    }
}

/// The API that the budget is for, in the name that a store has for it.
const API: &str = "flows/execute";

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.limiter, &self.shared) {
            (Some(_), None) => write!(f, "Quota({} in {:?})", self.calls, self.period),
            (Some(_), Some(_)) => write!(f, "Quota({} in {:?}, shared)", self.calls, self.period),
            (None, _) => f.write_str("Quota::UNLIMITED"),
        }
    }
}

//! The queue of a budget that a store keeps: how the head of the queue gets its place.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{debug, info, warn};

use super::limiter::RateLimiter;
use super::permit::Permit;
use super::remote::{Notice, Queue, Remote};
use super::store::{Claim, HeldPlace, Reservation};
use super::window::FAR;
use crate::auth::BoxFuture;
use crate::error::BoxError;
use crate::panics::caught;
use crate::transport::background;

/// A claim that the store may know of: given back unless it becomes a permit.
pub(super) struct Pending {
    limiter: Arc<RateLimiter>,
    claim: Claim,
    is_known: bool,
}

/// What holds a claim back.
pub(super) struct Later {
    /// As far as is known, no place is free before.
    pub(super) free_at: Instant,
    /// When to try again.
    pub(super) ask_at: Instant,
}

/// A store that says "now" and does not mean it is not asked all the time.
const SHORTEST_WAIT: Duration = Duration::from_millis(2);

impl Drop for Pending {
    fn drop(&mut self) {
        if self.is_known {
            self.limiter.tell(Notice::GivenBack(self.claim.id));
        }
    }
}

impl Pending {
    pub(super) fn new(limiter: &Arc<RateLimiter>, remote: &Remote, can_wait: bool) -> Self {
        Self {
            limiter: limiter.clone(),
            claim: remote.claim(can_wait),
            is_known: false,
        }
    }

    /// Asks for a place, of the store or, while that is away, of this process's own window.
    pub(super) async fn ask(&mut self, remote: &Remote) -> Result<Permit, Later> {
        let now = Instant::now();
        let paused_until = self.limiter.paused_until().unwrap_or(now);
        if paused_until > now {
            return Err(Later {
                free_at: paused_until,
                ask_at: paused_until,
            });
        }
        if remote.away_until().is_none() {
            self.is_known = true;
            let asked = remote.store.reserve(remote.key(), &self.claim);
            match within(remote, asked).await {
                Ok(Reservation::Granted) => return Ok(self.granted(remote)),
                Ok(Reservation::Wait(wait)) => {
                    let now = Instant::now();
                    let free_at = now + wait.clamp(SHORTEST_WAIT, FAR);
                    return Err(Later {
                        free_at,
                        ask_at: free_at.min(now + remote.asks_every()),
                    });
                }
                Err(error) => self.limiter.store_failed(remote, &error),
            }
        }
        self.ask_here(remote)
    }

    fn ask_here(&mut self, remote: &Remote) -> Result<Permit, Later> {
        let now = Instant::now();
        if remote.begins_to_probe(now) {
            let probe = Probe(self.limiter.clone());
            background::detach(async move { probe.run().await });
        }
        match self.limiter.take_here(self.claim.can_wait, now) {
            Ok(()) => Ok(self.permit(remote)),
            Err(free_at) => {
                let probes_at = remote.away_until().filter(|at| *at > now);
                Err(Later {
                    free_at,
                    ask_at: probes_at.map_or(free_at, |at| at.min(free_at)),
                })
            }
        }
    }

    fn granted(&mut self, remote: &Remote) -> Permit {
        self.limiter.take_granted(Instant::now());
        self.permit(remote)
    }

    fn permit(&mut self, remote: &Remote) -> Permit {
        self.is_known = false;
        let (keep, dropped) = oneshot::channel();
        renew(self.limiter.clone(), remote, self.claim.id, dropped);
        Permit::shared(self.limiter.clone(), self.claim.id, keep)
    }
}

/// A place whose request takes long to leave must not be taken for that of a process that died.
fn renew(
    limiter: Arc<RateLimiter>,
    remote: &Remote,
    id: u64,
    mut has_left: oneshot::Receiver<Infallible>,
) {
    let every = remote.renews_every();
    background::detach(async move {
        while timeout(every, &mut has_left).await.is_err() {
            if let Some(remote) = limiter.remote() {
                let until = remote.held_until(Instant::now());
                limiter.tell(Notice::HeldUntil(id, until));
            }
        }
    });
}

/// The head of the queue, while it is that: what the store told it is for those behind it, and no longer true once it has
/// its place or has given up.
struct Head<'a>(&'a Remote);

impl Head<'_> {
    fn told(&self, free_at: Instant) {
        self.0.told(Some(free_at));
    }
}

impl Drop for Head<'_> {
    fn drop(&mut self) {
        self.0.told(None);
    }
}

/// Of any store.
pub(super) struct SharedQueue;

impl Queue for SharedQueue {
    fn take<'a>(
        &self,
        limiter: &'a Arc<RateLimiter>,
        remote: &'a Remote,
        give_up: Instant,
    ) -> BoxFuture<'a, Result<Permit, Duration>> {
        Box::pin(async move {
            let mut pending = Pending::new(limiter, remote, false);
            let head = Head(remote);
            loop {
                let changed = limiter.changed();
                let later = match pending.ask(remote).await {
                    Ok(permit) => return Ok(permit),
                    Err(later) => later,
                };
                head.told(later.free_at);
                if later.free_at > give_up {
                    return Err(later.free_at.saturating_duration_since(Instant::now()));
                }
                let _ = timeout_at(later.ask_at, changed).await;
            }
        })
    }

    fn deliver(&self, limiter: Arc<RateLimiter>, notices: Vec<Notice>) {
        let messenger = Messenger(limiter);
        background::detach(async move { messenger.run(notices).await });
    }
}

impl RateLimiter {
    /// Tells the store something, in the background.
    pub(super) fn tell(self: &Arc<Self>, notice: Notice) {
        if let Some(remote) = self.remote() {
            remote.tell(notice);
            self.deliver();
        }
    }

    /// Delivers what there is to tell. Without a runtime, as in a client that is being torn down, the next to come
    /// does it.
    pub(super) fn deliver(self: &Arc<Self>) {
        let Some(remote) = self.remote() else {
            return;
        };
        if Handle::try_current().is_err() {
            return;
        }
        if let Some(notices) = remote.next_to_tell(false) {
            remote.queue().deliver(self.clone(), notices);
        }
    }

    fn store_failed(&self, remote: &Remote, error: &BoxError) {
        if remote.failed(Instant::now()) {
            let limit = self.limit_here();
            caught(|| {
                warn!(
                    error,
                    limit,
                    "the quota's store cannot be used; until it can, this process keeps its own count"
                );
            });
        } else {
            caught(|| debug!(error, "the quota's store still cannot be used"));
        }
    }
}

/// Whoever tells the store what happened. Others may again once this is dropped, done or not.
struct Messenger(Arc<RateLimiter>);

impl Drop for Messenger {
    fn drop(&mut self) {
        if let Some(remote) = self.0.remote() {
            remote.stopped_sending();
        }
    }
}

impl Messenger {
    async fn run(self, mut notices: Vec<Notice>) {
        let Some(remote) = self.0.remote() else {
            return;
        };
        loop {
            if let Err(error) = deliver(remote, &notices).await {
                self.0.store_failed(remote, &error);
            }
            // A place may be free now, or the store gone.
            self.0.wake();
            match remote.next_to_tell(true) {
                Some(more) => notices = more,
                None => return,
            }
        }
    }
}

/// In order; what follows each other and is of one kind, at once.
async fn deliver(remote: &Remote, notices: &[Notice]) -> Result<(), BoxError> {
    let (store, key) = (&remote.store, remote.key());
    let same = |a: &Notice, b: &Notice| {
        matches!(a, Notice::HeldUntil(..)) && matches!(b, Notice::HeldUntil(..))
    };
    for run in notices.chunk_by(same) {
        let now = Instant::now();
        match *run {
            [Notice::GivenBack(id)] => within(remote, store.give_back(key, id)).await?,
            [Notice::PausedUntil(until)] => {
                let pause = until.saturating_duration_since(now);
                within(remote, store.pause(key, pause)).await?;
            }
            _ => {
                let held = run.iter().filter_map(|notice| match notice {
                    Notice::HeldUntil(id, until) if *until > now => {
                        Some(HeldPlace::new(*id, *until - now))
                    }
                    _ => None,
                });
                let held: Vec<_> = held.collect();
                within(remote, store.left(key, &held)).await?;
            }
        }
    }
    Ok(())
}

/// Looks whether the store is back, and tells it what it has missed.
struct Probe(Arc<RateLimiter>);

impl Drop for Probe {
    fn drop(&mut self) {
        // given up with the client on whose thread it ran
        if let Some(remote) = self.0.remote() {
            remote.stopped_probing();
        }
    }
}

impl Probe {
    async fn run(self) {
        let Some(remote) = self.0.remote() else {
            return;
        };
        match self.try_all(remote).await {
            Ok(()) => {
                remote.is_back(Instant::now());
                caught(|| info!("the quota's store can be used again"));
            }
            Err(error) => self.0.store_failed(remote, &error),
        }
        self.0.wake();
    }

    /// All that the calls will need of it.
    async fn try_all(&self, remote: &Remote) -> Result<(), BoxError> {
        let (store, key) = (&remote.store, remote.key());
        let now = Instant::now();
        within(remote, store.left(key, &remote.recent(now))).await?;
        if let Some(until) = self.0.paused_until() {
            let pause = until.saturating_duration_since(now);
            within(remote, store.pause(key, pause)).await?;
        }
        let claim = remote.claim(true);
        within(remote, store.reserve(key, &claim)).await?;
        within(remote, store.give_back(key, claim.id)).await
    }
}

async fn within<T>(
    remote: &Remote,
    asked: impl Future<Output = Result<T, BoxError>>,
) -> Result<T, BoxError> {
    let limit = remote.timeout;
    match timeout(limit, asked).await {
        Ok(answer) => answer,
        Err(_) => Err(format!("no answer within {limit:?}").into()),
    }
}

#[cfg(test)]
mod tests;

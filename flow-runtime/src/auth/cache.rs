//! The client's token: kept until its end, renewed before it by one caller for all, dropped when the platform refuses it.

mod shared_token;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

pub(crate) use shared_token::{NewSharedToken, SharedToken, shared_token};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::store::StoredToken;
use super::token::{Token, TokenSource, at_token, no_token_within, source_failed};
use super::unread_reply::UnreadReply;
use crate::error::{Error, Result};
use crate::panics::caught;
use crate::stats::Counters;
use crate::transport::background;
use crate::transport::http::{Bearer, MOST_OF_TOKEN};

/// A token this close to its end may end on its way to the platform.
const SLACK: Duration = Duration::from_secs(60);

/// In its last 30 minutes the platform gives a new token and takes the old one as well: a renewal then costs nobody
/// anything. Before that it would give the same one again.
/// ([document](https://open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal))
const AHEAD: Duration = Duration::from_secs(30 * 60);

/// No token lives that long, and a number from the network must not break the arithmetic of time.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a token that came back after it was refused is not dropped again.
const REFUSED_AGAIN: Duration = Duration::from_secs(10);

/// How long a failed renewal rests, while calls go on with the old token.
const RENEWAL_REST: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(crate) struct TokenCache(Arc<Shared>);

struct Shared {
    source: Arc<dyn TokenSource>,
    /// Of the last request for a token; none if a source of the user's gives it.
    unread: Option<Arc<UnreadReply>>,
    in_store: Option<Arc<dyn SharedToken>>,
    timeout: Duration,
    counters: Arc<Counters>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    cached: Option<CachedToken>,
    /// Not to be taken from a store again, in case that could not forget it.
    refused: Option<Refused>,
    fetching: Option<watch::Receiver<Option<Result<Bearer>>>>,
}

struct Refused {
    token: String,
    at: Instant,
    /// How many of a store's were refused, one after the other, up to this one.
    stored: u32,
}

#[derive(Clone)]
pub(crate) struct CachedToken {
    token: String,
    bearer: Bearer,
    /// Whether it came from a store.
    is_stored: bool,
    /// None for a token that lives until the platform refuses it.
    expiry: Option<Expiry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Expiry {
    renew_at: Instant,
    until: Instant,
}

/// What a fetch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FetchReason {
    /// There is none: calls wait.
    Missing,
    /// The kept one is in its last 30 minutes: nobody waits.
    Renewal,
}

/// A fetch that others may wait for before it has begun.
struct Fetch {
    reason: FetchReason,
    /// The refused token, in case the store could not forget it.
    not: Option<String>,
    past_store: bool,
    done: watch::Sender<Option<Result<Bearer>>>,
}

impl Fetch {
    fn new(
        reason: FetchReason,
        not: Option<String>,
        past_store: bool,
    ) -> (Self, watch::Receiver<Option<Result<Bearer>>>) {
        let (done, fetching) = watch::channel(None);
        let fetch = Self {
            reason,
            not,
            past_store,
            done,
        };
        (fetch, fetching)
    }
}

impl Expiry {
    fn new(from: Instant, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(LONGEST);
        // A token that never has 30 minutes left is renewed at half its expiry.
        let ahead = if lifetime > AHEAD {
            AHEAD
        } else {
            lifetime / 2
        };
        Self {
            renew_at: from + lifetime.saturating_sub(ahead),
            until: from + lifetime.saturating_sub(SLACK),
        }
    }
}

impl TokenCache {
    pub(crate) fn new(
        source: Arc<dyn TokenSource>,
        unread: Option<Arc<UnreadReply>>,
        in_store: Option<Arc<dyn SharedToken>>,
        timeout: Duration,
        counters: Arc<Counters>,
    ) -> Self {
        Self(Arc::new(Shared {
            source,
            unread,
            in_store,
            timeout,
            counters,
            state: Mutex::default(),
        }))
    }

    /// The kept token, while it lives. To be called on the client's thread.
    pub(crate) fn at_hand(&self) -> Option<Bearer> {
        let (kept, renewal) = kept(&mut self.state(), Instant::now());
        if let Some(renewal) = renewal {
            self.begin(renewal);
        }
        kept
    }

    /// How long until the cached token expires; None if there is none, or its expiry is not known.
    pub(crate) fn expires_in(&self) -> Option<Duration> {
        let state = self.state();
        let expiry = state.cached.as_ref()?.expiry?;
        let left = (expiry.until + SLACK).saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// The kept token, or a new one; callers who come meanwhile wait for the same fetch. To be called on the client's thread.
    pub(crate) async fn get(&self) -> Result<Bearer> {
        if let Some(bearer) = self.at_hand() {
            return Ok(bearer);
        }
        let (mut fetched, fetch) = {
            let mut state = self.state();
            let refused = state.refused.as_ref();
            let not = refused.map(|refused| refused.token.clone());
            // After one of a store's tokens another may be good; a store that gives a second bad one is not believed.
            let past_store = refused.is_some_and(|refused| refused.stored > 1);
            if let Some(fetching) = &state.fetching {
                (fetching.clone(), None)
            } else {
                let (fetch, fetching) = Fetch::new(FetchReason::Missing, not, past_store);
                state.fetching = Some(fetching.clone());
                (fetching, Some(fetch))
            }
        };
        if let Some(fetch) = fetch {
            self.begin(fetch);
        }
        match fetched.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or_else(|| Err(panicked())),
            Err(_) => Err(panicked()),
        }
    }

    /// The error of a call that has waited this long for a token.
    pub(crate) fn none_within(&self, limit: Duration) -> Error {
        no_token_within(limit, self.0.unread.as_deref())
    }

    /// The platform refused this token. It is dropped only if it is still the kept one: of many callers who are
    /// refused at once, the first drops it, and the others find its successor.
    ///
    /// The platform gives the same token again while that has 30 minutes or more left: then it is this very token that
    /// the others were refused with, and it is not dropped again at once.
    pub(crate) fn refused(&self, bearer: &Bearer) {
        let mut state = self.state();
        let now = Instant::now();
        let Some(kept) = state.cached.take_if(|kept| kept.bearer == *bearer) else {
            return;
        };
        let again = state
            .refused
            .as_ref()
            .is_some_and(|refused| refused.token == kept.token && now < refused.at + REFUSED_AGAIN);
        if again {
            state.cached = Some(kept);
            return;
        }
        let token = kept.token;
        let earlier = state.refused.as_ref().map_or(0, |refused| refused.stored);
        state.refused = Some(Refused {
            token: token.clone(),
            at: now,
            stored: if kept.is_stored {
                earlier.saturating_add(1)
            } else {
                0
            },
        });
        drop(state);
        if let Some(shared) = self.0.in_store.clone() {
            background::detach(async move { shared.refused(&token).await });
        }
    }

    /// Begins a fetch, which goes on if the caller who began it goes away.
    ///
    /// Never call this, or emit an event of `tracing`, with the state locked: a user's layer may lock it in turn, as
    /// [`Client::stats`](crate::Client::stats) does.
    fn begin(&self, fetch: Fetch) {
        if let Some(unread) = &self.0.unread {
            unread.forget();
        }
        let cache = self.clone();
        background::detach(async move {
            let owner = uuid::Uuid::new_v4().simple().to_string();
            let found = match &cache.0.in_store {
                Some(shared) if !fetch.past_store => {
                    shared
                        .look(fetch.reason, fetch.not.as_deref(), &owner)
                        .await
                }
                _ => Ok(None),
            };
            let fetched = match found {
                Ok(Some(kept)) => Ok((kept, None)),
                Ok(None) => cache.fetch_new().await,
                Err(error) => Err(error),
            };
            let (result, for_store) = cache.keep(fetch.reason, fetched);
            fetch.done.send_replace(Some(result));
            // Nobody waits for the store.
            if let Some(shared) = &cache.0.in_store {
                shared.end_fetch(for_store, &owner).await;
            }
        });
    }

    /// Ends a fetch: what the callers get, and what goes to the store.
    fn keep(
        &self,
        reason: FetchReason,
        fetched: Result<(CachedToken, Option<StoredToken>)>,
    ) -> (Result<Bearer>, Option<StoredToken>) {
        let mut state = self.state();
        state.fetching = None;
        match fetched {
            Ok((kept, for_store)) => {
                let bearer = kept.bearer.clone();
                state.cached = Some(kept);
                (Ok(bearer), for_store)
            }
            Err(error) => {
                drop(state);
                if reason == FetchReason::Renewal {
                    caught(|| {
                        debug!(%error, "the token could not be renewed; the old one is still good");
                    });
                }
                (Err(error), None)
            }
        }
    }

    /// A token from the source, which goes to the store.
    async fn fetch_new(&self) -> Result<(CachedToken, Option<StoredToken>)> {
        let asked = Instant::now();
        let fetched = self.fetch_bounded().await;
        self.0.counters.token_fetched(fetched.is_ok());
        let Token { secret, lifetime } = fetched?;
        let lifetime = lifetime.map(|lifetime| lifetime.min(LONGEST));
        let bearer = Bearer::new(&secret).ok_or_else(|| {
            at_token(match secret.trim() {
                "" => "the token is empty",
                long if long.len() > MOST_OF_TOKEN => "the token is longer than 8 KiB",
                _ => "the token has characters that no header can carry",
            })
        })?;
        caught(|| {
            debug!(
                lifetime_s = lifetime.map(|lifetime| lifetime.as_secs()),
                "token fetched"
            );
        });
        let for_store = lifetime.map(|lifetime| StoredToken {
            token: secret.clone(),
            expires_at: SystemTime::now() + lifetime,
        });
        let kept = CachedToken {
            token: secret,
            bearer,
            is_stored: false,
            expiry: lifetime.map(|lifetime| Expiry::new(asked, lifetime)),
        };
        Ok((kept, for_store))
    }

    async fn fetch_bounded(&self) -> Result<Token> {
        let limit = self.0.timeout;
        timeout(limit, self.0.source.fetch())
            .await
            .map_err(|_| self.none_within(limit))?
            .map_err(source_failed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The kept token while it lives, and its renewal when that is due, which nobody waits for.
fn kept(state: &mut State, now: Instant) -> (Option<Bearer>, Option<Fetch>) {
    forget_panicked(state);
    let Some(kept) = &mut state.cached else {
        return (None, None);
    };
    let mut renewal = None;
    if let Some(expiry) = &mut kept.expiry {
        if now >= expiry.until {
            return (None, None);
        }
        if now >= expiry.renew_at && state.fetching.is_none() {
            expiry.renew_at = now + RENEWAL_REST;
            let (fetch, fetching) =
                Fetch::new(FetchReason::Renewal, Some(kept.token.clone()), false);
            state.fetching = Some(fetching);
            renewal = Some(fetch);
        }
    }
    (Some(kept.bearer.clone()), renewal)
}

/// A fetch whose source panicked will never end.
fn forget_panicked(state: &mut State) {
    state
        .fetching
        .take_if(|fetching| fetching.has_changed().is_err());
}

fn usable(stored: StoredToken, reason: FetchReason, not: Option<&str>) -> Option<CachedToken> {
    let left = stored.expires_at.duration_since(SystemTime::now()).ok()?;
    let least = match reason {
        FetchReason::Missing => SLACK,
        FetchReason::Renewal => AHEAD,
    };
    if left <= least || not == Some(&*stored.token) {
        return None;
    }
    Some(CachedToken {
        bearer: Bearer::new(&stored.token)?,
        is_stored: true,
        expiry: Some(Expiry::new(Instant::now(), left)),
        token: stored.token,
    })
}

fn panicked() -> Error {
    at_token("the token source panicked")
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod lock_tests;

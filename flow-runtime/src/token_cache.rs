//! The client's token: kept until its end, fetched by one caller for all, dropped when the platform refuses it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::driver;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::http::Bearer;
use crate::{Token, TokenSource};

/// A token this close to its end may end on its way to the platform.
const SLACK: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct TokenCache(Arc<Shared>);

struct Shared {
    source: Arc<dyn TokenSource>,
    timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    fetching: Option<watch::Receiver<Option<Result<Bearer>>>>,
}

struct Kept {
    bearer: Bearer,
    /// Never, where the source gave no lifetime.
    until: Option<Instant>,
}

impl TokenCache {
    pub(crate) fn new(source: Arc<dyn TokenSource>, timeout: Duration) -> Self {
        Self(Arc::new(Shared {
            source,
            timeout,
            state: Mutex::default(),
        }))
    }

    /// The kept token, or a new one; callers who come meanwhile wait for the same fetch. To be called on the driver.
    pub(crate) async fn get(&self) -> Result<Bearer> {
        let mut fetched = {
            let mut state = self.state();
            if let Some(kept) = &state.kept {
                if kept.until.is_none_or(|until| Instant::now() < until) {
                    return Ok(kept.bearer.clone());
                }
            }
            match &state.fetching {
                Some(fetching) => fetching.clone(),
                None => state.fetching.insert(self.fetch()).clone(),
            }
        };
        if let Ok(result) = fetched.wait_for(Option::is_some).await {
            return result.clone().unwrap_or_else(|| Err(panicked()));
        }
        self.state().fetching = None;
        Err(panicked())
    }

    /// The platform refused this token. It is dropped only if it is still the kept one: of many callers who are
    /// refused at once, the first drops it, and the others find its successor.
    pub(crate) fn refused(&self, bearer: &Bearer) {
        let mut state = self.state();
        if state
            .kept
            .as_ref()
            .is_some_and(|kept| kept.bearer == *bearer)
        {
            state.kept = None;
        }
    }

    /// Begins a fetch that goes on if the caller who began it goes away.
    fn fetch(&self) -> watch::Receiver<Option<Result<Bearer>>> {
        let (done, fetching) = watch::channel(None);
        let cache = self.clone();
        driver::detach(async move {
            let asked = Instant::now();
            let fetched = cache.bounded_fetch().await.map(|(bearer, lifetime)| {
                let until = lifetime.map(|lifetime| asked + lifetime.saturating_sub(SLACK));
                (
                    Kept {
                        bearer: bearer.clone(),
                        until,
                    },
                    bearer,
                )
            });
            let mut state = cache.state();
            state.fetching = None;
            let result = fetched.map(|(kept, bearer)| {
                state.kept = Some(kept);
                bearer
            });
            drop(state);
            done.send_replace(Some(result));
        });
        fetching
    }

    async fn bounded_fetch(&self) -> Result<(Bearer, Option<Duration>)> {
        let fetched = tokio::time::timeout(self.0.timeout, self.0.source.fetch())
            .await
            .map_err(|_| {
                let limit = self.0.timeout;
                at_token(Error::plain(
                    ErrorKind::Timeout,
                    format!("no token within {limit:?}"),
                ))
            })?;
        match fetched {
            Ok(Token { secret, lifetime }) => Bearer::new(&secret)
                .map(|bearer| (bearer, lifetime))
                .ok_or_else(|| {
                    at_token(Error::plain(
                        ErrorKind::Token,
                        "the token has characters that no header can carry",
                    ))
                }),
            // The platform's own words, from the credentials' source; another source's error is wrapped.
            Err(error) => Err(match error.downcast::<Error>() {
                Ok(error) => *error,
                Err(error) => at_token(
                    Error::plain(
                        ErrorKind::Token,
                        format!("the token source failed: {error}"),
                    )
                    .retryable(true)
                    .because(error),
                ),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn at_token(error: Error) -> Error {
    error
        .ran(crate::error::Ran::No)
        .with(|facts| facts.stage = Some(Stage::Token))
}

fn panicked() -> Error {
    at_token(Error::plain(ErrorKind::Token, "the token source panicked"))
}

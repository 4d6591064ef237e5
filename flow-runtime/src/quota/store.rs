//! The seam for a window that several processes share.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::BoxFuture;
use crate::error::BoxError;
use crate::error::foreign::{SENTENCE, one_line};
use crate::panics::contained;
use crate::transport::user_code::UserCode;

/// One budget for several processes: implement it for a store that all of them reach.
///
/// [`shared::RedisStore`](crate::shared) (feature `redis`) is one. Give yours to
/// [`Quota::shared`](crate::Quota::shared).
///
/// A store keeps a sliding window for each `key`, which names the platform, the app and the API. A place in it is
/// reserved before a request leaves, and then held until the platform has forgotten the request. All that a store
/// says must be decided in one atomic step, on the store's own clock: two processes that ask at once must not get the
/// last place both.
///
/// A store that fails, panics or takes longer than its [`timeout`](Self::timeout) fails no call. The process goes on
/// with a window of its own, logs one warning (`tracing`), asks again from time to time, and tells the store what it
/// has missed. Each method runs on a thread of its own, inside a tokio runtime, and may block.
pub trait QuotaStore: Send + Sync + 'static {
    /// Reserves a place in the window, or says when to ask again.
    ///
    /// It is called again with the same claim until the place is granted, and those who asked first should get the
    /// first place. Asking again for a place that was granted grants the same place. A place of which nothing more is
    /// heard is free after [`Claim::held_for`].
    ///
    /// # Errors
    /// Any.
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>>;

    /// Holds these places for so long from now, whether they are known or not: their requests have left.
    ///
    /// It is called again when a reply came, since the request has arrived by then, and for all recent requests after
    /// the store was out of reach.
    ///
    /// # Errors
    /// Any.
    fn left<'a>(
        &'a self,
        key: &'a str,
        places: &'a [HeldPlace],
    ) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Frees a place whose request never left, and forgets a claim that was not granted.
    ///
    /// # Errors
    /// Any.
    fn give_back<'a>(&'a self, key: &'a str, id: u64) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Grants nothing for so long, as the platform asked. The longest pause wins.
    ///
    /// # Errors
    /// Any.
    fn pause<'a>(&'a self, key: &'a str, pause: Duration) -> BoxFuture<'a, Result<(), BoxError>>;

    /// How long a call waits for an answer before it goes on without. 500 ms by default.
    fn timeout(&self) -> Duration {
        Duration::from_millis(500)
    }
}

/// What a process asks of a [`QuotaStore`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// Of this claim, and of the place once it is granted; unique over all processes.
    pub id: u64,
    /// At most this many places...
    pub calls: usize,
    /// ...in any window of this length.
    pub period: Duration,
    /// How long the place is held unless something else is heard of it: the period, and a margin for the request's way.
    pub held_for: Duration,
    /// Who waits asks again at least this often. Who does not has died, and waits no more.
    pub asks_every: Duration,
    /// Whether all others go first, and the last free place is left to them until another one is free soon (a tenth of
    /// the period).
    pub can_wait: bool,
}

impl Claim {
    /// A claim of a call that goes before those that can wait.
    pub fn new(id: u64, calls: usize, period: Duration) -> Self {
        Self {
            id,
            calls,
            period,
            held_for: period,
            asks_every: Duration::from_secs(1),
            can_wait: false,
        }
    }
}

/// What a [`QuotaStore`] answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reservation {
    /// The place is the claim's.
    Granted,
    /// No place can be free earlier than in this time.
    Wait(Duration),
}

/// A place whose request has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldPlace {
    /// Of the claim.
    pub id: u64,
    /// How long the platform still counts it, from now on.
    pub held_for: Duration,
}

impl HeldPlace {
    /// The place of this claim, held for so long from now on.
    pub fn new(id: u64, held_for: Duration) -> Self {
        Self { id, held_for }
    }
}

impl<T: QuotaStore + ?Sized> QuotaStore for Arc<T> {
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        (**self).reserve(key, claim)
    }

    fn left<'a>(
        &'a self,
        key: &'a str,
        places: &'a [HeldPlace],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).left(key, places)
    }

    fn give_back<'a>(&'a self, key: &'a str, id: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).give_back(key, id)
    }

    fn pause<'a>(&'a self, key: &'a str, pause: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        (**self).pause(key, pause)
    }

    fn timeout(&self) -> Duration {
        (**self).timeout()
    }
}

/// A store of the user's, asked on a thread that may block. Its errors are put into words there, too.
impl QuotaStore for UserCode<dyn QuotaStore> {
    fn reserve<'a>(
        &'a self,
        key: &'a str,
        claim: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        let (key, claim) = (key.to_owned(), claim.clone());
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move { in_words(contained(store.reserve(&key, &claim)).await) })
            });
            Ok(asked.await??)
        })
    }

    fn left<'a>(
        &'a self,
        key: &'a str,
        places: &'a [HeldPlace],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        let (key, places) = (key.to_owned(), places.to_vec());
        Box::pin(async {
            let asked = self.ask(move |store| {
                Box::pin(async move { in_words(contained(store.left(&key, &places)).await) })
            });
            Ok(asked.await??)
        })
    }

    fn give_back<'a>(&'a self, key: &'a str, id: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        let key = key.to_owned();
        Box::pin(async move {
            let asked = self.ask(move |store| {
                Box::pin(async move { in_words(contained(store.give_back(&key, id)).await) })
            });
            Ok(asked.await??)
        })
    }

    fn pause<'a>(&'a self, key: &'a str, pause: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        let key = key.to_owned();
        Box::pin(async move {
            let asked = self.ask(move |store| {
                Box::pin(async move { in_words(contained(store.pause(&key, pause)).await) })
            });
            Ok(asked.await??)
        })
    }
}

fn in_words<T>(answer: Result<T, BoxError>) -> Result<T, String> {
    answer.map_err(|error| one_line(&error.to_string(), SENTENCE).into_owned())
}

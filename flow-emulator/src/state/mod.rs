//! What all requests share: what the emulator remembers, and every decision that depends on it.

pub(crate) mod chaos;
pub(crate) mod clock;
pub(crate) mod credentials;
pub(crate) mod end;
pub(crate) mod fault;
pub(crate) mod faults;
pub(crate) mod flows;
pub(crate) mod keys;
pub(crate) mod ledger;
#[cfg(feature = "cli")]
pub(crate) mod page;
pub(crate) mod quota;
pub(crate) mod random;
pub(crate) mod record;
pub(crate) mod retention;
pub(crate) mod tokens;

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::clock::Clock;
use crate::state::credentials::{Credentials, CredentialsRefusal};
use crate::state::fault::{Endpoint, Fault};
use crate::state::faults::Faults;
use crate::state::flows::Flows;
use crate::state::ledger::Ledger;
#[cfg(feature = "cli")]
use crate::state::page::Page;
use crate::state::quota::{OverQuota, Quota};
use crate::state::tokens::{IssuedToken, TokenRefusal, Tokens};

/// Receives one line per request.
pub(crate) type Log = Box<dyn Fn(&str) + Send + Sync>;

/// The emulated platform.
pub(crate) struct State {
    pub(crate) clock: Clock,
    /// The only app that gets a token; any app if `None`.
    pub(crate) credentials: Option<Credentials>,
    pub(crate) tokens: Tokens,
    pub(crate) flows: Flows,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) quota: Option<Quota>,
    pub(crate) log: Option<Log>,
    /// What a browser is shown, if anything.
    #[cfg(feature = "cli")]
    pub(crate) page: Option<Page>,
    broken_handlers: Mutex<Vec<String>>,
}

impl State {
    pub(crate) fn new(
        credentials: Option<Credentials>,
        tokens: Tokens,
        ledger: Ledger,
        quota: Option<Quota>,
        log: Option<Log>,
    ) -> Self {
        Self {
            clock: Clock::new(),
            credentials,
            tokens,
            flows: Flows::default(),
            ledger,
            faults: Faults::default(),
            quota,
            log,
            #[cfg(feature = "cli")]
            page: None,
            broken_handlers: Mutex::default(),
        }
    }

    #[cfg(feature = "cli")]
    pub(crate) fn with_page(self, page: Option<Page>) -> Self {
        Self { page, ..self }
    }

    /// Counts a request that has arrived, and decides which fault it meets, if any. The quota comes first: a request over
    /// it leaves the faults to later ones.
    pub(crate) fn arrive(
        &self,
        endpoint: Endpoint,
        flow: Option<&str>,
        bearer: Option<&str>,
    ) -> Result<Option<Fault>, OverQuota> {
        match endpoint {
            Endpoint::Token => self.tokens.count_request(),
            Endpoint::Execute => {
                self.ledger.count_execute_request();
                self.charge_quota(bearer)?;
            }
        }
        let fault = self.faults.next(endpoint, flow);
        if let Some(Fault::StaleToken { .. }) = fault {
            self.tokens.retire(bearer);
        }
        Ok(fault)
    }

    /// A request without a valid token belongs to no app; it is refused later, for its token.
    fn charge_quota(&self, bearer: Option<&str>) -> Result<(), OverQuota> {
        let now = self.clock.now();
        match (&self.quota, self.tokens.app(bearer, now)) {
            (Some(quota), Ok(app)) => quota.arrive(&app, now),
            _ => Ok(()),
        }
    }

    /// The token that an app gets.
    pub(crate) fn issue_token(
        &self,
        given: &Credentials,
    ) -> Result<IssuedToken, CredentialsRefusal> {
        if let Some(expected) = &self.credentials {
            expected.check(given)?;
        }
        Ok(self.tokens.issue(&given.app_id, self.clock.now()))
    }

    /// Whether an execute request may go on to its flow.
    pub(crate) fn check_token(&self, bearer: Option<&str>) -> Result<(), TokenRefusal> {
        self.tokens.check(bearer, self.clock.now())
    }

    /// Remembers what is wrong with a handler until the end of the test.
    pub(crate) fn report_broken_handler(&self, what: String) {
        self.broken_handlers().push(what);
    }

    /// Everything that was wrong with handlers; empty from then on.
    pub(crate) fn take_broken_handlers(&self) -> Vec<String> {
        std::mem::take(&mut *self.broken_handlers())
    }

    fn broken_handlers(&self) -> MutexGuard<'_, Vec<String>> {
        let broken = self.broken_handlers.lock();
        broken.unwrap_or_else(PoisonError::into_inner)
    }
}

//! The state that all requests share.

use std::sync::{Mutex, PoisonError};

use hyper::HeaderMap;

use crate::clock::Clock;
use crate::fault::{Endpoint, Fault, Faults};
use crate::flows::Flows;
use crate::ledger::Ledger;
use crate::quota::{self, Quota};
use crate::reply::Reply;
use crate::token::{Credentials, Tokens};

pub(crate) type Log = Box<dyn Fn(&str) + Send + Sync>;

/// The emulated platform.
pub(crate) struct Platform {
    pub(crate) clock: Clock,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) tokens: Tokens,
    pub(crate) flows: Flows,
    pub(crate) ledger: Ledger,
    pub(crate) faults: Faults,
    pub(crate) quota: Option<Quota>,
    pub(crate) log: Option<Log>,
    broken: Mutex<Vec<String>>,
}

impl Platform {
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
            broken: Mutex::default(),
        }
    }

    /// A request has come: what goes wrong with it, if anything, unless there are too many of them. The quota is asked
    /// first, and a request that it refuses leaves the faults to the others.
    pub(crate) fn arrive(
        &self,
        endpoint: Endpoint,
        headers: &HeaderMap,
        log_id: &str,
    ) -> Result<Option<Fault>, Reply> {
        match endpoint {
            Endpoint::Token => self.tokens.count_request(),
            Endpoint::Execute => {
                self.ledger.count_execute_request();
                self.take_place(headers, log_id)?;
            }
        }
        let fault = self.faults.next(endpoint);
        if let Some(Fault::StaleToken { .. }) = fault {
            self.tokens.retire(headers);
        }
        Ok(fault)
    }

    /// A request without a valid token belongs to no app, and is refused for that later on.
    fn take_place(&self, headers: &HeaderMap, log_id: &str) -> Result<(), Reply> {
        let now = self.clock.now();
        if let (Some(quota), Ok(app)) = (&self.quota, self.tokens.app(headers, now)) {
            quota
                .arrive(&app, now)
                .map_err(|wait| Reply::rate_limited(quota.calls, &quota::seconds(wait), log_id))?;
        }
        Ok(())
    }

    /// Keeps what is wrong with a handler, for the end of the test.
    pub(crate) fn blame(&self, handler: String) {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        broken.push(handler);
    }

    /// All that was wrong with handlers, once.
    pub(crate) fn take_broken(&self) -> Vec<String> {
        let mut broken = self.broken.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut broken)
    }
}

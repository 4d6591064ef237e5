//! The state that all requests share.

use std::sync::{Mutex, PoisonError};

use crate::clock::Clock;
use crate::flows::Flows;
use crate::ledger::Ledger;
use crate::token::{Credentials, Tokens};

pub(crate) type Log = Box<dyn Fn(&str) + Send + Sync>;

/// The emulated platform.
pub(crate) struct Platform {
    pub(crate) clock: Clock,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) tokens: Tokens,
    pub(crate) flows: Flows,
    pub(crate) ledger: Ledger,
    pub(crate) log: Option<Log>,
    broken: Mutex<Vec<String>>,
}

impl Platform {
    pub(crate) fn new(credentials: Option<Credentials>, tokens: Tokens, log: Option<Log>) -> Self {
        Self {
            clock: Clock::new(),
            credentials,
            tokens,
            flows: Flows::default(),
            ledger: Ledger::new(),
            log,
            broken: Mutex::default(),
        }
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

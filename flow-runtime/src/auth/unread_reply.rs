//! What the head of a token's reply said whose body is still to come.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transport::http::Watch;

/// Its log id. Callers may run out of time before the fetch that they share does, so it is known here meanwhile.
#[derive(Default)]
pub(crate) struct UnreadReply(Mutex<Option<String>>);

impl UnreadReply {
    pub(super) fn log_id(&self) -> Option<String> {
        self.slot().clone()
    }

    pub(super) fn forget(&self) {
        *self.slot() = None;
    }

    fn slot(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Follows a token request; its quota is nobody's.
pub(super) struct TokenWatch {
    left: AtomicBool,
    unread: Arc<UnreadReply>,
}

impl TokenWatch {
    pub(super) fn new(unread: Arc<UnreadReply>) -> Self {
        Self {
            left: AtomicBool::new(false),
            unread,
        }
    }
}

impl Watch for TokenWatch {
    fn leaves(&self) {
        self.left.store(true, Ordering::Release);
    }

    fn has_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    fn is_answered(&self, log_id: Option<&str>) {
        *self.unread.slot() = log_id.map(str::to_owned);
    }

    fn is_given_up(&self, _: String) {}
}

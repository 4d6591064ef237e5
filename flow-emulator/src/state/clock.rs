//! The emulator's own time, which a test can push forward instead of sleeping.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time since the emulator started, plus every advance.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    advanced: Mutex<Duration>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            advanced: Mutex::new(Duration::ZERO),
        }
    }

    pub(crate) fn now(&self) -> Duration {
        let advanced = *self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        self.started.elapsed().saturating_add(advanced)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut advanced = self.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        *advanced = advanced.saturating_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advances() {
        let clock = Clock::new();
        let before = clock.now();
        clock.advance(Duration::from_secs(7200));
        assert!(clock.now() >= before + Duration::from_secs(7200));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Duration::MAX);
    }
}

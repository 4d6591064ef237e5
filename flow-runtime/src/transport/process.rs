//! To which process something belongs that does not work in another.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// The process in which something was first used: what had not been used before a fork works in both.
#[derive(Default)]
pub(crate) struct UsedIn(AtomicU32);

/// No process that calls anything has this id.
const NOT_USED: u32 = 0;

impl UsedIn {
    /// For this process, whose id is given. `what` says what it is.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] in a process that was forked from the one that used it.
    pub(crate) fn check(&self, here: u32, what: &str) -> Result<()> {
        match self
            .0
            .compare_exchange(NOT_USED, here, Ordering::Relaxed, Ordering::Relaxed)
        {
            Ok(_) => Ok(()),
            Err(process) if process == here => Ok(()),
            Err(_) => Err(Error::plain(
                ErrorKind::Config,
                format!(
                    "this {what} was used before the process forked, and what it needs stayed with the parent; make a new {what} in the child"
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_has_used_says_so() {
        let fresh = UsedIn::default();
        assert!(fresh.check(1, "client").is_ok() && fresh.check(1, "client").is_ok());
        let error = fresh.check(2, "client").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("forked"), "{error}");
    }
}

//! `error` in the JSON of `bulk`: what kept it from its end, or from its beginning.

use apaas_flow_bulk::{Error, ErrorKind};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Failure {
    kind: &'static str,
    message: String,
}

impl Failure {
    /// A mistake of the user's.
    pub(super) fn usage(message: &str) -> Self {
        Self {
            kind: "usage",
            message: message.to_owned(),
        }
    }

    pub(super) fn of_run(error: &Error) -> Self {
        Self {
            kind: match error.kind() {
                ErrorKind::InUse => "in_use",
                ErrorKind::NotAJournal => "not_a_journal",
                ErrorKind::AnotherApp => "another_app",
                ErrorKind::DuplicateKey => "duplicate_key",
                ErrorKind::Changed => "changed",
                ErrorKind::NoKey => "no_key",
                _ => "journal",
            },
            message: error.to_string(),
        }
    }

    /// The member of a JSON object, after others; nothing if there is none.
    pub(super) fn member(failure: Option<&Self>) -> String {
        // cannot fail: it has nothing but texts
        let json = failure.and_then(|failure| serde_json::to_string(failure).ok());
        json.map(|json| format!(",\"error\":{json}"))
            .unwrap_or_default()
    }
}

//! Why a run or a journal cannot go on.

use std::fmt;
use std::path::Path;

use crate::report::Report;

/// The result of a run, or of reading a journal.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run stopped early, or a journal cannot be used. The outcome of each row is in the journal all the same.
pub struct Error {
    kind: ErrorKind,
    message: String,
    report: Option<Box<Report>>,
}

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Another process, or another run of this one, uses the journal.
    InUse,
    /// The file is not a journal, or one of a newer version.
    NotAJournal,
    /// The journal cannot be read or written: no such folder, no permission, a full disk, a damaged file.
    Journal,
    /// The journal belongs to another app, or to one on another platform.
    AnotherApp,
    /// Two rows of one run have the same key.
    DuplicateKey,
    /// A row's inputs differ from those that the journal has under its key.
    Changed,
    /// A row without a key.
    NoKey,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            report: None,
        }
    }

    pub(crate) fn sqlite(what: &str, path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ffi::ErrorCode;

        let code = error.sqlite_error_code();
        let (kind, cure) = match code {
            Some(ErrorCode::NotADatabase) => (
                ErrorKind::NotAJournal,
                "; the file is not one of this crate's",
            ),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (ErrorKind::InUse, "; another program has it open")
            }
            Some(ErrorCode::DatabaseCorrupt) => (
                ErrorKind::Journal,
                "; it is damaged, and which of its rows ran is not known any more: put back a copy of it, or look the rows up by their keys before they are sent with a new journal",
            ),
            Some(ErrorCode::DiskFull) => (ErrorKind::Journal, "; free some space and run again"),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => (
                ErrorKind::Journal,
                "; its folder must exist and be writable, for the file and the four beside it",
            ),
            Some(ErrorCode::SystemIoFailure) => (
                ErrorKind::Journal,
                "; keep it on a local disk, since network folders lack the locks that it needs",
            ),
            _ => (ErrorKind::Journal, ""),
        };
        Self::new(
            kind,
            format!(
                "the journal {} cannot be {what}: {error}{cure}",
                path.display()
            ),
        )
    }

    pub(crate) fn with_report(mut self, report: Report) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// The kind of error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the run had done so far; none if it had not begun.
    pub fn report(&self) -> Option<&Report> {
        self.report.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("report", &self.report)
            .finish()
    }
}

impl std::error::Error for Error {}

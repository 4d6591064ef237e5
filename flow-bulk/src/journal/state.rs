//! What the journal knows of a row.

use std::fmt;

/// What became of a row. See the [table](crate#what-became-of-a-row).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowState {
    /// Known, and not sent yet.
    New,
    /// Being sent by the run that has the journal open.
    Sending,
    /// It ran.
    Ran,
    /// It did not run.
    DidNotRun,
    /// It ran and failed, or its outputs do not fit.
    Failed,
    /// It may have run.
    Unknown,
}

impl RowState {
    /// All states, in the order of a row's life.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Sending,
        Self::Ran,
        Self::DidNotRun,
        Self::Failed,
        Self::Unknown,
    ];

    /// Its name, which is stable: `new`, `sending`, `ran`, `did_not_run`, `failed`, `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Sending => "sending",
            Self::Ran => "ran",
            Self::DidNotRun => "did_not_run",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for RowState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How many rows are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// [`RowState::New`]
    pub new: u64,
    /// [`RowState::Sending`]
    pub sending: u64,
    /// [`RowState::Ran`]
    pub ran: u64,
    /// [`RowState::DidNotRun`]
    pub did_not_run: u64,
    /// [`RowState::Failed`]
    pub failed: u64,
    /// [`RowState::Unknown`]
    pub unknown: u64,
    /// Of those that ran, the ones whose outputs were never seen.
    pub reply_lost: u64,
}

impl Totals {
    /// All rows.
    pub fn total(&self) -> u64 {
        self.new + self.sending + self.ran + self.did_not_run + self.failed + self.unknown
    }

    pub(super) fn count(&mut self, state: RowState) -> &mut u64 {
        match state {
            RowState::New => &mut self.new,
            RowState::Sending => &mut self.sending,
            RowState::Ran => &mut self.ran,
            RowState::DidNotRun => &mut self.did_not_run,
            RowState::Failed => &mut self.failed,
            RowState::Unknown => &mut self.unknown,
        }
    }
}

/// A row as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournaledRow {
    /// The row's key.
    pub key: String,
    /// The idempotency key of its last call: the row's own, or one derived from it if the row was sent again after it was
    /// refused or failed.
    pub idempotency_key: String,
    /// Its state.
    pub state: RowState,
    /// It ran, but its outputs were never seen: it must never be sent under another key.
    pub reply_lost: bool,
    /// The platform's id of the run.
    pub execution_id: Option<String>,
    /// The id that the platform's support asks for.
    pub log_id: Option<String>,
    /// [`ErrorKind::as_str`](apaas_flow::ErrorKind::as_str) of the error.
    pub error_kind: Option<String>,
    /// The error's text.
    pub error: Option<String>,
}

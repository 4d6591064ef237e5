//! What a run did.

use std::fmt;

use crate::journal::RowState;

/// How many rows of a run ended in which way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Rows that ran in this run.
    pub ran: u64,
    /// Rows that did not run; the next run sends them again.
    pub did_not_run: u64,
    /// Rows that ran and failed, in this run or in an earlier one.
    pub failed: u64,
    /// Rows that may have run, in this run or in an earlier one.
    pub unknown: u64,
    /// Rows that had run before.
    pub skipped: u64,
    /// Why the run ended before its last row; none if it did not.
    pub stopped: Option<Stopped>,
}

/// Why a run ended before its last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stopped {
    /// [`Bulk::max_failures`](crate::Bulk::max_failures) was reached.
    MaxFailures,
    /// [`StopHandle::stop`](crate::StopHandle::stop) was called.
    Asked,
}

impl Report {
    /// All rows that the run looked at.
    pub fn total(&self) -> u64 {
        self.ran + self.did_not_run + self.failed + self.unknown + self.skipped
    }

    pub(crate) fn count(&mut self, state: RowState) -> &mut u64 {
        match state {
            RowState::Ran => &mut self.ran,
            RowState::DidNotRun => &mut self.did_not_run,
            RowState::Failed => &mut self.failed,
            RowState::New | RowState::Sending | RowState::Unknown => &mut self.unknown,
        }
    }
}

/// A sentence, and how to go on.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ran,
            did_not_run,
            failed,
            unknown,
            skipped,
            stopped,
        } = self;
        write!(
            f,
            "{ran} ran, {skipped} had run before, {did_not_run} did not run, {failed} failed, {unknown} unknown"
        )?;
        match stopped {
            Some(Stopped::MaxFailures) => f.write_str("; stopped after too many failures")?,
            Some(Stopped::Asked) => f.write_str("; stopped as asked")?,
            None => {}
        }
        if stopped.is_some() || *did_not_run > 0 {
            f.write_str("; run it again to go on where it left off")?;
        }
        if *unknown > 0 {
            f.write_str("; settle the unknown ones under their own keys with `settle_unknown`")?;
        }
        Ok(())
    }
}

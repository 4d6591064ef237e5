//! The rows of a file as they are sent.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apaas_flow::DynamicOutput;
use apaas_flow_bulk::Row;

use super::plan::Plan;
use super::source::Source;
use crate::failure::Mistake;

/// The rows of the file as they are sent, and the mistake that ended them.
pub(super) struct Rows<'a> {
    path: &'a Path,
    plan: &'a Plan,
    source: Source,
    /// How many there were when the file was checked, and how many have been read again.
    total: u64,
    read: u64,
    pub(super) mistakes: Mistakes,
}

impl<'a> Rows<'a> {
    /// Reads the file again, which had so many rows when it was checked.
    pub(super) fn open(path: &'a Path, plan: &'a Plan, total: u64) -> Result<Self, Mistake> {
        Ok(Self {
            path,
            plan,
            source: Source::open(path)?,
            total,
            read: 0,
            mistakes: Mistakes::default(),
        })
    }
}

/// What ended the run, or was lost in it, beside the journal's errors.
#[derive(Clone, Default)]
pub(super) struct Mistakes(Arc<Mutex<Vec<String>>>);

impl Mistakes {
    pub(super) fn push(&self, mistake: String) {
        self.list().push(mistake);
    }

    /// All so far, which are then forgotten.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.list())
    }

    fn list(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iterator for Rows<'_> {
    type Item = Row<DynamicOutput>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { total, read, .. } = *self;
        let path = self.path.display();
        let row = match self.source.next() {
            None if read >= total => return None,
            None => Err(Mistake::new(format!("{path} ended after {read} rows"))),
            Some(_) if read >= total => {
                let now = read + 1;
                Err(Mistake::new(format!("{path} has at least {now} rows now")))
            }
            Some(record) => record.and_then(|record| self.plan.read(&record)),
        };
        self.read += 1;
        match row {
            Ok((key, flow)) => Some(Row::dynamic(key, flow)),
            Err(why) => {
                self.mistakes.push(format!(
                    "{why}; the file was changed since it was checked, when it had {total} rows; no further row was sent, and what became of the others is in the journal: run the same command again when the file stays as it is; it goes on where it left off"
                ));
                None
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.total.saturating_sub(self.read);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

//! The keys that a run has seen, so that two rows with one key are found.
//!
//! They are in a file beside the journal: not in memory, however many there are; not in the journal, since they matter
//! only while the run goes on; and not in a temporary file of SQLite's, for which a system may have no folder.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::schema::{beside, cannot_open, connect, private_file};
use crate::error::{Error, Result};

/// No other process has the file: the journal's lock is held as long as it is there.
pub(super) struct Seen {
    keys: Connection,
    /// Dropped last: some systems delete no file that is open.
    _file: Scratch,
}

/// A file that is deleted at the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Seen {
    pub(super) fn new(journal: &Path) -> Result<Self> {
        // what a process that was killed has left is deleted
        drop(Scratch(beside(journal, ".seen")));
        let file = Scratch(beside(journal, ".seen"));
        private_file(&file.0).map_err(|error| cannot_open(&file.0, &error))?;
        let keys = open(&file.0).map_err(|error| Error::sqlite("opened", &file.0, &error))?;
        Ok(Self { keys, _file: file })
    }

    /// A run begins: the keys seen before are forgotten.
    pub(super) fn forget(&self) -> rusqlite::Result<()> {
        // An error may have ended the transaction.
        if !self.keys.is_autocommit() {
            self.keys.execute_batch("ROLLBACK")?;
        }
        // Never committed: nobody reads them after the run, so they are written only when memory runs short.
        self.keys.execute_batch("BEGIN")
    }

    /// The number of an earlier row of the run with the same key.
    pub(super) fn see(&self, key: &str, number: u64) -> rusqlite::Result<Option<i64>> {
        let is_new = self
            .keys
            .prepare_cached("INSERT OR IGNORE INTO seen VALUES (?1, ?2)")?
            .execute(params![key, i64::try_from(number).unwrap_or(i64::MAX)])?
            == 1;
        if is_new {
            return Ok(None);
        }
        self.keys
            .prepare_cached("SELECT number FROM seen WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .map(Some)
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let keys = connect(path)?;
    // In memory, where it stays small: only what was there before the transaction goes into it, which is no key.
    keys.pragma_update(None, "journal_mode", "MEMORY")?;
    keys.pragma_update(None, "synchronous", "OFF")?;
    keys.execute_batch("CREATE TABLE seen (key TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")?;
    Ok(keys)
}

//! Reading the rows of a journal, a page at a time.

use std::path::{Path, PathBuf};
use std::vec;

use rusqlite::{Connection, Row, params};

use super::state::{JournaledRow, RowState, Totals};
use crate::error::{Error, Result};

const PAGE: usize = 1000;

/// The rows in a state, in the order of their keys. From [`Journal::rows`](super::Journal::rows).
#[derive(Debug)]
pub struct Rows {
    journal: Connection,
    path: PathBuf,
    state: RowState,
    page: vec::IntoIter<JournaledRow>,
    /// The key after which the next page begins; none after the last page.
    after: Option<String>,
}

impl Rows {
    pub(super) fn new(journal: Connection, path: &Path, state: RowState) -> Self {
        Self {
            journal,
            path: path.to_owned(),
            state,
            page: Vec::new().into_iter(),
            after: Some(String::new()),
        }
    }

    fn turn(&mut self, after: &str) -> rusqlite::Result<()> {
        let mut page = self.journal.prepare_cached(
            "SELECT key, generation, state, reply_lost, execution_id, log_id, error_kind, error FROM row
             WHERE state = ?1 AND key > ?2 ORDER BY key LIMIT ?3",
        )?;
        let rows = page.query_map(params![self.state.as_str(), after, PAGE], read)?;
        let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
        self.after = (rows.len() == PAGE)
            .then(|| rows.last().map(|row| row.key.clone()))
            .flatten();
        self.page = rows.into_iter();
        Ok(())
    }
}

impl Iterator for Rows {
    type Item = Result<JournaledRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.page.next() {
                return Some(Ok(row));
            }
            let after = self.after.take()?;
            if let Err(error) = self.turn(&after) {
                return Some(Err(Error::sqlite("read", &self.path, &error)));
            }
        }
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<JournaledRow> {
    let key: String = row.get(0)?;
    let state: String = row.get(2)?;
    Ok(JournaledRow {
        idempotency_key: call_key(&key, row.get(1)?),
        key,
        // another program may have written anything there
        state: RowState::from_name(&state).unwrap_or(RowState::Unknown),
        reply_lost: row.get(3)?,
        execution_id: row.get(4)?,
        log_id: row.get(5)?,
        error_kind: row.get(6)?,
        error: row.get(7)?,
    })
}

/// The idempotency key of a row's nth generation: each time a row may safely be sent under a new key, it gets the next one.
pub(super) fn call_key(key: &str, generation: u32) -> String {
    match generation {
        0 | 1 => key.to_owned(),
        _ => format!("{key}#{generation}"),
    }
}

pub(super) fn totals(journal: &Connection) -> rusqlite::Result<Totals> {
    let mut totals = Totals::default();
    // Counted here: SQLite would sort the rows first, in a file for which a system may have no folder.
    let mut rows = journal.prepare("SELECT state, reply_lost FROM row")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let state = row.get_ref(0)?.as_str()?;
        let state = RowState::from_name(state).unwrap_or(RowState::Unknown);
        *totals.count(state) += 1;
        if state == RowState::Ran && row.get(1)? {
            totals.reply_lost += 1;
        }
    }
    Ok(totals)
}

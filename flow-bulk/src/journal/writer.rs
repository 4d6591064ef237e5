//! The one thread that writes to a journal.
//!
//! A commit waits for the disk, so it must not run on an async runtime; changes that arrive meanwhile share the next
//! commit. A change is answered once it is on disk, not before.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::app::App;
use super::rows::call_key;
use super::schema::INTERRUPTED;
use super::seen::Seen;
use super::state::RowState;
use crate::error::{Error, ErrorKind, Result};

/// The most changes that share a commit.
const BATCH: usize = 512;

pub(super) struct Writer {
    /// None only during drop.
    changes: Option<Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

enum Change {
    /// A run of this app begins: forget the keys seen before.
    Begin(App, Answer<()>),
    Claim(Claim, Answer<Claimed>),
    End(End, Answer<()>),
}

type Answer<T> = oneshot::Sender<Result<T>>;

/// A row that is to be sent.
pub(crate) struct Claim {
    pub(crate) key: String,
    /// Its place among the rows of the run, from 1.
    pub(crate) number: u64,
    pub(crate) hash: [u8; 32],
    pub(crate) settle_unknown: bool,
    pub(crate) retry_failed: bool,
    /// It was claimed before in this run, and did not run.
    pub(crate) again: bool,
}

/// What to do with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claimed {
    /// Send it under this key. `may_have_run`: an earlier call under the same key may have run.
    Send {
        call_key: String,
        may_have_run: bool,
    },
    /// Leave it as it is.
    Skip(RowState),
}

/// How a row ended.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) key: String,
    pub(crate) state: RowState,
    pub(crate) reply_lost: bool,
    /// The request reached the platform, which may now refuse its key.
    pub(crate) reached: bool,
    pub(crate) execution_id: Option<String>,
    pub(crate) log_id: Option<String>,
    pub(crate) error_kind: Option<String>,
    pub(crate) error: Option<String>,
}

impl Writer {
    pub(super) fn start(journal: Connection, seen: Seen, path: PathBuf) -> Result<Self> {
        let (sender, changes) = channel();
        let gone = |error: &std::io::Error| {
            let message = format!("the journal's thread cannot be started: {error}");
            Error::new(ErrorKind::Journal, message)
        };
        let thread = thread::Builder::new()
            .name("apaas-flow-journal".to_owned())
            .spawn(move || serve(journal, &seen, &path, &changes))
            .map_err(|error| gone(&error))?;
        Ok(Self {
            changes: Some(sender),
            thread: Some(thread),
        })
    }

    pub(super) async fn begin(&self, app: App) -> Result<()> {
        self.ask(|answer| Change::Begin(app, answer)).await
    }

    pub(super) async fn claim(&self, claim: Claim) -> Result<Claimed> {
        self.ask(|answer| Change::Claim(claim, answer)).await
    }

    pub(super) async fn end(&self, end: End) -> Result<()> {
        self.ask(|answer| Change::End(end, answer)).await
    }

    async fn ask<T>(&self, change: impl FnOnce(Answer<T>) -> Change) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let gone = || Error::new(ErrorKind::Journal, "the journal's thread has ended");
        let changes = self.changes.as_ref().ok_or_else(gone)?;
        changes.send(change(answer)).map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// All changes are on disk and the file is closed before another process can open the journal.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.changes.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(mut journal: Connection, seen: &Seen, path: &Path, changes: &Receiver<Change>) {
    while let Ok(first) = changes.recv() {
        let mut batch = vec![first];
        batch.extend(changes.try_iter().take(BATCH - 1));
        // if nobody waits for the answer any more, the run was dropped
        match write(&mut journal, seen, path, &batch) {
            Ok(made) => batch
                .into_iter()
                .zip(made)
                .for_each(|(change, made)| change.answer(made)),
            Err(error) => batch.into_iter().for_each(|change| {
                change.refuse(Error::sqlite("written", path, &error));
            }),
        }
    }
}

/// The result of a change, unless the journal itself failed.
type Made = Result<Option<Claimed>>;

fn write(
    journal: &mut Connection,
    seen: &Seen,
    path: &Path,
    batch: &[Change],
) -> rusqlite::Result<Vec<Made>> {
    let commit = journal.transaction()?;
    let made = batch
        .iter()
        .map(|change| match change {
            Change::Begin(app, _) => {
                begin(&commit, seen, app, path).map(|begun| begun.map(|()| None))
            }
            Change::Claim(row, _) => claim(&commit, seen, row).map(|claimed| claimed.map(Some)),
            Change::End(row, _) => end(&commit, row).map(|()| Ok(None)),
        })
        .collect::<rusqlite::Result<_>>()?;
    commit.commit()?;
    Ok(made)
}

impl Change {
    fn answer(self, made: Made) {
        match (self, made) {
            (Self::Claim(_, answer), Ok(Some(claimed))) => drop(answer.send(Ok(claimed))),
            (Self::Begin(_, answer) | Self::End(_, answer), Ok(_)) => drop(answer.send(Ok(()))),
            (change, Err(error)) => change.refuse(error),
            // a claim always has a result
            (Self::Claim(..), Ok(None)) => {}
        }
    }

    fn refuse(self, error: Error) {
        match self {
            Self::Claim(_, answer) => drop(answer.send(Err(error))),
            Self::Begin(_, answer) | Self::End(_, answer) => drop(answer.send(Err(error))),
        }
    }
}

fn begin(
    journal: &Connection,
    seen: &Seen,
    app: &App,
    path: &Path,
) -> rusqlite::Result<Result<()>> {
    // rows of an earlier run of this process that was dropped
    journal.execute(INTERRUPTED, [])?;
    seen.forget()?;
    app.take(journal, path)
}

/// What is known of a row before it is sent.
struct Known {
    hash: Vec<u8>,
    state: RowState,
    generation: u32,
    reached: bool,
    error_kind: Option<String>,
}

fn claim(journal: &Connection, seen: &Seen, row: &Claim) -> rusqlite::Result<Result<Claimed>> {
    if !row.again {
        if let Some(earlier) = seen.see(&row.key, row.number)? {
            return Ok(Err(Error::new(
                ErrorKind::DuplicateKey,
                format!(
                    "rows {earlier} and {} have the same key `{}`; the second was not sent",
                    row.number, row.key
                ),
            )));
        }
    }
    let Some(known) = known(journal, &row.key)? else {
        journal
            .prepare_cached("INSERT INTO row (key, hash, state) VALUES (?1, ?2, 'sending')")?
            .execute(params![row.key, row.hash])?;
        return Ok(Ok(Claimed::Send {
            call_key: row.key.clone(),
            may_have_run: false,
        }));
    };
    // A row that did not run may be corrected and sent again.
    if known.hash != row.hash && known.state != RowState::DidNotRun {
        return Ok(Err(Error::new(
            ErrorKind::Changed,
            format!(
                "row {} has another flow or other inputs than when it was sent under the key `{}`, whose state is `{}`; give it another key if it is another row, or take another journal",
                row.number, row.key, known.state
            ),
        )));
    }
    let generation = match known.state {
        RowState::DidNotRun if known.reached => known.generation.saturating_add(1),
        RowState::New | RowState::DidNotRun => known.generation,
        RowState::Unknown if row.settle_unknown => known.generation,
        // Not if only its outputs did not fit: its flow ran, and must not run again.
        RowState::Failed if row.retry_failed && known.error_kind.as_deref() != Some("decode") => {
            known.generation.saturating_add(1)
        }
        state => return Ok(Ok(Claimed::Skip(state))),
    };
    journal
        .prepare_cached(
            "UPDATE row SET state = 'sending', hash = ?2, generation = ?3 WHERE key = ?1",
        )?
        .execute(params![row.key, row.hash, generation])?;
    Ok(Ok(Claimed::Send {
        call_key: call_key(&row.key, generation),
        may_have_run: known.state == RowState::Unknown,
    }))
}

fn known(journal: &Connection, key: &str) -> rusqlite::Result<Option<Known>> {
    journal
        .prepare_cached(
            "SELECT hash, state, generation, reached, error_kind FROM row WHERE key = ?1",
        )?
        .query_row([key], |row| {
            let state: String = row.get(1)?;
            Ok(Known {
                hash: row.get(0)?,
                state: RowState::from_name(&state).unwrap_or(RowState::Unknown),
                generation: row.get(2)?,
                reached: row.get(3)?,
                error_kind: row.get(4)?,
            })
        })
        .optional()
}

fn end(journal: &Connection, row: &End) -> rusqlite::Result<()> {
    journal
        .prepare_cached(
            "UPDATE row SET state = ?2, reply_lost = ?3, reached = ?4, execution_id = ?5, log_id = ?6,
                error_kind = ?7, error = ?8 WHERE key = ?1",
        )?
        .execute(params![
            row.key,
            row.state.as_str(),
            row.reply_lost,
            row.reached,
            row.execution_id,
            row.log_id,
            row.error_kind,
            row.error,
        ])?;
    Ok(())
}

//! The state of each row, in a file that outlives the process.

mod app;
mod rows;
mod schema;
mod seen;
mod state;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) use app::App;
pub use rows::Rows;
use seen::Seen;
pub use state::{JournaledRow, RowState, Totals};
use writer::Writer;
pub(crate) use writer::{Claim, Claimed, End};

use crate::error::{Error, ErrorKind, Result};

/// A journal: a SQLite file with the state of every row. See the [crate's page](crate#the-journal).
///
/// Cheap to clone: clones are the same journal.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

struct Inner {
    path: PathBuf,
    salt: Vec<u8>,
    /// None if the journal is open for reading only.
    writer: Option<Writer>,
    is_in_run: AtomicBool,
    /// Released last, when nothing is written any more.
    _lock: Option<schema::Lock>,
}

impl Journal {
    /// Opens a journal for a run, or creates it. Only one process at a time can have it open.
    ///
    /// Rows that a process was sending when it died become [unknown](RowState::Unknown).
    ///
    /// # Errors
    /// [`ErrorKind::InUse`], [`ErrorKind::NotAJournal`], and [`ErrorKind::Journal`] for a folder that is missing, not
    /// writable, or on a network.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = schema::one_name(path.as_ref())?;
        let lock = schema::Lock::take(&path)?;
        let journal = schema::open(&path)?;
        let salt = schema::salt(&journal, &path)?;
        let seen = Seen::new(&path)?;
        Ok(Self(Arc::new(Inner {
            writer: Some(Writer::start(journal, seen, path.clone())?),
            path,
            salt,
            is_in_run: AtomicBool::new(false),
            _lock: Some(lock),
        })))
    }

    /// Opens a journal for reading only, even while a run has it open.
    ///
    /// # Errors
    /// [`ErrorKind::NotAJournal`], and [`ErrorKind::Journal`] for a file that is missing or cannot be read.
    pub fn open_to_read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let salt = schema::salt(&schema::open_to_read(&path)?, &path)?;
        Ok(Self(Arc::new(Inner {
            path,
            salt,
            writer: None,
            is_in_run: AtomicBool::new(false),
            _lock: None,
        })))
    }

    /// The rows in a state, in the order of their keys, read as they are asked for.
    ///
    /// # Errors
    /// [`ErrorKind::Journal`] if it cannot be read, here or at any row.
    pub fn rows(&self, state: RowState) -> Result<Rows> {
        let journal = schema::open_to_read(&self.0.path)?;
        Ok(Rows::new(journal, &self.0.path, state))
    }

    /// How many rows are in which state.
    ///
    /// # Errors
    /// [`ErrorKind::Journal`] if it cannot be read.
    pub fn totals(&self) -> Result<Totals> {
        let journal = schema::open_to_read(&self.0.path)?;
        rows::totals(&journal).map_err(|error| Error::sqlite("read", &self.0.path, &error))
    }

    pub(crate) fn salt(&self) -> &[u8] {
        &self.0.salt
    }

    /// One run at a time, and all of one app.
    pub(crate) async fn begin(&self, app: App) -> Result<InRun> {
        if self.0.is_in_run.swap(true, Ordering::AcqRel) {
            return Err(Error::new(
                ErrorKind::InUse,
                format!(
                    "the journal {} is in use by another run of this process",
                    self.0.path.display()
                ),
            ));
        }
        let in_run = InRun(self.clone());
        in_run.writer()?.begin(app).await?;
        Ok(in_run)
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("path", &self.0.path)
            .finish_non_exhaustive()
    }
}

/// A journal that one run has to itself.
pub(crate) struct InRun(Journal);

impl InRun {
    fn writer(&self) -> Result<&Writer> {
        self.0.0.writer.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Journal,
                "the journal was opened to be read; open it with `Journal::open` for a run",
            )
        })
    }

    pub(crate) async fn claim(&self, claim: Claim) -> Result<Claimed> {
        self.writer()?.claim(claim).await
    }

    pub(crate) async fn end(&self, end: End) -> Result<()> {
        self.writer()?.end(end).await
    }
}

impl Drop for InRun {
    fn drop(&mut self) {
        self.0.0.is_in_run.store(false, Ordering::Release);
    }
}

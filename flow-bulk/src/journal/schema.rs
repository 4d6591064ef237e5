//! The file: whether it is a journal, and what is in it.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use fs4::FileExt;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, ErrorKind, Result};

/// "aflw": identifies the file as a journal.
const APPLICATION_ID: i64 = 0x6166_6c77;

const VERSION: i64 = 1;

/// There is no index by state: it would be written three times per row, and read a few times in all. States are stored
/// by name, so that a person who opens the file with another program can read them.
const SCHEMA: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE row (
    key TEXT PRIMARY KEY,
    hash BLOB NOT NULL,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL DEFAULT 1,
    reached INTEGER NOT NULL DEFAULT 0,
    reply_lost INTEGER NOT NULL DEFAULT 0,
    execution_id TEXT,
    log_id TEXT,
    error_kind TEXT,
    error TEXT
) WITHOUT ROWID;
INSERT INTO meta VALUES ('salt', randomblob(16));
";

/// Rows that a process that died, or a run that was dropped, left as being sent become unknown.
pub(super) const INTERRUPTED: &str = "
UPDATE row SET state = 'unknown', error_kind = 'interrupted',
    error = 'the run ended while this row was being sent; it may have run'
WHERE state = 'sending'";

/// Held while a process may write; the system releases it when the process dies, however it dies.
pub(super) struct Lock(#[expect(dead_code, reason = "held")] File);

impl Lock {
    /// Beside the journal, since SQLite has locks of its own on the file.
    pub(super) fn take(path: &Path) -> Result<Self> {
        let name = beside(path, ".lock");
        let file = private_file(&name).map_err(|error| cannot_open(&name, &error))?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Self(file)),
            Err(fs4::TryLockError::WouldBlock) => Err(Error::new(
                ErrorKind::InUse,
                format!(
                    "the journal {} is in use by another run; wait for its end, or take another journal",
                    path.display()
                ),
            )),
            Err(fs4::TryLockError::Error(error)) => Err(cannot_open(&name, &error)),
        }
    }
}

/// The journal's path with links resolved: its lock is beside that. The file is created if it is missing.
pub(super) fn one_name(path: &Path) -> Result<PathBuf> {
    private_file(path)
        .and_then(|_| path.canonicalize())
        .map_err(|error| cannot_open(path, &error))
}

/// The file beside the journal that has this after the journal's name.
pub(super) fn beside(journal: &Path, what: &str) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(what);
    PathBuf::from(name)
}

/// Opens a file that only its owner can read, and creates it if it is missing.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn cannot_open(path: &Path, error: &io::Error) -> Error {
    Error::new(
        ErrorKind::Journal,
        format!(
            "the journal's file {} cannot be opened: {error}; its folder must exist and be writable",
            path.display()
        ),
    )
}

/// Opens the journal for a run, and creates it if it is missing.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let failed = |error: &rusqlite::Error| Error::sqlite("opened", path, error);
    // SQLite gives its other two files the mode of this one, which exists by now
    let mut journal = connect(path).map_err(|error| failed(&error))?;
    if !is_new(&journal).map_err(|error| failed(&error))? {
        check(&journal, path)?;
    }
    prepare(&mut journal, path)?;
    Ok(journal)
}

/// Opens a journal for reading, even while a run has it open.
pub(super) fn open_to_read(path: &Path) -> Result<Connection> {
    let failed = |error: rusqlite::Error| Error::sqlite("read", path, &error);
    if !path.exists() {
        let message = format!("there is no journal at {}", path.display());
        return Err(Error::new(ErrorKind::Journal, message));
    }
    // Writable, since a reader may have to make the files beside it; nothing is written to the journal itself.
    let journal = connect(path).map_err(failed)?;
    check(&journal, path)?;
    journal
        .pragma_update(None, "query_only", true)
        .map_err(failed)?;
    Ok(journal)
}

/// Opens a file that is there.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

fn is_new(journal: &Connection) -> rusqlite::Result<bool> {
    let tables: i64 =
        journal.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(tables == 0 && number(journal, "application_id")? == 0)
}

fn check(journal: &Connection, path: &Path) -> Result<()> {
    let failed = |error: rusqlite::Error| Error::sqlite("opened", path, &error);
    let refused = |what: &str| {
        let message = format!("{} {what}", path.display());
        Err(Error::new(ErrorKind::NotAJournal, message))
    };
    if number(journal, "application_id").map_err(failed)? != APPLICATION_ID {
        return refused("is a SQLite file of another program; name a new file for the journal");
    }
    if number(journal, "user_version").map_err(failed)? > VERSION {
        return refused(
            "is a journal of a newer version of apaas-flow-bulk; update, or go on with that version",
        );
    }
    Ok(())
}

fn number(journal: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    journal.pragma_query_value(None, pragma, |row| row.get(0))
}

fn prepare(journal: &mut Connection, path: &Path) -> Result<()> {
    let failed = |error: rusqlite::Error| Error::sqlite("opened", path, &error);
    let mode: String = journal
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))
        .map_err(failed)?;
    if mode != "wal" {
        let message = format!(
            "the journal {} must be on a local disk: its file system lacks what SQLite's write-ahead log needs",
            path.display()
        );
        return Err(Error::new(ErrorKind::Journal, message));
    }
    // A commit is on disk when it returns, whatever happens to the machine.
    journal
        .pragma_update(None, "synchronous", "FULL")
        .map_err(failed)?;
    // What a statement puts aside is small, and a system may have no folder for temporary files.
    journal
        .pragma_update(None, "temp_store", "MEMORY")
        .map_err(failed)?;
    let change = journal.transaction().map_err(failed)?;
    if is_new(&change).map_err(failed)? {
        change.execute_batch(SCHEMA).map_err(failed)?;
        change
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(failed)?;
        change
            .pragma_update(None, "user_version", VERSION)
            .map_err(failed)?;
    }
    change.execute(INTERRUPTED, []).map_err(failed)?;
    change.commit().map_err(failed)
}

/// The salt of this journal's hashes.
pub(super) fn salt(journal: &Connection, path: &Path) -> Result<Vec<u8>> {
    meta(journal, "salt").map_err(|error| Error::sqlite("read", path, &error))
}

/// What the journal says of itself under this name.
pub(super) fn meta<T: FromSql>(journal: &Connection, name: &str) -> rusqlite::Result<T> {
    journal.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
        row.get(0)
    })
}

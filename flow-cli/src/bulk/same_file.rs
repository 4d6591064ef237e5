//! Whether two names are of one file: nothing is to be written over the rows or the journal.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Mistake;

/// What stands beside a journal.
const BESIDE: [&str; 6] = ["", "-wal", "-shm", "-journal", ".seen", ".lock"];

/// Refuses a file to be written that is the journal, or one of those beside it.
pub(super) fn not_the_journal(file: &Path, flag: &str, journal: &Path) -> Result<(), Mistake> {
    let is_one = BESIDE.iter().any(|end| {
        let mut name = journal.as_os_str().to_owned();
        name.push(end);
        is_same(file, &PathBuf::from(name))
    });
    if is_one {
        return Err(refused(file, flag, "--journal"));
    }
    Ok(())
}

/// Refuses a file to be written that is the one with the rows.
pub(super) fn not_the_rows(file: &Path, flag: &str, rows: &Path) -> Result<(), Mistake> {
    if is_same(file, rows) {
        return Err(refused(file, flag, "--rows"));
    }
    Ok(())
}

fn refused(file: &Path, flag: &str, other: &str) -> Mistake {
    let file = file.display();
    Mistake::new(format!(
        "{flag} {file} is the file of {other}, or one beside it; name another"
    ))
}

fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (fs::metadata(one), fs::metadata(other)) {
        use std::os::unix::fs::MetadataExt;

        return (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => std::path::absolute(one).ok() == std::path::absolute(other).ok(),
    }
}

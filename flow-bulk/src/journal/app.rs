//! The app that a journal belongs to.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::schema::meta;
use crate::error::{Error, ErrorKind, Result};

/// Where the calls of a run go.
pub(crate) struct App {
    pub(crate) address: String,
    /// None if the client has a token source.
    pub(crate) id: Option<String>,
}

impl App {
    /// Makes the journal one of this app. With a journal of another app all rows would be skipped, and nothing would
    /// run here.
    pub(super) fn take(&self, journal: &Connection, path: &Path) -> rusqlite::Result<Result<()>> {
        let known = Self {
            // none in a journal of an earlier version
            address: meta(journal, "address")
                .optional()?
                .unwrap_or_else(|| self.address.clone()),
            id: meta(journal, "app_id").optional()?,
        };
        let ids = known.id.as_ref().zip(self.id.as_ref());
        if known.address != self.address || ids.is_some_and(|(known, own)| known != own) {
            return Ok(Err(Error::new(
                ErrorKind::AnotherApp,
                format!(
                    "the journal {} belongs to {known}, and this run would call {self}; nothing was sent; use another journal for this run (a new one does not know which of these rows have run)",
                    path.display()
                ),
            )));
        }
        remember(journal, "address", &self.address)?;
        if let Some(id) = &self.id {
            remember(journal, "app_id", id)?;
        }
        Ok(Ok(()))
    }
}

impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "the app {id} at {}", self.address),
            None => write!(f, "an app at {}", self.address),
        }
    }
}

fn remember(journal: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    journal
        .execute("INSERT OR IGNORE INTO meta VALUES (?1, ?2)", [name, value])
        .map(drop)
}

//! `--outputs FILE`: the outputs of the rows that ran, which the journal does not keep.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use apaas_flow::{DynamicOutput, Execution};
use serde::Serialize;

use crate::call::outputs::{ByName, by_name};
use crate::failure::Mistake;

/// A file of JSON lines, to which each run adds.
pub(super) struct Outputs {
    path: PathBuf,
    file: File,
}

#[derive(Serialize)]
struct Line<'a> {
    row: &'a str,
    execution_id: &'a str,
    outputs: ByName,
}

impl Outputs {
    /// Only its owner can read it: it has values.
    pub(super) fn open(path: &Path) -> Result<Self, Mistake> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let opened = options.open(path).and_then(|mut file| {
            end_line(&mut file)?;
            Ok(file)
        });
        let file = opened
            .map_err(|error| Mistake::new(format!("cannot write {}: {error}", path.display())))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Adds a row that has just run.
    pub(super) fn add(&mut self, row: &str, run: &Execution<DynamicOutput>) -> Result<(), Mistake> {
        self.append(row, run).map_err(|why| {
            Mistake::new(format!(
                "row `{row}` ran, and its outputs are not all in {}: {why}; look it up by its execution id {}; no further row was sent",
                self.path.display(),
                run.execution_id
            ))
        })
    }

    fn append(&mut self, row: &str, run: &Execution<DynamicOutput>) -> Result<(), String> {
        let (outputs, unreadable) = by_name(&run.output);
        let line = Line {
            row,
            execution_id: &run.execution_id,
            outputs,
        };
        self.write(&line).map_err(|error| error.to_string())?;
        // those that can be read are in the line
        unreadable.map_or(Ok(()), |error| Err(error.to_string()))
    }

    /// On disk when it returns, as the journal is; a line that is not written whole leaves no trace.
    fn write(&mut self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let before = self.file.metadata()?;
        let written = self.file.write_all(&text);
        if !before.is_file() {
            return written;
        }
        if written.is_err() {
            let _ = self.file.set_len(before.len());
        }
        written.and_then(|()| self.file.sync_data())
    }
}

/// Ends a line that a process which was killed has left half written, so that the next stands alone.
fn end_line(file: &mut File) -> io::Result<()> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" {
        Ok(())
    } else {
        file.write_all(b"\n")
    }
}

//! `--outputs FILE`: the outputs of the rows that ran, which the journal does not keep.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use apaas_flow::{DynamicOutput, Execution};
use serde::Serialize;
use serde_json::value::RawValue;

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
    /// Verbatim: no number is rounded.
    outputs: BTreeMap<String, Box<RawValue>>,
}

impl Outputs {
    /// Only its owner can read it: it has values.
    pub(super) fn open(path: &Path) -> Result<Self, Mistake> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .map_err(|error| cannot_write(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Adds a row that has just run.
    pub(super) fn add(&mut self, row: &str, run: &Execution<DynamicOutput>) -> Result<(), Mistake> {
        let names = run.output.names().into_iter();
        let outputs = names.filter_map(|name| Some((name.clone(), run.output.get(&name).ok()?)));
        let line = Line {
            row,
            execution_id: &run.execution_id,
            outputs: outputs.collect(),
        };
        self.append(&line).map_err(|error| {
            Mistake::new(format!(
                "{}; row `{row}` ran, and its outputs are not in the file: look it up by its execution id {}; no further row was sent",
                cannot_write(&self.path, &error),
                run.execution_id
            ))
        })
    }

    fn append(&mut self, line: &Line<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        // at once, so that lines do not mix
        self.file.write_all(&text)
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Mistake {
    Mistake::new(format!("cannot write {}: {error}", path.display()))
}

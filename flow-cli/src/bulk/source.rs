//! The rows of a file: CSV with a header, or one JSON object per line.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::call::inputs::{Value, members};
use crate::failure::Mistake;

/// A file that is read row by row.
pub(super) struct Source {
    path: PathBuf,
    /// The columns of CSV; in JSON lines, each line has its own.
    header: Option<Vec<String>>,
    /// The names of members of JSON lines so far.
    names: BTreeSet<String>,
    reader: Reader,
}

/// So many names are known of a file of JSON lines: what anyone would write by hand.
const MOST_NAMES: usize = 1000;

enum Reader {
    Csv {
        reader: Box<csv::Reader<File>>,
        /// What its count of lines lacks.
        lines_more: u64,
        /// The line of the last row, if that goes on over several lines to its end.
        open_since: Option<u64>,
    },
    Lines(std::io::Lines<BufReader<File>>, u64),
}

/// A row, and the line on which it begins.
pub(super) struct Record {
    pub(super) line: u64,
    cells: Vec<(String, Value)>,
}

impl Source {
    /// A file named `.jsonl`, `.ndjson` or `.json` has JSON lines; any other has CSV.
    pub(super) fn open(path: &Path) -> Result<Self, Mistake> {
        let name = path.display();
        let cannot_read = |error: io::Error| Mistake::new(format!("cannot read {name}: {error}"));
        // before it is opened, which waits for the other end of a named pipe
        if !fs::metadata(path).map_err(cannot_read)?.is_file() {
            return Err(Mistake::new(format!(
                "{name} is not a regular file; write the rows to a file first: it is read twice, so that a mistake in the last row is found before the first is sent; nothing was sent"
            )));
        }
        let file = File::open(path).map_err(cannot_read)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("jsonl" | "ndjson" | "json")) {
            return Ok(Self {
                path: path.to_owned(),
                header: None,
                names: BTreeSet::new(),
                reader: Reader::Lines(BufReader::new(file).lines(), 0),
            });
        }
        let mut reader = csv::ReaderBuilder::new().from_reader(file);
        let header = reader.headers().map_err(|error| of_csv(path, &error, 0))?;
        // a byte order mark of Excel's is no part of a name
        let names = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim());
        let names: Vec<_> = names.map(str::to_owned).collect();
        if let [one] = names.as_slice() {
            if let Some(separator) = one.chars().find(|c| matches!(c, ';' | '\t')) {
                return Err(Mistake::new(format!(
                    "{name}: its columns are separated by {separator:?}; save it with commas"
                )));
            }
        }
        if names.is_empty() {
            return Err(Mistake::new(format!(
                "{name} is empty; its first line must name the columns"
            )));
        }
        for (at, column) in names.iter().enumerate() {
            if names.iter().take(at).any(|earlier| earlier == column) {
                return Err(Mistake::new(format!(
                    "{name}: two columns are called `{column}`"
                )));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            header: Some(names),
            names: BTreeSet::new(),
            reader: Reader::Csv {
                reader: Box::new(reader),
                lines_more: u64::from(ends_lines_with_two(path).map_err(cannot_read)?),
                open_since: None,
            },
        })
    }

    pub(super) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    /// The names of members of JSON lines so far. None of CSV, which has a header, and if there are too many to know all.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        let is_known = self.header.is_none() && self.names.len() < MOST_NAMES;
        is_known.then(|| self.names.iter().cloned().collect())
    }

    fn csv(&mut self) -> Option<Result<Record, Mistake>> {
        let (
            Reader::Csv {
                reader,
                lines_more,
                open_since,
            },
            Some(header),
        ) = (&mut self.reader, &self.header)
        else {
            return None;
        };
        let mut record = csv::StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(false) => {
                // the reader of CSV takes the end of the file for that of a quote
                let line = open_since.take()?;
                match ends_with_quote(&self.path) {
                    Ok(true) => None,
                    Ok(false) => Some(Err(Mistake::new(format!(
                        "{}, line {line}: a quote is not closed, so all that follows it is one cell",
                        self.path.display()
                    )))),
                    Err(error) => Some(Err(Mistake::new(format!(
                        "cannot read {}: {error}",
                        self.path.display()
                    )))),
                }
            }
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line) + *lines_more;
                let last = record.iter().next_back();
                *open_since = last.filter(|cell| cell.contains('\n')).map(|_| line);
                let cells = header.iter().zip(&record);
                let cells = cells
                    .filter(|(_, cell)| !cell.is_empty())
                    .map(|(name, cell)| (name.clone(), Value::Text(cell.to_owned())));
                Some(Ok(Record {
                    line,
                    cells: cells.collect(),
                }))
            }
            Err(error) => Some(Err(of_csv(&self.path, &error, *lines_more))),
        }
    }

    fn line(&mut self) -> Option<Result<Record, Mistake>> {
        let Reader::Lines(lines, line) = &mut self.reader else {
            return None;
        };
        loop {
            let text = lines.next()?;
            *line += 1;
            let failed = |what: &str| {
                let name = self.path.display();
                Some(Err(Mistake::new(format!("{name}, line {line} {what}"))))
            };
            let text = match text {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return failed("is not UTF-8; save it as UTF-8");
                }
                Err(error) => return failed(&format!("cannot be read: {error}")),
            };
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                continue;
            }
            let mut members = match members(text, |error| format!("see column {}", error.column()))
            {
                Ok(members) => members,
                Err(why) => return failed(&why),
            };
            for (name, _) in &members {
                if self.names.len() < MOST_NAMES && !self.names.contains(name) {
                    self.names.insert(name.clone());
                }
            }
            // to a journal, a row in another order would be another row
            members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
            let cells = members.into_iter().filter(|(_, json)| json.get() != "null");
            let cells = cells.map(|(name, json)| {
                // a text may be turned into its contract's type, as a cell of CSV is
                let text = serde_json::from_str::<String>(json.get());
                (name, text.map_or(Value::Json(json), Value::Text))
            });
            return Some(Ok(Record {
                line: *line,
                cells: cells.collect(),
            }));
        }
    }
}

/// Whether lines end as on Windows: the reader of CSV counts the second of the two characters to the next line.
fn ends_lines_with_two(path: &Path) -> io::Result<bool> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?).read_until(b'\n', &mut line)?;
    Ok(line.ends_with(b"\r\n"))
}

/// Whether the last character of a file, apart from line ends, is a quote.
fn ends_with_quote(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let begin = file.metadata()?.len().saturating_sub(16);
    file.seek(SeekFrom::Start(begin))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(end.trim_ascii_end().ends_with(b"\""))
}

fn of_csv(path: &Path, error: &csv::Error, lines_more: u64) -> Mistake {
    let name = path.display();
    let line = error.position().map_or(0, csv::Position::line) + lines_more;
    Mistake::new(match error.kind() {
        csv::ErrorKind::Utf8 { .. } => {
            format!("{name}, line {line} is not UTF-8; save it as CSV UTF-8 (UTF-8 编码的 CSV)")
        }
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{name}, line {line} has {len} cells, and the header has {expected_len}"),
        _ => format!("{name}: {error}"),
    })
}

impl Iterator for Source {
    type Item = Result<Record, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader {
            Reader::Csv { .. } => self.csv(),
            Reader::Lines(..) => self.line(),
        }
    }
}

impl Record {
    /// A column's value as text; none if it is empty.
    pub(super) fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(|value| match value {
            Value::Text(text) => text.clone(),
            Value::Json(json) => json.get().to_owned(),
        })
    }

    pub(super) fn get(&self, column: &str) -> Option<&Value> {
        let found = self.cells.iter().find(|(name, _)| name == column);
        found.map(|(_, value)| value)
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(|(name, _)| &**name)
    }
}

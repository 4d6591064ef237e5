//! `bulk export`

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use apaas_flow_bulk::{Journal, JournaledRow, RowState};

use super::same_file::not_the_journal;
use crate::failure::{Mistake, exit_code, unwritten};

const HEADER: [&str; 8] = [
    "row",
    "key",
    "state",
    "reply_lost",
    "execution_id",
    "log_id",
    "error_kind",
    "error",
];

const AFTER_HELP: &str = "\
`row` is the key of the row, `key` the idempotency key of its last call.

Example:
  apaas-flow bulk export --journal migration.db --state unknown -o left.csv";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The journal
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Export only rows in this state; can be repeated
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<RowState>,
    /// The file to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn state(name: &str) -> Result<RowState, String> {
    RowState::from_name(name).ok_or_else(|| {
        let names = RowState::ALL.map(RowState::as_str);
        format!("must be one of {}", names.join(", "))
    })
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exit_code(export(args).map(|()| 0))
}

fn export(args: &Args) -> Result<(), Mistake> {
    let journal = Journal::open_to_read(&args.journal)?;
    let (to, name): (Box<dyn Write>, _) = match &args.output {
        None => (Box::new(io::stdout()), "stdout".to_owned()),
        Some(path) => {
            not_the_journal(path, "-o", &args.journal)?;
            let name = path.display().to_string();
            let file = File::create(path)
                .map_err(|error| Mistake::new(format!("cannot write {name}: {error}")))?;
            (Box::new(file), name)
        }
    };
    let ended = |error: csv::Error| match (&args.output, error.kind()) {
        (None, csv::ErrorKind::Io(error)) => unwritten(error),
        _ => Err(Mistake::new(format!("cannot write {name}: {error}"))),
    };
    let mut to = csv::Writer::from_writer(io::BufWriter::new(to));
    if let Err(error) = to.write_record(HEADER) {
        return ended(error);
    }
    let states = match args.state.as_slice() {
        [] => RowState::ALL.as_slice(),
        some => some,
    };
    for state in states {
        for row in journal.rows(*state)? {
            if let Err(error) = to.write_record(fields(row?)) {
                return ended(error);
            }
        }
    }
    to.flush().or_else(|error| ended(error.into()))
}

fn fields(row: JournaledRow) -> [String; 8] {
    [
        row.key,
        row.idempotency_key,
        row.state.as_str().to_owned(),
        row.reply_lost.to_string(),
        row.execution_id.map(harmless).unwrap_or_default(),
        row.log_id.map(harmless).unwrap_or_default(),
        row.error_kind.unwrap_or_default(),
        row.error.map(harmless).unwrap_or_default(),
    ]
}

/// A text of the platform's, which a spreadsheet must not take for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

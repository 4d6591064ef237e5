//! `bulk run`

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use apaas_flow::{Client, DynamicFlow, DynamicOutput};
use apaas_flow_bulk::{Bulk, ErrorKind, Journal, Report, Row, StopHandle};
use apaas_flow_contract::Contract;
use serde_json::value::RawValue;

use super::failure::Failure;
use super::key::{Key, known};
use super::outputs::Outputs;
use super::progress::{Shown, words};
use super::source::{Record, Source};
use super::summary;
use crate::call::inputs::{Given, Input, Value};
use crate::call::{Format, dry_run, flow, flow_name, typed};
use crate::contract_file;
use crate::failure::{Mistake, USAGE, complain, exit_code, print};
use crate::runtime::{block_on, interrupt};
use crate::settings::{Flags, Settings};

const AFTER_HELP: &str = "\
Without -i every column is an input of its own name. A cell is text unless the
flow's contract or `:=` (JSON) says otherwise; an empty one leaves the input
out. Unknown rows are never sent again without --settle-unknown.

Exit status: 0 all ran, 1 some did not run or failed, 2 usage, 3 some are
unknown.

Example:
  apaas-flow bulk run package_x__c/flow_y --rows orders.csv \\
      --key 'mig-{order_no}' --journal migration.db --dry-run";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The flow: its app's namespace (命名空间) and its own api name
    #[arg(value_name = "NAMESPACE/FLOW_ID")]
    flow: String,
    /// The rows: a file, no pipe, of CSV with a header, or of one JSON object per line
    #[arg(long, value_name = "FILE.csv|FILE.jsonl")]
    rows: PathBuf,
    /// An input from a column: NAME=COLUMN, or NAME:=COLUMN for JSON; can be repeated
    #[arg(short, long = "input", value_name = "INPUT")]
    input: Vec<String>,
    /// The key of a row, made from its columns, such as 'mig-{order_no}'
    #[arg(long, value_name = "TEMPLATE")]
    key: String,
    /// The journal, which records the outcome of each row
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Add the outputs of each row that runs to this file, as JSON lines; the journal keeps none
    #[arg(long, value_name = "FILE.jsonl")]
    outputs: Option<PathBuf>,
    /// How many calls run at a time
    #[arg(long, value_name = "N", default_value_t = 16)]
    concurrency: usize,
    /// Stop when this many rows did not run, failed or are unknown
    #[arg(long, value_name = "N")]
    max_failures: Option<u64>,
    /// Send unknown rows again, each under its own key
    #[arg(long)]
    settle_unknown: bool,
    /// Send rows that failed again, each under a new key
    #[arg(long)]
    retry_failed: bool,
    /// Send nothing; show the first three requests and how long all rows will take
    #[arg(long)]
    dry_run: bool,
    /// How the result is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    flags: Flags,
}

/// A run, once everything about it is known.
struct Plan {
    namespace: String,
    flow_id: String,
    inputs: Vec<Column>,
    key: Key,
    contract: Option<(PathBuf, Contract)>,
}

/// An input, and the column that it comes from.
struct Column {
    name: String,
    from: String,
    is_json: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let end = prepare(args).and_then(|(plan, settings, total)| {
        if args.dry_run {
            show(args, &plan, &settings, total).map(|()| 0)
        } else {
            send(args, &plan, &settings, total)
        }
    });
    exit_code(end.or_else(|mistake| {
        // nothing was sent, and a program is told so where it looks for it
        if args.format == Format::Json && !args.dry_run {
            print(&summary::json(
                &Report::default(),
                Some(&Failure::usage(&mistake.0)),
            ))?;
        }
        Err(mistake)
    }))
}

/// Reads the whole file once, so that a mistake in its last row is found before its first is sent.
fn prepare(args: &Args) -> Result<(Plan, Settings, u64), Mistake> {
    let (namespace, flow_id) = flow_name(&args.flow)?;
    // told once, and not of each row
    flow(&namespace, &flow_id, &[])?;
    let settings = Settings::find(&args.flags)?;
    settings.operator()?;
    let source = Source::open(&args.rows)?;
    let key = Key::parse(&args.key)?;
    let mut inputs = Vec::new();
    for arg in &args.input {
        inputs.push(column(arg)?);
    }
    if let Some(header) = source.header() {
        key.check(header)?;
        for input in &inputs {
            known(&input.from, header, &format!("-i {}", input.name))?;
        }
    }
    let plan = Plan {
        contract: contract_file::find(&namespace, &flow_id)?,
        namespace,
        flow_id,
        inputs,
        key,
    };
    let total = check(args, &plan, source)?;
    Ok((plan, settings, total))
}

/// The number of rows, if none has a mistake.
fn check(args: &Args, plan: &Plan, mut source: Source) -> Result<u64, Mistake> {
    const SHOWN: usize = 5;
    let (mut total, mut mistakes) = (0, Vec::new());
    // hashes, since a file may have millions of keys
    let (mut keys, hasher) = (HashSet::new(), RandomState::new());
    for record in source.by_ref() {
        total += 1;
        let row = record.and_then(|record| {
            let (key, _) = plan.read(args, &record)?;
            if keys.insert(hasher.hash_one(&key)) {
                return Ok(());
            }
            Err(at(
                args,
                &record,
                &format_args!("the key `{key}` is an earlier row's already"),
            ))
        });
        if let Err(mistake) = row {
            mistakes.push(mistake.0);
            if mistakes.len() > SHOWN {
                mistakes.truncate(SHOWN);
                mistakes.push("and more".to_owned());
                break;
            }
        }
    }
    if mistakes.is_empty() && total > 0 {
        // a member of JSON lines that no row has would be left out of all of them
        let names = source.names();
        let inputs = plan.inputs.iter();
        for (input, names) in inputs.filter_map(|input| Some((input, names.as_ref()?))) {
            let whose = format!("{}: -i {}", args.rows.display(), input.name);
            if let Err(mistake) = known(&input.from, names, &whose) {
                mistakes.push(mistake.0);
            }
        }
    }
    if mistakes.is_empty() {
        return Ok(total);
    }
    mistakes.push("nothing was sent".to_owned());
    Err(Mistake::new(mistakes.join("\n")))
}

/// `NAME=COLUMN` or `NAME:=COLUMN`
fn column(arg: &str) -> Result<Column, Mistake> {
    let parsed = Given::split(arg).map(|given| Column {
        name: given.name.trim().to_owned(),
        from: given.value.trim().to_owned(),
        is_json: given.is_json,
    });
    parsed
        .filter(|column| !column.name.is_empty() && !column.from.is_empty())
        .ok_or_else(|| {
            Mistake::new(format!(
                "-i `{arg}` must be NAME=COLUMN, or NAME:=COLUMN for a column of JSON"
            ))
        })
}

impl Plan {
    /// The key of a row, and the flow with its inputs.
    fn read(&self, args: &Args, record: &Record) -> Result<(String, DynamicFlow), Mistake> {
        let at = |why: &dyn Display| at(args, record, why);
        let key = self
            .key
            .of(|column| record.text(column))
            .map_err(|why| at(&why))?;
        let inputs = if self.inputs.is_empty() {
            let columns = record.columns();
            columns
                .map(|column| input(record, column, column, false))
                .collect::<Result<Vec<_>, _>>()
        } else {
            let columns = self.inputs.iter();
            columns
                .map(|column| input(record, &column.name, &column.from, column.is_json))
                .collect()
        };
        let inputs = inputs.map_err(|why| at(&why))?;
        let inputs = inputs.into_iter().flatten().collect();
        let flow = typed::convert(inputs, self.contract.as_ref())
            .and_then(|inputs| flow(&self.namespace, &self.flow_id, &inputs));
        Ok((key, flow.map_err(|mistake| at(&mistake))?))
    }
}

fn at(args: &Args, record: &Record, why: &dyn Display) -> Mistake {
    Mistake::new(format!(
        "{}, line {}: {why}",
        args.rows.display(),
        record.line
    ))
}

/// One input of a row; none if its cell is empty.
fn input(
    record: &Record,
    name: &str,
    column: &str,
    is_json: bool,
) -> Result<Option<Input>, String> {
    let Some(value) = record.get(column) else {
        return Ok(None);
    };
    let value = match value {
        Value::Text(text) if is_json => {
            let json = serde_json::from_str::<Box<RawValue>>(text);
            Value::Json(json.map_err(|_| format!("column `{column}` is no JSON"))?)
        }
        Value::Text(text) => Value::Text(text.clone()),
        Value::Json(json) => Value::Json(json.clone()),
    };
    Ok(Some(Input {
        name: name.to_owned(),
        value,
    }))
}

/// The first requests, and how long all will take.
fn show(args: &Args, plan: &Plan, settings: &Settings, total: u64) -> Result<(), Mistake> {
    settings.check_base_url()?;
    let mut shown = String::new();
    for record in Source::open(&args.rows)?.take(3) {
        let (key, flow) = plan.read(args, &record?)?;
        let request = dry_run::Request::new(&dry_run::Parts {
            base_url: &settings.base_url.value,
            flow: &flow,
            operator: settings.operator()?,
            key: &key,
            start: false,
        });
        shown.push_str(&request.text());
        shown.push('\n');
    }
    let (limit, period) = settings.quota()?;
    shown.push_str(&format!(
        "{total} rows at {limit} in {}: {}; for plain rows the platform's record batch call takes 500 a call.\nNothing was sent.\n",
        words(period),
        words(time_of(total, limit, period)),
    ));
    print(&shown)
}

fn time_of(rows: u64, limit: usize, period: Duration) -> Duration {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
    let periods = u32::try_from(rows.div_ceil(limit)).unwrap_or(u32::MAX);
    period.saturating_mul(periods)
}

/// The rows of the file as they are sent, and the mistake that ended them.
struct Rows<'a> {
    args: &'a Args,
    plan: &'a Plan,
    source: Source,
    /// How many there were when the file was checked, and how many have been read again.
    total: u64,
    read: u64,
    mistakes: Mistakes,
}

/// What ended the run, or was lost in it, beside the journal's errors.
#[derive(Clone, Default)]
struct Mistakes(Arc<Mutex<Vec<String>>>);

impl Mistakes {
    fn push(&self, mistake: String) {
        self.list().push(mistake);
    }

    fn list(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Iterator for Rows<'_> {
    type Item = Row<DynamicOutput>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { total, read, .. } = *self;
        let path = self.args.rows.display();
        let row = match self.source.next() {
            None if read >= total => return None,
            None => Err(Mistake::new(format!("{path} ended after {read} rows"))),
            Some(_) if read >= total => {
                let now = read + 1;
                Err(Mistake::new(format!("{path} has at least {now} rows now")))
            }
            Some(record) => record.and_then(|record| self.plan.read(self.args, &record)),
        };
        self.read += 1;
        match row {
            Ok((key, flow)) => Some(Row::dynamic(key, flow)),
            Err(why) => {
                self.mistakes.push(format!(
                    "{why}; the file was changed since it was checked, when it had {total} rows; no further row was sent, and what became of the others is in the journal: run the same command again when the file stays as it is; it goes on where it left off"
                ));
                None
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.total.saturating_sub(self.read);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

/// A mistake here is one before anything was sent.
fn send(args: &Args, plan: &Plan, settings: &Settings, total: u64) -> Result<u8, Mistake> {
    let client = settings.client()?.build()?;
    let journal = Journal::open(&args.journal)?;
    if let Some(path) = &args.outputs {
        for (other, flag) in [(&args.rows, "--rows"), (&args.journal, "--journal")] {
            if is_same_file(path, other) {
                let path = path.display();
                let message = format!("--outputs {path} is the file of {flag}; name another one");
                return Err(Mistake::new(message));
            }
        }
    }
    let outputs = args.outputs.as_deref().map(Outputs::open).transpose()?;
    let mistakes = Mistakes::default();
    let rows = Rows {
        args,
        plan,
        source: Source::open(&args.rows)?,
        total,
        read: 0,
        mistakes: mistakes.clone(),
    };
    let shown = Shown::new(total);
    let end = block_on(run_rows(args, &client, &journal, rows, outputs, shown))?;
    let (mut exit, mut failure) = (0, None);
    let report = match end {
        Ok(report) => report,
        Err(error) => {
            complain(&error);
            exit = USAGE;
            failure = Some(Failure::of_run(&error));
            let is_of_input = matches!(
                error.kind(),
                ErrorKind::AnotherApp
                    | ErrorKind::Changed
                    | ErrorKind::DuplicateKey
                    | ErrorKind::NoKey
            );
            if !is_of_input {
                complain("fix that, then run the same command again: it goes on where it left off");
            }
            error.report().cloned().unwrap_or_default()
        }
    };
    let mistakes = std::mem::take(&mut *mistakes.list());
    for mistake in &mistakes {
        complain(mistake);
    }
    if !mistakes.is_empty() {
        exit = USAGE;
        failure.get_or_insert_with(|| Failure::usage(&mistakes.join("\n")));
    }
    let exit = summary::exit_status(&report, exit);
    let printed = print(&match args.format {
        Format::Text => summary::text(&report, &args.journal, &journal),
        Format::Json => summary::json(&report, failure.as_ref()),
    });
    Ok(match printed {
        Ok(()) => exit,
        Err(mistake) => {
            complain(mistake);
            // what became of the rows says more
            if exit == 0 { USAGE } else { exit }
        }
    })
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

async fn run_rows(
    args: &Args,
    client: &Client,
    journal: &Journal,
    rows: Rows<'_>,
    outputs: Option<Outputs>,
    mut shown: Shown,
) -> apaas_flow_bulk::Result<Report> {
    let mut bulk = Bulk::new(client, journal)
        .concurrency(args.concurrency)
        .settle_unknown(args.settle_unknown)
        .retry_failed(args.retry_failed)
        .on_progress(move |progress| shown.tell(progress));
    if let Some(most) = args.max_failures {
        bulk = bulk.max_failures(most);
    }
    let stop = bulk.stop_handle();
    if let Some(mut outputs) = outputs {
        let (mistakes, stop) = (rows.mistakes.clone(), stop.clone());
        bulk = bulk.on_ran(move |row, run| {
            if let Err(Mistake(why)) = outputs.add(row, run) {
                mistakes.push(why);
                stop.stop();
            }
        });
    }
    let run = bulk.run(rows);
    tokio::pin!(run);
    tokio::select! {
        end = &mut run => return end,
        () = interrupted(&stop) => {}
    }
    run.await
}

/// The first Ctrl-C or SIGTERM ends the run after the calls under way; a second ends the program.
async fn interrupted(stop: &StopHandle) {
    interrupt().await;
    stop.stop();
    complain(
        "stopping; waiting for the calls under way (Ctrl-C again: at once, which leaves them unknown)",
    );
    tokio::spawn(async {
        interrupt().await;
        std::process::exit(3);
    });
}

//! `bulk run`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use apaas_flow::Client;
use apaas_flow_bulk::{Bulk, ErrorKind, Journal, Report, StopHandle};

use super::failure::Failure;
use super::outputs::Outputs;
use super::plan::Plan;
use super::progress::{Shown, words};
use super::rows::Rows;
use super::same_file::{not_the_journal, not_the_rows};
use super::source::Source;
use super::summary;
use crate::call::{Format, dry_run};
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
    pub(super) flow: String,
    /// The rows: a file, no pipe, of CSV with a header, or of one JSON object per line
    #[arg(long, value_name = "FILE.csv|FILE.jsonl")]
    pub(super) rows: PathBuf,
    /// An input from a column: NAME=COLUMN, or NAME:=COLUMN for JSON; can be repeated
    #[arg(short, long = "input", value_name = "INPUT")]
    pub(super) input: Vec<String>,
    /// The key of a row, made from its columns, such as 'mig-{order_no}'
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) key: String,
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

fn prepare(args: &Args) -> Result<(Plan, Settings, u64), Mistake> {
    let settings = Settings::find(&args.flags)?;
    settings.operator()?;
    let (plan, total) = Plan::new(args)?;
    Ok((plan, settings, total))
}

/// The first requests, and how long all will take.
fn show(args: &Args, plan: &Plan, settings: &Settings, total: u64) -> Result<(), Mistake> {
    settings.check_base_url()?;
    let mut shown = String::new();
    for record in Source::open(&args.rows)?.take(3) {
        let (key, flow) = plan.read(&record?)?;
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

/// A mistake here is one before anything was sent.
fn send(args: &Args, plan: &Plan, settings: &Settings, total: u64) -> Result<u8, Mistake> {
    let client = settings.client()?.build()?;
    let journal = Journal::open(&args.journal)?;
    if let Some(path) = &args.outputs {
        not_the_rows(path, "--outputs", &args.rows)?;
        not_the_journal(path, "--outputs", &args.journal)?;
    }
    let outputs = args.outputs.as_deref().map(Outputs::open).transpose()?;
    let rows = Rows::open(&args.rows, plan, total)?;
    let mistakes = rows.mistakes.clone();
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
    let mistakes = mistakes.take();
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
    // listens before the message is read
    tokio::spawn(async {
        interrupt().await;
        std::process::exit(3);
    });
    tokio::task::yield_now().await;
    complain(
        "stopping; waiting for the calls under way (Ctrl-C again: at once, which leaves them unknown)",
    );
}

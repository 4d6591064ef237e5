//! `bulk status`

use std::path::PathBuf;
use std::process::ExitCode;

use apaas_flow_bulk::{Journal, Totals};

use super::counts;
use super::failure::Failure;
use crate::call::Format;
use crate::failure::{Mistake, exit_code, print};

/// What the numbers mean.
const AFTER_HELP: &str = "\
sending: under way, or left by a run that was killed; the next run takes those
for unknown. reply_lost: how many of `ran` have outputs that were never seen.

Example:
  apaas-flow bulk status --journal migration.db";

#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Args {
    /// The journal
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// How the totals are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exit_code(show(args).map(|()| 0))
}

fn show(args: &Args) -> Result<(), Mistake> {
    let totals = Journal::open_to_read(&args.journal).and_then(|journal| journal.totals());
    match (totals, args.format) {
        (Ok(totals), Format::Text) => print(&counts::text(&named(&totals))),
        (Ok(totals), Format::Json) => print(&json(&totals, None)),
        (Err(error), Format::Text) => Err(error.into()),
        (Err(error), Format::Json) => {
            print(&json(&Totals::default(), Some(&Failure::of_run(&error))))?;
            Err(error.into())
        }
    }
}

fn json(totals: &Totals, failure: Option<&Failure>) -> String {
    let (members, error) = (counts::members(&named(totals)), Failure::member(failure));
    format!("{{{members}{error}}}\n")
}

fn named(totals: &Totals) -> [(&'static str, u64); 7] {
    [
        ("new", totals.new),
        ("sending", totals.sending),
        ("ran", totals.ran),
        ("did_not_run", totals.did_not_run),
        ("failed", totals.failed),
        ("unknown", totals.unknown),
        ("reply_lost", totals.reply_lost),
    ]
}

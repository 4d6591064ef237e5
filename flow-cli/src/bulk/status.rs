//! `bulk status`

use std::path::PathBuf;
use std::process::ExitCode;

use apaas_flow_bulk::{Journal, Totals};

use super::counts;
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
    exit_code(show(args).map(|()| 0).or_else(|mistake| {
        if args.format == Format::Json {
            print(&format!(
                "{{\"error\":{}}}\n",
                counts::json_error(Some(&mistake.0))
            ))?;
        }
        Err(mistake)
    }))
}

fn show(args: &Args) -> Result<(), Mistake> {
    let totals = Journal::open_to_read(&args.journal)?.totals()?;
    print(&match args.format {
        Format::Text => counts::text(&named(&totals)),
        Format::Json => format!("{{{}}}\n", counts::members(&named(&totals))),
    })
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

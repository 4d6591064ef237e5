//! What a run did, for people and for programs.

use std::path::Path;

use apaas_flow_bulk::{Journal, JournaledRow, Report, RowState, Stopped};

use super::counts;
use super::failure::Failure;

/// The exit status; `exit` is that of what ended the run early.
pub(super) fn exit_status(report: &Report, exit: u8) -> u8 {
    if report.unknown > 0 {
        3
    } else if exit != 0 {
        exit
    } else {
        u8::from(report.did_not_run > 0 || report.failed > 0 || report.stopped.is_some())
    }
}

pub(super) fn text(report: &Report, path: &Path, rows: &Journal) -> String {
    let mut text = counts::text(&named(report));
    let journal = path.display();
    match report.stopped {
        Some(Stopped::MaxFailures) => text.push_str("stopped after too many failures\n"),
        Some(_) => text.push_str("stopped as asked\n"),
        None => {}
    }
    if report.did_not_run > 0 {
        text.push_str(&format!(
            "{} did not run{}: see apaas-flow bulk export --journal {journal} --state did_not_run\n",
            report.did_not_run,
            for_example(rows, RowState::DidNotRun)
        ));
    }
    if report.stopped.is_some() || report.did_not_run > 0 {
        text.push_str("run the same command again: it goes on where it left off\n");
    }
    if report.unknown > 0 {
        text.push_str(&format!(
            "{} may have run: look them up (apaas-flow bulk export --journal {journal} --state unknown), or settle them under their own keys with --settle-unknown\n",
            report.unknown
        ));
    }
    if report.failed > 0 {
        text.push_str(&format!(
            "{} failed{}: see apaas-flow bulk export --journal {journal} --state failed; --retry-failed sends them again\n",
            report.failed,
            for_example(rows, RowState::Failed)
        ));
    }
    text
}

/// ` (for example ..)`: what the first row of this state ended with.
fn for_example(journal: &Journal, state: RowState) -> String {
    let row = journal.rows(state).ok().and_then(|mut rows| rows.next());
    match row {
        Some(Ok(JournaledRow {
            key,
            error: Some(error),
            ..
        })) => format!(" (for example `{key}`: {error})"),
        _ => String::new(),
    }
}

pub(super) fn json(report: &Report, failure: Option<&Failure>) -> String {
    let members = counts::members(&named(report));
    let error = Failure::member(failure);
    let stopped = match report.stopped {
        Some(Stopped::MaxFailures) => "\"max_failures\"",
        Some(_) => "\"asked\"",
        None => "null",
    };
    format!("{{{members},\"stopped\":{stopped}{error}}}\n")
}

fn named(report: &Report) -> [(&'static str, u64); 5] {
    [
        ("ran", report.ran),
        ("skipped", report.skipped),
        ("did_not_run", report.did_not_run),
        ("failed", report.failed),
        ("unknown", report.unknown),
    ]
}

//! What a run did, for people and for programs.

use std::path::Path;

use apaas_flow_bulk::{Report, Stopped};

use super::counts;

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

pub(super) fn text(report: &Report, journal: &Path) -> String {
    let mut text = counts::text(&named(report));
    let journal = journal.display();
    match report.stopped {
        Some(Stopped::MaxFailures) => text.push_str("stopped after too many failures\n"),
        Some(_) => text.push_str("stopped as asked\n"),
        None => {}
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
            "{} failed: see apaas-flow bulk export --journal {journal} --state failed; --retry-failed sends them again\n",
            report.failed
        ));
    }
    text
}

pub(super) fn json(report: &Report) -> String {
    let members = counts::members(&named(report));
    let stopped = match report.stopped {
        Some(Stopped::MaxFailures) => "\"max_failures\"",
        Some(_) => "\"asked\"",
        None => "null",
    };
    format!("{{{members},\"stopped\":{stopped}}}\n")
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

//! The progress of a run, on a terminal.

use std::io::IsTerminal as _;
use std::time::Duration;

use apaas_flow_bulk::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Shown on a terminal only.
pub(super) fn bar(total: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(total);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar
}

pub(super) fn tell(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.done);
    let mut message = format!("{} ran", progress.ran);
    for (rows, what) in [
        (progress.did_not_run, "did not run"),
        (progress.failed, "failed"),
        (progress.unknown, "unknown"),
    ] {
        if rows > 0 {
            message.push_str(&format!(", {rows} {what}"));
        }
    }
    if let Some(pause) = progress.paused_for {
        message.push_str(&format!(", paused for {}", words(pause)));
    }
    if let Some(eta) = progress.eta {
        message.push_str(&format!(", {} left", words(eta)));
    }
    bar.set_message(message);
}

/// `5 h`, `12 min`, `40 s`
pub(super) fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 2 * 3600 => format!("{} h", seconds.div_ceil(3600)),
        seconds if seconds >= 2 * 60 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{:.0} s", time.as_secs_f64()),
    }
}

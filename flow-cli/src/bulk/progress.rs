//! The progress of a run: a bar on a terminal; elsewhere, as under `nohup` or in CI, a line from time to time.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use apaas_flow_bulk::Progress;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::complain;

/// How often a line is written: a run of hours is not to look dead, nor to fill a log.
const EVERY: Duration = Duration::from_secs(60);

pub(super) enum Shown {
    Bar(ProgressBar),
    Lines { total: u64, last: Instant },
}

impl Shown {
    pub(super) fn new(total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            let last = Instant::now();
            return Self::Lines { total, last };
        }
        let bar = ProgressBar::new(total);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    pub(super) fn tell(&mut self, progress: &Progress) {
        match self {
            Self::Bar(bar) => {
                bar.set_position(progress.done);
                bar.set_message(message(progress));
            }
            Self::Lines { total, last } if last.elapsed() >= EVERY => {
                *last = Instant::now();
                complain(format_args!(
                    "{} of {total} rows: {}",
                    progress.done,
                    message(progress)
                ));
            }
            Self::Lines { .. } => {}
        }
    }
}

/// The bar is gone before anything else is written.
impl Drop for Shown {
    fn drop(&mut self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn message(progress: &Progress) -> String {
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
    message
}

/// `5 h`, `12 min`, `40 s`
pub(super) fn words(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 2 * 3600 => format!("{} h", seconds.div_ceil(3600)),
        seconds if seconds >= 2 * 60 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{:.0} s", time.as_secs_f64()),
    }
}

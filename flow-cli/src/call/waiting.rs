//! Shows what a call is waiting for: a line on stderr, if that is a terminal.

use std::future;
use std::io::IsTerminal as _;
use std::time::Duration;

use apaas_flow::{Client, ClientStats};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{MissedTickBehavior, interval};

/// How often the line is updated: often enough for a person.
const EVERY: Duration = Duration::from_millis(100);

/// The line, which is cleared when this is dropped.
pub(super) struct Waiting(Option<ProgressBar>);

impl Waiting {
    pub(super) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let line = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            line.set_style(style);
        }
        Self(Some(line))
    }

    /// Keeps the line up to date while this is awaited. It never completes.
    pub(super) async fn tell(&self, client: &Client) {
        let Some(line) = &self.0 else {
            return future::pending().await;
        };
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            line.set_message(phase(&client.stats()));
            line.tick();
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            line.finish_and_clear();
        }
    }
}

/// What the client's only call is waiting for.
fn phase(stats: &ClientStats) -> String {
    if stats.in_flight > 0 {
        return "waiting for the reply".to_owned();
    }
    if stats.queued > 0 {
        let window = &stats.window;
        return match stats.paused_for {
            Some(pause) => format!(
                "waiting for the rate limit: the platform asked for a pause, {} s are left",
                pause.as_secs_f64().ceil()
            ),
            None => format!(
                "waiting for the rate limit: {} of {} calls in {} s are used",
                window.used,
                window.limit,
                window.period.as_secs_f64()
            ),
        };
    }
    if stats.attempts > 0 {
        return "waiting to send again".to_owned();
    }
    "waiting for a token".to_owned()
}

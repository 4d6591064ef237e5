//! `--quota N/SECONDS`, a flag of every command that makes calls.

use std::time::Duration;

use apaas_flow::Quota;

use crate::failure::Mistake;

/// The default period: the platform's own.
const DEFAULT_SECONDS: &str = "60";

/// Parses `N[/SECONDS]`; `from` says where it was given.
pub(crate) fn parse(text: &str, from: &str) -> Result<Quota, Mistake> {
    numbers(text, from).map(|(calls, period)| Quota::new(calls, period))
}

/// The number of calls and the period.
pub(crate) fn numbers(text: &str, from: &str) -> Result<(usize, Duration), Mistake> {
    let (calls, seconds) = text.split_once('/').unwrap_or((text, DEFAULT_SECONDS));
    let period = seconds.trim().parse().ok();
    let period = period.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match (calls.trim().parse(), period) {
        (Ok(calls), Some(period)) if calls > 0 && !period.is_zero() => Ok((calls, period)),
        _ => Err(Mistake::new(format!(
            "{from} must be N/SECONDS with numbers above 0, such as 100/60, not `{text}`"
        ))),
    }
}

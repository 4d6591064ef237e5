//! Gauges are set here, once a second as long as anything happens: the facade has none that are asked.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::sleep;

use super::context::Context;
use crate::stats::{ClientStats, Counters};

const EVERY: Duration = Duration::from_secs(1);

/// Whoever keeps the gauges of a client. Another may once this is dropped, done or not.
struct Keeper {
    counters: Arc<Counters>,
    context: Weak<Context>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.counters.are_gauges_kept.store(false, Ordering::SeqCst);
    }
}

/// To be called on a client's thread, when a call begins.
pub(super) fn keep(context: &Arc<Context>) {
    let kept = &context.counters.are_gauges_kept;
    if kept.load(Ordering::Relaxed) || kept.swap(true, Ordering::SeqCst) {
        return;
    }
    let keeper = Keeper {
        counters: context.counters.clone(),
        context: Arc::downgrade(context),
    };
    // not in the span of the call, which ends earlier
    tokio::spawn(async move {
        // The call that began this has hardly begun itself, so the first look says nothing of what is needed.
        keeper.is_needed();
        loop {
            sleep(EVERY).await;
            if !keeper.is_needed() {
                return;
            }
        }
    });
}

impl Keeper {
    /// Sets the gauges; whether they will change without another call.
    fn is_needed(&self) -> bool {
        let Some(context) = self.context.upgrade() else {
            return false;
        };
        let stats = context.stats();
        self.counters.set_gauges(&stats);
        !is_quiet(&stats)
    }
}

fn is_quiet(stats: &ClientStats) -> bool {
    let is_unlimited = stats.window.limit == usize::MAX;
    stats.queued == 0
        && stats.in_flight == 0
        && (is_unlimited || stats.window.used == 0)
        && stats.paused_for.is_none()
}

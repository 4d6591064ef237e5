//! Load for the tests of this folder: workers that call as fast as they may.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::Lane;

const SOON: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(100_000);

/// A permit whose request leaves at once and is answered soon.
pub(super) async fn pass(lane: &Lane) -> Instant {
    let mut permit = lane.acquire(LONG, "queue_limit").await.unwrap();
    permit.departed();
    let departed = Instant::now();
    tokio::spawn(async move {
        sleep(SOON).await;
        permit.arrived();
    });
    departed
}

/// So many workers, each with this pause after a request, until `end`.
pub(super) fn workers(
    lane: &Lane,
    many: usize,
    pause: Duration,
    end: Instant,
) -> Vec<JoinHandle<Vec<Instant>>> {
    let worker = |lane: Lane| async move {
        let mut departed = Vec::new();
        while Instant::now() < end {
            departed.push(pass(&lane).await);
            sleep(pause).await;
        }
        departed
    };
    (0..many)
        .map(|_| tokio::spawn(worker(lane.clone())))
        .collect()
}

pub(super) async fn departures(workers: Vec<JoinHandle<Vec<Instant>>>) -> Vec<Instant> {
    let mut departed = Vec::new();
    for worker in workers {
        departed.extend(worker.await.unwrap());
    }
    departed.sort_unstable();
    departed
}

pub(super) fn most_in_a_period(departed: &[Instant], period: Duration) -> usize {
    let in_period = |(i, first): (usize, &Instant)| {
        let rest = departed[i..].iter();
        rest.take_while(|at| **at < *first + period).count()
    };
    departed
        .iter()
        .enumerate()
        .map(in_period)
        .max()
        .unwrap_or(0)
}

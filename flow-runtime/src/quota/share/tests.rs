use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until};

use super::*;
use crate::quota::load::{departures, most_in_a_period, pass, workers};
use crate::quota::{Lane, Quota};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(100_000);

/// A bulk run: so many workers, as fast as they may, until `end`.
fn bulk(lane: &Lane, many: usize, end: Instant) -> Vec<JoinHandle<Vec<Instant>>> {
    workers(lane, many, SECOND / 10, end)
}

#[tokio::test(start_paused = true)]
async fn the_share_is_used_and_never_exceeded() {
    let lane = Quota::per_minute(100).lane().with_share(0.5);
    let begun = Instant::now();
    let departed = departures(bulk(&lane, 16, begun + 10 * MINUTE)).await;
    assert_eq!(most_in_a_period(&departed, MINUTE), 50);
    let many = departed
        .iter()
        .filter(|at| **at < begun + 10 * MINUTE)
        .count();
    assert!(many >= 485, "{many} of 500 over ten windows");
    // spread, not in a burst
    assert!(most_in_a_period(&departed, 6 * SECOND) <= 8);
}

/// The longest wait of single calls, one about every half minute, beside a bulk run with this share.
async fn longest_wait_beside_bulk(calls: usize, share: f64) -> Duration {
    let lane = Quota::per_minute(calls).lane();
    let begun = Instant::now();
    let end = begun + 60 * MINUTE;
    let workers = bulk(&lane.with_share(share), 64, end);
    let mut longest = Duration::ZERO;
    for i in 1.. {
        let at = begun + Duration::from_millis(37_310) * i;
        if at > end {
            break;
        }
        sleep_until(at).await;
        longest = longest.max(pass(&lane).await - at);
    }
    departures(workers).await;
    longest
}

#[tokio::test(start_paused = true)]
async fn a_single_call_beside_a_bulk_run_waits_a_tenth_of_the_period_at_most() {
    assert_eq!(longest_wait_beside_bulk(100, 0.5).await, Duration::ZERO);
    for (calls, share) in [
        (100, 1.0),
        (100, 0.9),
        (20, 1.0),
        (5, 1.0),
        (2, 1.0),
        (1000, 1.0),
    ] {
        let longest = longest_wait_beside_bulk(calls, share).await;
        assert!(longest <= MINUTE / 10, "{calls} {share}: {longest:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_other_call_that_waits_goes_first() {
    let lane = Quota::new(4, 10 * SECOND).lane();
    let begun = Instant::now();
    for _ in 0..4 {
        pass(&lane).await;
    }
    // the share waits first, and the others come later
    let share = lane.with_share(1.0);
    let of_share = tokio::spawn(async move { pass(&share).await });
    sleep(SECOND).await;
    let first: Vec<_> = (0..4)
        .map(|_| {
            let lane = lane.clone();
            tokio::spawn(async move { pass(&lane).await })
        })
        .collect();
    for call in first {
        assert!(call.await.unwrap() < begun + 11 * SECOND);
    }
    assert!(of_share.await.unwrap() >= begun + 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_no_more_holds_no_share_up() {
    let lane = Quota::new(1, 10 * SECOND).lane();
    let mut permit = lane.acquire(LONG, "queue_limit").await.unwrap();
    let begun = Instant::now();
    let share = lane.with_share(1.0);
    let of_share = tokio::spawn(async move { pass(&share).await });
    let gone = tokio::spawn({
        let lane = lane.clone();
        async move { lane.acquire(5 * SECOND, "queue_limit").await.is_err() }
    });
    sleep(SECOND).await;
    permit.departed();
    assert!(gone.await.unwrap());
    let departed = of_share.await.unwrap() - begun;
    assert!(departed < 12 * SECOND, "{departed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_permit_given_back_is_the_shares_again() {
    let lane = Quota::new(2, 60 * SECOND).lane().with_share(0.5);
    let begun = Instant::now();
    for _ in 0..5 {
        drop(lane.acquire(LONG, "queue_limit").await.unwrap());
    }
    pass(&lane).await;
    assert_eq!(Instant::now(), begun);
    let error = lane.acquire(SECOND, "queue_limit").await.err().unwrap();
    assert!(
        error.to_string().contains("`queue_limit` is 1.0s"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_share_of_no_limit_has_none_and_pauses_hold_it() {
    let lane = Quota::UNLIMITED.lane();
    let share = lane.with_share(0.1);
    let begun = Instant::now();
    for _ in 0..1000 {
        pass(&share).await;
    }
    assert_eq!(Instant::now(), begun);
    lane.pause(SECOND);
    assert_eq!(pass(&share).await, begun + SECOND);
}

#[test]
fn odd_shares() {
    let of = |share| part_of(share, 100, MINUTE);
    assert_eq!(of(0.1), (10, MINUTE));
    assert_eq!(of(0.29), (29, MINUTE));
    assert_eq!(of(0.999), (99, MINUTE));
    assert_eq!((of(1.0), of(7.0)), ((100, MINUTE), (100, MINUTE)));
    assert_eq!(of(f64::INFINITY), (100, MINUTE));
    assert_eq!(of(0.005), (1, 2 * MINUTE));
    for least in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY, 1e-300] {
        assert_eq!(of(least), (1, 10 * MINUTE));
    }
    assert_eq!(part_of(0.5, 1, MINUTE), (1, 2 * MINUTE));
    assert_eq!(part_of(0.5, usize::MAX, Duration::ZERO).0, usize::MAX);
    assert_eq!(part_of(0.001, 1, Duration::MAX).1, Duration::MAX);
}

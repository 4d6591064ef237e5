use tokio::time::{sleep, timeout};

use super::*;
use crate::quota::Quota;

const SECOND: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(1200);

fn limiter(quota: Quota) -> Arc<RateLimiter> {
    quota
        .limiter
        .unwrap_or_else(|| Arc::new(RateLimiter::new(usize::MAX, Duration::ZERO)))
}

fn shared(calls: usize, period: Duration) -> Arc<RateLimiter> {
    limiter(Quota::new(calls, period))
}

async fn pass(quota: &Arc<RateLimiter>) -> Instant {
    quota.acquire(LONG, "queue_limit").await.unwrap().departed();
    Instant::now()
}

#[tokio::test(start_paused = true)]
async fn three_hundred_at_once_are_spread_over_the_windows() {
    let quota = shared(100, 60 * SECOND);
    let begun = Instant::now();
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let quota = quota.clone();
            tokio::spawn(async move { pass(&quota).await })
        })
        .collect();
    let mut departed = Vec::new();
    for call in calls {
        departed.push(call.await.unwrap());
    }
    assert!(departed.is_sorted(), "in order of arrival");
    assert_eq!(departed[99], begun);
    assert!(
        departed[100] > begun + 60 * SECOND,
        "no reply has confirmed the first hundred"
    );
    assert!(
        departed[299] <= begun + 123 * SECOND,
        "{:?}",
        departed[299] - begun
    );
}

#[tokio::test(start_paused = true)]
async fn a_dropped_permit_is_given_back() {
    let quota = shared(1, 60 * SECOND);
    let permit = quota.acquire(LONG, "queue_limit").await.unwrap();
    let second = tokio::spawn({
        let quota = quota.clone();
        async move { pass(&quota).await }
    });
    sleep(SECOND).await;
    let dropped = Instant::now();
    drop(permit);
    assert_eq!(
        second.await.unwrap(),
        dropped,
        "at once, not a minute later"
    );

    // and a caller that leaves the queue holds no one up
    let gone = timeout(SECOND, quota.acquire(LONG, "queue_limit")).await;
    assert!(gone.is_err());
    assert!(pass(&quota).await >= dropped + 60 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_permit_expires_one_period_after_its_reply() {
    let quota = shared(1, 60 * SECOND);
    let mut permit = quota.acquire(LONG, "queue_limit").await.unwrap();
    permit.departed();
    let waiting = tokio::spawn({
        let quota = quota.clone();
        async move { pass(&quota).await }
    });
    sleep(Duration::from_millis(20)).await;
    let replied = Instant::now();
    permit.arrived();
    assert_eq!(
        waiting.await.unwrap(),
        replied + 60 * SECOND,
        "without the margin"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_the_limit_fails_at_once() {
    let quota = shared(1, 60 * SECOND);
    pass(&quota).await;
    let begun = Instant::now();
    let error = quota
        .acquire(10 * SECOND, "queue_limit")
        .await
        .err()
        .unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::Queue);
    assert!(error.is_retryable() && !error.may_have_run());
    assert!(error.retry_after().unwrap() >= 60 * SECOND);
    assert!(
        error.to_string().contains("`queue_limit` is 10.0s"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_delays_every_call_of_the_quota() {
    let quota = shared(10, 60 * SECOND);
    let other = quota.clone();
    let begun = Instant::now();
    quota.pause(Duration::from_millis(1500));
    assert_eq!(pass(&other).await, begun + Duration::from_millis(1500));
    let unlimited = limiter(Quota::UNLIMITED);
    let begun = Instant::now();
    unlimited.pause(SECOND);
    assert_eq!(pass(&unlimited).await, begun + SECOND);
}

#[tokio::test(start_paused = true)]
async fn extreme_durations_do_not_overflow() {
    let quota = shared(1, Duration::MAX);
    quota.pause(Duration::MAX);
    assert!(quota.acquire(LONG, "queue_limit").await.is_err());
    assert!(
        quota.acquire(Duration::MAX, "queue_limit").await.is_ok(),
        "a year later"
    );
    let waiting =
        tokio::spawn(async move { quota.acquire(Duration::MAX, "queue_limit").await.is_ok() });
    assert!(waiting.await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn clones_share_one_budget_and_shares_split_it() {
    let quota = Quota::per_minute(2);
    let (one, two) = (limiter(quota.clone()), limiter(quota));
    pass(&one).await;
    pass(&two).await;
    assert!(
        one.acquire(SECOND, "queue_limit").await.is_err()
            && two.acquire(SECOND, "queue_limit").await.is_err()
    );

    assert_eq!(
        format!("{:?}", Quota::per_minute(100).share(6)),
        "Quota(16 in 60s)"
    );
    assert_eq!(
        format!("{:?}", Quota::per_minute(2).share(6)),
        "Quota(1 in 180s)"
    );
    assert_eq!(
        format!("{:?}", Quota::per_minute(100).share(0)),
        "Quota(100 in 60s)"
    );
    assert_eq!(
        format!("{:?}", Quota::UNLIMITED.share(6)),
        "Quota::UNLIMITED"
    );
    assert!(!Quota::per_minute(0).is_usable() && !Quota::new(1, Duration::ZERO).is_usable());
    assert!(Quota::UNLIMITED.is_usable());
}

#[tokio::test(start_paused = true)]
async fn sustained_load_uses_the_budget_and_never_exceeds_it() {
    let quota = shared(100, 60 * SECOND);
    let begun = Instant::now();
    let calls: Vec<_> = (0..64)
        .map(|_| {
            let quota = quota.clone();
            tokio::spawn(async move {
                let mut departed = Vec::new();
                loop {
                    let at = pass(&quota).await;
                    if at >= begun + 600 * SECOND {
                        return departed;
                    }
                    departed.push(at);
                    sleep(Duration::from_millis(300)).await;
                }
            })
        })
        .collect();
    let mut departed = Vec::new();
    for call in calls {
        departed.extend(call.await.unwrap());
    }
    departed.sort_unstable();
    let most = (0..departed.len())
        .map(|i| {
            departed[i..]
                .iter()
                .take_while(|at| **at < departed[i] + 60 * SECOND)
                .count()
        })
        .max();
    assert_eq!(most, Some(100));
    assert!(
        departed.len() >= 980,
        "{} of 1000 over ten windows",
        departed.len()
    );
}

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;
use crate::auth::BoxFuture;
use crate::error::ErrorKind;
use crate::quota::load::{departures, most_in_a_period, pass, workers};
use crate::quota::{Lane, QuotaStore};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(100_000);

/// A store on the test's clock, which answers at once, fails or hangs.
#[derive(Default)]
struct Memory {
    state: Mutex<State>,
    mode: AtomicUsize,
    asked: AtomicUsize,
}

#[derive(Default)]
struct State {
    /// Until when each place is held.
    places: HashMap<u64, Instant>,
    /// Those that wait, in order: those that can, after all others.
    line: Vec<(bool, u64)>,
    paused_until: Option<Instant>,
}

const WORKS: usize = 0;
const FAILS: usize = 1;
const HANGS: usize = 2;
const LIES: usize = 3;
const IS_SLOW: usize = 4;

impl Memory {
    fn set(&self, mode: usize) {
        self.mode.store(mode, Ordering::SeqCst);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answer<'a, T: Send + 'a>(
        &'a self,
        answer: impl FnOnce(&mut State, Instant) -> T + Send + 'a,
    ) -> BoxFuture<'a, Result<T, BoxError>> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            match self.mode.load(Ordering::SeqCst) {
                FAILS => return Err("out of order".into()),
                HANGS => std::future::pending().await,
                IS_SLOW => sleep(SECOND / 100).await,
                _ => {}
            }
            let now = Instant::now();
            let mut state = self.state();
            state.places.retain(|_, until| *until > now);
            Ok(answer(&mut state, now))
        })
    }
}

impl QuotaStore for Memory {
    fn reserve<'a>(
        &'a self,
        _: &'a str,
        claim: &'a Claim,
    ) -> BoxFuture<'a, Result<Reservation, BoxError>> {
        let lies = self.mode.load(Ordering::SeqCst) == LIES;
        self.answer(move |state, now| {
            if lies {
                return Reservation::Wait(Duration::ZERO);
            }
            let who = (claim.can_wait, claim.id);
            if !state.line.contains(&who) {
                state.line.push(who);
                state.line.sort_by_key(|(can_wait, _)| *can_wait);
            }
            if let Some(until) = state.paused_until.filter(|until| *until > now) {
                return Reservation::Wait(until - now);
            }
            let ahead = state.line.iter().take_while(|other| **other != who).count();
            if state.places.len() + ahead < claim.calls {
                state.line.retain(|other| *other != who);
                state.places.insert(claim.id, now + claim.held_for);
                return Reservation::Granted;
            }
            let mut ends: Vec<_> = state.places.values().copied().collect();
            ends.sort_unstable();
            let end = ends.get(state.places.len() + ahead - claim.calls);
            Reservation::Wait(end.map_or(claim.period, |end| *end - now))
        })
    }

    fn left<'a>(
        &'a self,
        _: &'a str,
        places: &'a [HeldPlace],
    ) -> BoxFuture<'a, Result<(), BoxError>> {
        self.answer(|state, now| {
            let held = places.iter().map(|place| (place.id, now + place.held_for));
            state.places.extend(held);
        })
    }

    fn give_back<'a>(&'a self, _: &'a str, id: u64) -> BoxFuture<'a, Result<(), BoxError>> {
        self.answer(move |state, _| {
            state.places.remove(&id);
            state.line.retain(|(_, other)| *other != id);
        })
    }

    fn pause<'a>(&'a self, _: &'a str, pause: Duration) -> BoxFuture<'a, Result<(), BoxError>> {
        self.answer(move |state, now| {
            state.paused_until = state.paused_until.max(Some(now + pause));
        })
    }
}

static NEXT_PROCESS: AtomicU64 = AtomicU64::new(1);

/// What another process would make: a limiter of its own, on the same store.
fn process_with(
    store: &Arc<Memory>,
    (calls, period): (usize, Duration),
    here: (usize, Duration),
) -> Lane {
    let first_id = NEXT_PROCESS.fetch_add(1, Ordering::SeqCst) << 32;
    let remote = Remote::new(
        store.clone(),
        &SharedQueue,
        SECOND / 2,
        calls,
        period,
        first_id,
    );
    Lane::new(Arc::new(RateLimiter::shared(calls, period, remote, here)))
}

fn process(store: &Arc<Memory>, calls: usize, period: Duration) -> Lane {
    process_with(store, (calls, period), (calls, period))
}

fn callers(lane: &Lane, many: usize, end: Instant) -> Vec<JoinHandle<Vec<Instant>>> {
    workers(lane, many, SECOND / 5, end)
}

/// What two processes with so many workers get in ten windows of 100.
async fn two_processes(one: usize, two: usize) -> (usize, usize) {
    let store = Arc::new(Memory::default());
    let end = Instant::now() + 10 * MINUTE;
    let one = callers(&process(&store, 100, MINUTE), one, end);
    let two = callers(&process(&store, 100, MINUTE), two, end);
    let (mut all, two) = (departures(one).await, departures(two).await);
    let shares = (all.len(), two.len());
    all.extend(two);
    all.sort_unstable();
    all.retain(|at| *at < end);
    assert_eq!(most_in_a_period(&all, MINUTE), 100);
    assert!(all.len() >= 970, "{} of 1000", all.len());
    shares
}

#[tokio::test(start_paused = true)]
async fn two_processes_use_one_budget_and_share_it_fairly() {
    let (one, two) = two_processes(64, 64).await;
    assert!(one * 4 >= two * 3 && two * 4 >= one * 3, "{one} {two}");
    // who asks for less gets what it asks for: each of its workers has its turn in every window
    let (_, few) = two_processes(64, 16).await;
    assert!(few >= 160, "{few}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_in_every_process() {
    let store = Arc::new(Memory::default());
    let (one, two) = (process(&store, 10, MINUTE), process(&store, 10, MINUTE));
    pass(&two).await;
    let begun = Instant::now();
    one.pause(5 * SECOND);
    tokio::task::yield_now().await;
    let departed = pass(&two).await - begun;
    assert!((5 * SECOND..6 * SECOND).contains(&departed), "{departed:?}");
}

#[tokio::test(start_paused = true)]
async fn what_the_store_told_a_call_that_gave_up_is_not_told_to_those_who_come_later() {
    let store = Arc::new(Memory::default());
    let lane = process(&store, 100, MINUTE);
    store.state().paused_until = Some(Instant::now() + MINUTE);
    assert!(lane.acquire(SECOND, "queue_limit").await.is_err());
    let dropped = timeout(SECOND / 2, lane.acquire(LONG, "queue_limit"));
    assert!(dropped.await.is_err());
    store.state().paused_until = None;
    store.set(IS_SLOW); // so that they wait behind each other
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let lane = lane.clone();
            tokio::spawn(async move { lane.acquire(SECOND, "queue_limit").await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().expect("every place is free");
    }
}

#[tokio::test(start_paused = true)]
async fn while_the_store_fails_the_limit_here_holds_and_it_comes_back_by_itself() {
    let store = Arc::new(Memory::default());
    let lane = process_with(&store, (10, MINUTE), (4, MINUTE));
    for _ in 0..3 {
        pass(&lane).await;
    }
    sleep(SECOND).await;
    store.set(FAILS);
    let begun = Instant::now();
    // of the four here, three are used
    assert_eq!(pass(&lane).await, begun);
    let error = lane.acquire(SECOND, "queue_limit").await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Queue);

    // it was restarted, and knows nothing of the four
    *store.state() = State::default();
    store.set(WORKS);
    sleep(5 * SECOND).await;
    for _ in 0..6 {
        let waited = Instant::now();
        pass(&lane).await;
        assert!(waited.elapsed() < SECOND, "{:?}", waited.elapsed());
    }
    let error = lane.acquire(SECOND, "queue_limit").await.err().unwrap();
    assert!(
        error.retry_after().unwrap() > 30 * SECOND,
        "it was told: {error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_costs_one_call_its_timeout() {
    let store = Arc::new(Memory::default());
    let lane = process(&store, 100, MINUTE);
    store.set(HANGS);
    let begun = Instant::now();
    pass(&lane).await;
    assert_eq!(begun.elapsed(), SECOND / 2);
    for _ in 0..50 {
        pass(&lane).await;
    }
    assert_eq!(begun.elapsed(), SECOND / 2);
    // looked for beside the calls, and no more often than needed
    sleep(MINUTE).await;
    let asked = store.asked.load(Ordering::SeqCst);
    pass(&lane).await;
    assert_eq!(begun.elapsed(), SECOND / 2 + MINUTE);
    sleep(SECOND).await;
    assert!(store.asked.load(Ordering::SeqCst) <= asked + 1);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_answers_without_meaning_it_is_not_asked_all_the_time() {
    let store = Arc::new(Memory::default());
    let lane = process(&store, 100, MINUTE);
    store.set(LIES);
    let error = lane
        .acquire(10 * SECOND, "queue_limit")
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind(), ErrorKind::Queue);
    let asked = store.asked.load(Ordering::SeqCst);
    assert!(asked < 10_000, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_used_is_given_back_in_the_store_too() {
    let store = Arc::new(Memory::default());
    let (one, two) = (process(&store, 1, MINUTE), process(&store, 1, MINUTE));
    let permit = one.acquire(LONG, "queue_limit").await.unwrap();
    let waits = tokio::spawn({
        let two = two.clone();
        async move { pass(&two).await }
    });
    // who goes away leaves the line
    let gone = timeout(SECOND, one.acquire(LONG, "queue_limit")).await;
    assert!(gone.is_err());
    let dropped = Instant::now();
    drop(permit);
    let waited = waits.await.unwrap() - dropped;
    assert!(waited <= SECOND, "{waited:?}");
    assert!(store.state().line.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_place_is_kept_while_its_request_has_not_left() {
    let store = Arc::new(Memory::default());
    let (one, two) = (process(&store, 1, SECOND), process(&store, 1, SECOND));
    let mut permit = one.acquire(LONG, "queue_limit").await.unwrap();
    sleep(10 * SECOND).await;
    assert!(two.acquire(SECOND / 2, "queue_limit").await.is_err());
    permit.departed();
    let left = Instant::now();
    permit.arrived();
    let next = pass(&two).await - left;
    assert!((SECOND..2 * SECOND).contains(&next), "{next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_store_says_is_too_long_is_not_begun() {
    let store = Arc::new(Memory::default());
    let (one, two) = (process(&store, 1, MINUTE), process(&store, 1, MINUTE));
    pass(&one).await;
    sleep(SECOND).await;
    let begun = Instant::now();
    let error = two.acquire(10 * SECOND, "queue_limit").await.err().unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(error.retry_after().unwrap() > 58 * SECOND, "{error}");
    assert!(
        store.state().line.is_empty() || {
            sleep(SECOND).await;
            store.state().line.is_empty()
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_share_holds_no_more_than_its_part_and_lets_the_other_process_go_first() {
    let store = Arc::new(Memory::default());
    let end = Instant::now() + 5 * MINUTE;
    let one = process(&store, 100, MINUTE);
    let bulk = callers(&one.with_share(0.5), 16, end);
    let service = process(&store, 100, MINUTE);
    let calls = callers(&service, 16, end);
    let (bulk, calls) = (departures(bulk).await, departures(calls).await);
    assert!(most_in_a_period(&bulk, MINUTE) <= 50);
    assert!(
        calls.len() > 4 * bulk.len(),
        "{} {}",
        calls.len(),
        bulk.len()
    );
}

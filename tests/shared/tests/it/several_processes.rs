//! Four processes, one budget in Redis, and the emulator's quota to judge them: this binary runs itself.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apaas_flow::shared::RedisStore;
use apaas_flow::{Client, Operator, Quota};
use apaas_flow_emulator::Emulator;
use tokio::time::sleep;

use crate::child;
use crate::flows::{DeleteObject, DeleteObjectOutput, delete};
use crate::redis_server::RedisServer;

const PROCESSES: usize = 4;
const CALLS: usize = 100;
const PERIOD: Duration = Duration::from_secs(2);
const WINDOWS: u32 = 10;

/// What one process did.
#[derive(Debug, Default)]
struct Counts {
    ran: usize,
    failed: usize,
}

/// Runs calls until it is told to stop, by the end of its input, and says how many.
#[test]
#[ignore = "run by the tests below"]
fn one_of_several() {
    if !child::is_one() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let failed = Arc::new(AtomicUsize::new(0));
    runtime.block_on(async {
        let store = RedisStore::connect(env::var("TEST_REDIS").unwrap())
            .await
            .unwrap();
        let client = Client::builder()
            .app_credentials("cli_a1b2", "s3cr3t")
            .operator(Operator::id(1111))
            .base_url(env::var("TEST_EMULATOR").unwrap())
            .quota(Quota::new(CALLS, PERIOD).shared(store.clone()))
            .token_store(store)
            .build()
            .unwrap();
        for _ in 0..16 {
            let (client, ran, failed) = (client.clone(), ran.clone(), failed.clone());
            tokio::spawn(async move {
                loop {
                    match delete().execute(&client).await {
                        Ok(_) => ran.fetch_add(1, Ordering::SeqCst),
                        Err(error) => {
                            println!("\nFAILED {error}");
                            failed.fetch_add(1, Ordering::SeqCst)
                        }
                    };
                }
            });
        }
        let end = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
        let _ = end.await;
    });
    runtime.shutdown_background();
    let (ran, failed) = (ran.load(Ordering::SeqCst), failed.load(Ordering::SeqCst));
    println!("\nCOUNTS {ran} {failed}");
}

fn start(emulator: &Emulator, redis: &RedisServer) -> Child {
    let test = "several_processes::one_of_several";
    child::command(test)
        .env("TEST_EMULATOR", emulator.url())
        .env("TEST_REDIS", redis.url())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn stop(mut process: Child) -> Counts {
    drop(process.stdin.take());
    let mut counts = Counts::default();
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line.starts_with("FAILED") {
            eprintln!("{line}");
        }
        if let Some(numbers) = line.strip_prefix("COUNTS ") {
            let (ran, failed) = numbers.split_once(' ').unwrap();
            counts = Counts {
                ran: ran.parse().unwrap(),
                failed: failed.parse().unwrap(),
            };
        }
    }
    assert!(process.wait().unwrap().success());
    counts
}

struct End {
    /// Runs in ten windows.
    runs: usize,
    refused: usize,
    token_requests: usize,
    counts: Vec<Counts>,
}

/// Ten windows of four processes, with something in the middle.
async fn ten_windows(middle: impl AsyncFnOnce(&mut RedisServer, &mut Vec<Child>)) -> Option<End> {
    let mut redis = RedisServer::start(&[])?;
    let emulator = Emulator::builder()
        .quota(CALLS, PERIOD)
        .start()
        .await
        .unwrap();
    emulator.on::<DeleteObject>(|_| {
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| start(&emulator, &redis)).collect();
    while emulator.runs() == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    let begun = Instant::now();
    sleep(PERIOD * WINDOWS / 2).await;
    middle(&mut redis, &mut processes).await;
    sleep((PERIOD * WINDOWS).saturating_sub(begun.elapsed())).await;
    let runs = emulator.runs();
    let refused = emulator.rate_limited();
    let token_requests = emulator.token_requests();
    let counts: Vec<_> = processes.into_iter().map(stop).collect();
    println!("{runs} runs, {refused} refused, {token_requests} token requests, {counts:?}");
    Some(End {
        runs,
        refused,
        token_requests,
        counts,
    })
}

#[tokio::test]
async fn four_processes_use_one_budget_and_share_it() {
    let Some(end) = ten_windows(async |_, _| {}).await else {
        return;
    };
    assert_eq!(end.refused, 0);
    assert!(end.runs >= 950, "{}", end.runs);
    assert_eq!(end.token_requests, 1);
    let ran = end.counts.iter().map(|counts| counts.ran);
    let (slowest, fastest) = (ran.clone().min().unwrap(), ran.max().unwrap());
    assert!(slowest * 2 >= fastest, "{:?}", end.counts);
    assert!(end.counts.iter().all(|counts| counts.failed == 0));
}

#[tokio::test]
async fn the_places_of_a_process_that_died_come_back() {
    let ended = ten_windows(async |_, processes| {
        let mut process = processes.pop().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    });
    let Some(end) = ended.await else {
        return;
    };
    assert_eq!(end.refused, 0);
    assert!(end.runs >= 950, "{}", end.runs);
    assert!(end.counts.iter().all(|counts| counts.failed == 0));
}

#[tokio::test]
async fn no_call_fails_because_redis_does() {
    let ended = ten_windows(async |redis, _| {
        redis.kill();
        sleep(PERIOD * 2).await;
        redis.restart();
    });
    let Some(end) = ended.await else {
        return;
    };
    assert!(end.counts.iter().all(|counts| counts.failed == 0));
    assert!(end.runs >= 900, "{}", end.runs);
}

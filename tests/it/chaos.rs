//! The proof: whatever goes wrong, what a call says of its run is true.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use apaas_flow::value::RecordRef;
use apaas_flow::{Client, ClientBuilder, ErrorKind, Operator, Quota, RetryPolicy};
use apaas_flow_emulator::{Emulator, Fault};
use futures_util::{StreamExt, stream};

use crate::flows::{DeleteObject, DeleteObjectOutput, delete};

fn client(emulator: &Emulator) -> Client {
    let ms = Duration::from_millis;
    Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::id(1111))
        .base_url(emulator.url())
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::default().backoff(ms(1), ms(5)))
        .build()
        .unwrap()
}

async fn emulator() -> Emulator {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<DeleteObject>(|input| {
        Ok(DeleteObjectOutput {
            flow_execution_id: input.record.id(),
        })
    });
    emulator
}

#[tokio::test]
async fn whatever_goes_wrong_what_a_call_says_of_its_run_is_true() {
    const CALLS: usize = 20_000;
    // Counted where the flow runs, by the record that it is run for: whatever key a run had, it is seen here.
    let ran: Arc<Vec<AtomicUsize>> = Arc::new((0..CALLS).map(|_| AtomicUsize::new(0)).collect());
    let emulator = Emulator::start().await.unwrap();
    let counted = ran.clone();
    emulator.on::<DeleteObject>(move |input| {
        let number = usize::try_from(input.record.id()).unwrap();
        counted[number].fetch_add(1, Ordering::SeqCst);
        Ok(DeleteObjectOutput {
            flow_execution_id: input.record.id(),
        })
    });
    emulator.chaos(4711, 0.2);
    let client = client(&emulator);

    let ends: Vec<_> = stream::iter(0..CALLS)
        .map(|number| {
            let record = RecordRef::new(i64::try_from(number).unwrap());
            let call = DeleteObject { record }.execute(&client);
            async move { (number, call.await) }
        })
        .buffer_unordered(64)
        .collect()
        .await;

    assert_eq!(ends.len(), CALLS, "every call ends");
    let (mut fine, mut failed, mut unknown) = (0, 0, 0);
    for (number, end) in ends {
        let runs = ran[number].load(Ordering::SeqCst);
        match end {
            Ok(run) => {
                assert_eq!(runs, 1, "{number} says it ran: {run:?}");
                assert_eq!(emulator.runs_of(&run.idempotency_key), 1);
                assert_eq!(run.output.flow_execution_id, i64::try_from(number).unwrap());
                fine += 1;
            }
            Err(error) if error.may_have_run() => {
                assert!(runs <= 1, "{number} ran {runs} times: {error}");
                assert_eq!(emulator.runs_of(error.idempotency_key().unwrap()), runs);
                assert!(!error.is_retryable(), "{error}");
                unknown += 1;
            }
            Err(error) => {
                assert_eq!(runs, 0, "{number} says it did not run: {error}");
                failed += 1;
            }
        }
    }
    // All three ends did occur, and the faults were many: else nothing was proven.
    let faults = emulator.faults_met();
    assert!(faults > CALLS / 10, "{faults} faults");
    assert!(
        fine > CALLS / 2 && unknown > 100 && failed > 0,
        "{fine} fine, {unknown} unknown, {failed} did not run"
    );
}

/// Time runs out, and callers go away, at any moment: then only what has left the machine decides.
#[tokio::test]
async fn a_call_that_is_cut_short_tells_the_truth_too() {
    const CALLS: usize = 3_000;
    let ran: Arc<Vec<AtomicUsize>> = Arc::new((0..CALLS).map(|_| AtomicUsize::new(0)).collect());
    let emulator = Emulator::start().await.unwrap();
    let counted = ran.clone();
    emulator.on::<DeleteObject>(move |input| {
        counted[usize::try_from(input.record.id()).unwrap()].fetch_add(1, Ordering::SeqCst);
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    emulator.chaos(4712, 0.3);
    let client = client(&emulator);

    let ends: Vec<_> = stream::iter(0..CALLS)
        .map(|number| {
            let record = RecordRef::new(i64::try_from(number).unwrap());
            let micros = u64::try_from(200 + number * 7919 % 30_000).unwrap();
            let cut = Duration::from_micros(micros);
            let call = DeleteObject { record }.execute(&client);
            async move {
                // every third caller goes away without waiting for the end
                let end = if number % 3 == 0 {
                    tokio::time::timeout(cut, call).await.ok()
                } else {
                    Some(call.timeout(cut).await)
                };
                (number, end)
            }
        })
        .buffer_unordered(64)
        .collect()
        .await;

    let (mut fine, mut failed, mut unknown) = (0, 0, 0);
    for (number, end) in ends {
        let runs = ran[number].load(Ordering::SeqCst);
        match end {
            Some(Ok(run)) => {
                assert_eq!(runs, 1, "{run:?}");
                fine += 1;
            }
            Some(Err(error)) if !error.may_have_run() => {
                assert_eq!(runs, 0, "{number} says it did not run: {error}");
                failed += 1;
            }
            Some(Err(_)) | None => {
                assert!(runs <= 1, "{number} ran {runs} times");
                unknown += 1;
            }
        }
    }
    assert!(
        fine > 100 && failed > 100 && unknown > 100,
        "{fine} {failed} {unknown}"
    );
}

#[tokio::test]
async fn each_fault_by_itself() {
    use ErrorKind::{Flow, Malformed, ReplyLost, Unfinished};
    let run = Ok(());
    for (fault, expected) in [
        (Fault::RateLimited { reset: 0.01 }, run),
        (Fault::StaleToken { http_status: 400 }, run),
        (Fault::StaleToken { http_status: 200 }, run),
        (
            Fault::Gateway {
                http_status: 502,
                after: false,
            },
            run,
        ),
        (
            Fault::Gateway {
                http_status: 504,
                after: true,
            },
            Err(ReplyLost),
        ),
        (Fault::Internal { after: false }, run),
        (Fault::Internal { after: true }, Err(ReplyLost)),
        (Fault::Dropped { after: false }, run),
        (Fault::Dropped { after: true }, Err(ReplyLost)),
        (Fault::CutOff, Err(ReplyLost)),
        (Fault::Truncated, Err(Malformed)),
        (Fault::Html { after: false }, Err(Malformed)),
        (Fault::Html { after: true }, Err(Malformed)),
        (
            Fault::Redirect {
                location: "http://127.0.0.1:9/".to_owned(),
            },
            Err(Malformed),
        ),
        (Fault::Status("failed".to_owned()), Err(Flow)),
        (Fault::Status("wait".to_owned()), Err(Unfinished)),
        (Fault::Slow(Duration::from_millis(20)), run),
        (Fault::Endless, Err(Malformed)),
    ] {
        let emulator = emulator().await;
        let name = format!("{fault:?}");
        emulator.inject(fault);
        let end = delete()
            .execute(&client(&emulator))
            .idempotency_key("k")
            .await;
        assert_eq!(
            end.as_ref().map(|_| ()).map_err(apaas_flow::Error::kind),
            expected,
            "{name}: {end:?}"
        );
        let runs = emulator.runs_of("k");
        match end {
            Ok(run) => assert_eq!(runs, 1, "{name}: {run:?}"),
            Err(error) => assert!(error.may_have_run() && runs <= 1, "{name}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_silent_platform_ends_the_call_in_time() {
    let emulator = emulator().await;
    emulator.inject(Fault::Silent { after: true });
    let begun = std::time::Instant::now();
    let error = delete()
        .execute(&client(&emulator))
        .timeout(Duration::from_millis(400))
        .await
        .unwrap_err();
    assert!(begun.elapsed() >= Duration::from_millis(400));
    assert!(
        begun.elapsed() < Duration::from_millis(900),
        "{:?}",
        begun.elapsed()
    );
    assert!(error.is_timeout() && error.may_have_run());
}

#[tokio::test]
async fn three_hundred_at_once_within_the_quota_meet_no_limit() {
    // the platform's 100 a minute, twelve times as fast
    let period = Duration::from_secs(5);
    three_hundred_at_once(period, |builder| builder.quota(Quota::new(100, period))).await;
}

#[tokio::test]
#[ignore = "takes two minutes"]
async fn three_hundred_at_once_under_the_default_limits() {
    three_hundred_at_once(Duration::from_secs(60), |builder| builder).await;
}

async fn three_hundred_at_once(
    period: Duration,
    limits: impl FnOnce(ClientBuilder) -> ClientBuilder,
) {
    let emulator = Emulator::builder()
        .quota(100, period)
        .start()
        .await
        .unwrap();
    emulator.on::<DeleteObject>(|_| {
        Ok(DeleteObjectOutput {
            flow_execution_id: 1,
        })
    });
    let builder = Client::builder()
        .app_credentials("cli_a1b2", "s3cr3t")
        .operator(Operator::id(1111))
        .base_url(emulator.url());
    let client = limits(builder).build().unwrap();
    let clones = [client.clone(), client.clone(), client];
    let calls: Vec<_> = clones
        .iter()
        .cycle()
        .take(300)
        .map(|client| tokio::spawn(delete().execute(client)))
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().attempts, 1);
    }
    assert_eq!(emulator.rate_limited(), 0);
    assert_eq!(emulator.runs(), 300);
}

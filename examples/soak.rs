//! A stress test against a platform that misbehaves: `cargo run --release --example soak -- 1000000 0.2 4711`
//!
//! The arguments are the number of calls, the share of faults and the seed. What each call reports about its run is
//! compared with what really ran, and memory use is shown. It fails if a single call was wrong.
//!
//! Memory stays flat: of what grows with the calls there is one byte a call, the count of its runs, and that is there
//! from the beginning. The emulator shares the process. It forgets all keys but the most recent, since a map of all of
//! them would grow by some 50 bytes a call.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use apaas_flow::{
    Client, Error, Execution, Operator, Outcome, Quota, RetryPolicy, apaas_flow, value::RecordRef,
};
use apaas_flow_emulator::{Emulator, Retention};
use futures_util::{StreamExt, stream};

/// Closes one ticket.
#[apaas_flow(namespace = "package_desk__c", flow_id = "close_0a1b2c3d4e", emulate)]
pub struct Close {
    /// The ticket.
    #[input("variable_ticket")]
    pub ticket: RecordRef,
    /// The same number again.
    #[output("variable_number")]
    pub number: i64,
}

/// A call's own requests are all that bring its key: so many more than there are calls under way forget none too early.
const REMEMBERED_KEYS: usize = 10_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let calls: i64 = arguments.next().as_deref().unwrap_or("20000").parse()?;
    let rate: f64 = arguments.next().as_deref().unwrap_or("0.2").parse()?;
    let seed: u64 = arguments.next().as_deref().unwrap_or("4711").parse()?;

    let emulator = Emulator::builder()
        .retention(Retention::LastKeys(REMEMBERED_KEYS))
        .chaos(seed, rate)
        .start()
        .await?;
    // Counted in the handler, by ticket: this sees every run, whatever its key.
    let runs: Arc<Vec<AtomicU8>> = Arc::new((0..calls).map(|_| AtomicU8::new(0)).collect());
    let counted = runs.clone();
    emulator.on::<Close>(move |input| {
        if let Some(runs) = usize::try_from(input.ticket.id())
            .ok()
            .and_then(|number| counted.get(number))
        {
            runs.fetch_add(1, Ordering::SeqCst);
        }
        Ok(CloseOutput {
            number: input.ticket.id(),
        })
    });
    let client = Client::builder()
        .app_credentials("cli_soak", "secret")
        .operator(Operator::id(1111))
        .base_url(emulator.url())
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(5)))
        .build()?;

    let begun = Instant::now();
    let mut ends = stream::iter(0..calls)
        .map(|number| {
            let ticket = RecordRef::new(number);
            let call = Close { ticket }.execute(&client);
            async move { (number, call.await) }
        })
        .buffer_unordered(64);
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let mut wrong = 0;
    while let Some((number, end)) = ends.next().await {
        let runs = usize::try_from(number)
            .ok()
            .and_then(|number| runs.get(number))
            .map_or(0, |runs| runs.load(Ordering::SeqCst));
        let outcome = end.as_ref().map_or_else(Error::outcome, Execution::outcome);
        *outcomes.entry(outcome.as_str()).or_default() += 1;
        let true_to_fact = match outcome {
            Outcome::Ran => runs == 1 && end.is_ok_and(|run| run.output.number == number),
            Outcome::DidNotRun => runs == 0,
            Outcome::MayHaveRun => runs <= 1,
            // it ran, and something of its end is not as it should be
            _ => runs == 1,
        };
        wrong += i64::from(!true_to_fact);
        if (number + 1) % 100_000 == 0 {
            println!(
                "{:>9} calls, {:>5.0} s, {}",
                number + 1,
                begun.elapsed().as_secs_f64(),
                memory()
            );
        }
    }

    println!(
        "{calls} calls, {} faults, {:.0} s, {}",
        emulator.faults_met(),
        begun.elapsed().as_secs_f64(),
        memory()
    );
    for (outcome, calls) in outcomes {
        println!("{calls:>9} {outcome}");
    }
    println!("{wrong} misreported their run");
    if wrong > 0 {
        return Err("a call misreported its run".into());
    }
    Ok(())
}

/// The memory the process uses now, if the system reports it.
fn memory() -> String {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
            Some(
                line.split_whitespace()
                    .skip(1)
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        })
        .unwrap_or_else(|| "memory unknown".to_owned())
}

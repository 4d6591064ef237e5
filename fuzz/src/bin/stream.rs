//! Generated inputs through the same check as the fuzz target `decode`, without a fuzzer: `stream [COUNT [FIRST]]`.
//!
//! `cargo run --profile stream --no-default-features --bin stream -- 100000000`; the input of a finding is printed.

use std::panic::{self, AssertUnwindSafe};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apaas_flow_fuzz::{Outcome, decode, grammar};

/// After so many, more would say nothing new.
const MOST_FINDINGS: u32 = 20;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|number| number.parse());
    let mut next = |default| arguments.next().unwrap_or(Ok(default)).expect("a number");
    let (count, first): (u64, u64) = (next(1_000_000), next(0));

    let current = Arc::new(AtomicU64::new(first));
    watch(current.clone());
    let begun = Instant::now();
    let mut outcomes = [0_u64; Outcome::ALL.len()];
    let (mut findings, mut runs) = (0, 0);
    let (mut input, mut scratch) = (Vec::new(), Vec::new());
    for number in first..first.saturating_add(count) {
        current.store(number, Ordering::Relaxed);
        grammar::write(number, &mut input, &mut scratch);
        match panic::catch_unwind(AssertUnwindSafe(|| decode(&input))) {
            Ok(outcome) => outcomes[outcome as usize] += 1,
            Err(_) => {
                println!("input {number}: \"{}\"\n", input.escape_ascii());
                findings += 1;
            }
        }
        runs += 1;
        if runs % 10_000_000 == 0 {
            println!(
                "{runs} inputs, {:.0} s, {findings} findings",
                begun.elapsed().as_secs_f64()
            );
        }
        if findings == MOST_FINDINGS {
            break;
        }
    }

    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{runs} inputs in {seconds:.1} s, {:.0} a second; {findings} findings",
        runs as f64 / seconds
    );
    for outcome in Outcome::ALL {
        let share = outcomes[outcome as usize] as f64 / runs as f64;
        println!("{:5.1} % {outcome:?}", 100.0 * share);
    }
    ExitCode::from(u8::from(findings > 0))
}

/// An input that is not done after a while never will be, and may take all memory with it.
fn watch(current: Arc<AtomicU64>) {
    thread::spawn(move || {
        let mut last = None;
        loop {
            thread::sleep(Duration::from_secs(30));
            let number = current.load(Ordering::Relaxed);
            if last.replace(number) == Some(number) {
                let mut input = Vec::new();
                grammar::write(number, &mut input, &mut Vec::new());
                println!("input {number} has no end: \"{}\"", input.escape_ascii());
                process::exit(1);
            }
        }
    });
}

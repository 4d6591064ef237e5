use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use apaas_flow_emulator::{Builder, Emulator, Fault};
use serde_json::json;

use crate::http::{self, FLOW_ID, NAMESPACE, minimal, with};

fn start(builder: Builder) -> Emulator {
    let emulator = builder.start_blocking().unwrap();
    emulator.on_raw(NAMESPACE, FLOW_ID, |_| Ok(json!({})));
    emulator
}

/// The faults that this many execute requests meet, one after another.
fn met(emulator: &Emulator, requests: usize) -> Vec<Option<Fault>> {
    let before = emulator.requests().len();
    for _ in 0..requests {
        let mut stream = http::execute_open(emulator.address(), "t-none", &minimal());
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let met = emulator.requests().into_iter().skip(before);
    met.map(|request| request.fault).collect()
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    let first = met(&start(Emulator::builder().chaos(7, 0.5)), 60);
    let some = first.iter().flatten().count();
    assert!((15..=45).contains(&some), "{some} of 60");

    let emulator = start(Emulator::builder());
    emulator.chaos(7, 0.5);
    assert_eq!(met(&emulator, 60), first);
    emulator.chaos(8, 0.5);
    assert_ne!(met(&emulator, 60), first);
    // requests are counted from the call
    emulator.chaos(7, 0.5);
    assert_eq!(met(&emulator, 60), first);
}

#[test]
fn a_rate_of_zero_ends_it() {
    let emulator = start(Emulator::builder().chaos(7, 1.0));
    assert_eq!(met(&emulator, 5).iter().flatten().count(), 5);
    emulator.clear_faults();
    assert_eq!(met(&emulator, 5).iter().flatten().count(), 5);
    emulator.chaos(7, 0.0);
    assert_eq!(met(&emulator, 5).iter().flatten().count(), 0);
    assert_eq!(emulator.faults_met(), 10);
}

#[test]
fn an_injected_fault_goes_first_and_shifts_no_draw() {
    let drawn = met(&start(Emulator::builder().chaos(7, 1.0)), 20);
    let emulator = start(Emulator::builder().chaos(7, 1.0));
    let injected = Fault::Internal { after: true };
    emulator.inject(injected.clone()).times(3);
    let faults = met(&emulator, 20);
    assert_eq!(faults[..3], vec![Some(injected); 3]);
    assert_eq!(faults[3..], drawn[3..]);
}

#[test]
fn token_requests_fail_half_as_often() {
    let emulator = start(Emulator::builder().chaos(7, 1.0));
    for _ in 0..60 {
        let body = json!({"app_id": "a", "app_secret": "b"}).to_string();
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            http::TOKEN,
            body.len()
        );
        let mut stream = http::open(emulator.address(), request.as_bytes());
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let met = emulator.faults_met();
    assert!((15..=45).contains(&met), "{met} of 60");
}

/// Makes each of `calls` calls four times in a row under its own key, from four threads.
fn call_four_times(emulator: &Emulator, calls: usize) {
    let address = emulator.address();
    let token = http::token(address);
    // the token itself is spared
    emulator.chaos(11, 0.6);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let call = next.fetch_add(1, Ordering::Relaxed);
                    if call >= calls {
                        break;
                    }
                    let key = format!("call-{call}");
                    let mut body = with("idempotent_key", key.as_str());
                    body["params"] = json!({"call": key}).to_string().into();
                    for _ in 0..4 {
                        let mut reply = Vec::new();
                        let mut stream = http::execute_open(address, &token, &body);
                        let _ = stream.read_to_end(&mut reply);
                    }
                }
            });
        }
    });
}

#[test]
fn the_ledger_counts_every_run_once() {
    let emulator = Emulator::start_blocking().unwrap();
    let ran: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let runs = Arc::clone(&ran);
    emulator.on_raw(NAMESPACE, FLOW_ID, move |params| {
        let call = params["call"].as_str().unwrap().to_owned();
        *runs.lock().unwrap().entry(call).or_default() += 1;
        Ok(json!({}))
    });
    call_four_times(&emulator, 100);
    let ran = ran.lock().unwrap();
    let lost = emulator
        .requests()
        .iter()
        .filter(|request| request.http_status != 200 && request.outcome.starts_with("end, "))
        .count();
    assert!(lost > 0, "no reply of a run was lost");
    assert_eq!(emulator.execute_requests(), 400);
    assert_eq!(emulator.runs(), ran.len());
    for call in 0..100 {
        let key = format!("call-{call}");
        let runs = ran.get(&key).copied().unwrap_or_default();
        assert_eq!(emulator.runs_of(&key), runs, "{key}");
        let records = emulator.executions();
        let records = records
            .iter()
            .filter(|run| run.idempotency_key.as_ref() == Some(&key));
        assert_eq!(records.count(), runs, "{key}");
        assert!(runs <= 1, "{key}");
    }
    // hardly any of 100 calls fails four times in a row
    assert!(ran.len() > 90, "{}", ran.len());
}

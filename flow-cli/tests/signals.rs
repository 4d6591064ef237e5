//! SIGTERM, which service managers and containers send, is as Ctrl-C.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod program;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use apaas_flow_emulator::{Emulator, Fault};

use program::{FLOW, Folder, PATIENCE, bulk, emulator, end_of, program, run, started};

fn send(signal: &str, to: &Child) {
    let pid = to.id().to_string();
    let mut kill = Command::new("kill");
    assert!(kill.args([signal, &pid]).status().unwrap().success());
}

/// Until that many requests to run the flow have arrived.
async fn arrived(emulator: &Emulator, requests: usize) {
    let latest = Instant::now() + PATIENCE;
    while emulator.execute_requests() < requests {
        assert!(Instant::now() < latest, "no request came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_call_that_is_terminated_tells_what_may_have_run_and_the_key() {
    let (emulator, folder) = (emulator().await, Folder::new());
    emulator.inject(Fault::Silent { after: true });
    let args = ["call", FLOW, "--key", "key-1", "--format", "json"];
    let child = started(program(&folder.0, emulator.url()), &args);
    arrived(&emulator, 1).await;
    send("-TERM", &child);
    let ended = end_of(child).await;
    assert_eq!(ended.exit, 3, "{ended}");
    let end = ended.json();
    assert_eq!(end["outcome"], "may_have_run");
    assert_eq!(end["idempotency_key"], "key-1");
    let message = end["error"]["message"].as_str().unwrap();
    assert!(message.contains("--key key-1"), "{message}");
}

#[tokio::test]
async fn a_bulk_run_that_is_terminated_ends_the_rows_under_way() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n3\n");
    emulator.inject(Fault::Slow(Duration::from_secs(1)));
    let args = bulk("rows.csv", &["--concurrency", "1", "--format", "json"]);
    let child = started(program(&folder.0, emulator.url()), &args);
    arrived(&emulator, 1).await;
    send("-TERM", &child);
    let ended = end_of(child).await;
    assert_eq!(ended.exit, 1, "{ended}");
    assert_eq!(ended.json()["stopped"], "asked", "{ended}");
    assert_eq!(ended.json()["ran"], 1, "{ended}");
    assert_eq!(ended.json()["unknown"], 0, "{ended}");
    assert!(ended.stderr.contains("stopping"), "{ended}");
    assert!(!ended.stderr.contains("changed"), "{ended}");

    let again = run(program(&folder.0, emulator.url()), &args).await.json();
    assert_eq!((&again["skipped"], &again["ran"]), (&1.into(), &2.into()));
}

#[tokio::test]
async fn a_bulk_run_that_is_terminated_twice_ends_at_once() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n");
    emulator.inject(Fault::Silent { after: true });
    let args = bulk("rows.csv", &["--concurrency", "1"]);
    let mut child = started(program(&folder.0, emulator.url()), &args);
    arrived(&emulator, 1).await;
    send("-TERM", &child);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let told = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        stderr.read_line(&mut line).map(|_| line)
    });
    let told = told.await.unwrap().unwrap();
    assert!(told.contains("again: at once"), "{told}");
    // whoever has read that may send it at once
    send("-TERM", &child);
    let ended = end_of(child).await;
    assert_eq!(ended.exit, 3, "{ended}");
    let status = ["bulk", "status", "--journal", "j.db", "--format", "json"];
    let totals = run(program(&folder.0, emulator.url()), &status).await;
    assert_eq!(totals.json()["sending"], 1, "{totals}");
}

/// Under `nohup` SIGHUP is ignored, and stays so.
#[tokio::test]
async fn a_run_outlives_its_terminal_under_nohup() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n");
    emulator.inject(Fault::Slow(Duration::from_millis(500)));
    let program = program(&folder.0, emulator.url());
    let mut nohup = Command::new("nohup");
    nohup.arg(program.get_program()).current_dir(&folder.0);
    nohup.envs(
        program
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let args = bulk("rows.csv", &["--concurrency", "1", "--format", "json"]);
    let child = started(nohup, &args);
    arrived(&emulator, 1).await;
    send("-HUP", &child);
    let ended = end_of(child).await;
    assert_eq!(ended.exit, 0, "{ended}");
    assert_eq!(ended.json()["ran"], 2, "{ended}");
}

//! What cannot be written to stdout is told on stderr, so that nothing of a run is lost.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod program;

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Command;

use apaas_flow_emulator::Emulator;

use program::{Ended, FLOW, Folder, bulk, emulator, program, run};

/// A disk without room.
async fn on_full_disk(emulator: &Emulator, folder: &Folder, args: &[&str]) -> Ended {
    let mut program = program(&folder.0, emulator.url());
    program.stdout(File::options().write(true).open("/dev/full").unwrap());
    run(program, args).await
}

/// A reader that has gone away.
async fn into_closed_pipe(mut program: Command, args: &[&str]) -> Ended {
    let (reader, writer) = UnixStream::pair().unwrap();
    drop(reader);
    program.stdout(OwnedFd::from(writer));
    run(program, args).await
}

fn is_told(ended: &Ended, text: &str) {
    for part in ["cannot write to stdout: No space left", text] {
        assert!(ended.stderr.contains(part), "{part} in {ended}");
    }
}

#[tokio::test]
async fn the_outputs_of_a_run_are_not_lost() {
    let (emulator, folder) = (emulator().await, Folder::new());
    let json = ["--format", "json"];
    for (args, exit, text) in [
        (&["call", FLOW][..], 4, r#""variable_big":9007199254740993"#),
        (&["call", FLOW, "--start"], 5, r#""execution_id":"1"#),
        (&["call", FLOW, "-i", "fail:=true"], 4, "k_1"),
        (&["call", "package_x__c/none"], 1, "did_not_run"),
        (&["call", "none"], 2, "NAMESPACE/FLOW_ID"),
        (&["call", FLOW, "--dry-run"], 2, r#""method":"POST""#),
    ] {
        let args = [args, &json].concat();
        let ended = on_full_disk(&emulator, &folder, &args).await;
        assert_eq!(ended.exit, exit, "{args:?}: {ended}");
        is_told(&ended, text);
    }
    let ended = on_full_disk(&emulator, &folder, &["call", FLOW]).await;
    assert_eq!(ended.exit, 4, "{ended}");
    is_told(&ended, "outcome       ran");
}

#[tokio::test]
async fn no_command_succeeds_without_a_word_on_stdout() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n");
    folder.write("failing.jsonl", "{\"no\": 3, \"fail\": true}\n");
    folder.write(
        "flows/package_x__c/flow_y.json",
        r#"{"inputs": {"no": {}, "fail": {}}}"#,
    );
    for (args, exit, text) in [
        (bulk("rows.csv", &["--dry-run"]), 2, "2 rows at 100"),
        (bulk("rows.csv", &["--format", "json"]), 2, r#"{"ran":2,"#),
        (bulk("failing.jsonl", &[]), 1, "--retry-failed"),
        (vec!["bulk", "status", "--journal", "j.db"], 2, "reply_lost"),
        // all of it is still in the journal
        (vec!["bulk", "export", "--journal", "j.db"], 2, ""),
        (vec!["doctor"], 2, "app id"),
        (
            vec!["probe", FLOW, "--it-is-harmless"],
            2,
            "a key that was used",
        ),
        (vec!["generate", "flows"], 2, "pub struct"),
        (vec!["completions", "bash"], 2, "apaas"),
        (vec!["man"], 2, ".TH apaas"),
    ] {
        let ended = on_full_disk(&emulator, &folder, &args).await;
        assert_eq!(ended.exit, exit, "{args:?}: {ended}");
        is_told(&ended, text);
    }
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_mistake() {
    let (emulator, folder) = (emulator().await, Folder::new());
    folder.write("rows.csv", "no\n1\n2\n");
    for args in [
        vec!["call", FLOW],
        bulk("rows.csv", &[]),
        vec!["bulk", "export", "--journal", "j.db"],
        vec!["bulk", "status", "--journal", "j.db"],
        vec!["man"],
    ] {
        let ended = into_closed_pipe(program(&folder.0, emulator.url()), &args).await;
        assert_eq!((ended.exit, &*ended.stderr), (0, ""), "{args:?}: {ended}");
    }
}

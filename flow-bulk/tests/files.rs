//! What can be wrong with a journal's file, and what may be in a key.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::path::{Path, PathBuf};

use apaas_flow::{Client, Quota, apaas_flow};
use apaas_flow_bulk::{Bulk, ErrorKind, Journal, Row, RowState};
use apaas_flow_emulator::Emulator;

/// A flow without inputs and outputs.
#[apaas_flow(namespace = "package_bulk__c", flow_id = "any_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone)]
struct Any {}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("apaas-flow-bulk-files-{}-{name}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn platform() -> (Emulator, Client) {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<Any>(|_| Ok(()));
    let client = emulator
        .client_builder()
        .quota(Quota::UNLIMITED)
        .build()
        .unwrap();
    (emulator, client)
}

async fn run(client: &Client, path: &Path, keys: &[String]) -> apaas_flow_bulk::Result<u64> {
    let journal = Journal::open(path)?;
    let report = Bulk::new(client, &journal)
        .run(keys.iter().map(|key| Row::new(key, Any {})))
        .await?;
    Ok(report.ran)
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("row-{number}")).collect()
}

#[cfg(unix)]
#[tokio::test]
async fn another_name_for_a_journal_is_the_same_journal() {
    let folder = Folder::new("names");
    let other = folder.0.join("other.db");
    std::os::unix::fs::symlink(folder.journal(), &other).unwrap();
    let first = Journal::open(&other).unwrap(); // by a link that leads nowhere yet
    for path in [
        folder.journal(),
        other,
        folder.0.join(".").join("journal.db"),
    ] {
        let error = Journal::open(&path).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::InUse,
            "{}: {error}",
            path.display()
        );
    }
    drop(first);
    Journal::open(folder.journal()).unwrap();
}

#[tokio::test]
async fn a_damaged_journal_is_an_error_and_never_a_fresh_start() {
    let (emulator, client) = platform().await;
    let folder = Folder::new("damaged");
    assert_eq!(
        run(&client, &folder.journal(), &keys(500)).await.unwrap(),
        500
    );
    // closed, so all of it is in the one file
    assert!(!folder.0.join("journal.db-wal").exists());
    let whole = std::fs::read(folder.journal()).unwrap();
    assert!(whole.len() > 20_000, "{}", whole.len());
    let half = whole.len() / 2;
    let cut = [50, 100, 4096, 8192, half].map(|length| whole[..length].to_vec());
    let garbled = [0, 16, 100, 4096, 5000, half].map(|at| {
        let mut bytes = whole.clone();
        let garbled = bytes.iter_mut().skip(at).take(3000);
        garbled.for_each(|byte| *byte = 0xA5);
        bytes
    });
    let mut refused = 0;
    for damaged in cut.into_iter().chain(garbled) {
        std::fs::write(folder.journal(), damaged).unwrap();
        // what was hit may be room that no row has yet
        if let Err(error) = run(&client, &folder.journal(), &keys(500)).await {
            let is_told = error.kind() == ErrorKind::NotAJournal
                || error.kind() == ErrorKind::Journal && error.to_string().contains("damaged");
            assert!(is_told, "{error}");
            refused += 1;
        }
        assert_eq!(emulator.execute_requests(), 500, "nothing was sent again");
    }
    assert!(refused >= 10, "{refused}");
    // what a process that was killed left behind, of another file
    std::fs::write(folder.journal(), &whole).unwrap();
    std::fs::write(folder.0.join("journal.db-wal"), vec![7; 9000]).unwrap();
    std::fs::write(folder.0.join("journal.db-shm"), vec![7; 40_000]).unwrap();
    assert_eq!(
        run(&client, &folder.journal(), &keys(500)).await.unwrap(),
        0
    );
    assert_eq!(emulator.execute_requests(), 500, "nothing was sent twice");
}

#[tokio::test]
async fn a_key_may_be_any_text() {
    let (emulator, client) = platform().await;
    let folder = Folder::new("keys");
    let keys: Vec<String> = [
        "a",
        "A",
        "a ",
        " a",
        "a\0",
        "a\0b",
        "'; DROP TABLE row; --",
        "\u{202e}x\n\u{1b}[31m",
        "谢",
        "é",
        "e\u{301}",
        "=cmd|'/C calc'!A0",
        "\"a,b\"",
        "null",
        "0",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([String::from("k").repeat(1_000_000)])
    .collect();
    let ran = run(&client, &folder.journal(), &keys).await;
    println!(
        "{:?}",
        ran.as_ref()
            .map_err(|e| e.to_string().chars().take(300).collect::<String>())
    );
    assert_eq!(emulator.runs(), keys.len());
    let journal = Journal::open(folder.journal()).unwrap();
    let mut stored: Vec<_> = journal
        .rows(RowState::Ran)
        .unwrap()
        .map(|row| row.unwrap().key)
        .collect();
    let mut keys = keys;
    stored.sort();
    keys.sort();
    assert_eq!(stored, keys);
    assert_eq!(
        run(&client, &folder.0.join("none.db"), &[]).await.unwrap(),
        0
    );
}

#[tokio::test]
async fn the_keys_of_a_run_are_beside_the_journal_and_leave_with_it() {
    let (emulator, client) = platform().await;
    let folder = Folder::new("seen");
    let seen = folder.0.join("journal.db.seen");
    // what a process that was killed has left
    std::fs::write(&seen, vec![7; 9000]).unwrap();
    let journal = Journal::open(folder.journal()).unwrap();
    let rows = || keys(5).into_iter().map(|key| Row::new(key, Any {}));
    for skipped in [0, 5] {
        let report = Bulk::new(&client, &journal).run(rows()).await.unwrap();
        assert_eq!((report.ran, report.skipped), (5 - skipped, skipped));
    }
    assert!(seen.exists());
    let twice = Bulk::new(&client, &journal).run(rows().chain(rows()));
    assert_eq!(twice.await.unwrap_err().kind(), ErrorKind::DuplicateKey);
    drop(journal);
    assert!(!seen.exists());
    assert_eq!(emulator.runs(), 5);
}

/// The system may have no folder for them.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_temporary_file_is_made_however_many_keys_there_are() {
    fn temporary_files() -> Vec<PathBuf> {
        let files = std::fs::read_dir("/proc/self/fd").unwrap();
        let files = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        files
            .filter(|file| file.to_string_lossy().contains("etilqs"))
            .collect()
    }

    let (emulator, client) = platform().await;
    let folder = Folder::new("temporary");
    let journal = Journal::open(folder.journal()).unwrap();
    // more than SQLite keeps in memory
    let long = "k".repeat(100_000);
    let rows = (0..60).map(|number| Row::new(format!("{}-{long}", number % 59), Any {}));
    let end = Bulk::new(&client, &journal)
        .concurrency(1)
        .on_progress(|progress| {
            assert!(progress.done < 59 || temporary_files().is_empty());
        })
        .run(rows)
        .await;
    // the first key came long ago
    assert_eq!(end.unwrap_err().kind(), ErrorKind::DuplicateKey);
    assert_eq!(emulator.runs(), 59);
    drop(journal);

    // as of a run of many rows
    let rows = rusqlite::Connection::open(folder.journal()).unwrap();
    rows.execute_batch(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 300000)
         INSERT INTO row (key, hash, state, reply_lost)
         SELECT 'many-' || n, x'00', CASE n % 2 WHEN 0 THEN 'ran' ELSE 'failed' END, n % 4 = 0 FROM n",
    )
    .unwrap();
    drop(rows);
    let journal = Journal::open_to_read(folder.journal()).unwrap();
    let totals = std::thread::spawn(move || journal.totals().unwrap());
    while !totals.is_finished() {
        assert_eq!(temporary_files(), Vec::<PathBuf>::new());
    }
    let totals = totals.join().unwrap();
    assert_eq!((totals.ran, totals.failed), (150_059, 150_000));
    assert_eq!(totals.reply_lost, 75_000);
}

//! Runs against the emulator: what the journal says is what happened.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apaas_flow::{
    Client, DynamicFlow, Execution, FieldReader, FieldWriter, Flow, Operator, Quota, RetryPolicy,
    StaticToken, apaas_flow,
};
use apaas_flow_bulk::{Bulk, ErrorKind, Journal, Row, RowState, Stopped, Totals};
use apaas_flow_emulator::{Emulator, Failure, Fault};

#[apaas_flow(namespace = "package_bulk__c", flow_id = "move_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone)]
struct Move {
    #[input("variable_order")]
    order: i64,
    #[output("variable_double")]
    double: i64,
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "apaas-flow-bulk-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
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

/// An emulator that counts the runs of each order, and a client of it.
async fn platform() -> (Emulator, Client, Arc<Mutex<HashMap<i64, usize>>>) {
    let emulator = Emulator::start().await.unwrap();
    let runs = Arc::new(Mutex::new(HashMap::new()));
    let counted = runs.clone();
    emulator.on::<Move>(move |input| {
        *counted.lock().unwrap().entry(input.order).or_default() += 1;
        match input.order {
            13 => Err(Failure::new("k_13", "no thirteen")),
            order => Ok(MoveOutput { double: 2 * order }),
        }
    });
    let client = emulator
        .client_builder()
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    (emulator, client, runs)
}

fn rows(orders: impl IntoIterator<Item = i64>) -> impl Iterator<Item = Row<MoveOutput>> {
    orders
        .into_iter()
        .map(|order| Row::new(format!("move-{order}"), Move { order }))
}

fn keys(journal: &Journal, state: RowState) -> Vec<String> {
    let rows = journal.rows(state).unwrap();
    rows.map(|row| row.unwrap().key).collect()
}

fn totals(journal: &Journal) -> (u64, u64, u64, u64) {
    let Totals {
        ran,
        did_not_run,
        failed,
        unknown,
        ..
    } = journal.totals().unwrap();
    (ran, did_not_run, failed, unknown)
}

#[tokio::test]
async fn what_ran_is_not_sent_again() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = seen.clone();
    let report = Bulk::new(&client, &journal)
        .on_ran(move |row: &str, run: &Execution<MoveOutput>| {
            noted
                .lock()
                .unwrap()
                .push((row.to_owned(), run.output.double));
        })
        .run(rows(1..=20))
        .await
        .unwrap();
    assert_eq!((report.ran, report.failed, report.skipped), (19, 1, 0));
    assert_eq!(seen.lock().unwrap().len(), 19);
    assert!(seen.lock().unwrap().contains(&("move-7".to_owned(), 14)));
    drop(journal);

    let journal = Journal::open(folder.journal()).unwrap();
    let report = Bulk::new(&client, &journal)
        .run(rows(1..=25))
        .await
        .unwrap();
    assert_eq!((report.ran, report.failed, report.skipped), (5, 1, 19));
    assert!(runs.lock().unwrap().values().all(|runs| *runs == 1));
    assert_eq!(keys(&journal, RowState::Failed), ["move-13"]);
    let failed = journal
        .rows(RowState::Failed)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(failed.error_kind.as_deref(), Some("flow"));
    assert!(failed.error.unwrap().contains("k_13"));
    assert!(failed.execution_id.is_some());
}

#[tokio::test]
async fn an_unknown_row_is_settled_under_its_own_key_and_only_when_asked() {
    let (emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    // of one the request is lost, of the other the reply
    emulator.inject(Fault::Dropped { after: false });
    emulator.inject(Fault::Dropped { after: true });
    let bulk = || Bulk::new(&client, &journal).concurrency(1);
    let report = bulk().run(rows([1, 2, 3])).await.unwrap();
    assert_eq!((report.ran, report.unknown), (1, 2));

    let report = bulk().run(rows([1, 2, 3])).await.unwrap();
    assert_eq!((report.unknown, report.skipped), (2, 1), "not by itself");

    let report = bulk()
        .settle_unknown(true)
        .run(rows([1, 2, 3]))
        .await
        .unwrap();
    assert_eq!((report.ran, report.unknown, report.skipped), (2, 0, 1));
    let lost = journal.rows(RowState::Ran).unwrap().map(Result::unwrap);
    let lost: Vec<_> = lost.map(|row| (row.key, row.reply_lost)).collect();
    assert_eq!(
        lost,
        [
            ("move-1".to_owned(), false),
            ("move-2".to_owned(), true),
            ("move-3".to_owned(), false)
        ]
    );
    assert_eq!(journal.totals().unwrap().reply_lost, 1);
    assert!(runs.lock().unwrap().values().all(|runs| *runs == 1));
}

#[tokio::test]
async fn what_did_not_run_is_sent_again_under_a_key_that_is_not_used_up() {
    let emulator = Emulator::start().await.unwrap();
    let client = emulator.client();
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    // the emulator does not know the flow yet
    let report = Bulk::new(&client, &journal).run(rows([1])).await.unwrap();
    assert_eq!(report.did_not_run, 1);
    assert!(report.to_string().contains("run it again"), "{report}");

    // and what never left keeps its own
    let closed = emulator
        .client_builder()
        .base_url("http://127.0.0.1:9")
        .quota(Quota::UNLIMITED)
        .retry(RetryPolicy::NEVER)
        .build()
        .unwrap();
    let once = Bulk::new(&closed, &journal).tries(1);
    assert_eq!(once.run(rows([2])).await.unwrap().did_not_run, 1);

    emulator.on::<Move>(|input| {
        Ok(MoveOutput {
            double: input.order,
        })
    });

    let report = Bulk::new(&client, &journal)
        .run(rows([1, 2]))
        .await
        .unwrap();
    assert_eq!(report.ran, 2);
    let rows = journal.rows(RowState::Ran).unwrap().map(Result::unwrap);
    let keys: Vec<_> = rows.map(|row| row.idempotency_key).collect();
    assert_eq!(keys, ["move-1#2", "move-2"]);
    assert_eq!(emulator.executions().len(), 2);
}

#[tokio::test]
async fn a_failed_row_is_sent_again_only_when_asked_and_under_another_key() {
    let (emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    Bulk::new(&client, &journal).run(rows([13])).await.unwrap();
    emulator.on::<Move>(|input| {
        Ok(MoveOutput {
            double: input.order,
        })
    });
    let report = Bulk::new(&client, &journal).run(rows([13])).await.unwrap();
    assert_eq!((report.failed, report.ran), (1, 0));
    let again = Bulk::new(&client, &journal).retry_failed(true);
    assert_eq!(again.run(rows([13])).await.unwrap().ran, 1);
    let row = journal
        .rows(RowState::Ran)
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!((&*row.idempotency_key, row.error), ("move-13#2", None));
}

#[tokio::test]
async fn a_key_stands_for_one_row() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let row = |key: &str, order| Row::new(key, Move { order });
    let run = |rows: Vec<Row<MoveOutput>>| Bulk::new(&client, &journal).concurrency(1).run(rows);

    let error = run(vec![row("a", 1), row("b", 2), row("a", 1)])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateKey);
    assert!(error.to_string().contains("rows 1 and 3"), "{error}");
    assert_eq!(error.report().unwrap().ran, 2);

    let error = run(vec![row("b", 2), row("a", 7)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Changed);
    assert!(error.to_string().contains("row 2"), "{error}");
    assert!(!error.to_string().contains('7'), "{error}");

    let error = run(vec![row("", 1)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoKey);
    assert_eq!(runs.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn too_many_failures_and_a_stop_end_a_run_between_rows() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let report = Bulk::new(&client, &journal)
        .concurrency(1)
        .max_failures(1)
        .run(rows(10..=20))
        .await
        .unwrap();
    assert_eq!((report.ran, report.failed), (3, 1));
    assert_eq!(report.stopped, Some(Stopped::MaxFailures));

    let bulk = Bulk::new(&client, &journal).concurrency(1);
    let stop = bulk.stop_handle();
    let report = bulk
        .on_progress(move |progress| {
            if progress.ran == 2 {
                stop.stop();
            }
        })
        .run(rows(100..=200))
        .await
        .unwrap();
    assert_eq!((report.ran, report.stopped), (2, Some(Stopped::Asked)));
    assert_eq!(runs.lock().unwrap().len(), 6);
    assert_eq!(totals(&journal), (5, 0, 1, 0));
}

#[tokio::test]
async fn failures_of_earlier_runs_do_not_end_a_run() {
    let (_emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let bulk = || Bulk::new(&client, &journal).concurrency(1).max_failures(1);
    let first = bulk().run(rows(13..=20)).await.unwrap();
    assert_eq!((first.failed, first.ran), (1, 0));
    let second = bulk().run(rows(13..=20)).await.unwrap();
    assert_eq!((second.failed, second.ran, second.stopped), (1, 7, None));
}

#[tokio::test]
async fn rows_that_have_ended_are_not_asked_for_more() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let mut orders = 0;
    // as one that ends where it meets a mistake
    let rows = std::iter::from_fn(|| {
        orders += 1;
        (orders != 3).then(|| Row::new(format!("move-{orders}"), Move { order: orders }))
    });
    let report = Bulk::new(&client, &journal).run(rows).await.unwrap();
    assert_eq!((report.ran, runs.lock().unwrap().len()), (2, 2));
}

#[tokio::test]
async fn a_panic_in_a_users_function_loses_no_state() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let bulk = Bulk::new(&client, &journal)
        .concurrency(4)
        .on_ran(|row: &str, _: &Execution<MoveOutput>| assert_ne!(row, "move-3", "on purpose"));
    let end = tokio::spawn(bulk.run(rows(1..=100))).await;
    assert!(end.unwrap_err().is_panic());
    let ran = totals(&journal).0;
    assert_eq!(totals(&journal), (ran, 0, 0, 0));
    assert_eq!(runs.lock().unwrap().len(), usize::try_from(ran).unwrap());
    assert!(ran < 100);
    let note = journal.rows(RowState::Ran).unwrap().map(Result::unwrap);
    let notes: Vec<_> = note.filter_map(|row| row.error).collect();
    assert_eq!(notes, ["it ran, and `on_ran` panicked with its outputs"]);
}

#[tokio::test]
async fn a_row_that_waits_to_be_sent_again_is_not_once_the_run_has_an_error() {
    let (emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    // one of two rows waits, and the third has the key of the first
    emulator.inject(Fault::RateLimited { reset: 0.0 });
    emulator.inject(Fault::Slow(Duration::from_millis(300)));
    let bulk = Bulk::new(&client, &journal).concurrency(2);
    let error = bulk.run(rows([1, 2, 1])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DuplicateKey);
    let report = error.report().unwrap();
    assert_eq!((report.ran, report.did_not_run), (1, 1));
    assert_eq!(totals(&journal), (1, 1, 0, 0));
    assert_eq!(emulator.execute_requests(), 2);
}

/// The same flow, with code of a user's that panics for two orders.
struct Fragile {
    order: i64,
    /// Its inputs were written before: when the row was made.
    is_made: AtomicBool,
}

impl Fragile {
    const BAD_INPUTS: i64 = 4;
    const BAD_OUTPUTS: i64 = 26;
}

impl Flow for Fragile {
    const NAMESPACE: &'static str = Move::NAMESPACE;
    const FLOW_ID: &'static str = Move::FLOW_ID;
    type Output = MoveOutput;

    fn write_params(&self, to: &mut FieldWriter) -> apaas_flow::Result<()> {
        let is_sent = self.is_made.swap(true, Ordering::Relaxed);
        assert!(!is_sent || self.order != Self::BAD_INPUTS, "on purpose");
        to.field("variable_order", &self.order)
    }

    fn read_outputs(from: &mut FieldReader<'_>) -> apaas_flow::Result<MoveOutput> {
        let double = from.take("variable_double")?;
        assert_ne!(double, 2 * Self::BAD_OUTPUTS, "on purpose");
        Ok(MoveOutput { double })
    }
}

fn fragile_rows(orders: impl IntoIterator<Item = i64>) -> impl Iterator<Item = Row<MoveOutput>> {
    orders.into_iter().map(|order| {
        let is_made = AtomicBool::new(false);
        Row::new(format!("move-{order}"), Fragile { order, is_made })
    })
}

#[tokio::test]
async fn a_row_whose_outputs_panic_takes_no_other_along_and_is_never_sent_again() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let end = tokio::spawn(Bulk::new(&client, &journal).run(fragile_rows(20..=100))).await;
    assert!(end.unwrap_err().is_panic());
    let ran = totals(&journal).0;
    assert_eq!(totals(&journal), (ran, 0, 1, 0));
    assert_eq!(journal.totals().unwrap().sending, 0);
    let ran = usize::try_from(ran).unwrap();
    assert_eq!(runs.lock().unwrap().len(), ran + 1);
    assert!(ran < 80, "{ran}");

    // once the bug is mended
    let again = Bulk::new(&client, &journal).retry_failed(true);
    let report = again.run(rows(20..=100)).await.unwrap();
    assert_eq!((report.failed, report.unknown), (1, 0));
    assert_eq!(runs.lock().unwrap().len(), 81);
    assert!(runs.lock().unwrap().values().all(|runs| *runs == 1));
    let row = journal.rows(RowState::Failed).unwrap().next();
    let row = row.unwrap().unwrap();
    assert_eq!(row.key, "move-26");
    assert_eq!(row.error_kind.as_deref(), Some("decode"));
    assert!(row.execution_id.is_some() && row.log_id.is_some());
    let error = row.error.unwrap();
    assert!(
        error.contains("the code that reads its outputs panicked"),
        "{error}"
    );
}

#[tokio::test]
async fn a_row_whose_inputs_panic_did_not_run_and_takes_no_other_along() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let end = tokio::spawn(Bulk::new(&client, &journal).run(fragile_rows(1..=6))).await;
    assert!(end.unwrap_err().is_panic());
    assert_eq!(totals(&journal), (5, 1, 0, 0));
    assert_eq!(journal.totals().unwrap().sending, 0);
    let row = journal.rows(RowState::DidNotRun).unwrap().next();
    let error = row.unwrap().unwrap().error.unwrap();
    assert!(
        error.contains("the code that writes its inputs panicked"),
        "{error}"
    );

    let bulk = Bulk::new(&client, &journal);
    bulk.run(rows(1..=6)).await.unwrap();
    assert_eq!(totals(&journal), (6, 0, 0, 0));
    assert!(runs.lock().unwrap().values().all(|runs| *runs == 1));
    let mut ran = journal.rows(RowState::Ran).unwrap().map(Result::unwrap);
    assert!(
        ran.all(|row| row.idempotency_key == row.key),
        "it never left"
    );
}

#[tokio::test]
async fn rows_that_panic_take_none_along_that_is_under_way() {
    let (_emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let rows = rows(20..=60).inspect(|row| assert!(!format!("{row:?}").contains("move-45")));
    let end = tokio::spawn(Bulk::new(&client, &journal).run(rows)).await;
    assert!(end.unwrap_err().is_panic());
    assert_eq!(totals(&journal), (25, 0, 0, 0));
    assert_eq!(journal.totals().unwrap().total(), 25);
    assert_eq!(runs.lock().unwrap().len(), 25);
}

#[tokio::test]
async fn rows_whose_end_cannot_be_recorded_are_named_and_count_as_unknown() {
    let (emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let file = folder.journal();
    let (refused, once_refused) = std::sync::mpsc::channel();
    let once_refused = Mutex::new(once_refused);
    emulator.on::<Move>(move |input| {
        if input.order == 1 {
            once_refused.lock().unwrap().recv().unwrap();
        }
        // the disk is full from now on
        let journal = rusqlite::Connection::open(&file).unwrap();
        let full =
            "CREATE TRIGGER IF NOT EXISTS full BEFORE UPDATE ON row WHEN NEW.state != 'unknown'
                    BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
        journal.execute_batch(full).unwrap();
        match input.order {
            2 => Err(Failure::new("k_2", "no two")),
            order => Ok(MoveOutput { double: order }),
        }
    });
    let orders = [1, 2, 1].into_iter();
    let error = Bulk::new(&client, &journal)
        .on_progress(move |_| refused.send(()).unwrap_or_default())
        .run(rows(orders))
        .await
        .unwrap_err();
    // not that of the third row, which came first
    assert_eq!(error.kind(), ErrorKind::Journal);
    let text = error.to_string();
    assert!(text.contains("the disk is full"), "{text}");
    assert!(text.contains("row 1 (`move-1`) `ran`"), "{text}");
    assert!(text.contains("row 2 (`move-2`) `failed`"), "{text}");
    assert!(text.contains("`settle_unknown`"), "{text}");
    let report = error.report().unwrap();
    assert_eq!((report.ran, report.failed, report.unknown), (0, 0, 2));

    let connection = rusqlite::Connection::open(folder.journal()).unwrap();
    connection.execute_batch("DROP TRIGGER full").unwrap();
    let bulk = Bulk::new(&client, &journal);
    assert_eq!(bulk.run(rows([1, 2])).await.unwrap().unknown, 2);
}

#[tokio::test]
async fn a_run_that_is_dropped_leaves_what_it_was_sending_unknown() {
    let (emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    emulator.inject(Fault::Slow(Duration::from_secs(60)));
    let run = Bulk::new(&client, &journal).run(rows([1]));
    let until_it_runs = async {
        while emulator.executions().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        _ = run => panic!("it takes a minute"),
        () = until_it_runs => {}
    }
    assert_eq!(journal.totals().unwrap().sending, 1);
    let report = Bulk::new(&client, &journal).run(rows([2])).await.unwrap();
    assert_eq!(report.ran, 1);
    assert_eq!(keys(&journal, RowState::Unknown), ["move-1"]);
}

#[tokio::test]
async fn a_flow_that_is_known_only_at_run_time_is_a_row_too() {
    let (_emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let row = |order: i64| {
        let flow = DynamicFlow::new("package_bulk__c", "move_0a1b2c3d4e").unwrap();
        Row::dynamic(
            format!("move-{order}"),
            flow.param("variable_order", order).unwrap(),
        )
    };
    let report = Bulk::new(&client, &journal)
        .run([row(1), row(2)])
        .await
        .unwrap();
    assert_eq!(report.ran, 2);
    // the same call as that of the struct
    let report = Bulk::new(&client, &journal)
        .run(rows([1, 2, 3]))
        .await
        .unwrap();
    assert_eq!((report.ran, report.skipped), (1, 2));
}

#[tokio::test]
async fn a_journal_belongs_to_one_app_on_one_platform() {
    let (emulator, client, runs) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let run = async |client: &Client| Bulk::new(client, &journal).run(rows([1, 2])).await;
    let with_token = |url: &str| {
        Client::builder()
            .token_source(StaticToken::new("t-1"))
            .operator(Operator::id(1))
            .base_url(url)
            .build()
            .unwrap()
    };
    // without an id, it belongs to the address alone
    let report = run(&with_token(emulator.url())).await.unwrap();
    assert_eq!((report.did_not_run, report.ran), (2, 0), "no such token");
    let at_feishu = || Client::builder().operator(Operator::id(1));
    let feishu = at_feishu().app_credentials("cli_a", "s").build().unwrap();
    let error = run(&feishu).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnotherApp);
    assert!(error.report().is_none());
    let text = error.to_string();
    assert!(
        text.contains("an app at a server on this machine, "),
        "{text}"
    );
    let ours = "the app cli_a at https://open.feishu.cn";
    assert!(text.contains(ours), "{text}");
    assert!(text.contains("another journal"), "{text}");

    // the first with an id adds it; the names and ports of this machine are nothing to go by
    assert_eq!(run(&client).await.unwrap().ran, 2);
    let (other, of_other, _) = platform().await;
    assert_ne!(other.url(), emulator.url());
    assert_eq!(run(&of_other).await.unwrap().skipped, 2);
    assert_eq!(run(&with_token(other.url())).await.unwrap().skipped, 2);
    let by_name = other.url().replace("127.0.0.1", "localhost");
    assert_eq!(run(&with_token(&by_name)).await.unwrap().skipped, 2);

    let another_app = other.client_builder().app_credentials("cli_b", "s");
    let error = run(&another_app.build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnotherApp);
    assert!(error.to_string().contains("cli_b"), "{error}");
    assert_eq!(runs.lock().unwrap().len(), 2);
    assert_eq!(other.execute_requests(), 0);
    // refused runs leave it as it was
    assert_eq!(run(&client).await.unwrap().skipped, 2);
}

#[tokio::test]
async fn a_journal_of_an_earlier_version_belongs_to_the_app_of_its_next_run() {
    let (_emulator, client, _) = platform().await;
    let folder = Folder::new();
    let run = async |client: &Client| {
        let journal = Journal::open(folder.journal())?;
        Bulk::new(client, &journal).run(rows([1])).await
    };
    assert_eq!(run(&client).await.unwrap().ran, 1);
    let journal = rusqlite::Connection::open(folder.journal()).unwrap();
    let forgotten = journal.execute("DELETE FROM meta WHERE name != 'salt'", []);
    assert_eq!(forgotten.unwrap(), 2);
    drop(journal);
    assert_eq!(run(&client).await.unwrap().skipped, 1);
    let feishu = Client::new("cli_a", "s").unwrap();
    let error = run(&feishu).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AnotherApp);
}

#[test]
fn one_process_has_a_journal_and_others_look_at_it() {
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let error = Journal::open(folder.journal()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InUse);
    let other = Journal::open_to_read(folder.journal()).unwrap();
    assert_eq!(other.totals().unwrap().total(), 0);
    drop(journal);
    Journal::open(folder.journal()).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it_and_no_value_is_in_it() {
    use std::os::unix::fs::PermissionsExt;

    let (_emulator, client, _) = platform().await;
    let folder = Folder::new();
    let journal = Journal::open(folder.journal()).unwrap();
    let bulk = Bulk::new(&client, &journal);
    bulk.run([Row::new("a", Move { order: 987_654_321 })])
        .await
        .unwrap();
    let mut files = Vec::new();
    for file in std::fs::read_dir(&folder.0).unwrap() {
        let path = file.unwrap().path();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("987654321") && !text.contains("1975308642"));
        let name = path.file_name().unwrap().to_str().unwrap();
        files.push(name.strip_prefix("journal.db").unwrap().to_owned());
    }
    files.sort();
    assert_eq!(files, ["", "-shm", "-wal", ".lock", ".seen"]);
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let folder = Folder::new();
    let kind = |path: &Path| Journal::open(path).map(drop).unwrap_err().kind();

    let text = folder.0.join("notes.txt");
    std::fs::write(&text, "x".repeat(5000)).unwrap();
    assert_eq!(kind(&text), ErrorKind::NotAJournal);
    assert_eq!(std::fs::read(&text).unwrap().len(), 5000);

    let other = folder.0.join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE theirs (a)").unwrap();
    assert_eq!(kind(&other), ErrorKind::NotAJournal);

    drop(Journal::open(folder.journal()).unwrap());
    let newer = rusqlite::Connection::open(folder.journal()).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let error = Journal::open(folder.journal()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAJournal);
    assert!(error.to_string().contains("newer version"), "{error}");

    let missing = folder.0.join("no/such/folder/journal.db");
    assert_eq!(kind(&missing), ErrorKind::Journal);
    assert_eq!(
        Journal::open_to_read(&missing).unwrap_err().kind(),
        ErrorKind::Journal
    );
}

use std::fmt::Display;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Output};
use std::sync::{Arc, Condvar, Mutex};

use apaas_flow::Flow;
use apaas_flow::value::RecordRef;
use apaas_flow_emulator::{Emulator, Failure};
use order_desk::flows::{MigrateOrder, MigrateOrderOutput};

use crate::desk::until;
use crate::program::{order_desk, send};

const ROWS: usize = 60;
const FREE: usize = 10;

/// A file of rows, a journal, and a platform that counts.
struct Import {
    emulator: Emulator,
    gate: Arc<Gate>,
    folder: PathBuf,
}

impl Import {
    /// This many rows run, and the others when the gate is opened.
    async fn new(name: &str, free: usize) -> Self {
        let emulator = Emulator::start().await.unwrap();
        let gate = Arc::new(Gate {
            free: Mutex::new(free),
            opened: Condvar::new(),
        });
        let passed = gate.clone();
        emulator.on::<MigrateOrder>(move |order| {
            passed.pass();
            assert_eq!(order.total.to_string(), "128.50");
            match order.number.as_str() {
                "gone" => Err(Failure::new("no_customer", "there is no such customer")),
                _ => Ok(MigrateOrderOutput {
                    order: RecordRef::new(1),
                }),
            }
        });
        let folder = format!("order-desk-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).unwrap();
        Self {
            emulator,
            gate,
            folder,
        }
    }

    /// Writes the file, with these numbers and customers in it.
    fn rows(&self, rows: impl IntoIterator<Item = (impl Display, impl Display)>) {
        let header = "number,customer,total,placed_at\n".to_owned();
        let rows = rows.into_iter().map(|(number, customer)| {
            format!("{number},{customer},128.50,2021-12-28T10:20:30+08:00\n")
        });
        let file: String = std::iter::once(header).chain(rows).collect();
        fs::write(self.folder.join("rows.csv"), file).unwrap();
    }

    fn start(&self) -> Child {
        order_desk(&self.emulator)
            .args(["import", "rows.csv", "--journal", "journal.db"])
            .current_dir(&self.folder)
            .spawn()
            .unwrap()
    }

    /// Starts it, and waits until some rows have run, and others are held up.
    async fn start_and_wait(&self) -> Child {
        let child = self.start();
        until("rows are held up", || self.emulator.runs() > FREE).await;
        child
    }

    fn run(&self) -> End {
        End::of(self.start())
    }

    fn assert_that_each_row_ran_once(&self) {
        assert_eq!(self.emulator.runs(), ROWS);
        for row in 0..ROWS {
            let key = format!("{}-{row}", MigrateOrder::FLOW_ID);
            assert_eq!(self.emulator.runs_of(&key), 1, "{key}");
        }
    }
}

/// Holds runs up.
struct Gate {
    free: Mutex<usize>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        let free = self.free.lock().unwrap();
        let mut free = self.opened.wait_while(free, |free| *free == 0).unwrap();
        *free -= 1;
    }

    fn open(&self) {
        *self.free.lock().unwrap() = usize::MAX;
        self.opened.notify_all();
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// What a program left.
#[derive(Debug)]
struct End {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl End {
    fn of(child: Child) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output().unwrap();
        Self {
            status: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }
}

/// Until it says so on stderr.
fn wait_for_line(child: &mut Child, with: &str) {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let said = stderr
        .by_ref()
        .lines()
        .any(|line| line.unwrap().contains(with));
    assert!(said, "it ended without `{with}`");
    child.stderr = Some(stderr.into_inner());
}

#[tokio::test]
async fn an_import_that_was_killed_goes_on_and_sends_nothing_twice() {
    let import = Import::new("killed", FREE).await;
    import.rows((0..ROWS).map(|row| (row, 4711)));
    let mut child = import.start_and_wait().await;
    child.kill().unwrap();
    child.wait().unwrap();
    import.gate.open();

    let end = import.run();
    assert_eq!(end.status, Some(0), "{end:?}");
    import.assert_that_each_row_ran_once();
    // and a third time it is all done
    let requests = import.emulator.execute_requests();
    let end = import.run();
    assert!(
        end.stdout.starts_with("0 ran, 60 had run before"),
        "{end:?}"
    );
    assert_eq!(import.emulator.execute_requests(), requests);
}

#[tokio::test]
async fn an_import_that_is_asked_to_stop_leaves_nothing_open() {
    let import = Import::new("stopped", FREE).await;
    import.rows((0..ROWS).map(|row| (row, 4711)));
    let mut child = import.start_and_wait().await;
    send("TERM", &child);
    wait_for_line(&mut child, "stopping");
    import.gate.open();
    let end = End::of(child);
    assert_eq!(end.status, Some(1), "{end:?}");
    assert!(
        end.stdout.contains("0 unknown; stopped as asked"),
        "{end:?}"
    );

    assert_eq!(import.run().status, Some(0));
    import.assert_that_each_row_ran_once();
}

#[tokio::test]
async fn a_row_that_fails_is_named() {
    let import = Import::new("failed", ROWS).await;
    import.rows([("1", 4711), ("gone", 4711)]);
    let end = import.run();
    assert_eq!(end.status, Some(1), "{end:?}");
    assert!(end.stdout.starts_with("1 ran"), "{end:?}");
    let open = end
        .stderr
        .lines()
        .find(|line| line.contains("a row is open"));
    let open = open.expect(&end.stderr);
    assert!(open.contains("migrateOrder_3d4e5f6a7b-gone") && open.contains("no_customer"));
}

#[tokio::test]
async fn a_mistake_in_the_last_row_is_found_before_the_first_is_sent() {
    let import = Import::new("mistake", ROWS).await;
    import.rows([(1, "4711"), (2, "nobody")]);
    let end = import.run();
    assert_eq!(end.status, Some(2), "{end:?}");
    assert!(end.stderr.contains("rows.csv, line 3: "), "{end:?}");
    assert_eq!(import.emulator.execute_requests(), 0);
}

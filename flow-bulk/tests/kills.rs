//! A process that is killed at any moment: no row runs twice, and the journal is true.
//!
//! `APAAS_FLOW_KILLS=200 APAAS_FLOW_ROWS=2000 cargo test --release -p apaas-flow-bulk --test kills -- --nocapture`

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

use std::collections::HashMap;
use std::env;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apaas_flow::{Client, Operator, Quota, RetryPolicy, apaas_flow};
use apaas_flow_bulk::{Bulk, Journal, Report, Row, RowState};
use apaas_flow_emulator::Emulator;

#[apaas_flow(namespace = "package_bulk__c", flow_id = "move_0a1b2c3d4e", emulate)]
struct Move {
    #[input("variable_order")]
    order: i64,
    #[output("variable_double")]
    double: i64,
}

const URL: &str = "APAAS_FLOW_KILLS_URL";
const JOURNAL: &str = "APAAS_FLOW_KILLS_JOURNAL";

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |number| number.parse().unwrap())
}

async fn run(url: &str, journal: &str, rows: i64, settle: bool) -> Report {
    let client = Client::builder()
        .app_credentials("cli_kills", "secret")
        .operator(Operator::id(1111))
        .base_url(url)
        .quota(Quota::UNLIMITED)
        .timeout(Duration::from_secs(2))
        // pauses are not what is tested here
        .retry(RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(5)))
        .build()
        .unwrap();
    let journal = Journal::open(journal).unwrap();
    Bulk::new(&client, &journal)
        .concurrency(16)
        .tries(1)
        .settle_unknown(settle)
        .run((0..rows).map(|order| Row::new(format!("move-{order}"), Move { order })))
        .await
        .unwrap()
}

/// Not a test of its own: the process that is killed.
#[tokio::test]
async fn child() {
    let (Ok(url), Ok(journal)) = (env::var(URL), env::var(JOURNAL)) else {
        return;
    };
    let rows = i64::try_from(number("APAAS_FLOW_ROWS", 400)).unwrap();
    run(&url, &journal, rows, false).await;
}

fn start(url: &str, journal: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(URL, url)
        .env(JOURNAL, journal)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_row_runs_twice_and_the_journal_is_true_whenever_a_process_is_killed() {
    let kills = number("APAAS_FLOW_KILLS", 8);
    let rows = number("APAAS_FLOW_ROWS", 400);
    let (mut seed, mut killed) = (4711_u64, 0);
    let mut states = [0_u64; 4];
    while killed < kills {
        let round = Round::new(seed).await;
        // until a process comes to its end, or enough were killed
        for _ in 0..20 {
            if killed >= kills {
                break;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut child = start(round.emulator.url(), &round.journal);
            tokio::time::sleep(Duration::from_millis(20 + (seed >> 33) % 400)).await;
            let has_ended = child.try_wait().unwrap().is_some();
            let _ = child.kill();
            child.wait().unwrap();
            round.check();
            if has_ended {
                break;
            }
            killed += 1;
        }
        round.settle(i64::try_from(rows).unwrap()).await;
        let totals = Journal::open_to_read(&round.journal)
            .unwrap()
            .totals()
            .unwrap();
        states[0] += totals.ran;
        states[1] += totals.reply_lost;
        states[2] += totals.did_not_run;
        states[3] += totals.unknown;
        assert_eq!((totals.unknown, totals.sending), (0, 0));
        std::fs::remove_dir_all(&round.folder).unwrap();
    }
    let [ran, reply_lost, did_not_run, unknown] = states;
    println!(
        "{killed} kills: {ran} rows ran ({reply_lost} with their reply lost), {did_not_run} did not run, {unknown} unknown, none twice"
    );
}

/// One journal and its platform.
struct Round {
    emulator: Emulator,
    runs: Arc<Mutex<HashMap<i64, u64>>>,
    folder: PathBuf,
    journal: String,
}

impl Round {
    async fn new(seed: u64) -> Self {
        let emulator = Emulator::builder().chaos(seed, 0.2).start().await.unwrap();
        let runs = Arc::new(Mutex::new(HashMap::new()));
        let counted = runs.clone();
        emulator.on::<Move>(move |input| {
            *counted.lock().unwrap().entry(input.order).or_default() += 1;
            Ok(MoveOutput {
                double: 2 * input.order,
            })
        });
        let folder =
            env::temp_dir().join(format!("apaas-flow-kills-{}-{seed}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let journal = folder.join("journal.db").to_str().unwrap().to_owned();
        Self {
            emulator,
            runs,
            folder,
            journal,
        }
    }

    fn runs_of(&self, key: &str) -> u64 {
        let order = key.strip_prefix("move-").unwrap().parse().unwrap();
        self.runs.lock().unwrap().get(&order).copied().unwrap_or(0)
    }

    /// What the journal says is what the platform saw.
    fn check(&self) {
        // it may have been killed before there was one
        let Ok(journal) = Journal::open_to_read(&self.journal) else {
            return;
        };
        for state in RowState::ALL {
            for row in journal.rows(state).unwrap() {
                let key = row.unwrap().key;
                let runs = self.runs_of(&key);
                let is_true = match state {
                    RowState::Ran | RowState::Failed => runs == 1,
                    RowState::New | RowState::DidNotRun => runs == 0,
                    _ => runs <= 1,
                };
                assert!(is_true, "{key} is `{state}` and ran {runs} times");
            }
        }
        assert!(self.runs.lock().unwrap().values().all(|runs| *runs == 1));
    }

    /// Runs to the end, until nothing is unknown and everything ran.
    async fn settle(&self, rows: i64) {
        for _ in 0..50 {
            let report = run(self.emulator.url(), &self.journal, rows, true).await;
            self.check();
            if report.unknown == 0 && report.did_not_run == 0 {
                return;
            }
        }
        panic!("rows are unknown after fifty runs");
    }
}

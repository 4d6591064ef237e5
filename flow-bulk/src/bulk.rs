//! A run: rows in, calls out, and each step in the journal.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use apaas_flow::{Client, Execute, Execution};
use futures_util::future::{Either, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::end::{Ended, ended, inputs_panicked, outputs_panicked};
use crate::error::{Error, ErrorKind, Result};
use crate::journal::{App, Claim, Claimed, InRun, Journal, RowState};
use crate::progress::{Pace, Progress};
use crate::report::{Report, Stopped};
use crate::row::Row;
use crate::stop::StopHandle;
use crate::unrecorded::Unrecorded;

/// A call of a bulk run may wait as long as necessary.
const PATIENCE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The pause before a row is sent again; twice as long each time.
const PAUSE: Duration = Duration::from_secs(2);

/// A bulk run: sends rows, several at a time, and keeps a journal of them.
///
/// See the [crate's page](crate) for an example.
#[must_use = "a run does nothing until `run` is called and awaited"]
pub struct Bulk<O> {
    client: Client,
    journal: Journal,
    concurrency: usize,
    max_failures: Option<u64>,
    tries: u32,
    settle_unknown: bool,
    retry_failed: bool,
    on_progress: Option<OnProgress>,
    on_ran: Option<OnRan<O>>,
    stop: StopHandle,
}

type OnProgress = Box<dyn FnMut(&Progress) + Send>;

type OnRan<O> = Box<dyn FnMut(&str, &Execution<O>) + Send>;

/// What a panic of the user's code carries.
type Payload = Box<dyn Any + Send>;

impl<O> Bulk<O> {
    /// A run of calls by this client, with this journal.
    pub fn new(client: &Client, journal: &Journal) -> Self {
        Self {
            client: client.clone(),
            journal: journal.clone(),
            concurrency: 16,
            max_failures: None,
            tries: 3,
            settle_unknown: false,
            retry_failed: false,
            on_progress: None,
            on_ran: None,
            stop: StopHandle::default(),
        }
    }

    /// How many calls run at a time, and so how many rows may be unknown if the process dies. 16 by default; 0 counts
    /// as 1.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Ends the run when this many of the rows that it sent did not run, failed or are unknown. No limit by default; 0 counts as
    /// 1.
    pub fn max_failures(mut self, failures: u64) -> Self {
        self.max_failures = Some(failures.max(1));
        self
    }

    /// How often a row is sent in one run if it did not run and another try may help, with a growing pause in between. 3
    /// by default; 0 counts as 1. This is in addition to the client's own retries.
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries.max(1);
        self
    }

    /// Sends unknown rows again, each under its own key: either it runs now, or the platform says that the key is used:
    /// then it ran before. Off by default.
    pub fn settle_unknown(mut self, settle: bool) -> Self {
        self.settle_unknown = settle;
        self
    }

    /// Sends rows that failed in an earlier run again, each under a new key, except those whose flow ran to its end and
    /// whose outputs do not fit. Off by default.
    pub fn retry_failed(mut self, retry: bool) -> Self {
        self.retry_failed = retry;
        self
    }

    /// Uses only this share of the client's quota, such as `0.5` for half of it, and lets other calls go first: see
    /// [`Client::with_share_of_quota`].
    pub fn share_of_quota(mut self, share: f64) -> Self {
        self.client = self.client.with_share_of_quota(share);
        self
    }

    /// Calls this function after each row, in the task that awaits [`run`](Self::run).
    pub fn on_progress(mut self, tell: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(tell));
        self
    }

    /// Calls this function with the outputs of each row that ran, **before** the row is marked as one that ran.
    ///
    /// So a process that dies in between leaves the row unknown, and its outputs may or may not have been handled. If
    /// the function panics, the row is marked as one that ran, no further row is sent, and the panic resumes once the
    /// calls under way have ended.
    pub fn on_ran(mut self, handle: impl FnMut(&str, &Execution<O>) + Send + 'static) -> Self {
        self.on_ran = Some(Box::new(handle));
        self
    }

    /// A handle that ends the run without losing the calls under way, for example on Ctrl-C.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Sends the rows that have not run. The iterator is read as rows are sent, so it may be of any length.
    ///
    /// If this future is dropped, rows that are being sent will be [unknown](RowState::Unknown).
    ///
    /// If the iterator, or the code of a flow's inputs or outputs, panics, no further row is sent, and the panic resumes
    /// once the calls under way have ended and are in the journal. A row whose outputs panicked is marked as one whose
    /// outputs do not fit. A row whose end the journal could not take in is then named by nothing: the next run has it as
    /// unknown.
    ///
    /// # Errors
    /// If the journal belongs to another app; if a row has no key, or the key of another row of this run; if a row
    /// differs from the one in the journal under its key; or if the journal cannot be written. Then no further row is
    /// sent, calls under way finish, and [`Error::report`] says what was done.
    pub async fn run<I>(self, rows: I) -> Result<Report>
    where
        I: IntoIterator<Item = Row<O>>,
    {
        let (address, id) = self.client.target();
        let journal = self.journal.begin(App { address, id }).await?;
        // an iterator that has ended is not asked again
        let rows = rows.into_iter().fuse();
        let (least, most) = rows.size_hint();
        let total = (most == Some(least)).then_some(least);
        let mut run = Run {
            total: total.and_then(|total| u64::try_from(total).ok()),
            begun_at: Instant::now(),
            report: Report::default(),
            sent: 0,
            failures: 0,
            error: None,
            unrecorded: Unrecorded::default(),
            panic: None,
            over: StopHandle::default(),
            bulk: self,
        };
        run.all(&journal, rows).await;
        if let Some(payload) = run.panic {
            panic::resume_unwind(payload);
        }
        match run.unrecorded.into_error().or(run.error) {
            Some(error) => Err(error.with_report(run.report)),
            None => Ok(run.report),
        }
    }
}

impl<O> fmt::Debug for Bulk<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk")
            .field("journal", &self.journal)
            .field("concurrency", &self.concurrency)
            .field("max_failures", &self.max_failures)
            .field("settle_unknown", &self.settle_unknown)
            .field("retry_failed", &self.retry_failed)
            .finish_non_exhaustive()
    }
}

/// A run under way.
struct Run<O> {
    bulk: Bulk<O>,
    total: Option<u64>,
    begun_at: Instant,
    report: Report,
    /// Rows that were sent: the basis of the pace.
    sent: u64,
    /// Those of them that did not run, failed or are unknown.
    failures: u64,
    /// The first error that ended the run.
    error: Option<Error>,
    unrecorded: Unrecorded,
    /// The first panic of the user's own code, which ends the run too.
    panic: Option<Payload>,
    /// Ends the waits of rows that would be sent again, once no further row may be sent.
    over: StopHandle,
}

/// A row of the run, and how often it was sent.
struct Sent<O> {
    row: Row<O>,
    /// Its place among the rows, from 1.
    number: u64,
    tries: u32,
}

/// How far a row has come.
enum Step<O> {
    Skipped(RowState),
    Refused(Error),
    /// Its call has ended, perhaps by a panic, but that is not in the journal yet.
    Ended(Box<(Sent<O>, Ended<O>)>, Option<Payload>),
    /// It is in the journal, or could not be written there.
    Recorded {
        sent: Sent<O>,
        state: RowState,
        may_heal: bool,
        recorded: Result<()>,
    },
}

/// What to do next with a row.
enum Next<O> {
    Record(Box<(Sent<O>, Ended<O>)>),
    SendAgain(Sent<O>),
    Nothing,
}

impl<O> Run<O> {
    async fn all(&mut self, journal: &InRun, mut rows: impl Iterator<Item = Row<O>>) {
        // Both waits are in here, for the reply and for the disk, so that the ends of many rows share a commit.
        let mut under_way = FuturesUnordered::new();
        let mut number = 0;
        loop {
            while under_way.len() < self.bulk.concurrency && self.goes_on() {
                let row = caught(&mut self.panic, || rows.next());
                let Some(row) = row.flatten() else { break };
                number += 1;
                let tries = 1;
                let sent = Sent { row, number, tries };
                under_way.push(Either::Left(self.send(journal, sent)));
            }
            if !self.goes_on() {
                self.over.stop();
            }
            let stopped = self.bulk.stop.clone();
            let step = tokio::select! {
                // a row that has ended comes before a stop
                biased;
                step = under_way.next() => step,
                () = stopped.stopped(), if !self.over.is_stopped() => continue,
            };
            let Some(step) = step else { break };
            match self.take(step) {
                Next::Record(ended) => under_way.push(Either::Right(record(journal, ended))),
                Next::SendAgain(sent) => under_way.push(Either::Left(self.send(journal, sent))),
                Next::Nothing => {}
            }
        }
        if self.bulk.stop.is_stopped() && self.report.stopped.is_none() {
            self.report.stopped = Some(Stopped::Asked);
        }
    }

    /// Whether another row may be sent.
    fn goes_on(&self) -> bool {
        self.error.is_none()
            && self.unrecorded.is_empty()
            && self.panic.is_none()
            && self.report.stopped.is_none()
            && !self.bulk.stop.is_stopped()
    }

    /// Claims a row and sends it, after a pause if it was sent before.
    fn send<'j>(
        &self,
        journal: &'j InRun,
        sent: Sent<O>,
    ) -> impl Future<Output = Step<O>> + use<'j, O> {
        let (number, tries) = (sent.number, sent.tries);
        let client = self.bulk.client.clone();
        let over = self.over.clone();
        let hash = sent.row.hash(self.bulk.journal.salt());
        let (settle_unknown, retry_failed) = (self.bulk.settle_unknown, self.bulk.retry_failed);
        async move {
            if sent.row.key.is_empty() {
                let message = format!("row {number} has no key");
                return Step::Refused(Error::new(ErrorKind::NoKey, message));
            }
            if tries > 1 {
                let pause = PAUSE * 2_u32.saturating_pow(tries - 2);
                tokio::select! {
                    biased;
                    () = over.stopped() => return Step::Skipped(RowState::DidNotRun),
                    () = tokio::time::sleep(pause) => {}
                }
            }
            let claim = Claim {
                key: sent.row.key.clone(),
                number,
                hash,
                settle_unknown,
                retry_failed,
                again: tries > 1,
            };
            match journal.claim(claim).await {
                Err(error) => Step::Refused(error),
                Ok(Claimed::Skip(state)) => Step::Skipped(state),
                Ok(Claimed::Send {
                    call_key,
                    may_have_run,
                }) => {
                    let mut panic = None;
                    let call = caught(&mut panic, || (sent.row.call)(&client));
                    let end = match call {
                        None => Err(inputs_panicked()),
                        Some(call) => {
                            let call = call.idempotency_key(call_key).queue_limit(PATIENCE);
                            end_of(call, &mut panic).await
                        }
                    };
                    let ended = ended(&sent.row.key, may_have_run, end);
                    Step::Ended(Box::new((sent, ended)), panic)
                }
            }
        }
    }

    /// Adds a step to the report.
    fn take(&mut self, step: Step<O>) -> Next<O> {
        match step {
            Step::Refused(error) => {
                self.error.get_or_insert(error);
            }
            Step::Skipped(RowState::Ran) => self.report.skipped += 1,
            Step::Skipped(state) => *self.report.count(state) += 1,
            Step::Ended(mut step, panic) => {
                if let Some(panic) = panic {
                    keep(&mut self.panic, panic);
                }
                let (sent, ended) = &mut *step;
                if let Some(run) = &ended.run {
                    self.tell(&sent.row.key, run, &mut ended.end.error);
                }
                return Next::Record(step);
            }
            Step::Recorded {
                sent,
                state,
                may_heal,
                recorded,
            } => {
                if let Err(why) = recorded {
                    let (number, key) = (sent.number, &sent.row.key);
                    self.unrecorded.add(why, number, key, state);
                    // as the next run will have it
                    self.count(RowState::Unknown);
                } else if may_heal && sent.tries < self.bulk.tries && self.goes_on() {
                    let tries = sent.tries + 1;
                    return Next::SendAgain(Sent { tries, ..sent });
                } else {
                    self.count(state);
                }
            }
        }
        self.show_progress();
        Next::Nothing
    }

    /// Handles the end of a row that was sent.
    fn count(&mut self, state: RowState) {
        self.sent += 1;
        *self.report.count(state) += 1;
        if state != RowState::Ran {
            self.failures += 1;
        }
        if self
            .bulk
            .max_failures
            .is_some_and(|most| self.failures >= most)
        {
            self.report.stopped.get_or_insert(Stopped::MaxFailures);
        }
    }

    /// Hands the outputs to the user's function.
    fn tell(&mut self, key: &str, run: &Execution<O>, note: &mut Option<String>) {
        let Some(on_ran) = &mut self.bulk.on_ran else {
            return;
        };
        if caught(&mut self.panic, || on_ran(key, run)).is_none() {
            *note = Some("it ran, and `on_ran` panicked with its outputs".to_owned());
        }
    }

    fn show_progress(&mut self) {
        let Some(on_progress) = &mut self.bulk.on_progress else {
            return;
        };
        let stats = self.bulk.client.stats();
        let pace = Pace {
            sent: self.sent,
            elapsed: self.begun_at.elapsed(),
            limit: stats.window.limit,
            period: stats.window.period,
        };
        let queued = u64::try_from(stats.queued).unwrap_or(u64::MAX);
        let progress = Progress::new(&self.report, self.total, queued, stats.paused_for, &pace);
        caught(&mut self.panic, || on_progress(&progress));
    }
}

/// Runs code of the user's. If it panics, the first panic is kept for the end of the run.
fn caught<T>(first: &mut Option<Payload>, run: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(run))
        .map_err(|payload| keep(first, payload))
        .ok()
}

fn keep(first: &mut Option<Payload>, payload: Payload) {
    if first.is_none() {
        *first = Some(payload);
    } else {
        // its drop may panic in turn
        std::mem::forget(payload);
    }
}

/// Awaits a call, whose outputs are read by code of the user's.
async fn end_of<O>(
    mut call: Execute<O>,
    panic: &mut Option<Payload>,
) -> apaas_flow::Result<Execution<O>> {
    match AssertUnwindSafe(&mut call).catch_unwind().await {
        Ok(end) => end,
        Err(payload) => {
            keep(panic, payload);
            // a call that is awaited again tells how it ended
            call.await.map_err(outputs_panicked)
        }
    }
}

/// Writes the end of a row into the journal.
async fn record<O>(journal: &InRun, ended: Box<(Sent<O>, Ended<O>)>) -> Step<O> {
    let (sent, Ended { end, may_heal, .. }) = *ended;
    Step::Recorded {
        sent,
        state: end.state,
        may_heal,
        recorded: journal.end(end).await,
    }
}

//! The record of a call's attempts: what they may have done, and how far the last one has come when time is up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::departure::Departure;
use super::identity::{Identity, Run};
use crate::error::{Error, ErrorContext, ErrorKind, Ran, Result, Stage};
use crate::quota::Permit;
use crate::transport::http::Watch as _;
use crate::wire::RunReply;

#[derive(Default)]
pub(super) struct Attempts(Mutex<Record>);

#[derive(Default)]
struct Record {
    count: u32,
    /// What is known of the attempts that have ended, and the context of the one that is likeliest to have run.
    ran: Ran,
    likeliest: Option<ErrorContext>,
    under_way: Option<Arc<Departure>>,
    /// The time spent waiting for the quota.
    queued: Duration,
    http_status: Option<u16>,
}

impl Attempts {
    fn record<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn queued(&self, wait: Duration) {
        self.record(|record| record.queued += wait);
    }

    /// An attempt has all it needs, and is handed to HTTP.
    pub(super) fn begin(&self, permit: Permit) -> Arc<Departure> {
        let departure = Arc::new(Departure::new(permit));
        self.record(|record| {
            record.count += 1;
            record.under_way = Some(departure.clone());
        });
        departure
    }

    pub(super) fn answered(&self, http_status: u16) {
        self.record(|record| record.http_status = Some(http_status));
    }

    pub(super) fn end(&self, result: &Result<RunReply>) {
        self.record(|record| {
            record.under_way = None;
            if let Err(error) = result {
                if error.run() > record.ran {
                    record.likeliest = Some(error.context().clone());
                }
                record.ran = record.ran.max(error.run());
            }
        });
    }

    pub(super) fn count(&self) -> u32 {
        self.record(|record| record.count)
    }

    /// The time spent waiting for the quota, and the status of the last reply.
    pub(super) fn seen(&self) -> (Duration, Option<u16>) {
        self.record(|record| (record.queued, record.http_status))
    }

    pub(super) fn timed_out(&self, limit: Duration) -> Error {
        let has_left = |record: &mut Record| record.under_way.as_ref().map(|it| it.has_left());
        let (stage, what) = match self.record(has_left) {
            Some(true) => (Stage::Execute, "no reply"),
            Some(false) => (Stage::Execute, "no connection"),
            None => (Stage::Token, "no token"),
        };
        Error::plain(ErrorKind::Timeout, format!("{what} within {limit:?}"))
            .ran(Ran::No)
            .at(stage)
    }

    /// The end of the call. An error is told with what all attempts may have done, and with what is needed to find the
    /// run of the attempt that may have brought one.
    pub(super) fn conclude(&self, identity: &Arc<Identity>, end: Result<RunReply>) -> Result<Run> {
        let error = match end {
            Ok(reply) => {
                return Ok(Run {
                    identity: identity.clone(),
                    attempts: self.count(),
                    reply,
                });
            }
            Err(error) => error,
        };
        let error = self.record(|record| {
            let under_way = record.under_way.as_ref().map_or(Ran::No, |it| it.ran());
            let of_earlier =
                error.run().max(under_way) < record.ran || error.kind() == ErrorKind::KeyUsed;
            let likeliest = record.likeliest.take().filter(|_| of_earlier);
            error.or_ran(record.ran.max(under_way)).with(|context| {
                if let Some(likeliest) = likeliest {
                    context.find_instead(likeliest);
                }
            })
        });
        Err(identity.error(error, self.count()))
    }
}

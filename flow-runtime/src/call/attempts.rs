//! The record of a call's attempts: what they may have done, and how far the last one got.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::departure::Departure;
use super::identity::{Identity, Run};
use crate::error::{Error, ErrorKind, Ran, Result, Stage};
use crate::quota::Permit;
use crate::transport::http::Watch as _;
use crate::wire::RunReply;

#[derive(Default)]
pub(super) struct Attempts(Mutex<Record>);

#[derive(Default)]
struct Record {
    count: u32,
    /// Of the failed attempts that were sent, the error of the one most likely to have run.
    likeliest: Option<Error>,
    /// None before the first attempt and between two.
    under_way: Option<Arc<Departure>>,
    /// The time spent waiting for the quota.
    queued: Duration,
    http_status: Option<u16>,
}

impl Record {
    /// What the finished attempts may have done.
    fn ran(&self) -> Ran {
        self.likeliest.as_ref().map_or(Ran::No, Error::run)
    }

    /// What the current attempt may have done.
    fn under_way_ran(&self) -> Ran {
        self.under_way
            .as_ref()
            .map_or(Ran::No, |departure| departure.ran())
    }
}

impl Attempts {
    fn record<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A permit was waited for.
    pub(super) fn queued(&self, wait: Duration) {
        self.record(|record| record.queued += wait);
    }

    /// An attempt is handed to HTTP.
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
            let departure = record.under_way.take();
            if let Err(error) = result {
                let is_first = record.likeliest.is_none()
                    && departure.is_some_and(|departure| departure.has_left());
                // A used key says nothing about this attempt, only about an earlier one with the same key.
                if (is_first || error.run() > record.ran()) && error.kind() != ErrorKind::KeyUsed {
                    record.likeliest = Some(error.clone());
                }
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

    /// What the attempts so far may have done, including the current one.
    pub(super) fn ran(&self) -> Ran {
        self.record(|record| record.ran().max(record.under_way_ran()))
    }

    /// The error for a call that ran out of time.
    pub(super) fn timed_out(&self, limit: Duration) -> Error {
        let what = self.record(|record| match &record.under_way {
            Some(departure) if departure.log_id().is_some() => "only the head of a reply",
            Some(departure) if departure.has_left() => "no reply",
            Some(_) => "no connection",
            None => "no good reply",
        });
        Error::plain(ErrorKind::Timeout, format!("{what} within {limit:?}"))
            .ran(Ran::No)
            .at(Stage::Execute)
            .with(|context| context.log_id = self.log_id())
    }

    /// The log id of a reply that was not read to its end, or of one before it.
    pub(super) fn log_id(&self) -> Option<String> {
        self.record(|record| {
            let under_way = record.under_way.as_ref();
            let log_id = under_way.and_then(|departure| departure.log_id());
            let before = record.likeliest.as_ref().and_then(Error::log_id);
            log_id.or(before).map(str::to_owned)
        })
    }

    /// The call's result. An error carries what all attempts together may have done, and the ids of the attempt most
    /// likely to have run.
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
            let (ran, under_way) = (record.ran(), record.under_way_ran());
            // A key that was drawn is nobody else's: a request of this call had it, whatever its reply said.
            let had_key =
                error.kind() == ErrorKind::KeyUsed && (ran != Ran::No || !identity.is_own_key);
            match record.likeliest.take() {
                Some(earlier) if had_key => reply_lost(&error, earlier),
                Some(earlier) if error.run().max(under_way) < ran => error
                    .or_ran(ran)
                    .with(|context| context.find_instead(earlier.context().clone()))
                    .after(earlier),
                Some(earlier) if ran != Ran::No => error
                    .or_ran(ran.max(under_way))
                    .with(|context| context.find_too(earlier.context())),
                _ => error.or_ran(ran.max(under_way)),
            }
        });
        Err(identity.error(error, self.count()))
    }
}

/// The platform refused the key as used, and an earlier attempt had sent it: so it had accepted that attempt.
fn reply_lost(refused: &Error, earlier: Error) -> Error {
    let what = match earlier.run() {
        Ran::No => "an attempt was refused",
        Ran::Maybe | Ran::Yes => "the reply to an attempt was lost",
    };
    let message = format!(
        "{what} ({}), then the platform refused its key as used: it had accepted this call's request, but the result is unknown; look it up by the idempotency key before calling with another",
        earlier.message()
    );
    let flow_code = refused.flow_code().map(str::to_owned);
    let code = refused.code();
    Error::plain(ErrorKind::ReplyLost, message)
        .at(Stage::Execute)
        .with(|context| {
            context.code = code;
            context.flow_code = flow_code;
            context.log_id = refused.log_id().map(str::to_owned);
            context.find_instead(earlier.context().clone());
        })
        .after(earlier)
}

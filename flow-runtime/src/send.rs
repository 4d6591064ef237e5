//! A call on its way: a place in the quota, a token, an attempt, and what follows from its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout};

use crate::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Facts, Ran, Result, Stage};
use crate::http::Sent;
use crate::quota::Place;
use crate::retry::{History, Next, Outcome};
use crate::span::CallSpan;
use crate::wire::{Accept, Reply, judge};

/// All that is needed to send a call, some attempts of it.
pub(crate) struct Order {
    pub(crate) client: Client,
    pub(crate) endpoint: Arc<Endpoint>,
    /// The same bytes, so the same idempotency key, at every attempt.
    pub(crate) body: Bytes,
    pub(crate) accept: Accept,
    pub(crate) timeout: Duration,
    pub(crate) span: CallSpan,
    #[cfg(feature = "contracts")]
    pub(crate) recording: Option<crate::contract::Recording>,
}

/// How far a call has come: seen from outside when its time is up.
#[derive(Default)]
struct Progress(Mutex<Steps>);

#[derive(Default)]
struct Steps {
    attempts: u32,
    /// What is known of the attempts that have ended, and the facts of the one that is likeliest to have run.
    ran: Ran,
    worst: Option<Facts>,
    /// The attempt under way.
    sending: Option<Sent>,
    /// The time spent waiting for the quota.
    queued: Duration,
    http_status: Option<u16>,
}

impl Progress {
    fn update<T>(&self, change: impl FnOnce(&mut Steps) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn begin(&self, place: Place) -> Sent {
        let sent = Sent::with(place);
        self.update(|steps| {
            steps.attempts += 1;
            steps.sending = Some(sent.clone());
        });
        sent
    }

    fn end(&self, result: &Result<Reply>) {
        self.update(|steps| {
            steps.sending = None;
            if let Err(error) = result {
                if error.run() > steps.ran {
                    steps.worst = Some(error.facts().clone());
                }
                steps.ran = steps.ran.max(error.run());
            }
        });
    }

    fn attempts(&self) -> u32 {
        self.update(|steps| steps.attempts)
    }

    /// An error of the whole call: with what all its attempts may have done, and with what is needed to find the run
    /// of the attempt that may have brought one.
    fn failed(&self, error: Error) -> Error {
        self.update(|steps| {
            let sending = steps.sending.as_ref().map_or(Ran::No, Sent::ran);
            let of_earlier =
                error.run().max(sending) < steps.ran || error.kind() == ErrorKind::KeyUsed;
            let worst = steps.worst.take().filter(|_| of_earlier);
            error.or_ran(steps.ran.max(sending)).with(|facts| {
                facts.attempts = steps.attempts;
                if let Some(worst) = worst {
                    facts.find_instead(worst);
                }
            })
        })
    }

    fn timed_out(&self, limit: Duration) -> Error {
        let (stage, what) = match self.update(|steps| steps.sending.as_ref().map(Sent::get)) {
            Some(true) => (Stage::Execute, "no reply"),
            Some(false) => (Stage::Execute, "no connection"),
            None => (Stage::Token, "no token"),
        };
        Error::plain(ErrorKind::Timeout, format!("{what} within {limit:?}"))
            .ran(Ran::No)
            .with(|facts| facts.stage = Some(stage))
    }
}

impl Order {
    pub(crate) async fn send(self) -> Result<Reply> {
        let progress = Progress::default();
        let result = match self.attempts(&progress).await {
            Ok(reply) => Ok(Reply {
                attempts: progress.attempts(),
                ..reply
            }),
            Err(error) => Err(progress.failed(error)),
        };
        progress.update(|steps| {
            self.span
                .ended(&result, steps.attempts, steps.queued, steps.http_status);
        });
        // The reply is there: no limit of the call's can take it away any more.
        #[cfg(feature = "contracts")]
        if let Some(recording) = self.recording {
            recording.write().await;
        }
        result
    }

    async fn attempts(&self, progress: &Progress) -> Result<Reply> {
        let client = self.client.shared();
        let mut history = History::default();
        // Two clocks: waiting for the quota is not the call's time.
        let (mut time_left, mut queue_left) = (self.timeout, client.queue_limit);
        loop {
            let arrived = Instant::now();
            let place = client.quota.acquire(queue_left).await?;
            let begun = Instant::now();
            let queued = begun - arrived;
            queue_left = queue_left.saturating_sub(queued);
            progress.update(|steps| steps.queued += queued);

            let error = match timeout(time_left, self.attempt(place, progress)).await {
                Err(_) => return Err(progress.timed_out(self.timeout)),
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => error,
            };
            time_left = time_left.saturating_sub(begun.elapsed());

            let outcome = Outcome::of(&error);
            if let Outcome::RateLimited(reset) = outcome {
                let pause = history.pause(reset);
                self.span.paused(pause);
                client.quota.pause(pause);
                if reset.unwrap_or(pause) > queue_left {
                    return Err(error);
                }
            }
            match history.next(outcome, &client.retry, dice()) {
                Next::BackOff(pause) if pause < time_left => {
                    self.span.retrying(&error, progress.attempts(), pause);
                    sleep(pause).await;
                    time_left = time_left.saturating_sub(pause);
                }
                Next::GiveUp | Next::BackOff(_) => return Err(error),
                Next::NewToken | Next::QueueAgain => {
                    self.span
                        .retrying(&error, progress.attempts(), Duration::ZERO);
                }
            }
        }
    }

    async fn attempt(&self, place: Place, progress: &Progress) -> Result<Reply> {
        let client = self.client.shared();
        let bearer = client.tokens.get().await?;
        let sent = progress.begin(place);
        let response = client
            .http
            .post(
                self.endpoint.url.clone(),
                Some(&bearer),
                self.body.clone(),
                &sent,
                Stage::Execute,
            )
            .await;
        if let Ok(response) = &response {
            progress.update(|steps| steps.http_status = Some(response.http_status()));
        }
        let result = response.and_then(|response| judge(&response.received(), self.accept));
        progress.end(&result);
        #[cfg(feature = "contracts")]
        if let Some(recording) = &self.recording {
            recording.notice(&result, self.accept);
        }
        if let Err(error) = &result {
            if Outcome::of(error) == Outcome::TokenRefused {
                client.tokens.refused(&bearer);
            }
        }
        result
    }
}

/// A number from 0 to 1, from the random bits of a key that nobody uses.
fn dice() -> f64 {
    let [byte, another, ..] = uuid::Uuid::new_v4().into_bytes();
    f64::from(u16::from_be_bytes([byte, another])) / f64::from(u16::MAX)
}

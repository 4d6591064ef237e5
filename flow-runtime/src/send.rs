//! A call on its way: token, attempt, and what follows from its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::Client;
use crate::error::{Error, ErrorKind, Ran, Result, Stage};
use crate::http::{Bearer, Sent};
use crate::wire::{Accept, Reply, is_stale_token, judge};

/// All that is needed to send a call, some attempts of it.
pub(crate) struct Order {
    pub(crate) client: Client,
    pub(crate) label: String,
    pub(crate) url: String,
    /// The same bytes, so the same idempotency key, at every attempt.
    pub(crate) body: Bytes,
    pub(crate) accept: Accept,
    pub(crate) timeout: Duration,
}

/// How far a call has come: seen from outside when its time is up.
#[derive(Clone, Default)]
struct Progress(Arc<Mutex<Steps>>);

#[derive(Default)]
struct Steps {
    attempts: u32,
    /// What is known of the attempts that have ended.
    ran: Ran,
    /// The attempt under way.
    sending: Option<Sent>,
}

impl Progress {
    fn update<T>(&self, change: impl FnOnce(&mut Steps) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An error of the whole call: with what all its attempts may have done.
    fn failed(&self, error: Error) -> Error {
        self.update(|steps| {
            let sending = steps.sending.as_ref().map_or(Ran::No, Sent::ran);
            error
                .or_ran(steps.ran.max(sending))
                .with(|facts| facts.attempts = steps.attempts)
        })
    }
}

impl Order {
    pub(crate) async fn send(self) -> Result<Reply> {
        let progress = Progress::default();
        let result = tokio::time::timeout(self.timeout, self.attempts(&progress))
            .await
            .unwrap_or_else(|_| Err(self.timed_out(&progress)))
            .map_err(|error| progress.failed(error));
        match &result {
            Ok(reply) => tracing::debug!(
                flow = self.label,
                execution_id = reply.execution_id,
                log_id = reply.log_id,
                attempts = reply.attempts,
                "flow executed"
            ),
            Err(error) => tracing::debug!(flow = self.label, %error, "flow not executed"),
        }
        result
    }

    async fn attempts(&self, progress: &Progress) -> Result<Reply> {
        let client = self.client.shared();
        let mut renewed = false;
        loop {
            let bearer = client.tokens.get().await?;
            match self.attempt(&bearer, progress).await {
                Ok(reply) => {
                    return Ok(Reply {
                        attempts: progress.update(|steps| steps.attempts),
                        ..reply
                    });
                }
                Err(error) if is_stale_token(error.code()) && !renewed => {
                    tracing::debug!(
                        flow = self.label,
                        code = error.code(),
                        "token refused, fetching a new one"
                    );
                    client.tokens.refused(&bearer);
                    renewed = true;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn attempt(&self, bearer: &Bearer, progress: &Progress) -> Result<Reply> {
        let sent = Sent::default();
        progress.update(|steps| {
            steps.attempts += 1;
            steps.sending = Some(sent.clone());
        });
        let result = self
            .client
            .shared()
            .http
            .post(
                &self.url,
                Some(bearer),
                self.body.clone(),
                &sent,
                Stage::Execute,
            )
            .await
            .and_then(|response| judge(&response.received(), self.accept));
        progress.update(|steps| {
            steps.sending = None;
            if let Err(error) = &result {
                steps.ran = steps.ran.max(error.run());
            }
        });
        result
    }

    fn timed_out(&self, progress: &Progress) -> Error {
        let limit = self.timeout;
        let sending = progress.update(|steps| steps.sending.is_some());
        let (stage, what) = if sending {
            (Stage::Execute, "no reply")
        } else {
            (Stage::Token, "no token")
        };
        Error::plain(ErrorKind::Timeout, format!("{what} within {limit:?}"))
            .ran(Ran::No)
            .with(|facts| facts.stage = Some(stage))
    }
}

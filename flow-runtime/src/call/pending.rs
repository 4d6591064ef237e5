//! A call that has not begun: its inputs and options.

use std::sync::Arc;
use std::time::Duration;

use super::context::Context;
use super::identity::Identity;
use super::prepared::Prepared;
use super::retry_loop::Limits;
use super::telemetry::CallSpan;
use crate::codec::FieldWriter;
use crate::error::{Error, ErrorKind, Ran, Result};
use crate::operator::Operator;
use crate::wire::{Accept, Request};

/// The documented limit.
const MOST_LOOP_MASKS: usize = 20;

pub(super) struct Pending {
    pub(super) context: Arc<Context>,
    pub(super) params: FieldWriter,
    /// Whether writing the parameters in `execute` failed; awaiting the call reports it.
    pub(super) written: Result<()>,
    pub(super) accept: Accept,
    pub(super) operator: Option<Operator>,
    pub(super) loop_masks: Vec<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) queue_limit: Option<Duration>,
    pub(super) deadline: Option<Duration>,
}

impl Pending {
    /// Validates everything that can be checked before sending, and writes the request.
    pub(super) fn prepare(self, identity: &Arc<Identity>) -> Result<Prepared> {
        self.written.map_err(|error| error.ran(Ran::No))?;
        let context = self.context;
        let operator = self.operator.as_ref().or(context.operator.as_ref());
        let operator = validate(operator, &identity.key, &self.loop_masks)?;
        for (name, limit) in [("timeout", self.timeout), ("deadline", self.deadline)] {
            if limit.is_some_and(|limit| limit.is_zero()) {
                return Err(config(format!("`{name}` must be greater than zero")));
            }
        }
        let mut request = Request::from_parts(self.params.into_nested_json(), operator)
            .idempotency_key(&*identity.key)
            .loop_masks(self.loop_masks);
        if self.accept == Accept::Begun {
            request = request.asynchronous();
        }
        Ok(Prepared {
            body: request.into_vec().into(),
            accept: self.accept,
            limits: Limits {
                timeout: self.timeout.unwrap_or(context.timeout),
                queue_limit: self.queue_limit.unwrap_or(context.queue_limit),
                deadline: self.deadline,
            },
            span: CallSpan::new(identity, &context.server),
            #[cfg(feature = "contracts")]
            recording: context.recorder.as_ref().map(|recorder| {
                recorder.of(
                    identity.endpoint.namespace.clone(),
                    identity.endpoint.flow_id.clone(),
                )
            }),
            identity: identity.clone(),
            context,
        })
    }
}

/// Checks the call's settings and returns the operator.
fn validate<'a>(
    operator: Option<&'a Operator>,
    key: &str,
    loop_masks: &[String],
) -> Result<&'a Operator> {
    let operator = operator.ok_or_else(|| {
        config(
            "no operator; set one with `ClientBuilder::operator`, `.operator(..)` on the call, APAAS_OPERATOR_ID or APAAS_OPERATOR_EMAIL",
        )
    })?;
    if operator.is_empty() {
        return Err(config(
            "the operator's email is empty; use the one shown on the low-code platform",
        ));
    }
    if key.is_empty() {
        return Err(config(
            "the idempotency key is empty; omit it to get a random one",
        ));
    }
    if loop_masks.len() > MOST_LOOP_MASKS {
        let many = loop_masks.len();
        return Err(config(format!(
            "{many} loop masks; the platform accepts at most {MOST_LOOP_MASKS}"
        )));
    }
    Ok(operator)
}

fn config(message: impl Into<String>) -> Error {
    Error::plain(ErrorKind::Config, message)
}

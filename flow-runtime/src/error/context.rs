//! What is known around a failure.

use std::fmt;
use std::time::Duration;

use super::foreign::one_line;
use super::kind::Stage;
use crate::execution::Status;

/// The ids are short already; a user's own key must stay whole to be looked up.
const LONGEST: usize = 500;

/// What is known around a failure, apart from the failure itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct ErrorContext {
    pub(crate) flow: Option<String>,
    pub(crate) stage: Option<Stage>,
    pub(crate) http_status: Option<u16>,
    pub(crate) code: Option<i64>,
    pub(crate) flow_code: Option<String>,
    /// Clean and short.
    pub(crate) flow_message: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) execution_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) log_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) out_params: Option<String>,
    pub(crate) attempts: u32,
}

impl ErrorContext {
    /// The run to look for is another attempt's.
    pub(crate) fn find_instead(&mut self, other: Self) {
        self.log_id = other.log_id.or_else(|| self.log_id.take());
        self.execution_id = other.execution_id.or_else(|| self.execution_id.take());
        self.out_params = other.out_params.or_else(|| self.out_params.take());
    }

    /// There is another attempt to look for, where this one left nothing to look for.
    pub(crate) fn find_too(&mut self, other: &Self) {
        if self.log_id.is_none() && self.execution_id.is_none() {
            self.log_id.clone_from(&other.log_id);
            self.execution_id.clone_from(&other.execution_id);
        }
    }
}

/// ` (stage execute, HTTP 400, code 2320001, ...)`, or nothing where nothing is known.
impl fmt::Display for ErrorContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = List { f, open: false };
        match self.stage {
            Some(Stage::Token) => list.item("at the token request", &"")?,
            Some(Stage::Execute) | None => {}
        }
        list.optional("HTTP", self.http_status.as_ref())?;
        list.optional("code", self.code.as_ref())?;
        list.optional("flow code", self.flow_code.as_ref())?;
        list.optional("status", self.status.as_ref())?;
        list.optional("execution id", self.execution_id.as_ref())?;
        if self.attempts > 1 {
            list.item("attempts", &self.attempts)?;
        }
        // A call that never left has a key as well, but nobody can look it up.
        if self.stage.is_some() || self.attempts > 0 {
            list.optional("idempotency key", self.idempotency_key.as_ref())?;
        }
        list.optional("log id", self.log_id.as_ref())?;
        if list.open { f.write_str(")") } else { Ok(()) }
    }
}

struct List<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    open: bool,
}

impl List<'_, '_> {
    fn optional<T: fmt::Display>(&mut self, label: &str, value: Option<&T>) -> fmt::Result {
        value.map_or(Ok(()), |value| self.item(label, value))
    }

    fn item(&mut self, label: &str, value: &dyn fmt::Display) -> fmt::Result {
        self.f.write_str(if self.open { ", " } else { " (" })?;
        self.open = true;
        let value = value.to_string();
        let value = one_line(&value, LONGEST);
        let gap = if value.is_empty() { "" } else { " " };
        write!(self.f, "{label}{gap}{value}")
    }
}

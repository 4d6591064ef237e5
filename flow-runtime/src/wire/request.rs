//! The request's body.

use std::fmt;

use crate::codec::{FieldWriter, push_json_string, push_nested_json, push_nested_string};
use crate::error::Result;
use crate::flow::Flow;
use crate::operator::Operator;

/// Enough for all but the parameters, unless there are loop masks, or a long email or key.
const MOST_BESIDE_PARAMS: usize = 224;

/// A request's body, option by option. Options that are not set are absent from the body.
///
/// ```
/// use apaas_flow::{Operator, wire};
/// # use apaas_flow::{Flow, FieldReader, FieldWriter, Result};
/// # struct Nightly;
/// # impl Flow for Nightly {
/// #     const NAMESPACE: &'static str = "package_shop__c";
/// #     const FLOW_ID: &'static str = "nightly";
/// #     type Output = ();
/// #     fn write_params(&self, _: &mut FieldWriter) -> Result<()> { Ok(()) }
/// #     fn read_outputs(_: &mut FieldReader<'_>) -> Result<()> { Ok(()) }
/// # }
///
/// let body = wire::Request::new(&Nightly, &Operator::id(1111))?
///     .idempotency_key("nightly-2026-11-22")
///     .asynchronous()
///     .to_vec();
/// assert_eq!(
///     String::from_utf8_lossy(&body),
///     r#"{"operator":"{\"_id\":1111}","is_async":true,"idempotent_key":"nightly-2026-11-22"}"#
/// );
/// # Ok::<(), apaas_flow::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Request {
    /// The body up to the end of the parameters; the options follow.
    begun: Vec<u8>,
    is_async: bool,
    idempotency_key: Option<String>,
    loop_masks: Vec<String>,
}

impl Request {
    /// A request that runs the flow on behalf of the operator.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`](crate::ErrorKind::Encode) if an input cannot be written as JSON.
    pub fn new<F: Flow>(flow: &F, operator: &Operator) -> Result<Self> {
        let mut params = FieldWriter::new();
        flow.write_params(&mut params)?;
        Ok(Self::from_parts(params.into_nested_json(), operator))
    }

    /// Of parameters as they stand inside a JSON string.
    pub(crate) fn from_parts(params: Option<Vec<u8>>, operator: &Operator) -> Self {
        let length = params.as_ref().map_or(0, Vec::len);
        let mut begun = Vec::with_capacity(MOST_BESIDE_PARAMS + length);
        begun.extend_from_slice(b"{\"operator\":\"");
        push_operator(&mut begun, operator);
        begun.push(b'"');
        if let Some(params) = params {
            begun.extend_from_slice(b",\"params\":\"");
            begun.extend_from_slice(&params);
            begun.push(b'"');
        }
        Self {
            begun,
            is_async: false,
            idempotency_key: None,
            loop_masks: Vec::new(),
        }
    }

    /// The key under which the platform runs the flow once at most. A key that was used before is refused.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// What keeps a flow that calls itself through a function from going round forever. The platform takes 20 at most, which is not checked here.
    pub fn loop_masks(mut self, masks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.loop_masks = masks.into_iter().map(Into::into).collect();
        self
    }

    /// Starts the flow and does not wait for its end.
    pub fn asynchronous(mut self) -> Self {
        self.is_async = true;
        self
    }

    /// The body: JSON, in UTF-8.
    pub fn to_vec(&self) -> Vec<u8> {
        self.clone().into_vec()
    }

    /// The same, without a copy of it.
    pub(crate) fn into_vec(self) -> Vec<u8> {
        let mut body = self.begun;
        if self.is_async {
            body.extend_from_slice(b",\"is_async\":true");
        }
        if let Some(key) = &self.idempotency_key {
            body.extend_from_slice(b",\"idempotent_key\":");
            push_json_string(&mut body, key);
        }
        for (i, mask) in self.loop_masks.iter().enumerate() {
            body.extend_from_slice(if i == 0 { b",\"loop_masks\":[" } else { b"," });
            push_json_string(&mut body, mask);
        }
        if !self.loop_masks.is_empty() {
            body.push(b']');
        }
        body.push(b'}');
        body
    }
}

/// As it serialises, inside a JSON string. Every body has one, and this takes a third of serde_json's time.
fn push_operator(to: &mut Vec<u8>, operator: &Operator) {
    let (id, email) = operator.parts();
    to.push(b'{');
    if let Some(id) = id {
        to.extend_from_slice(br#"\"_id\":"#);
        push_nested_json(to, &id);
    }
    if let Some(email) = email {
        if id.is_some() {
            to.push(b',');
        }
        to.extend_from_slice(br#"\"email\":"#);
        push_nested_string(to, email);
    }
    to.push(b'}');
}

/// Without the values.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("is_async", &self.is_async)
            .field("idempotency_key", &self.idempotency_key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_written_as_it_serializes() {
        for email in ["ops@example.com", "", "\"a\\b\"@example.com", "谢\n\u{1}"] {
            for operator in [
                Operator::id(i64::MIN),
                Operator::email(email),
                Operator::id(1111).with_email(email),
            ] {
                let mut written = b"\"".to_vec();
                push_operator(&mut written, &operator);
                written.push(b'"');
                let json = serde_json::to_string(&operator).unwrap();
                assert_eq!(
                    String::from_utf8(written).unwrap(),
                    serde_json::to_string(&json).unwrap()
                );
            }
        }
    }
}

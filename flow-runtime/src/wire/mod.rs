//! The two pure halves of a call: the request's bytes and the reply's meaning, for recorded replies and other transports.
//!
//! ```
//! use apaas_flow::{Operator, wire};
//! # use apaas_flow::{Flow, FieldReader, FieldWriter, Result, value::RecordRef};
//! # struct DeleteObject { record: RecordRef }
//! # impl Flow for DeleteObject {
//! #     const NAMESPACE: &'static str = "package_7344545d87__c";
//! #     const FLOW_ID: &'static str = "deleteObject_99c656599f";
//! #     type Output = i64;
//! #     fn write_params(&self, to: &mut FieldWriter) -> Result<()> { to.field("variable_rgrtgqworiginal", &self.record) }
//! #     fn read_outputs(from: &mut FieldReader<'_>) -> Result<i64> { from.take("_flowExecutionID") }
//! # }
//!
//! let flow = DeleteObject { record: RecordRef::new(5454545) };
//! let body = wire::request(&flow, &Operator::id(1111).with_email("apaas@bytedance.com"))?;
//! assert_eq!(
//!     String::from_utf8_lossy(&body),
//!     r#"{"operator":"{\"_id\":1111,\"email\":\"apaas@bytedance.com\"}","params":"{\"variable_rgrtgqworiginal\":{\"_id\":5454545}}"}"#
//! );
//! # Ok::<(), apaas_flow::Error>(())
//! ```

mod classify;
mod codes;
mod envelope;
mod hints;
mod intermediary;
pub(crate) mod path;
mod raw;
mod readable;
mod refusal;
mod reply;
mod request;
mod response;
pub(crate) mod retry_after;
mod sent;
mod token;

pub(crate) use classify::{Accept, RunReply, classify};
pub(crate) use codes::is_stale_token;
pub use request::Request;
pub(crate) use response::Response;
pub(crate) use sent::Sent;
pub(crate) use token::token;

use crate::codec::FieldReader;
use crate::error::{Result, Stage};
use crate::execution::Execution;
use crate::flow::{self, Flow};
use crate::operator::Operator;

/// The body of a request that runs the flow, without an idempotency key: the same input gives the same bytes.
///
/// # Errors
/// [`ErrorKind::Encode`](crate::ErrorKind::Encode) if an input cannot be written as JSON.
pub fn request<F: Flow>(flow: &F, operator: &Operator) -> Result<Vec<u8>> {
    Request::new(flow, operator).map(Request::into_vec)
}

/// The path of the flow's endpoint, to be put behind the base URL.
pub fn path<F: Flow>() -> String {
    flow::check_names::<F>();
    path::path(F::NAMESPACE, F::FLOW_ID)
}

/// What a reply means: the run with its outputs, or the error that a call would have ended with.
///
/// # Errors
/// Everything that a call's reply can be: see [`ErrorKind`](crate::ErrorKind).
pub fn reply<F: Flow>(http_status: u16, body: &[u8]) -> Result<Execution<F::Output>> {
    let run = || {
        let response = Response::recorded(http_status, body);
        let mut reply = classify(response, Accept::Finished, &Sent::UNKNOWN)?;
        loop {
            match FieldReader::read_all(&reply.out_params, F::read_outputs) {
                Err(_) if reply.repair_outputs() => {}
                Ok(output) => return Ok(reply.into_execution(output)),
                Err(error) => return Err(reply.into_error(error)),
            }
        }
    };
    run().map_err(|error| {
        error
            .at(Stage::Execute)
            .with(|context| context.flow = Some(path::label(F::NAMESPACE, F::FLOW_ID)))
    })
}

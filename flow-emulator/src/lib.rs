//! The Feishu aPaaS platform on loopback: the endpoint that executes a flow and the one that gives tokens, for tests
//! without a tenant and without a network.
//!
//! It is written from the platform's document alone, and shares no wire types with the client it is called by, so that
//! a mistake in one is not agreed on by the other. A request that the document does not allow is refused with the
//! platform's code and a list of all that is wrong with it.
//!
//! ```
//! use apaas_flow_emulator::Emulator;
//!
//! # fn main() -> apaas_flow_runtime::Result<()> {
//! let emulator = Emulator::start_blocking()?;
//! emulator.on_raw("package_x__c", "flow_y", |_params| {
//!     Ok(serde_json::json!({"variable_total": "128.50"}))
//! });
//! let client = emulator.client(); // or any client, in any language, pointed at emulator.url()
//! # Ok(())
//! # }
//! ```
//!
//! The same as a program, for clients in other languages:
//!
//! ```text
//! $ apaas-flow-emulator --port 7800 --flow package_x__c/flow_y=outputs.json
//! apaas-flow-emulator listening on http://127.0.0.1:7800
//! ```
//!
//! # Where the document is silent
//! Nothing here proves how a real tenant behaves:
//! - A flow that reports a failure is answered with the outer code 0, and with `data.code`, `data.error_msg` and a
//!   `data.status` of `failed`, or that of the [`Failure`].
//! - A flow that is not registered is answered the same way, with `k_wf_ec_2001006`, params that do not fit the typed
//!   inputs with `k_wf_ec_2001002`, an idempotency key that was used before with `k_wf_ec_2001008`. None of them starts
//!   a run. A key is used up by the run it started, however that ended, for all flows and for ever.
//! - `is_async` is answered with `in_process` and no outputs, after the handler has run: a test need not wait for it.
//! - `_flowExecutionID`, which the document's sample carries, is added to outputs that do not have it.

#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test fails by panicking"
    )
)]

mod builder;
mod clock;
mod emulator;
mod execute;
mod failure;
mod flows;
mod json;
mod ledger;
mod nearest;
mod platform;
mod random;
mod reply;
mod request;
mod route;
mod server;
mod token;
mod typed;

pub use builder::Builder;
pub use emulator::Emulator;
pub use failure::Failure;
pub use ledger::{ExecutionRecord, RequestRecord};

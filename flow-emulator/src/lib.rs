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
//! $ apaas-flow-emulator --quota 100 --chaos 0.2 --seed 1 --flow package_x__c/flow_y=outputs.json
//! apaas-flow-emulator listening on http://127.0.0.1:40123
//! ```
//!
//! # Flows without a handler
//! A repository that keeps contracts of its flows (`flows/NAMESPACE/FLOW_ID.json`) needs none to begin with:
//! [`Builder::contracts`], the program's `--contracts flows`, answers each with samples of its outputs' types, and
//! refuses inputs that the contract does not know.
//!
//! ```no_run
//! use apaas_flow_emulator::Emulator;
//!
//! # fn main() -> apaas_flow_runtime::Result<()> {
//! let emulator = Emulator::builder().contracts("flows").start_blocking()?;
//! # Ok(())
//! # }
//! ```
//!
//! # What goes wrong on demand
//! [`Emulator::inject`] makes the next execute requests go wrong, [`Emulator::inject_token`] the next requests of a token,
//! [`Emulator::chaos`] any of them by chance, and [`Builder::quota`] those that are too many.
//!
//! ```
//! use apaas_flow_emulator::{Emulator, Fault};
//!
//! # fn main() -> apaas_flow_runtime::Result<()> {
//! let emulator = Emulator::start_blocking()?;
//! emulator.inject(Fault::RateLimited { reset: 1.0 }).times(2);
//! emulator.inject(Fault::Dropped { after: true }); // the third request runs, and its reply is lost
//! # Ok(())
//! # }
//! ```
//!
//! | [`Fault`] | what the client sees | did the flow run? |
//! |---|---|---|
//! | `RateLimited { reset }` | HTTP 429, 99991400, `x-ogw-ratelimit-reset: {reset}` | no |
//! | `StaleToken { http_status }` | this HTTP status, 99991663; another token when it fetches one | no |
//! | `Gateway { http_status, after }` | this HTTP status, an HTML page | with `after` |
//! | `Internal { after }` | HTTP 500, 2320002 | with `after` |
//! | `Dropped { after }` | the connection closed, no byte of a reply | with `after` |
//! | `Slow(by)` | the usual reply, so much later | yes |
//! | `Silent { after }` | nothing, for as long as it waits | with `after` |
//! | `Endless` | HTTP 200, a body that does not end | yes |
//! | `Truncated` | HTTP 200, complete; half of the JSON | yes |
//! | `CutOff` | HTTP 200, half of what `Content-Length` announces, then the connection closed | yes |
//! | `Html { after }` | HTTP 200, an HTML page | with `after` |
//! | `Redirect { location }` | HTTP 307, `Location: {location}` | no |
//! | `Status(status)` | the usual reply with this `data.status` | yes |
//!
//! What really ran is in [`Emulator::executions`], [`Emulator::runs`] and [`Emulator::runs_of`], whatever became of the reply.
//!
//! # Where the document is silent
//! Nothing here proves how a real tenant behaves:
//! - A flow that reports a failure is answered with the outer code 0, and with `data.code`, `data.error_msg` and a
//!   `data.status` of `failed`, or that of the [`Failure`].
//! - A flow that is not registered is answered the same way, with `k_wf_ec_2001006`, params that do not fit the typed
//!   inputs or lack what a contract requires with `k_wf_ec_2001002`, params that a contract does not know with
//!   `k_wf_ec_2001001`, an idempotency key that was used before with `k_wf_ec_2001008`. None of them starts a run. A key
//!   is used up by the run it started, however that ended, for all flows and for ever.
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
mod chaos;
mod clock;
mod contracts;
mod delivery;
mod described;
mod emulator;
mod execute;
mod failure;
mod fault;
mod file;
mod flows;
mod json;
mod ledger;
mod nearest;
mod outputs;
mod platform;
mod quota;
mod random;
mod reply;
mod request;
mod route;
mod samples;
mod server;
mod token;
mod typed;

pub use builder::Builder;
pub use emulator::Emulator;
pub use failure::Failure;
pub use fault::{Fault, Injected};
pub use ledger::{ExecutionRecord, Keep, RequestRecord};

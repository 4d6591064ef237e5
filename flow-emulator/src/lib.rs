//! The Feishu aPaaS platform on loopback: the endpoint that executes a flow and the one that issues tokens, for tests
//! without a tenant or a network.
//!
//! It is written from the platform's documentation alone and shares no wire types with the client, so that a mistake in
//! one is not repeated in the other. A request that the documentation does not allow is refused with the platform's code
//! and a list of everything that is wrong with it.
//!
//! ```
//! use apaas_flow_emulator::Emulator;
//!
//! # fn main() -> apaas_flow::Result<()> {
//! let emulator = Emulator::start_blocking()?;
//! emulator.on_raw("package_x__c", "flow_y", |_params| {
//!     Ok(serde_json::json!({"variable_total": "128.50"}))
//! });
//! let client = emulator.client(); // or any client, in any language, pointed at emulator.url()
//! # Ok(())
//! # }
//! ```
//!
//! As a program, for clients in other languages:
//!
//! ```text
//! $ apaas-flow-emulator --port 7800 --flow package_x__c/flow_y=outputs.json
//! apaas-flow-emulator listening on http://127.0.0.1:7800
//! $ apaas-flow-emulator --quota 100 --chaos 0.2 --seed 1 --flow package_x__c/flow_y=outputs.json
//! apaas-flow-emulator listening on http://127.0.0.1:40123
//! ```
//!
//! The same address in a browser shows requests and runs as they come, with what was sent and received, and injects faults.
//! An emulator in a test has that page with [`Builder::page`], a part of the feature `cli`.
//!
//! Tests do not need the program: leave it out with `default-features = false`.
//!
//! # Flows without a handler
//! In a repository that keeps contracts of its flows (`flows/NAMESPACE/FLOW_ID.json`), no handler is needed at first:
//! [`Builder::contracts`], or `--contracts flows` for the program, answers each flow with sample values of its outputs'
//! types, and refuses inputs that are not in the contract.
//!
//! ```no_run
//! use apaas_flow_emulator::Emulator;
//!
//! # fn main() -> apaas_flow::Result<()> {
//! let emulator = Emulator::builder().contracts("flows").start_blocking()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Faults
//! [`Emulator::inject`] makes the next execute requests go wrong, of any flow or of [one](Injected::for_flow),
//! [`Emulator::inject_token`] the next token requests, [`Emulator::chaos`] any of them at random, and [`Builder::quota`]
//! those over a rate limit.
//!
//! ```
//! use apaas_flow_emulator::{Emulator, Fault};
//!
//! # fn main() -> apaas_flow::Result<()> {
//! let emulator = Emulator::start_blocking()?;
//! emulator.inject(Fault::RateLimited { reset: 1.0 }).times(2);
//! emulator.inject(Fault::Dropped { after: true }); // the third request runs, and its reply is lost
//! # Ok(())
//! # }
//! ```
//!
//! | [`Fault`] | what the client sees | does the flow run? |
//! |---|---|---|
//! | `RateLimited { reset }` | HTTP 429, 99991400, `x-ogw-ratelimit-reset: {reset}` | no |
//! | `StaleToken { http_status }` | this HTTP status, 99991663; another token when it fetches one | no |
//! | `Gateway { http_status, after }` | this HTTP status, an HTML page | if `after` |
//! | `Internal { after }` | HTTP 500, 2320002 | if `after` |
//! | `Dropped { after }` | the connection closed, no byte of a reply | if `after` |
//! | `Slow(delay)` | the usual reply, delayed by this time | yes |
//! | `Silent { after }` | nothing, for as long as it waits | if `after` |
//! | `Endless` | HTTP 200, a body that never ends | yes |
//! | `Truncated` | HTTP 200, complete; half of the JSON | yes |
//! | `CutOff` | HTTP 200, half of what `Content-Length` announces, then the connection closed | yes |
//! | `Html { after }` | HTTP 200, an HTML page | if `after` |
//! | `Redirect { location }` | HTTP 307, `Location: {location}` | no |
//! | `Status(status)` | the usual reply with this `data.status` | yes |
//!
//! [`Emulator::executions`], [`Emulator::runs`] and [`Emulator::runs_of`] tell what really ran, whatever happened to the reply.
//!
//! # Where the documentation is silent
//! None of this proves how a real tenant behaves:
//! - A flow that reports a failure is answered with the outer code 0, with `data.code` and `data.error_msg`, and with a
//!   `data.status` of `failed` or that of the [`Failure`].
//! - So is a call whose flow does not run: an unknown flow gets `k_wf_ec_2001006`; params that do not fit the typed inputs,
//!   or lack what a contract requires, `k_wf_ec_2001002`; params that are not in a contract, `k_wf_ec_2001001`; a used
//!   idempotency key, `k_wf_ec_2001008`. A run uses up its key, however it ends, for all flows and forever.
//! - `is_async` is answered with `in_process` and no outputs, after the handler has run: a test need not wait for it.
//! - `_flowExecutionID`, as in the documentation's sample, is added to outputs that do not have it.

#![cfg_attr(docsrs, feature(doc_cfg))]
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
#[cfg(feature = "cli")]
pub mod cli;
mod client;
mod emulator;
mod endpoint;
mod error;
mod handler;
mod http;
mod json;
mod state;

pub use builder::Builder;
pub use emulator::Emulator;
pub use handler::failure::Failure;
pub use state::fault::Fault;
pub use state::faults::Injected;
pub use state::record::{ExecutionRecord, RequestRecord};
pub use state::retention::Retention;

/// The README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! The emulator over the wire. Requests are written by hand from the platform's document, not by our runtime.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod authorization;
mod chaos;
mod contracts;
mod execute;
mod faults;
mod handlers;
mod http;
mod injection;
mod ledger;
mod lifecycle;
#[cfg(feature = "cli")]
mod page;
#[cfg(feature = "cli")]
mod program;
mod quota;
mod request;
mod token;
mod typed;

//! The emulator as the wire shows it. Requests are written by hand from the platform's document, not by our runtime.

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
mod ledger;
mod lifecycle;
mod program;
mod quota;
mod request;
mod token;
mod typed;

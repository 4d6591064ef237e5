//! All integration tests, in one binary: a file that is not listed here is never run.

// how a test fails
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![allow(unreachable_pub)] // a test binary has no outside

mod any_bytes;
mod blocking;
mod calls;
mod certificates;
mod chaos;
mod child;
mod clients;
mod contracts;
mod empties;
mod emulated_outputs;
mod emulator;
mod fairness;
mod floats;
mod flows;
#[cfg(unix)]
mod forks;
mod hostile_replies;
mod layers;
mod macros;
#[cfg(target_os = "linux")]
mod memory;
mod misfits;
mod obstacles;
mod odd_contracts;
mod outcomes;
mod recorded_contracts;
mod replies;
mod requests;
mod retries;
mod runtimes;
mod secrecy;
mod server;
mod stats;
mod tokens;
mod transport;
mod user_code;
mod values;

//! The desk over HTTP, in front of the emulator: what its callers and its operators rely on.

// how a test fails
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![allow(unreachable_pub)] // a test binary has no outside

mod desk;
mod health;
#[cfg(unix)]
mod import;
mod orders;
#[cfg(unix)]
mod program;
mod quotes;
mod several;
mod stop;

// of another package's tests, which use all of it
#[allow(dead_code)]
#[path = "../../../../tests/shared/tests/it/redis_server.rs"]
mod redis_server;

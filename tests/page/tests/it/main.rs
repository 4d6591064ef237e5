//! The emulator's page, as a person in front of a browser has it.

#![allow(
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod copied;

mod copies;
mod hostile;
mod page;
mod screenshots;

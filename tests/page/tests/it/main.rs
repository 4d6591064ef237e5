//! The emulator's page, as a person in front of a browser has it.

#![allow(
    unreachable_pub,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod browser;
// as the page writes it
#[rustfmt::skip]
mod copied;
mod page;

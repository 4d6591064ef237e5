//! What "Copy as Rust test" gives, as the page writes it: the tests in `page` and `copies` compare them.

#![allow(clippy::unreadable_literal, reason = "numbers are as they were sent")]

#[rustfmt::skip]
mod failed;
#[rustfmt::skip]
mod fault;
#[rustfmt::skip]
mod hard;
#[rustfmt::skip]
mod ran;

//! What "Copy as Rust test" gives, as the page writes it: `page::a_request_can_be_taken_along` compares them.

#[rustfmt::skip]
mod failed;
#[rustfmt::skip]
mod fault;
#[rustfmt::skip]
mod ran;

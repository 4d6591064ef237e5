//! HTTP: how requests arrive, and how what the endpoints decide is written and delivered.

mod answer;
mod delivery;
mod fault;
#[cfg(feature = "cli")]
mod page;
mod reply;
mod reply_body;
mod request_body;
mod route;
pub(crate) mod server;
mod service;

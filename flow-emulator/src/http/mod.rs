//! HTTP: how requests arrive, and how what the endpoints decide is written and delivered.

mod delivery;
mod fault;
mod reply;
mod reply_body;
mod request_body;
mod route;
pub(crate) mod server;
mod service;

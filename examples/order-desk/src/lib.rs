//! The order desk: prices orders, places them, and takes over those of an old system. Its README is the place to begin.
//!
//! | file | what |
//! |---|---|
//! | [`flows`] | the four flows of the low-code application, each a struct |
//! | [`app`] | what the handlers share, and which path leads where |
//! | [`quotes`], [`orders`] | the handlers |
//! | [`idempotency`] | from the header `Idempotency-Key` to the key of a call |
//! | [`problem`] | from the end of a call to an HTTP status |
//! | [`health`] | `/healthz`, `/readyz`, `/metrics` |
//! | [`import`] | the subcommand `import` |
//! | [`settings`] | the environment, and the client that is made from it |
//! | [`serve`] | the server, and how it stops |

pub mod app;
pub mod flows;
pub mod health;
pub mod idempotency;
pub mod import;
pub mod orders;
pub mod problem;
pub mod quotes;
pub mod serve;
pub mod settings;

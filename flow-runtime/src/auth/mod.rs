//! Tokens: where they come from, and where they are kept.

mod app_credentials;
mod cache;
mod store;
mod token;

pub(crate) use app_credentials::AppCredentials;
pub(crate) use cache::TokenCache;
pub(crate) use store::store_key;
pub use store::{MemoryTokenStore, StoredToken, TokenStore};
pub use token::{BoxFuture, StaticToken, Token, TokenSource};

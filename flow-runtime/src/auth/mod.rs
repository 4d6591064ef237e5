//! Tokens: where they come from, and where they are kept.

mod app_credentials;
mod cache;
mod store;
mod token;
mod unread_reply;

pub(crate) use app_credentials::AppCredentials;
pub(crate) use cache::{NewSharedToken, TokenCache, shared_token};
pub(crate) use store::store_key;
pub use store::{MemoryTokenStore, StoredToken, TokenStore};
pub(crate) use token::no_token_within;
pub use token::{BoxFuture, StaticToken, Token, TokenSource};
pub(crate) use unread_reply::UnreadReply;

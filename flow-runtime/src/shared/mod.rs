//! One budget and one token for several processes.

pub use crate::quota::{Claim, HeldPlace, QuotaStore, Reservation};

#[cfg(feature = "redis")]
mod redis;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;

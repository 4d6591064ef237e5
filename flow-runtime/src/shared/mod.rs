//! One budget and one token for several processes.
//!
//! The platform counts the calls of an app, wherever they come from. Several pods of one service either have a fixed
//! [share](crate::Quota::share) each, of which an idle pod's is lost, or one budget in a store that all of them reach:
//!
#![cfg_attr(
    feature = "redis",
    doc = "```no_run
use apaas_flow::shared::RedisStore;
use apaas_flow::{Client, Quota};

# async fn example() -> apaas_flow::Result<()> {
let store = RedisStore::connect(\"redis://127.0.0.1:6379\").await?;
let client = Client::builder()
    .app_credentials(\"cli_a1b2\", \"secret\")
    .quota(Quota::per_minute(100).shared(store.clone()))
    .token_store(store)
    .build()?;
# Ok(())
# }
```"
)]
//!
//! [`QuotaStore`] is the seam, and `RedisStore` (feature `redis`) the store that comes along. Your own is welcome.
//!
//! # What it promises
//!
//! - **The window.** No window of the period holds more calls than the quota allows, over all processes: a true sliding
//!   window, with the margin of a fiftieth that a quota without a store keeps, too.
//! - **Fairness.** The first in each process's queue waits in one line, in order of asking, and so the processes take
//!   turns. The calls of a [share](crate::Client::with_share_of_quota) let those of all processes go first.
//! - **Processes that die.** The places of a process that was killed are free after a period (and the margin): the
//!   platform still counts the requests, if they were sent. Its turn in the line is lost within two to three seconds.
//! - **Pauses.** If the platform asks one process to wait, all wait.
//! - **Without the store.** If it fails or does not answer within its timeout (500 ms), no call fails for it, and one
//!   warning is logged. Each process then counts alone, what it has sent of late included: it keeps the whole limit, or
//!   what [`when_unreachable`](crate::Quota::when_unreachable) says. With the whole limit the processes together may
//!   exceed the platform's, which then asks for a pause. The store is looked for in the background, at most every five
//!   seconds and while there are calls; once it is back, each process tells it which of its recent calls still count.
//! - **The token.** One process fetches it, under a lock, and the others find it. A process that dies meanwhile holds
//!   the others up for five seconds at the most.
//!
//! All processes should ask for the same limit: each applies its own to what all have used.
//!
//! # Redis
//!
//! Redis 5 or newer, or Valkey, with scripts: a single primary, or one behind a proxy; a node of a cluster is refused. It
//! counts by its own clock. A restart without a disk costs nothing but the line. An eviction policy that drops keys with
//! an end may drop the window: give it room, or `noeviction`.
//!
//! With TLS (`rediss://`, feature `redis-rustls`) the certificates count that the operating system trusts. If an authority
//! of your own issued Redis's, add it to those, or name a file in the environment's `SSL_CERT_FILE`: the platform's
//! certificate is then checked against that file too, so let it hold both. Where the program has not chosen rustls's
//! provider of cryptography (`CryptoProvider::install_default`), the store chooses ring for it.
//!
//! Under keys that begin with `apaas-flow:{hash}:`, where the hash is one of the platform's address, the App ID and the
//! API, it stores numbers, times, and the token itself; all of it ends by itself within minutes, the token at its own
//! end. Whoever can read this Redis can read the token, so treat it as you treat the app secret. A user for it needs
//! `~apaas-flow:* +@read +@write +@scripting +@connection +time`.
//!
//! Each call asks Redis once before it leaves, and is told of twice in the background.

#[cfg(feature = "redis")]
mod redis;

#[cfg(feature = "redis")]
pub use self::redis::RedisStore;
pub use crate::quota::{Claim, HeldPlace, QuotaStore, Reservation};

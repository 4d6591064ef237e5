//! Thousands of calls of a flow, with a journal: nothing is lost, and nothing runs twice.
//!
//! A script that calls a flow for each row of a table makes flows run twice: it stops halfway, and is started again.
//! Here every row has a key, and a journal file records what happened to it. Started again, the same run sends what is
//! left, and nothing else.
//!
//! ```no_run
//! use apaas_flow::{Client, Execution, apaas_flow, value::RecordRef};
//! use apaas_flow_bulk::{Bulk, Journal, Row, RowState};
//!
//! /// Moves one order.
//! #[apaas_flow(namespace = "package_shop__c", flow_id = "migrate_0a1b2c3d4e")]
//! struct Migrate {
//!     #[input("variable_order")]
//!     order: RecordRef,
//!     #[output("variable_number")]
//!     number: String,
//! }
//!
//! # async fn example(client: Client, orders: Vec<i64>) -> Result<(), Box<dyn std::error::Error>> {
//! let journal = Journal::open("migration.db")?;
//! let report = Bulk::new(&client, &journal)
//!     .concurrency(16)
//!     .max_failures(50)
//!     .on_ran(|row: &str, run: &Execution<MigrateOutput>| println!("{row}: {}", run.output.number))
//!     .run(orders.into_iter().map(|order| {
//!         Row::new(format!("migrate-{order}"), Migrate { order: RecordRef::new(order) })
//!     }))
//!     .await?;
//! println!("{report}");
//! for row in journal.rows(RowState::Unknown)? {
//!     let row = row?;
//!     println!("{}: log id {:?}, {:?}", row.key, row.log_id, row.error);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # When to use it
//!
//! | calls | what to use |
//! |---|---|
//! | one | `flow.execute(&client).await` |
//! | a few hundred, in one go | [`futures::stream`](https://docs.rs/futures/latest/futures/stream/trait.StreamExt.html#method.buffer_unordered)'s `buffer_unordered(8)`; the client's quota paces them |
//! | thousands, or hours | this crate: at 100 calls a minute, 30,000 rows take five hours |
//! | plain rows without a flow's logic | the platform's record batch call, 500 rows a call |
//! | beside a service | [`Bulk::share_of_quota`], so that the service's own calls go first |
//! | from several machines | one bulk run, since all share one quota; services beside it share that quota through Redis (`apaas_flow::shared`) |
//!
//! # What became of a row
//!
//! | [`RowState`] | meaning | the next run |
//! |---|---|---|
//! | `New` | it has not been sent yet; this version never writes it | sends it |
//! | `Sending` | its request may have left, and the call has not ended; if the process dies, the row becomes `Unknown` | see `Unknown` |
//! | `Ran` | it ran; with [`reply_lost`](JournaledRow::reply_lost), its outputs were never seen | skips it |
//! | `DidNotRun` | it did not run | sends it again |
//! | `Failed` | it ran and failed, or its outputs do not fit the struct | skips it, or with [`Bulk::retry_failed`] sends it again under a new key |
//! | `Unknown` | it may have run | skips it, or with [`Bulk::settle_unknown`] sends it again **under its own key** |
//!
//! An unknown row is never sent under another key. Under its own, either it runs now, or the platform says that the key
//! is used: then it ran before. That is as reliable as the platform's keys are. How long it remembers a key is not
//! documented, so settle soon.
//!
//! # The journal
//!
//! It is a SQLite file that only its owner can read. It holds keys, states, ids and error texts, none of which contains a
//! value, and a salted hash of each row's inputs, so that a row that changed under the same key is refused. A guessable
//! value can be recovered from such a hash by trial, so protect the file as you would a log.
//!
//! Its folder must be writable and on a local disk, since four files stand beside it, with its name in front: `-wal` and
//! `-shm`, which are SQLite's and belong to it as long as they are there; `.seen`, the keys of the run, which is deleted
//! when the journal is closed, or opened after a process was killed; and `.lock`, which is empty and stays. No other
//! folder is used, so the rest of the system may be read-only.
//!
//! A journal belongs to one app on one platform, that of its first run: for another one it would skip rows that never ran
//! there, so such a run is refused. All servers on this machine are one, since an emulator has another port each time.
//!
//! A row is marked `Sending` on disk before its request leaves. Whatever happens then, the journal never says that a row
//! did not run when it may have.

mod bulk;
mod end;
mod error;
mod journal;
mod progress;
mod report;
mod row;
mod stop;
mod unrecorded;

pub use bulk::Bulk;
pub use error::{Error, ErrorKind, Result};
pub use journal::{Journal, JournaledRow, RowState, Rows, Totals};
pub use progress::Progress;
pub use report::{Report, Stopped};
pub use row::Row;
pub use stop::StopHandle;

/// The README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

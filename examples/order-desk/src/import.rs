//! `order-desk import ROWS.csv --journal FILE`: takes over the orders of an old system, each of them once.

use std::future::Future;
use std::path::Path;

use apaas_flow::value::{DateTime, Decimal, RecordRef};
use apaas_flow::{BoxError, Client, Flow};
use apaas_flow_bulk::{Bulk, Journal, Report, Row, RowState};
use csv::{Reader, StringRecord};
use serde::Deserialize;

use crate::flows::{MigrateOrder, MigrateOrderOutput};

/// Of the quota: the other half is the service's, whose calls go first, too.
const SHARE: f64 = 0.5;

/// So many that end badly, one after another or not, are no accident: better to look before the rest is sent.
const MOST_FAILURES: u64 = 20;

/// Sends the rows that have not run yet, until `stop` is ready. Started again, it goes on where it left off.
///
/// # Errors
/// A row that cannot be read (then none is sent), a journal that is in use, and the like.
pub async fn import(
    client: &Client,
    rows: &Path,
    journal: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<Report, BoxError> {
    let rows = read(rows)?;
    let journal = Journal::open(journal)?;
    let bulk = Bulk::new(client, &journal)
        .share_of_quota(SHARE)
        .max_failures(MOST_FAILURES)
        // what an earlier import left open is sent again under its own key: it runs now, or it had run
        .settle_unknown(true)
        .on_progress(|progress| {
            if progress.done % 100 == 0 {
                tracing::info!(progress.done, progress.total, eta = ?progress.eta, "importing");
            }
        });
    let handle = bulk.stop_handle();
    let stopping = tokio::spawn(async move {
        stop.await;
        handle.stop();
        tracing::info!("stopping, once the calls under way have ended");
    });
    let report = bulk.run(rows).await;
    stopping.abort();
    tell_what_is_open(&journal)?;
    Ok(report?)
}

/// Each row that a person has to look at.
fn tell_what_is_open(journal: &Journal) -> apaas_flow_bulk::Result<()> {
    for state in [RowState::DidNotRun, RowState::Failed, RowState::Unknown] {
        for row in journal.rows(state)? {
            let row = row?;
            let (log_id, error) = (row.log_id, row.error);
            tracing::warn!(row.key, %state, log_id, error, "a row is open");
        }
    }
    Ok(())
}

/// All rows, so that a mistake in the last one is found before the first one is sent.
fn read(path: &Path) -> Result<Vec<Row<MigrateOrderOutput>>, BoxError> {
    let mut reader = Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    let rows = reader.records().map(|record| {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        row(&record, &header)
            .map_err(|error| format!("{}, line {line}: {error}", path.display()).into())
    });
    rows.collect()
}

/// A line of the file. Texts, since a number of CSV would be made a float on its way to a [`Decimal`].
#[derive(Deserialize)]
struct Line<'a> {
    number: &'a str,
    customer: &'a str,
    total: &'a str,
    placed_at: &'a str,
}

fn row(record: &StringRecord, header: &StringRecord) -> Result<Row<MigrateOrderOutput>, BoxError> {
    let line: Line<'_> = record.deserialize(Some(header))?;
    let flow = MigrateOrder {
        number: line.number.to_owned(),
        customer: line.customer.parse::<RecordRef>()?,
        total: line.total.parse::<Decimal>()?,
        placed_at: line.placed_at.parse::<DateTime>()?,
    };
    let key = format!("{}-{}", MigrateOrder::FLOW_ID, line.number);
    Ok(Row::new(key, flow))
}

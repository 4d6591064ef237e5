//! The program: `order-desk` serves, `order-desk import ROWS.csv --journal FILE` imports.

use std::path::Path;
use std::process::ExitCode;

use apaas_flow::{BoxError, ClientBuilder};
use order_desk::app::App;
use order_desk::health::install_metrics;
use order_desk::import::import;
use order_desk::serve::{asked_to_stop, serve};
use order_desk::settings::Settings;
use tokio::net::TcpListener;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, format::FmtSpan};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

const USAGE: &str = "usage: order-desk [import ROWS.csv --journal FILE]";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ended = match arguments.as_slice() {
        [] => run_service().await,
        ["import", rows, "--journal", journal] => run_import(rows, journal).await,
        _ => Err(USAGE.into()),
    };
    ended.unwrap_or_else(|error| {
        eprintln!("order-desk: {error}");
        ExitCode::from(2)
    })
}

async fn run_service() -> Result<ExitCode, BoxError> {
    log()?;
    let metrics = install_metrics()?;
    let settings = Settings::from_env()?;
    let client = settings.client(ClientBuilder::from_env()?)?;
    let listener = TcpListener::bind(settings.address).await?;
    println!("order-desk listening on http://{}", listener.local_addr()?);
    serve(listener, App::new(client, metrics), asked_to_stop()).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends with 0 if all rows have run, and with 1 if some have not: then it is to be started again.
async fn run_import(rows: &str, journal: &str) -> Result<ExitCode, BoxError> {
    log()?;
    let settings = Settings::from_env()?;
    let client = settings.client(ClientBuilder::from_env()?)?;
    let (rows, journal) = (Path::new(rows), Path::new(journal));
    let report = import(&client, rows, journal, asked_to_stop()).await?;
    println!("{report}");
    let have_run = report.ran + report.skipped;
    let all_have_run = have_run == report.total() && report.stopped.is_none();
    Ok(ExitCode::from(u8::from(!all_have_run)))
}

/// `RUST_LOG`, such as `info,apaas_flow_runtime=debug`. A call's span is written when it ends, and has its key, outcome
/// and log id; no value of an input or output is in it.
fn log() -> Result<(), BoxError> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned());
    tracing_subscriber::registry()
        .with(
            fmt::layer()
                .with_writer(std::io::stderr)
                .with_span_events(FmtSpan::CLOSE),
        )
        .with(filter.parse::<Targets>()?)
        .try_init()?;
    Ok(())
}

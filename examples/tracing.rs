//! What a call reports to `tracing`: `cargo run --example tracing`
//!
//! One span per call, with OpenTelemetry's field names where they exist, and an event at each step: retry, token
//! fetched, rate limited. No parameter, output or secret appears in it.

use apaas_flow::{apaas_flow, value::RecordRef};
use apaas_flow_emulator::{Emulator, Fault};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, format::FmtSpan};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Closes one ticket.
#[apaas_flow(namespace = "package_desk__c", flow_id = "close_0a1b2c3d4e", emulate)]
pub struct Close {
    /// The ticket.
    #[input("variable_ticket")]
    pub ticket: RecordRef,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    tracing_subscriber::registry()
        .with(fmt::layer().with_span_events(FmtSpan::CLOSE))
        .with(Targets::new().with_target("apaas_flow_runtime", Level::DEBUG))
        .init();

    let emulator = Emulator::start().await?;
    emulator.on::<Close>(|_| Ok(()));
    emulator.inject(Fault::Gateway {
        http_status: 502,
        after: false,
    });
    emulator.inject(Fault::StaleToken { http_status: 400 });
    emulator.inject(Fault::RateLimited { reset: 0.1 });

    let ticket = RecordRef::new(5_454_545);
    let run = Close { ticket }.execute(&emulator.client()).await?;
    println!("executed at attempt {}", run.attempts);
    Ok(())
}

//! Metrics for Prometheus: `cargo run -p apaas-flow-example-metrics`, or with `-- 9000` to go on until Ctrl-C and serve
//! them at <http://127.0.0.1:9000/metrics>.
//!
//! `apaas_flow::metrics` lists all names and labels; `examples/grafana/dashboard.json` shows them.

use std::time::Duration;

use apaas_flow::{Client, Quota, apaas_flow, metrics, value::RecordRef};
use apaas_flow_emulator::{Emulator, Failure};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Closes one ticket.
#[apaas_flow(namespace = "package_desk__c", flow_id = "close_0a1b2c3d4e", emulate)]
pub struct Close {
    /// The ticket.
    #[input("variable_ticket")]
    pub ticket: RecordRef,
}

/// Of waits for the quota, which may take minutes, and of requests.
const BUCKETS: [f64; 12] = [
    0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0,
];

/// Before the first call: what is counted without a recorder is lost.
fn install() -> Result<PrometheusHandle, BuildError> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &BUCKETS)?
        .install_recorder()?;
    metrics::describe();
    Ok(handle)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: Option<u16> = std::env::args()
        .nth(1)
        .map(|port| port.parse())
        .transpose()?;
    let handle = install()?;
    let emulator = Emulator::start().await?;
    emulator.on::<Close>(|input| match input.ticket.id() % 10 {
        7 => Err(Failure::new("closed", "it is closed already")),
        _ => Ok(()),
    });
    emulator.chaos(4711, 0.05);
    let client = emulator
        .client_builder()
        .quota(Quota::new(20, Duration::from_secs(1)))
        .build()?;

    let Some(port) = port else {
        some_calls(&client, 60).await;
        println!("{}", handle.render());
        return Ok(());
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    tokio::spawn(async move {
        loop {
            some_calls(&client, 20).await;
        }
    });
    loop {
        let (mut stream, _) = listener.accept().await?;
        // whatever is asked
        let _ = stream.read(&mut [0; 4096]).await;
        let body = handle.render();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all((head + &body).as_bytes()).await;
        handle.run_upkeep();
    }
}

async fn some_calls(client: &Client, tickets: i64) {
    let calls: Vec<_> = (0..tickets)
        .map(|ticket| {
            let ticket = RecordRef::new(ticket);
            tokio::spawn(
                Close { ticket }
                    .execute(client)
                    .timeout(Duration::from_secs(2)),
            )
        })
        .collect();
    for call in calls {
        // how it ended is what the metrics are for
        let _ = call.await;
    }
}

//! A few hundred calls, eight at a time, with a progress bar: `cargo run --example concurrent`
//!
//! The platform accepts 100 flow calls a minute per app, all processes together. To write many plain rows, use its
//! record batch API instead: 500 rows per call.

use apaas_flow::{apaas_flow, value::RecordRef};
use apaas_flow_emulator::Emulator;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};

/// Closes one ticket.
#[apaas_flow(namespace = "package_desk__c", flow_id = "close_0a1b2c3d4e", emulate)]
pub struct Close {
    /// The ticket.
    #[input("variable_ticket")]
    pub ticket: RecordRef,
    /// How long it was open.
    #[output("variable_days")]
    pub days: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = Emulator::start().await?;
    emulator.on::<Close>(|input| {
        Ok(CloseOutput {
            days: u32::try_from(input.ticket.id() % 30).unwrap_or_default(),
        })
    });
    let client = emulator.client();

    let tickets = 0..300;
    let bar = ProgressBar::new(300).with_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} tickets, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut calls = stream::iter(tickets)
        .map(|ticket| {
            Close {
                ticket: RecordRef::new(ticket),
            }
            .execute(&client)
        })
        .buffer_unordered(8);

    let (mut days, mut failed) = (0, Vec::new());
    while let Some(result) = calls.next().await {
        match result {
            Ok(run) => days += run.output.days,
            Err(error) => failed.push(error),
        }
        bar.inc(1);
    }
    bar.finish();

    println!("{} closed, {days} days in all", 300 - failed.len());
    for error in failed {
        println!("not closed: {error}");
    }
    Ok(())
}

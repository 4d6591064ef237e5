//! Starts a flow without waiting for it to finish: `cargo run --example start`
//!
//! Use it for long-running flows or human tasks. The platform has no API to query the result of a run, so `Started` has
//! no outputs. Keep the execution id and the key.

use apaas_flow::apaas_flow;
use apaas_flow::value::{Date, Decimal};
use apaas_flow_emulator::Emulator;

/// Asks a person to approve an expense.
#[apaas_flow(namespace = "package_shop__c", flow_id = "approve_0a1b2c3d4e", emulate)]
pub struct Approve {
    /// Who asks.
    #[input("variable_applicant")]
    pub applicant: String,
    /// How much.
    #[input("variable_amount")]
    pub amount: Decimal,
    /// When it was spent.
    #[input("variable_day")]
    pub day: Date,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    emulator.on::<Approve>(|_| Ok(()));
    let client = emulator.client();

    let expense = Approve {
        applicant: "Li Lei".to_owned(),
        amount: "128.50".parse()?,
        day: "2026-11-22".parse()?,
    };
    // The key is known before anything is sent: store it first if the flow must not start twice.
    let call = expense
        .start(&client)
        .idempotency_key("approve-expense-4711");
    println!("key           {}", call.key());

    let started = call.await?;
    println!("execution id  {}", started.execution_id);
    println!("status        {}", started.status);
    Ok(())
}

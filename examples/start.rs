//! Starts a flow and does not wait for its end: `cargo run --example start`
//!
//! For flows with human tasks or long work. The platform has no call that asks for the end of a run, so there are no
//! outputs, and the type says so: `Started` has none. Keep the execution id and the key.

use apaas_flow::apaas_flow;
use apaas_flow_emulator::Emulator;

/// Asks a person to approve an expense.
#[apaas_flow(namespace = "package_shop__c", flow_id = "approve_0a1b2c3d4e", emulate)]
pub struct Approve {
    /// Who asks.
    #[input("variable_applicant")]
    pub applicant: String,
    /// How much, in cents.
    #[input("variable_cents")]
    pub cents: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = Emulator::start().await?;
    emulator.on::<Approve>(|_| Ok(()));
    let client = emulator.client();

    let expense = Approve {
        applicant: "Li Lei".to_owned(),
        cents: 12_850,
    };
    // The key is known before anything is sent: a program that must not start twice stores it first.
    let call = expense
        .start(&client)
        .idempotency_key("approve-expense-4711");
    println!("key           {}", call.key());

    let started = call.await?;
    println!("execution id  {}", started.execution_id);
    println!("status        {}", started.status);
    Ok(())
}

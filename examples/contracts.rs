//! Flows checked by the compiler: `cargo run --example contracts`
//!
//! Misspell an api name below, or change the contract, and see what the compiler says. In your own project, put
//! the contracts into `flows` next to `Cargo.toml`; they are found there without `contract = "..."`.

use apaas_flow::value::{Decimal, RecordRef};
use apaas_flow::{Client, Operator, apaas_flow, contract};
use apaas_flow_emulator::Emulator;

/// Prices an order.
#[apaas_flow(
    namespace = "package_shop__c",
    flow_id = "quote_0a1b2c3d4e",
    contract = "examples/flows/package_shop__c/quote_0a1b2c3d4e.json"
)]
pub struct Quote {
    /// The order to price.
    #[input("variable_order")]
    pub order: RecordRef,
    /// With tax.
    #[output("variable_total")]
    pub total: Decimal,
    /// What the customer is told.
    #[output("variable_note")]
    pub note: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The emulator answers with sample values of the contract's types, so no handler is needed.
    let emulator = Emulator::builder()
        .contracts(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/flows"))
        .start()
        .await?;

    // Every reply is recorded: names and types, never values.
    let recorded = std::env::temp_dir().join(format!("apaas-flow-{}", std::process::id()));
    let client = Client::builder()
        .app_credentials("cli_a1b2", "secret")
        .operator(Operator::id(1111))
        .base_url(emulator.url())
        .record_contracts(recorded.join("replies"))
        .build()?;
    let order = RecordRef::new(4711);
    let run = Quote { order }.execute(&client).await?;
    println!("total {}, note {:?}", run.output.total, run.output.note);

    let of_replies = recorded.join("replies/package_shop__c/quote_0a1b2c3d4e.json");
    println!(
        "\nrecorded from the reply:\n{}",
        std::fs::read_to_string(of_replies)?
    );

    // The contract as the code has it. In your own test: `contract::write::<Quote>("flows")?`
    let of_code = contract::write::<Quote>(recorded.join("code"))?;
    println!(
        "written from the code:\n{}",
        std::fs::read_to_string(of_code)?
    );

    std::fs::remove_dir_all(recorded)?;
    Ok(())
}

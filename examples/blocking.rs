//! A call without async: `cargo run --example blocking`
//!
//! In your own project: `apaas-flow = { version = "0.1", features = ["blocking"] }`.

use apaas_flow::apaas_flow;
use apaas_flow::value::Decimal;
use apaas_flow_emulator::Emulator;

/// Adds up an order.
#[apaas_flow(namespace = "package_shop__c", flow_id = "total_0a1b2c3d4e", emulate)]
#[derive(Debug)]
pub struct Total {
    /// The order's number.
    #[input("variable_order")]
    pub order: String,
    /// The sum, exact.
    #[output("variable_total")]
    pub total: Decimal,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start_blocking()?;
    let total: Decimal = "128.50".parse()?;
    emulator.on::<Total>(move |_| Ok(TotalOutput { total }));
    let client = emulator.client();

    let order = Total {
        order: "4711".to_owned(),
    };
    let run = order.execute(&client).blocking()?;
    println!("order {} costs {}", order.order, run.output.total);
    Ok(())
}

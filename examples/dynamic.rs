//! A flow whose name is known only at run time: `cargo run --example dynamic -- package_shop__c total_0a1b2c3d4e 4711`
//!
//! Names are checked at run time and outputs are read one by one: a typo shows only when the platform refuses it.

use apaas_flow::DynamicFlow;
use apaas_flow::value::Decimal;
use apaas_flow_emulator::Emulator;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = |default: &str| arguments.next().unwrap_or_else(|| default.to_owned());
    let (namespace, flow_id) = (argument("package_shop__c"), argument("total_0a1b2c3d4e"));
    let order = argument("4711");

    let emulator = Emulator::start().await?;
    emulator.on_raw(&namespace, &flow_id, |params| {
        Ok(json!({ "variable_total": "128.50", "variable_order": params.get("variable_order") }))
    });
    let client = emulator.client();

    let run = DynamicFlow::new(namespace, flow_id)?
        .param("variable_order", order)?
        .execute(&client)
        .await?;

    println!("outputs  {}", run.output.names().join(", "));
    let total: Decimal = run.output.get("variable_total")?;
    println!("total    {total}");
    Ok(())
}

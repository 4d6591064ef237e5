#[tokio::test]
async fn calls_flow_y() -> Result<(), Box<dyn std::error::Error>> {
    use apaas_flow::DynamicFlow;
    use apaas_flow_emulator::Emulator;
    use serde_json::{Value, json};

    let emulator = Emulator::start().await?;
    emulator.on_raw("package_x__c", "flow_y", |_| {
        Ok(json!({
            "variable_seen": {"_id": 4711, "note": "it's \"4711\" \\ 订单\n"},
            "variable_total": "128.50",
        }))
    });

    let call = DynamicFlow::new("package_x__c", "flow_y")?
        .param("variable_order", json!({"_id": 4711, "note": "it's \"4711\" \\ 订单\n"}))?
        .execute(&emulator.client());
    let run = call.await?;
    assert_eq!(run.output.get::<Value>("variable_seen")?, json!({"_id": 4711, "note": "it's \"4711\" \\ 订单\n"}));
    assert_eq!(run.output.get::<Value>("variable_total")?, json!("128.50"));
    Ok(())
}

#[tokio::test]
async fn calls_flow_y() -> Result<(), Box<dyn std::error::Error>> {
    use apaas_flow::DynamicFlow;
    use apaas_flow_emulator::{Emulator, Failure};
    use serde_json::json;

    let emulator = Emulator::start().await?;
    emulator.on_raw("package_x__c", "flow_y", |_| Err(Failure::new("no_order", "which \"order\"?")));

    let call = DynamicFlow::new("package_x__c", "flow_y")?
        .param("variable_order", json!("?"))?
        .execute(&emulator.client());
    let error = call.await.unwrap_err();
    assert_eq!(error.flow_code(), Some("no_order"));
    Ok(())
}

#[tokio::test]
async fn calls_flow_y() -> Result<(), Box<dyn std::error::Error>> {
    use apaas_flow::DynamicFlow;
    use apaas_flow_emulator::{Emulator, Fault};
    use serde_json::json;

    let emulator = Emulator::start().await?;
    emulator.on_raw("package_x__c", "flow_y", |_| {
        Ok(json!({}))
    });
    emulator.inject(Fault::Gateway { http_status: 502, after: true });

    let call = DynamicFlow::new("package_x__c", "flow_y")?
        .param("variable_order", json!(1))?
        .execute(&emulator.client());
    match call.await {
        Ok(run) => assert_eq!(emulator.runs_of(&run.idempotency_key), 1),
        // what does your program do now?
        Err(error) => println!("{}: {error}", error.outcome()),
    }
    assert!(emulator.runs() <= 1, "whatever goes wrong, the flow does not run twice");
    Ok(())
}

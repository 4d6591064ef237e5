//! One typed call: `cargo run --example quickstart`
//!
//! Without any setup it runs against the emulator, inside this process. Set `APAAS_APP_ID`, `APAAS_APP_SECRET` and
//! either `APAAS_OPERATOR_ID` or `APAAS_OPERATOR_EMAIL`, and the same program calls the real platform: replace the
//! namespace, flow id and api names below with your own app's.

use apaas_flow::{Client, apaas_flow, value::RecordRef};
use apaas_flow_emulator::Emulator;

/// Deletes one record.
#[apaas_flow(
    namespace = "package_7344545d87__c",
    flow_id = "deleteObject_99c656599f",
    emulate
)]
#[derive(Debug, Clone)]
pub struct DeleteObject {
    /// The record to delete.
    #[input("variable_rgrtgqworiginal")]
    pub record: RecordRef,

    /// The platform's number for this run.
    #[output("_flowExecutionID")]
    pub flow_execution_id: i64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let (client, _emulator) = client().await?;
    let flow = DeleteObject {
        record: RecordRef::new(5_454_545),
    };

    let run = flow.execute(&client).await?;

    println!("execution id  {}", run.execution_id);
    println!("outputs       {:?}", run.output);
    println!("log id        {}", run.log_id.as_deref().unwrap_or("none"));
    Ok(())
}

/// A client of the real platform if credentials are set; otherwise of an emulator, which runs until it is dropped.
async fn client() -> apaas_flow::Result<(Client, Option<Emulator>)> {
    if std::env::var_os("APAAS_APP_ID").is_some() {
        return Ok((Client::from_env()?, None));
    }
    let emulator = Emulator::start().await?;
    emulator.on::<DeleteObject>(|input| {
        println!("the emulator deletes record {}", input.record.id());
        Ok(DeleteObjectOutput {
            flow_execution_id: 1_816_970_091_484_211,
        })
    });
    Ok((emulator.client(), Some(emulator)))
}

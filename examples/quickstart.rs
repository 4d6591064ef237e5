//! One typed call: `cargo run --example quickstart`
//!
//! Without anything set up it runs against the emulator, inside this process. With `APAAS_APP_ID`,
//! `APAAS_APP_SECRET` and `APAAS_OPERATOR_ID` or `APAAS_OPERATOR_EMAIL` in the environment the same
//! program calls the real platform: put the namespace, the flow and the api names of your own app below.

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

/// A client of the real platform if the environment has credentials, else of an emulator, which lives as long as it is kept.
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

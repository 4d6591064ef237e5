//! An app with one flow. The argument is the number of calls.

use apaas_flow::{ClientBuilder, Quota, apaas_flow, value::RecordRef};

/// Deletes one record.
#[apaas_flow(
    namespace = "package_7344545d87__c",
    flow_id = "deleteObject_99c656599f"
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
    let calls = std::env::args().nth(1).and_then(|calls| calls.parse().ok());
    let client = ClientBuilder::from_env()?.quota(Quota::UNLIMITED).build()?;
    for _ in 0..calls.unwrap_or(1) {
        let flow = DeleteObject {
            record: RecordRef::new(5_454_545),
        };
        let run = flow.execute(&client).await?;
        println!("{} -> {}", run.execution_id, run.output.flow_execution_id);
    }
    Ok(())
}

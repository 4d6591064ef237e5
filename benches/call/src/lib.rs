//! The flow being called, from the README.

use apaas_flow::{apaas_flow, value::RecordRef};

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

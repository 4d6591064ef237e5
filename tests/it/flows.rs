//! The flows that the tests call: the one from the endpoint's document, and one with several outputs.

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

pub fn delete() -> DeleteObject {
    DeleteObject {
        record: RecordRef::new(5_454_545),
    }
}

/// The success reply from the endpoint's document, verbatim.
pub const SUCCESS: &str = r#"{
    "code": 0,
    "data": {
        "code": "",
        "error_msg": "",
        "execution_id": "1816970091484211",
        "out_params": "[{\"api_name\":\"_flowExecutionID\",\"value\":1816970091484211}]",
        "status": "end"
    },
    "msg": "success"
}"#;

/// Bills an order.
#[apaas_flow(namespace = "package_shop__c", flow_id = "bill_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    #[input("variable_order")]
    pub order: String,
    #[input("variable_note")]
    pub note: Option<String>,
    #[output("variable_total")]
    pub total: String,
    #[output("variable_lines")]
    pub lines: Vec<i64>,
    #[output("variable_paid")]
    pub paid: bool,
}

pub fn bill() -> Bill {
    Bill {
        order: "4711".to_owned(),
        note: None,
    }
}

/// A success reply with these outputs.
pub fn success(outputs: &serde_json::Value) -> String {
    let out_params: Vec<_> = outputs
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| serde_json::json!({ "api_name": name, "value": value }))
        .collect();
    reply(&serde_json::json!({
        "code": "",
        "error_msg": "",
        "execution_id": "1816970091484211",
        "out_params": serde_json::to_string(&out_params).unwrap(),
        "status": "end",
    }))
}

/// A reply with outer code 0 and this `data`.
pub fn reply(data: &serde_json::Value) -> String {
    serde_json::json!({ "code": 0, "msg": "success", "data": data }).to_string()
}
